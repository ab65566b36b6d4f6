"""Interventions that open a case of their own, or move one that runs: law, purse and strategy."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from generators.errors import ScenarioError
from scenarios.arms import arm_setup
from scenarios.scenario import load_scenario
from sim.dates import add_months, day_of, iso
from sim.model import run_arms
from sim.setup import InterventionSpec, StrategyName


@pytest.fixture(scope="module")
def run(small_population):
    def of(setup, *specs, strategy):
        setup = replace(setup, interventions=specs, strategy=StrategyName(strategy))
        return run_arms(small_population, {"arm": setup}, 5, 0)["arm"]

    return of


@pytest.fixture(scope="module")
def without(shipped_setups):
    return shipped_setups["no-uk-order"]


@pytest.fixture(scope="module")
def as_recorded():
    question = load_scenario("ico-2022", ("world=as-recorded",))
    return arm_setup(question, question=question)


def power(kind, start, jurisdiction="GB", **options):
    return InterventionSpec(kind, day_of(start), None, jurisdiction, options)


def dates(history, kind):
    return [iso(e.day) for e in history.events if e.kind == kind]


def chain(history, kind):
    """Kinds from the last event of a kind back to its first cause."""
    event = [e for e in history.events if e.kind == kind][-1]
    kinds = [event.kind]
    while event.because is not None:
        event = history.events[event.because]
        kinds.append(event.kind)
    return kinds


def ledger(history):
    (own,) = (one for one in history.ledgers if "(" in one.authority)
    return own.proposed, own.imposed, own.payable, own.collected


PENALTY = power("monetary-penalty", date(2021, 11, 29), amount=1_000_000.0, intent=170.0)


@pytest.mark.parametrize(
    ("strategy", "expected"),
    [
        ("comply", (1_000_000, 1_000_000, 1_000_000, 1_000_000)),
        ("ignore", (1_000_000, 1_000_000, 1_000_000, 0)),
    ],
)
def test_a_penalty_is_proposed_imposed_payable_and_paid_by_whoever_pays(
    run, without, strategy, expected
):
    history = run(without, PENALTY, strategy=strategy)
    assert ledger(history) == expected
    assert dates(history, "final_penalty") == ["2022-05-18"]
    assert dates(history, "penalty_payable") == ["2022-06-15"]


def test_a_penalty_under_appeal_is_payable_only_when_the_appeal_is_dismissed(run, without):
    waits = replace(PENALTY, options=PENALTY.options | {"judgment": 3000.0})
    assert ledger(run(without, waits, strategy="litigate")) == (1_000_000, 1_000_000, 0, 0)
    soon = replace(PENALTY, options=PENALTY.options | {"judgment": 100.0})
    history = run(without, soon, strategy="litigate")
    assert dates(history, "penalty_payable") == ["2022-09-23"]
    assert ledger(history)[2] == 1_000_000


def test_no_more_is_collected_by_force_than_can_be_reached(run, without):
    for reach in (0.0, 0.25, 1.0):
        forced = replace(PENALTY, options=PENALTY.options | {"collects": reach})
        assert ledger(run(without, forced, strategy="ignore"))[3] == int(1_000_000 * reach)


def test_a_penalty_alone_moves_nothing_that_is_held(run, without, with_parameters):
    silent = with_parameters(without, {"people.news_reach": 0.0})
    fined, free = run(silent, PENALTY, strategy="comply"), run(silent, strategy="comply")
    for one, other in zip(fined.snapshots, free.snapshots, strict=True):
        assert (one.templates == other.templates).all()


DAILY = power("periodic-penalty", date(2022, 1, 17), amount=1000.0, days=52.0, check=2.0)


def test_every_day_of_disobedience_costs_its_amount_and_no_more_days_are_counted(run, without):
    history = run(without, DAILY, strategy="ignore")
    deadline = add_months(day_of(date(2022, 1, 17)), 2)
    assert dates(history, "disobedience_found") == [iso(deadline + 2)]
    assert ledger(history)[1] == 52 * 1000
    (liquidated,) = (e for e in history.events if e.kind == "periodic_penalty_liquidated")
    assert (liquidated.amount, liquidated.currency) == (52 * 1000, "GBP")
    assert chain(history, "penalty_payable")[-1] == "investigation_opened"


def test_an_operator_that_obeys_pays_nothing_for_any_day(run, without):
    ceases = replace(DAILY, options=DAILY.options | {"duty": "cease"})
    history = run(without, ceases, strategy="comply")
    assert dates(history, "collection_ceased") == ["2022-03-17"]
    assert ledger(history)[1:] == (0, 0, 0)


def test_an_operator_that_has_to_cease_and_delete_by_one_day_begins_early_enough(run, without):
    history = run(without, DAILY, strategy="comply")
    deadline = add_months(day_of(date(2022, 1, 17)), 2)
    (ceased,), (started,), (ended,) = (
        [e.day for e in history.events if e.kind == kind]
        for kind in ("collection_ceased", "removal_started", "removal_ended")
    )
    assert ceased == started < deadline - 30
    assert ended == deadline
    assert dates(history, "removal_late") == dates(history, "disobedience_found") == []
    assert ledger(history)[1:] == (0, 0, 0)


def test_an_appeal_that_suspends_nothing_spares_no_day_of_delay(run, without):
    history = run(without, DAILY, strategy="litigate")
    assert dates(history, "appeal_lodged") == ["2022-02-14"]
    assert dates(history, "appeal_dismissed") == ["2023-09-30"]
    assert dates(history, "collection_ceased")[0] < "2022-03-17"


def test_an_appeal_that_suspends_the_order_has_the_days_counted_from_its_dismissal(run, without):
    stayed = replace(DAILY, options=DAILY.options | {"stay": "automatic", "judgment": 100.0})
    history = run(without, stayed, strategy="litigate")
    dismissed = day_of(date(2022, 5, 25))
    assert dates(history, "appeal_dismissed") == [iso(dismissed)]
    assert add_months(dismissed, 2) == max(
        e.day for e in history.events if e.kind in ("collection_ceased", "removal_ended")
    )
    assert dates(history, "appeal_period_ends") == []


def test_a_suit_ends_in_a_decree_that_binds_from_service_and_lapses(run, without):
    suit = power("private-action", date(2017, 6, 1), takes=365.0, amount=250_000.0)
    history = run(without, suit, strategy="comply")
    assert dates(history, "collection_ceased") == ["2018-06-01"]
    assert dates(history, "settlement_paid") == ["2018-06-01"]
    assert history.snapshots[-1].templates[history.scope] > 0


def test_a_settlement_in_equity_is_imposed_and_nothing_of_it_is_payable(run, without):
    suit = power("private-action", date(2020, 1, 22), remedy="equity", amount=51_750_000.0)
    assert ledger(run(without, suit, strategy="comply"))[1:] == (51_750_000, 0, 0)


def test_an_appeal_that_is_lodged_against_the_operators_will_suspends_what_it_would_obey(
    run, shipped_setups
):
    obeyed = shipped_setups["ico-2022-obeyed"]
    appeal = power("appeal-and-stay", date(2022, 6, 10), move="appeal")
    assert dates(run(obeyed, strategy="comply"), "collection_ceased") == ["2022-09-15"]
    appealed = run(obeyed, appeal, strategy="comply")
    assert dates(appealed, "appeal_lodged") == ["2022-06-10"]
    assert dates(appealed, "collection_ceased") == []


def test_an_appeal_that_is_withdrawn_brings_the_order_into_force(run, shipped_setups):
    withdrawn = power("appeal-and-stay", date(2022, 7, 1), move="withdrawn")
    history = run(shipped_setups["ico-2022"], withdrawn, strategy="litigate")
    assert dates(history, "collection_ceased") == ["2022-10-01"]
    assert dates(history, "penalty_paid") == ["2022-07-01"]


@pytest.mark.parametrize("move", ["stay lifted", "dismissed"])
def test_a_move_that_makes_no_sense_changes_nothing_and_says_so(run, without, move):
    history = run(without, power("appeal-and-stay", date(2022, 7, 1), move=move), strategy="comply")
    assert dates(history, "appeal-and-stay_without_effect") == ["2022-07-01"]


def test_a_court_grants_a_stay_against_a_notice_that_an_appeal_does_not_suspend_and_lifts_it(
    run, shipped_setups
):
    urgent = shipped_setups["no-stay"]
    appeal = power("appeal-and-stay", date(2022, 6, 10), move="appeal")
    granted = power("appeal-and-stay", date(2022, 7, 1), move="stay granted")
    lifted = power("appeal-and-stay", date(2022, 12, 1), move="stay lifted")
    assert dates(run(urgent, appeal, strategy="comply"), "collection_ceased") == ["2022-09-15"]
    assert dates(run(urgent, appeal, granted, strategy="comply"), "collection_ceased") == []
    again = run(urgent, appeal, granted, lifted, strategy="comply")
    assert dates(again, "collection_ceased") == ["2023-03-01"]


def test_an_appeal_out_of_time_has_no_effect(run, shipped_setups):
    late = power("appeal-and-stay", date(2022, 6, 16), move="appeal")
    history = run(shipped_setups["ico-2022-obeyed"], late, strategy="comply")
    assert dates(history, "appeal-and-stay_without_effect") == ["2022-06-16"]
    assert dates(history, "collection_ceased") == ["2022-09-15"]


def test_others_join_with_one_deadline_each_within_its_powers(run, as_recorded):
    joint = power("coordinated-action", date(2022, 5, 18), joining="all", months=3.0)
    history = run(as_recorded, joint, strategy="comply")
    (begun,) = (e for e in history.events if e.kind == "coordinated-action_begins")
    joined = set(begun.text.removeprefix("Joining: ").removesuffix(".").split(", "))
    authorities = {
        case.powers.id: case.powers.powers
        for case in as_recorded.cases
        if case.powers.kind == "authority" and case.jurisdiction != "GB"
    }
    asked = {"cease_collection", "delete"}
    assert joined == {id for id, powers in authorities.items() if asked & set(powers)}
    # Those that order deletion by the same day are obeyed early enough for the stores' delay.
    ceased = [day for day in dates(history, "collection_ceased") if day > "2022-05-18"]
    in_time = [day for day in ceased if day <= "2022-08-18"]
    assert len(in_time) == sum("cease_collection" in authorities[id] for id in joined)


def test_nobody_joins_where_nobody_is_willing(run, as_recorded):
    alone = power("coordinated-action", date(2022, 5, 18), joining="none")
    history = run(as_recorded, alone, strategy="comply")
    (begun,) = (e for e in history.events if e.kind == "coordinated-action_begins")
    assert begun.text == "Joining: no authority of this world."


def test_there_has_to_be_a_case_to_join(run, without):
    with pytest.raises(ScenarioError, match="a case in GB that orders something"):
        run(without, power("coordinated-action", date(2022, 5, 18)), strategy="comply")
