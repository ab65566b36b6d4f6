"""The operator's score model and the customers' searches, against closed forms and each other."""

from __future__ import annotations

import numpy as np
import pytest

from generators.population import build_population
from generators.scores import ANCHOR_GALLERY, OperatorScores
from sim.measures.recognition import identifiability_at
from sim.model import run_arms
from sim.operator.desk import Desk, poisson_quantile


def test_fnir_is_the_anchor_at_the_anchor_and_grows_by_its_exponent():
    scores = OperatorScores(0.0012, 0.2, 0.0, 0.5, 0.003)
    assert scores.fnir(ANCHOR_GALLERY) == pytest.approx(0.0012)
    assert scores.fnir(ANCHOR_GALLERY * 1e5) == pytest.approx(0.0012 * 10)
    assert OperatorScores(0.0012, 0.2, 0.1, 0.5, 0.003).fnir(ANCHOR_GALLERY) == pytest.approx(
        0.1012
    )
    assert OperatorScores(1.0, 1.0, 0.5, 0.5, 0.003).fnir(1e12) == 1.0


@pytest.mark.parametrize("rho", [0.1, 0.5, 0.9])
def test_identification_is_one_minus_the_beta_binomial_chance_of_missing_every_photo(rho):
    scores = OperatorScores(0.0012, 0.2, 0.15, rho, 0.003)
    gallery = 3e10
    m = float(scores.fnir(gallery))
    spread = (1 - rho) / rho
    chance = np.random.default_rng(1).beta(m * spread, (1 - m) * spread, 400_000)
    closed = scores.identification(12, gallery)[0]
    assert closed[0] == 0.0
    assert closed[1] == pytest.approx(1 - m)
    for n in (1, 2, 5, 12):
        missed = chance**n
        error = 4.0 * missed.std() / np.sqrt(len(missed))
        assert abs((1 - closed[n]) - missed.mean()) < error


def test_independent_misses_are_the_limit_without_an_effect_of_the_probe():
    scores = OperatorScores(0.0, 0.2, 0.3, 1e-6, 0.003)
    n = np.arange(6)
    np.testing.assert_allclose(scores.identification(5, 1e9)[0], 1 - 0.3**n, atol=1e-4)


def test_what_customers_saw_agrees_with_the_expectation(shipped_setups, with_parameters):
    """Drawn searches against identifiability integrated over the same weeks, four errors."""
    population = build_population(20_000, 11)
    setup = with_parameters(shipped_setups["ico-2022-obeyed"], {"search.share.uk": 0.01})
    history = run_arms(population, {"a": setup}, 1, 0)["a"]
    expected = start = 0
    for snapshot in (s for s in history.snapshots if s.weekly):
        made = setup.curves.searches[snapshot.day + 1] - setup.curves.searches[start]
        expected += made * 0.01 * identifiability_at(history, snapshot)
        start = snapshot.day + 1
    found = history.searches.found
    assert history.searches.searches > 10_000
    assert abs(found - expected) < 4.0 * np.sqrt(expected)
    non_mated_or_missed = history.searches.searches - found
    assert abs(history.searches.wrong - 0.003 * non_mated_or_missed) < 4.0 * np.sqrt(
        0.003 * non_mated_or_missed
    )


@pytest.mark.parametrize("mean", [0.0, 0.2, 3.0, 40.0, 700.0, 746.0, 1000.0, 5000.0, 2e5])
def test_poisson_quantiles_have_the_mean_and_variance_of_a_poisson(mean):
    u = (np.arange(20_000) + 0.5) / 20_000
    counts = np.array([poisson_quantile(float(x), mean) for x in u])
    assert (np.diff(counts) >= 0).all()
    assert counts.mean() == pytest.approx(mean, rel=0.01, abs=1e-9)
    assert counts.var() == pytest.approx(mean, rel=0.03, abs=1e-9)


def test_a_larger_mean_never_gives_fewer_for_the_same_luck():
    means = [0.0, 0.1, 1.0, 10.0, 500.0, 744.0, 745.0, 746.0, 999.0, 1000.0, 1001.0, 2000.0]
    for u in (1e-9, 0.01, 0.5, 0.99, 1 - 1e-9):
        counts = [poisson_quantile(u, mean) for mean in means]
        assert counts == sorted(counts)


def test_a_desk_slower_than_its_arrivals_lets_the_queue_grow_by_the_difference():
    desk = Desk(capacity=4.0, delay=10)
    luck = np.random.default_rng(3).random(1000)
    for day in range(1000):
        desk.day(day, 10.0, float(luck[day]), 0.5)
    assert desk.closed == pytest.approx(4.0 * 1000, rel=0.02)
    assert desk.queue == pytest.approx(desk.arrived - desk.closed)
    assert desk.queue == pytest.approx(6.0 * 1000, rel=0.1)
    assert desk.answered == pytest.approx(0.5 * 4.0 * (1000 - 10), rel=0.02)


def test_a_fast_desk_answers_everything_after_its_handling_time():
    desk = Desk(capacity=1e9, delay=10)
    for day in range(100):
        desk.day(day, 3.0, 0.5, 1.0)
    assert desk.queue == 0.0
    assert desk.answered == pytest.approx(desk.closed * 90 / 100, rel=0.01)
