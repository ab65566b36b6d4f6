"""What reaches people: notices by the operator, and calls to go private."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from sim.dates import day_of, iso
from sim.measures import read_measures
from sim.model import run_arms
from sim.setup import InterventionSpec

START = day_of(date(2021, 3, 1))


@pytest.fixture(scope="module")
def silent(shipped_setups, with_parameters):
    """A world without an order in which no news informs anybody."""
    return with_parameters(shipped_setups["no-uk-order"], {"people.news_reach": 0.0})


@pytest.fixture(scope="module")
def run(small_population, silent):
    def of(*specs, **values):
        setup = replace(
            silent, interventions=specs, parameters=silent.parameters.with_values(values)
        )
        return run_arms(small_population, {"arm": setup}, 5, 0)["arm"]

    return of


def power(kind, *, start=START, end=None, jurisdiction="GB", **options):
    return InterventionSpec(kind, start, end, jurisdiction, options)


def value(history, name, at=""):
    (reading,) = (
        r
        for r in read_measures(history)
        if (r.name, r.margin) == (name, "all") and r.at in (at, iso(history.setup.last_day))
    )
    return reading.value


def test_a_notice_reaches_those_of_whom_something_is_held_and_nobody_else(run):
    once = {"start": day_of(date(2022, 12, 15)), "every": 36500.0, "reach": 1.0}
    told = run(power("duty-to-inform", **once), **{"people.private_after_news": 0.0})
    before = run(**{"people.private_after_news": 0.0})
    day = once["start"]
    gb = told.scope
    informed = int(told.snapshots[-1].informed[gb])
    known = int(before.snapshots[-1].informed[gb])
    cells = told.cells.jurisdiction == gb
    held = int(before.at(day).held[cells].sum())
    residents = int(told.residents[cells].sum())
    # Those informed from the start are told nothing new; some hold nothing and stay unaware.
    assert known < informed <= min(residents, held + known)
    assert informed - known > 0.5 * held * (1.0 - known / residents)


def test_notices_reach_more_people_the_wider_and_the_oftener_they_go(run):
    shares = [
        value(run(power("duty-to-inform", reach=reach, every=every)), "share_informed")
        for reach, every in ((0.1, 36500.0), (0.5, 36500.0), (0.5, 180.0))
    ]
    assert shares == sorted(set(shares))


def test_who_is_informed_asks(run):
    assert value(run(power("duty-to-inform", reach=0.8)), "requests_made") > 2 * value(
        run(), "requests_made"
    )


def test_whoever_heeds_a_call_is_found_less_from_that_day_on(run):
    called, without = run(power("going-private", share=1.0)), run()
    late = called.snapshots[-1]
    assert late.private[called.scope] > without.snapshots[-1].private[called.scope]
    assert late.templates[called.scope] < 0.8 * without.snapshots[-1].templates[called.scope]
    for one, other in zip(called.snapshots, without.snapshots, strict=True):
        if one.day < START:
            assert (one.templates == other.templates).all()


def test_what_is_done_to_people_elsewhere_leaves_residents_in_scope_alone(run):
    abroad = run(power("duty-to-inform", jurisdiction="US", reach=1.0))
    gb = abroad.scope
    assert abroad.snapshots[-1].informed[gb] == run().snapshots[-1].informed[gb]


def test_cloaking_lets_people_be_found_less_and_held_as_much(run):
    cloaked, without = run(power("cloaking", share=0.5, shift=4.0)), run()
    assert value(cloaked, "identifiability") < 0.95 * value(without, "identifiability")
    for name in ("searchable_persons", "held_persons"):
        assert value(cloaked, name) == value(without, name)


def test_cloaking_in_another_country_moves_residents_in_scope_by_their_ties_there_alone(run):
    here = value(run(power("cloaking", share=1.0)), "identifiability")
    there = value(run(power("cloaking", jurisdiction="US", share=1.0)), "identifiability")
    assert here < there <= value(run(), "identifiability")
