"""The operator's inference on drawn faces: its closed form, and what friends and moves take."""

from __future__ import annotations

import numpy as np
import pytest

from generators.population import build_population
from scenarios.arms import arm_setup
from scenarios.residency import residency_figures
from scenarios.scenario import load_scenario
from sim.model import shared_by_arms
from sim.operator.signals import Signals

PEOPLE = 10_000


def ratio(part, whole, uploader):
    """Return a share and its standard error, the photos of one uploader taken as one cluster."""
    above, below = (np.bincount(uploader, weights=x.astype(float)) for x in (part, whole))
    value = above.sum() / below.sum()
    return value, np.sqrt(((above - value * below) ** 2).sum()) / below.sum()


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
            value, error = ratio(counted & mine, mine, finds.uploader)
            assert value == pytest.approx(expected, abs=4.0 * error)
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


def test_friends_abroad_and_moves_take_recall_as_their_share_foretells(drawn):
    """Recall of faces mixes the two rates by who posted: friends of the residents or others."""
    population, setup, finds, posted_here = drawn
    here = population.jurisdictions.index("GB")
    notice = setup.windows.notice
    found = finds.day < notice
    mine = (population.residence_on(notice) == here)[finds.person] & found
    recall, false_inclusion = Signals.of(setup.parameters).rates()
    counted = finds.evidence > setup.parameters["operator.residency.threshold"]
    share, _ = ratio(mine & posted_here, mine, finds.uploader)
    value, error = ratio(counted & mine, mine, finds.uploader)
    assert share < 0.99, "some photos of residents are posted from elsewhere"
    assert value == pytest.approx(share * recall + (1 - share) * false_inclusion, abs=4.0 * error)


def test_the_figures_of_the_command_are_worse_than_the_closed_form():
    figures = residency_figures([], PEOPLE, 3)
    closed, measured = figures.closed, figures.measured
    own = closed.at(figures.signals.threshold)
    assert measured.posted_in_scope < 1.0
    assert measured.recall.value < closed.recall[own] + 4.0 * measured.recall.error
    assert measured.precision.value < closed.precision[own] + 4.0 * measured.precision.error
    assert measured.false_inclusion.value > closed.false_inclusion[own]
