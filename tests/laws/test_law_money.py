"""Money in a case: days of delay, settlements, what is collected by force."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.law.instruments import PenaltyNotice, Status
from sim.law.periodic import PeriodicPenalty
from sim.setup import Conduct, Obligation, Stay
from tests.law_clock import AUTHORITY, case_of, on, run, step

INJUNCTION = step("injunction", "2020-06-01", 5)
STARTS = step("penalty_period_starts", "2020-08-01")
LIQUIDATED = step("periodic_penalty_liquidated", "2020-12-01")


def test_days_of_delay_are_counted_from_the_start_to_the_day_on_which_the_last_duty_is_met():
    duties = tuple(
        Obligation(kind, days=60, from_service=True) for kind in ("delete", "cease_collection")
    )
    file = case_of(INJUNCTION, STARTS, LIQUIDATED, duties=duties)
    met = {"delete": "2020-08-11", "cease_collection": "2020-08-21"}
    assert run(file, met=met).case.periodic.imposed == 20 * 5
    never = run(file).case.periodic
    assert never.days == LIQUIDATED.day - STARTS.day
    in_time = run(file, met=dict.fromkeys(met, "2020-07-31"))
    assert in_time.case.periodic.imposed == 0
    assert "periodic_penalty_liquidated" not in in_time.days


def test_days_are_counted_no_further_than_the_end_of_what_is_counted():
    ends = step("penalty_period_ends", "2020-08-08")
    assert run(case_of(INJUNCTION, STARTS, ends, LIQUIDATED)).case.periodic.imposed == 7 * 5


@given(a_day=st.integers(1, 50), most=st.one_of(st.none(), st.integers(1, 500)), days=st.integers())
@settings(deadline=None)
def test_what_the_days_come_to_is_their_number_times_the_amount_up_to_the_most(a_day, most, days):
    days = days % 100
    penalty = PeriodicPenalty("periodic penalty")
    penalty.threaten(1, a_day, most)
    penalty.start(5)
    counted = 0
    for day in range(5, 5 + days):
        if penalty.counts(day):
            penalty.count()
            counted += 1
    expected = days * a_day if most is None else min(days * a_day, most)
    assert penalty.accrued == expected
    assert counted <= days


def test_no_day_is_counted_while_the_order_is_stayed():
    stayed = (
        step("appeal_lodged", "2020-06-10"),
        STARTS,
        step("stay_granted", "2020-08-11"),
        step("stay_lifted", "2020-10-01"),
        LIQUIDATED,
    )
    # The sixty days run anew from the day on which the stay is lifted.
    told = run(case_of(INJUNCTION, *stayed), appeals=True)
    assert told.case.periodic.days == 10 + (on("2020-12-01") - on("2020-11-30"))


def test_a_check_that_finds_disobedience_starts_the_penalty_that_was_threatened():
    told = run(case_of(INJUNCTION, LIQUIDATED))
    assert told.days["disobedience_found"] == "2020-08-10"
    assert told.days["periodic_penalty_starts"] == "2020-08-10"
    events = {event.kind: event for event in told.log.events}
    liquidated = events["periodic_penalty_liquidated"]
    # Sixty days from service were over on 31 July; what is found counts back to that day.
    assert liquidated.amount == 5 * (on("2020-12-01") - on("2020-07-31"))
    assert told.log.events[liquidated.because].kind == "periodic_penalty_starts"
    started = events["periodic_penalty_starts"]
    assert told.log.events[started.because].kind == "disobedience_found"


def test_no_day_of_delay_is_counted_once_the_case_is_closed():
    closed = step("regulator_closes", "2020-08-11")
    assert run(case_of(INJUNCTION, STARTS, closed)).case.periodic.days == 10


@pytest.mark.parametrize(("luck", "found"), [(0.49, True), (0.51, False)])
def test_a_check_finds_disobedience_as_often_as_the_authority_detects_it(luck, found):
    told = run(case_of(INJUNCTION), luck=lambda _ordinal: luck)
    assert ("disobedience_found" in told.days) is found


def test_a_check_finds_nothing_where_everything_is_met_or_the_case_is_closed():
    assert "disobedience_found" not in run(case_of(INJUNCTION), met=["delete"]).days
    closed = step("regulator_closes", "2020-07-01")
    assert "disobedience_found" not in run(case_of(INJUNCTION, closed)).days


def test_how_the_record_says_that_a_duty_was_met_goes_before_what_the_operator_does():
    met = Conduct(False, frozenset({"delete"}), False, "the record")
    assert "disobedience_found" not in run(case_of(INJUNCTION, conduct=met)).days
    unmet = replace(met, meets=frozenset())
    told = run(case_of(INJUNCTION, conduct=unmet), met=["delete"])
    assert "disobedience_found" in told.days


def test_an_authority_collects_no_more_than_it_can_reach_of_what_is_payable():
    reach = replace(AUTHORITY, collects=0.25)
    penalty = step("final_penalty", "2020-06-01", 100)
    told = run(case_of(penalty, step("order", "2020-06-01"), powers=reach))
    assert told.days["penalty_payable"] == "2020-06-29"
    assert told.days["penalty_collected"] == "2020-07-09"
    assert told.case.penalty.collected == 25
    tried = step("collection_attempt", "2021-01-01")
    again = run(case_of(penalty, step("order", "2020-06-01"), tried, powers=reach))
    assert again.case.penalty.collected == 25
    paid = run(case_of(penalty, step("order", "2020-06-01"), powers=reach), pays=True)
    assert "penalty_collected" not in paid.days
    assert paid.case.penalty.collected == 100


SUIT = replace(AUTHORITY, kind="court", stay=Stay.ON_APPLICATION)
DECREE = (Obligation("cease_services", from_service=True, lasts_months=60),)


def suit(*steps, duties=DECREE):
    return case_of(step("complaint", "2020-01-01", 900), *steps, duties=duties, powers=SUIT)


def test_a_suit_that_is_dismissed_ends_the_case():
    told = run(suit(step("dismissed_jurisdiction", "2021-01-01"), duties=()))
    assert told.case.private.status is Status.DISMISSED
    assert told.case.private.proposed == 900
    assert told.case.phase.value == "closed"


def test_a_settlement_without_a_court_binds_and_is_payable_at_once():
    told = run(suit(step("settlement", "2020-05-01", 300)), pays=True)
    assert told.heard.bound == ["2020-05-01"]
    assert told.case.private.collected == 300


def test_a_decree_adds_up_what_its_terms_cost_and_binds_when_the_court_signs():
    terms = (step("settlement", "2020-05-01", 300), step("settlement_term", "2020-05-02", 50))
    told = run(suit(*terms, step("consent_order", "2020-05-10")))
    assert told.heard.bound == ["2020-05-10"]
    assert told.case.private.imposed == told.case.private.payable == 350


def test_an_operator_that_does_not_settle_is_bound_by_no_decree():
    steps = (step("settlement", "2020-05-01", 300), step("consent_order", "2020-05-10"))
    told = run(suit(*steps), settles=False)
    assert told.heard.bound == []
    assert told.case.private.status is Status.FILED
    assert told.case.orders.status is None


def test_a_settlement_in_equity_stands_and_nothing_of_it_is_payable_in_money():
    equity = (Obligation("equity", from_service=True),)
    approved = (
        step("preliminary_approval", "2020-05-01"),
        step("final_approval", "2020-09-01", 70),
    )
    in_equity = run(suit(*approved, duties=equity), pays=True).case.private
    assert (in_equity.imposed, in_equity.payable, in_equity.collected) == (70, 0, 0)
    in_money = run(suit(*approved), pays=True).case.private
    assert (in_money.imposed, in_money.payable, in_money.collected) == (70, 70, 70)
    assert in_equity.status is in_money.status is Status.IN_FORCE


def test_nothing_falls_due_while_a_court_stays_it():
    penalty = PenaltyNotice("monetary penalty notice")
    penalty.serve(1, 10)
    penalty.move(2, Status.IN_FORCE)
    penalty.stayed = True
    with pytest.raises(ValueError, match="nothing is payable"):
        penalty.fall_due()
