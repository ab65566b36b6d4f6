"""Limits of retention: nothing older than a limit is held; a rolling one halves what is held."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from sim.dates import day_of
from sim.interventions import registry
from sim.interventions.kinds import InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.model import run_arms, shared_by_arms
from sim.operator.cohorts import Cohorts
from sim.setup import InterventionSpec
from tests.conftest import STILL
from tests.laws.test_worlds import same_snapshots

START = day_of(date(2021, 3, 4))


def holds(lever):
    """Return how an intervention is installed that holds one lever at its option's value."""
    return lambda spec, actors: hold_levers(spec, actors, {lever: float(spec.options["days"])})


@pytest.fixture(autouse=True)
def known(monkeypatch):
    others = registry.interventions()
    options = {"days": Option(365.0, "days", "days", 0.0, math.inf)}
    levers = {"age": "gallery.retention", "rolling": "gallery.rolling_retention"}
    mine = {n: InterventionKind(n, n, "none", options, holds(lever)) for n, lever in levers.items()}
    monkeypatch.setattr(registry, "interventions", lambda: others | mine)


@pytest.fixture
def still(shipped_setups, with_parameters):
    """Nobody is told, asks or goes private; who lives where is known, and erasure is immediate."""
    values = {**STILL, "crawler.revisit_rate": 0.0}
    return with_parameters(shipped_setups["no-uk-order"], values)


def limit(kind, days, *, start=START, end=None, code="GB"):
    return InterventionSpec(kind, start, end, code, {"days": float(days)})


def run(population, base, **specs):
    arms = {n: replace(base, interventions=tuple(each)) for n, each in specs.items()}
    return run_arms(population, {"none": base, **arms}, 5, 0)


@pytest.mark.parametrize("kind", ["age", "rolling"])
def test_a_limit_that_allows_everything_equals_the_counterfactual_bit_for_bit(
    small_population, still, kind
):
    ran = run(small_population, still, endless=[limit(kind, math.inf)])
    same_snapshots(ran["none"], ran["endless"])
    assert "levers" not in ran["endless"].movers


def found(population, setup):
    """Return the days of residents' finds without orders; the operator knows them as such."""
    finds = shared_by_arms(population, setup, 5, 0).candidates
    mine = (population.jurisdiction[finds.person] == 0) & (
        finds.accept < 1.0 / setup.parameters["crawler.envelope"]
    )
    assert (finds.evidence[mine] > setup.parameters["operator.residency.threshold"]).all()
    return finds.day[mine]


def test_under_a_limit_of_age_exactly_the_finds_of_that_many_days_are_held(homebodies, still):
    ran = run(homebodies, still, year=[limit("age", 365)])
    day = found(homebodies, still)
    # What is erased on the last day leaves the last store when that day is over.
    young = day >= still.last_day - 365
    assert ran["year"].snapshots[-1].templates[0] == young.sum()
    assert 0 < young.sum() < len(young)
    others = ran["none"].snapshots[-1].templates[1:]
    np.testing.assert_array_equal(ran["year"].snapshots[-1].templates[1:], others)
    assert ran["year"].snapshots[-1].age < 250 < ran["none"].snapshots[-1].age


def test_a_rolling_limit_leaves_an_exponential_share(homebodies, still):
    """Without new finds the share left after t days is exp(-t / mean): four binomial errors."""
    stop = InterventionSpec("cease-collection", START, None, "GB", {"strength": 1.0})
    ran = run(homebodies, still, stop=[stop], rolls=[stop, limit("rolling", 400)])
    kept = {s.day: s.templates[0] for s in ran["stop"].snapshots}
    left = {s.day: s.templates[0] for s in ran["rolls"].snapshots}
    for after in (100, 400, 1200):
        day = min(d for d in left if d >= START + after)
        # The first day's limit works at the end of that day.
        share = math.exp(-(day - START + 1) / 400.0)
        error = math.sqrt(share * (1.0 - share) / kept[day])
        assert left[day] / kept[day] == pytest.approx(share, abs=4.0 * error)
        assert error < 0.02


def test_a_limit_of_no_days_lets_nothing_stay(homebodies, still):
    ran = run(homebodies, still, age=[limit("age", 0)], rolling=[limit("rolling", 0)])
    today = found(homebodies, still) == still.last_day
    for name in ("age", "rolling"):
        assert ran[name].snapshots[-1].templates[0] == today.sum()
        assert ran[name].snapshots[-1].photos[1:].sum() == 0
        assert ran[name].snapshots[-1].templates[1:].sum() > 0


def test_a_limit_that_ends_takes_no_more(homebodies, still):
    end = START + 200
    ran = run(
        homebodies, still, ends=[limit("rolling", 100, end=end)], age=[limit("age", 100, end=end)]
    )
    for name in ("ends", "age"):
        counts = {s.day: s.templates[0] for s in ran[name].snapshots}
        at = min(d for d in counts if d >= end)
        later = [counts[d] for d in sorted(counts) if d >= at]
        assert (np.diff(later) >= 0).all()
        assert later[0] < ran["none"].snapshots[-1].templates[0]


@pytest.mark.parametrize("kind", ["age", "rolling"])
def test_the_gallery_behind_the_sample_loses_what_the_sample_loses(homebodies, still, kind):
    ran = run(homebodies, still, limited=[limit(kind, 300)])
    none, limited = (ran[n].snapshots[-1] for n in ("none", "limited"))
    behind = none.gallery - limited.gallery
    lost = ((none.templates - limited.templates) * ran["none"].weights).sum()
    assert behind > 1e8
    assert lost == pytest.approx(behind, rel=0.1)


@pytest.mark.parametrize("kind", ["age", "rolling"])
def test_what_a_limit_takes_and_finds_again_is_conserved(small_population, shipped_setups, kind):
    t = run(small_population, shipped_setups["ico-2022"], arm=[limit(kind, 300)])["arm"].templates
    assert t.erased > 100
    assert t.recollected > 100
    assert t.enrolled == t.searchable + t.hidden + t.erased == t.world_enrolled
    assert (t.searchable, t.hidden, t.erased) == (
        t.world_searchable,
        t.world_hidden,
        t.world_erased,
    )


def test_cohorts_are_what_a_plain_ledger_says():
    """Faces kept by day, thinned and expired at random, against a table written out in full."""
    rng = np.random.default_rng(4)
    cohorts, plain = Cohorts(3), np.zeros((200, 3))
    for day in range(200):
        faces = rng.random(3)
        cohorts.add(day, faces)
        plain[day] = faces
        share = np.where(rng.random(3) < 0.2, rng.choice([0.3, 1.0], 3), 0.0)
        cohorts.thin(share)
        plain *= 1.0 - share
        if day % 7 == 0:
            mask, before = rng.random(3) < 0.5, int(rng.integers(0, day + 1))
            expected = np.where(mask, plain[:before].sum(axis=0), 0.0)
            np.testing.assert_allclose(cohorts.expire(before, mask), expected, rtol=1e-9, atol=1e-9)
            plain[:before, mask] = 0.0
