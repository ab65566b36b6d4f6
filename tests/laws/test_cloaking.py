"""People's own defence: what is cloaked is held and counted, and a search finds it less often."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from scipy.special import ndtr, ndtri

from generators.scores import OperatorScores
from sim.arm import Arm
from sim.dates import day_of
from sim.interventions import registry
from sim.interventions.kinds import InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.measures import read_measures
from sim.model import run_arms, shared_by_arms
from sim.setup import InterventionSpec
from tests.laws.test_worlds import same_snapshots

START = day_of(date(2019, 1, 1))


def cloaks(spec, actors):
    levers = {"people.cloak_shift": "shift", "people.cloaking": "share"}
    hold_levers(spec, actors, {lever: float(spec.options[o]) for lever, o in levers.items()})


@pytest.fixture(autouse=True)
def known(monkeypatch):
    options = {"share": Option(1.0, "share"), "shift": Option(1.0, "shift", most=10.0)}
    others = registry.interventions()
    mine = {"cloak": InterventionKind("cloak", "cloak", "none", options, cloaks)}
    monkeypatch.setattr(registry, "interventions", lambda: others | mine)


@pytest.fixture
def quiet(shipped_setups, with_parameters):
    silent = {"people.news_reach": 0.0, "requests.rate": 0.0}
    return with_parameters(shipped_setups["no-uk-order"], silent)


def cloaked(setup, share, shift, *, code="GB", end=None):
    options = {"share": share, "shift": shift}
    return replace(setup, interventions=(InterventionSpec("cloak", START, end, code, options),))


def arm_of(population, setup):
    """Return an arm after its run, and the candidate rows that are searchable at the end."""
    arm = Arm(shared_by_arms(population, setup, 5, 0), setup, None)
    arm.history()
    return arm, np.flatnonzero(arm.world.state == 1)


def identifiability(history):
    return [r.value for r in read_measures(history) if r.name == "identifiability"][-1]


@pytest.mark.parametrize(("share", "shift"), [(0.0, 2.0), (1.0, 0.0)])
def test_cloaking_by_nobody_or_by_nothing_equals_the_counterfactual_bit_for_bit(
    small_population, quiet, share, shift
):
    arms = {"none": quiet, "zero": cloaked(quiet, share, shift)}
    ran = run_arms(small_population, arms, 5, 0)
    same_snapshots(ran["none"], ran["zero"])
    assert ran["none"].searches == ran["zero"].searches


def test_a_cloaked_photo_is_missed_as_often_as_a_shifted_normal_score_says(small_population, quiet):
    """The share that can be found is (1 - F') / (1 - F) with F' = Phi(Phi^-1(F) + shift)."""
    setup = cloaked(quiet, 1.0, 1.0)
    arm, rows = arm_of(small_population, setup)
    c, people = arm.shared.candidates, small_population
    mine = rows[people.jurisdiction[c.uploader[rows]] == 0]
    later = mine[c.captured[mine] >= START]
    missed = OperatorScores.of(setup.parameters).fnir(setup.curves.images[c.day[later]])
    left = (1.0 - ndtr(ndtri(missed) + 1.0)) / (1.0 - missed)
    expected = len(rows) - len(later) + left.sum()
    error = np.sqrt((left * (1.0 - left)).sum())
    assert arm.matcher.comparable.sum() == pytest.approx(expected, abs=4.0 * error)
    assert arm.matcher.searchable.sum() == len(rows)
    assert error < 0.02 * (1.0 - left).sum()


def test_beyond_recognition_only_what_was_posted_before_is_found(small_population, quiet):
    setup = cloaked(quiet, 1.0, 10.0)
    arm, rows = arm_of(small_population, setup)
    c = arm.shared.candidates
    by_us = small_population.jurisdiction[c.uploader[rows]] == 0
    seen = rows[~by_us | (c.captured[rows] < START)]
    counts = np.bincount(c.person[seen], minlength=len(small_population))
    np.testing.assert_array_equal(arm.matcher.comparable, counts)
    np.testing.assert_array_equal(arm.matcher.findable, arm.matcher.comparable)


def test_the_more_cloak_and_the_better_the_fewer_are_identified_and_as_many_are_held(
    small_population, quiet
):
    arms = {
        "none": quiet,
        "few": cloaked(quiet, 0.3, 2.0),
        "many": cloaked(quiet, 0.9, 2.0),
        "weak": cloaked(quiet, 0.9, 0.5),
    }
    ran = run_arms(small_population, arms, 5, 0)
    value = {name: identifiability(h) for name, h in ran.items()}
    assert value["none"] > value["few"] > value["many"]
    assert value["none"] > value["weak"] > value["many"]
    for name in ("few", "many", "weak"):
        last = ran[name].snapshots[-1]
        np.testing.assert_array_equal(last.searchable, ran["none"].snapshots[-1].searchable)
        assert ran[name].searches.found < ran["none"].searches.found


def test_what_is_posted_after_cloaking_has_ended_is_found_again(small_population, quiet):
    ends = cloaked(quiet, 1.0, 10.0, end=START + 400)
    arm, rows = arm_of(small_population, ends)
    c = arm.shared.candidates
    lost = arm.matcher.searchable.sum() - arm.matcher.comparable.sum()
    inside = (c.captured[rows] >= START) & (c.captured[rows] < START + 400)
    by_us = small_population.jurisdiction[c.uploader[rows]] == 0
    assert lost == (inside & by_us).sum() > 100


def test_erasing_and_finding_again_keeps_count_of_what_is_cloaked(small_population, quiet):
    setup = cloaked(quiet, 1.0, 1.0)
    delete = InterventionSpec("deletion-order", day_of(date(2022, 1, 1)), None, "GB", {})
    setup = replace(setup, interventions=(*setup.interventions, delete))
    arm, rows = arm_of(small_population, setup)
    unseen = arm.matcher.searchable - arm.matcher.comparable
    assert (unseen >= 0).all()
    assert (arm.matcher.comparable >= 0).all()
    marked = rows[arm.world._unseen[rows]]
    counts = np.bincount(arm.shared.candidates.person[marked], minlength=len(small_population))
    np.testing.assert_array_equal(unseen, counts)
    assert arm.world.recollected > 50
