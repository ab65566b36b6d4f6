"""The world as recorded: every authority's case runs beside the question's, and beside its news."""

from __future__ import annotations

from dataclasses import replace

import pytest

from generators.population import build_population
from scenarios.arms import arm_setup
from scenarios.scenario import load_scenario
from sim.dates import iso
from sim.model import run_arms
from sim.setup import Conduct


@pytest.fixture(scope="module")
def few():
    return build_population(1000, 7, acquaintances="by community")


def setup_of(profile, world):
    changed = [f"operator.profile={profile}", f"world={world}"]
    loaded = load_scenario("ico-2022", changed)
    return arm_setup(loaded, question=loaded)


def happened(history, authority):
    return [(iso(e.day), e.kind) for e in history.events if e.authority == authority]


@pytest.fixture(scope="module")
def recorded(few):
    setups = {
        profile: setup_of(profile, "as-recorded") for profile in ("clearview-like", "public-search")
    }
    return {name: run_arms(few, {"arm": setup}, 5, 0)["arm"] for name, setup in setups.items()}


@pytest.mark.parametrize("profile", ["clearview-like", "public-search"])
def test_every_case_of_the_world_happens(recorded, profile):
    history = recorded[profile]
    assert len(history.setup.cases) > 1
    for case in history.setup.cases:
        first = min(step.day for step in case.steps)
        assert any(e.authority == case.authority and e.day == first for e in history.events)


def test_the_british_case_goes_as_it_went_without_the_others(few, recorded):
    alone = run_arms(few, {"arm": setup_of("clearview-like", "uk-only")}, 5, 0)["arm"]
    assert happened(alone, "ICO") == happened(recorded["clearview-like"], "ICO")
    assert len(happened(alone, "ICO")) == 13


def test_drawn_dates_are_the_same_in_every_arm_and_others_in_every_replication(few):
    loaded = load_scenario("ico-2022", ["cases.0.dates=drawn"])
    setup = arm_setup(loaded, question=loaded)
    obeyed = replace(setup, strategy=type(setup.strategy).COMPLY)
    arms = run_arms(few, {"litigates": setup, "complies": obeyed}, 5, 0)
    notices = {
        name: [d for d, kind in happened(history, "ICO") if kind == "enforcement_notice"]
        for name, history in arms.items()
    }
    assert notices["litigates"] == notices["complies"]
    (other,) = run_arms(few, {"arm": setup}, 5, 1).values()
    assert notices["litigates"] != [
        d for d, kind in happened(other, "ICO") if kind == "enforcement_notice"
    ]


def test_news_of_a_case_is_heard_abroad_only_as_far_as_it_is_let(few, with_parameters):
    setup = setup_of("clearview-like", "uk-only")
    silent, loud = (
        run_arms(few, {"arm": with_parameters(setup, {"news.abroad": share})}, 5, 0)["arm"]
        for share in (0.0, 0.5)
    )
    last = [history.at(setup.last_day).informed for history in (silent, loud)]
    home = silent.scope
    assert last[0][home] == last[1][home]
    assert last[0].sum() < last[1].sum()


def test_cases_that_nobody_hears_of_obeys_or_pays_leave_everyone_as_without_them(
    few, with_parameters
):
    setup = setup_of("clearview-like", "as-recorded")
    silence = {name: 0.0 for name in setup.parameters if name.startswith("news.weight.")}
    setup = with_parameters(setup, silence)
    ignoring = Conduct(appeals=False, meets=frozenset(), pays=False, source="a test")
    ignored = replace(setup, cases=tuple(replace(case, conduct=ignoring) for case in setup.cases))
    arms = run_arms(few, {"ignored": ignored, "none": replace(setup, cases=())}, 5, 0)
    ignored, none = arms.values()
    assert (ignored.person_days == none.person_days).all()
    assert ignored.templates == none.templates
    assert ignored.requests == none.requests
    assert [s.gallery for s in ignored.snapshots] == [s.gallery for s in none.snapshots]
    assert len(ignored.events) > len(none.events)
    # What is collected then is collected by force, where an authority can reach it.
    by_force = sum(e.amount for e in ignored.events if e.kind == "penalty_collected")
    assert by_force == sum(ledger.collected for ledger in ignored.ledgers)


@pytest.mark.parametrize(
    ("profile", "ruling"),
    [("clearview-like", "jurisdiction_denied"), ("public-search", "jurisdiction_upheld")],
)
def test_a_reading_of_scope_is_of_the_customers_of_the_operator_that_is_simulated(
    few, profile, ruling
):
    changed = [f"operator.profile={profile}", "world=uk-only", "cases.0.reading=first-tier"]
    loaded = load_scenario("ico-2022", changed)
    history = run_arms(few, {"arm": arm_setup(loaded, question=loaded)}, 5, 0)["arm"]
    rulings = [kind for _, kind in happened(history, "ICO") if kind.startswith("jurisdiction_")]
    assert rulings[0] == ruling
