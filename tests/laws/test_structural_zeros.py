"""A difference of zero is claimed only where it is one, and in words that are true of both arms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sim.dates import day_of, iso
from sim.measures import measures_at, read_measures, same_until, structural_zero
from sim.model import run_arms
from sim.setup import InterventionSpec

START = day_of(date(2021, 3, 4))
CEASES = InterventionSpec("cease-collection", START - 300, None, "GB", {"strength": 1.0})


def power(kind, **options):
    return InterventionSpec(kind, START, None, "GB", options)


INFORM = power("duty-to-inform", reach=0.8)
DELETE = power("deletion-order")
EXPIRE = power("retention-limit")


@pytest.fixture(scope="module")
def run(small_population, shipped_setups):
    """A function that runs one world with and without some interventions on top of others."""

    def pair(base, *more, setup="no-uk-order"):
        first = shipped_setups[setup]
        arms = {
            "without": replace(first, interventions=base),
            "with": replace(first, interventions=(*base, *more)),
        }
        ran = run_arms(small_population, arms, 5, 0)
        return ran["without"], ran["with"]

    return pair


def values(history):
    return {(r.name, r.at, r.margin, r.level): r.value for r in read_measures(history)}


def untrue_claims(one, other):
    """Return the readings that differ although they are said to be unable to."""
    mine, theirs = values(one), values(other)
    wrong = []
    for key in mine:
        name, at, *_ = key
        day = same_until(name, one, other)
        covered = day is None or (at != "" and at < iso(day))
        if covered and mine[key] != theirs[key]:
            wrong.append(key)
    return wrong


@pytest.mark.parametrize("base", [INFORM, DELETE, EXPIRE], ids=lambda spec: spec.kind)
def test_no_measure_that_an_end_of_collection_moves_is_said_to_be_unmoved(run, base):
    """What is held decides whom a notice reaches and how much a removal takes."""
    without, ceased = run((base,), CEASES)
    assert untrue_claims(ceased, without) == []
    moved = {
        "duty-to-inform": ("share_informed", "requests_made"),
        "deletion-order": ("over_deletion", "operator_gain"),
        "retention-limit": ("over_deletion", "operator_gain"),
    }
    for name in moved[base.kind]:
        assert structural_zero(name, ceased, without) is None
        (mine,), (theirs,) = (
            [r.value for r in read_measures(h) if r.name == name] for h in (ceased, without)
        )
        assert mine != theirs


def test_notices_that_reach_the_same_people_leave_a_zero_until_the_first_that_does_not(run):
    without, ceased = run((INFORM,), CEASES)
    assert same_until("share_informed", ceased, without) == START
    same, banned = run((INFORM,), power("customer-ban"))
    assert structural_zero("share_informed", banned, same) is not None


def test_what_a_limit_of_retention_erases_costs_what_erasing_costs(run):
    without, limited = run((), EXPIRE)
    purse = limited.books.purse
    assert without.books.purse.erasing == 0.0
    assert purse.erasing > 0.0
    # What is gone from the gallery was erased, and more where it was found and erased again.
    end = limited.setup.last_day
    gone = without.at(end).stored - limited.at(end).stored
    assert purse.erasing >= purse.means.erasure * gone * (1.0 - 1e-9)
    assert structural_zero("operator_gain", limited, without) is None
    (reading,) = (r for r in read_measures(limited) if r.name == "operator_gain")
    (other,) = (r for r in read_measures(without) if r.name == "operator_gain")
    assert reading.value < other.value


def test_no_reason_says_of_either_arm_what_another_country_s_case_may_have_done(run):
    """With a filter, a removal and a notice in both arms, each reason speaks of what differs."""
    base = (CEASES, DELETE, INFORM)
    without, banned = run(base, power("customer-ban"))
    assert any(m.value > 0 for m in read_measures(without) if m.name == "displacement")
    assert any(m.value > 0 for m in read_measures(without) if m.name == "over_deletion")
    for name in ("displacement", "over_deletion"):
        why = structural_zero(name, banned, without)
        assert why is not None
        assert "differs between the two arms" in why
    for name, measure in measures_at(without.setup.fidelity).items():
        if not name.startswith("fine_"):
            assert "in either arm" not in measure.zero_reason
