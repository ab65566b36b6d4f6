"""The operator's inference on drawn faces: its closed form, and what friends and moves take."""

from __future__ import annotations

import numpy as np
import pytest

from generators.population import build_population
from scenarios.arms import arm_setup
from scenarios.residency import Faces, measure, residency_figures
from scenarios.scenario import load_scenario
from sim.draws import streams
from sim.model import shared_by_arms
from sim.operator.signals import Signals
from sim.parameters import load_parameters

PEOPLE = 10_000


def error_of(share, faces_of_each):
    """Return the standard error of a count of that share, an uploader's photos all alike."""
    return np.sqrt(share * (1.0 - share) * (faces_of_each**2).sum()) / faces_of_each.sum()


@pytest.fixture(scope="module")
def drawn():
    loaded = load_scenario("ico-2022")
    setup = arm_setup(loaded, question=loaded)
    population = build_population(PEOPLE, 3, acquaintances="by community")
    finds = shared_by_arms(population, setup, 3, 0).candidates
    here = population.jurisdictions.index("GB")
    posted_here = population.residence_of(finds.uploader, finds.captured) == here
    return population, setup, finds, posted_here


def test_by_where_the_uploader_lived_the_rates_are_those_of_the_closed_form(drawn):
    _, setup, finds, posted_here = drawn
    signals = Signals.of(setup.parameters)
    for threshold in (0.0, 1.0, 3.0, 5.0):
        counted = finds.evidence > np.float32(threshold)
        rates = signals.rates(threshold)
        for mine, expected in zip((posted_here, ~posted_here), rates, strict=True):
            error = error_of(expected, np.bincount(finds.uploader[mine]).astype(float))
            assert counted[mine].mean() == pytest.approx(expected, abs=4.0 * error)
            assert error < 0.05, "an error that large would hide anything"


def test_photos_of_one_uploader_are_right_or_wrong_together(drawn):
    _, setup, finds, posted_here = drawn
    counted = finds.evidence > setup.parameters["operator.residency.threshold"]
    uploader, value = finds.uploader[posted_here], counted[posted_here].astype(float)
    _, who, photos = np.unique(uploader, return_inverse=True, return_counts=True)
    means = np.bincount(who, weights=value) / photos
    several = photos >= 5
    p = value.mean()
    independent = (p * (1.0 - p) / photos[several]).mean()
    assert means[several].var() > 2.0 * independent


def test_where_friends_post_and_people_move_chance_leaves_what_is_expected():
    """Counted on residents and others, in real faces: within the error of photos all alike."""
    figures = residency_figures([], PEOPLE, 3)
    closed, measured = figures.closed, figures.measured
    for rate in (measured.recall, measured.false_inclusion, measured.precision):
        assert rate.value == pytest.approx(rate.expected, abs=4.0 * rate.error)
    assert measured.recall.error < 0.04
    own = closed.at(figures.signals.threshold)
    assert measured.posted < 0.99, "some photos of residents are posted from elsewhere"
    assert measured.recall.expected < closed.recall[own] - 0.01
    assert measured.precision.expected < closed.precision[own]
    assert measured.false_inclusion.expected > closed.false_inclusion[own]


def test_the_error_stated_covers_what_chance_does():
    """Over many worlds of a few heavy posters, in units of the stated error: at most about 1."""
    signals = Signals.of(load_parameters())
    rng = np.random.default_rng(8)
    uploader = np.sort((400 * rng.random(6000) ** 3).astype(np.int64))
    posted_here = (uploader % 3 > 0) & (uploader % 7 > 0)
    mine = np.where(rng.random(6000) < 0.1, ~posted_here, posted_here)
    number, platform = np.arange(6000), uploader % 4
    misses = []
    for replication in range(200):
        evidence = signals.evidence(
            streams(6, replication), uploader, number, platform, posted_here
        )
        faces = Faces(uploader, evidence, mine, posted_here, np.ones(6000))
        recall = measure(faces, signals, 400, 6).recall
        misses.append((recall.value - recall.expected) / recall.error)
    assert abs(np.mean(misses)) < 4.0 / np.sqrt(200)
    assert 0.7 < np.std(misses) < 1.1
