"""Appeals and stays: what binds meanwhile, what is payable meanwhile, and from when time runs."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scenarios.cases import case_file
from scenarios.public_record import load_record
from sim.law.checks import check_case
from sim.law.instruments import Status
from sim.setup import Client, Obligation, Reading, Stay
from tests.law_clock import AUTHORITY, case_of, on, run, step

NOTICES = (
    step("investigation_opened", "2020-01-01"),
    step("final_penalty", "2020-06-01", 100),
    step("order", "2020-06-01"),
)
APPEAL = step("appeal_lodged", "2020-06-20")
END = step("appeal_dismissed", "2021-06-01")
AFTER_PERIOD = Obligation("delete", months=2)
FROM_SERVICE = Obligation("delete", days=60, from_service=True)


def deadline(told):
    (duty,) = told.case.orders.obligations
    return told.case.orders.deadline(duty)


def test_without_an_appeal_time_runs_from_service_or_from_the_end_of_the_appeal_period():
    assert deadline(run(case_of(*NOTICES, duties=(FROM_SERVICE,)))) == on("2020-07-31")
    assert deadline(run(case_of(*NOTICES, duties=(AFTER_PERIOD,)))) == on("2020-09-01")


@pytest.mark.parametrize(
    ("duty", "due"), [(AFTER_PERIOD, "2021-08-01"), (FROM_SERVICE, "2021-07-31")]
)
def test_an_automatic_stay_suspends_deadlines_and_they_are_counted_anew_when_it_ends(duty, due):
    file = case_of(*NOTICES, APPEAL, END, duties=(duty,), stay=Stay.AUTOMATIC)
    pending = run(file, appeals=True, until=on("2021-05-31"))
    assert deadline(pending) is None
    assert pending.heard.bound == []
    ended = run(file, appeals=True)
    assert ended.heard.bound == ["2021-06-01"]
    assert deadline(ended) == on(due)


def test_where_an_appeal_suspends_nothing_the_deadline_falls_while_it_is_open():
    file = case_of(*NOTICES, APPEAL, END)
    told = run(file, appeals=True)
    assert told.heard.bound == ["2020-06-01"]
    assert told.heard.released == []
    assert deadline(told) == on("2020-07-31")


def test_a_stay_on_application_holds_only_once_a_court_has_granted_it():
    sought = step("stay_sought", "2020-06-25")
    granted = step("stay_granted", "2020-07-10")
    refused = step("stay_refused", "2020-07-10")
    rule = Stay.ON_APPLICATION
    without = run(case_of(*NOTICES, APPEAL, sought, refused, END, stay=rule), appeals=True)
    assert without.heard.released == []
    held = run(case_of(*NOTICES, APPEAL, sought, granted, END, stay=rule), appeals=True)
    assert held.heard.bound == ["2020-06-01", "2021-06-01"]
    assert held.heard.released == ["2020-07-10"]
    assert held.log.events[-1].because is not None


def test_a_stay_that_is_lifted_lets_the_order_bind_and_the_penalty_fall_due_again():
    steps = (APPEAL, step("stay_granted", "2020-07-10"), step("stay_lifted", "2020-09-10"))
    told = run(case_of(*NOTICES, *steps), appeals=True)
    assert told.heard.bound == ["2020-06-01", "2020-09-10"]
    assert told.case.orders.status is Status.UNDER_APPEAL
    assert told.case.penalty.payable == 100
    while_stayed = run(case_of(*NOTICES, *steps), appeals=True, until=on("2020-09-09"))
    assert while_stayed.case.penalty.payable == 0


def test_payment_follows_the_law_whatever_a_scenario_says_of_the_orders():
    waits = replace(AUTHORITY, stay=Stay.AUTOMATIC)
    file = case_of(*NOTICES, APPEAL, powers=waits, stay=Stay.NONE)
    told = run(file, appeals=True, pays=True)
    assert told.heard.bound == ["2020-06-01"]
    assert told.case.penalty.payable == 0
    assert run(case_of(*NOTICES, APPEAL), appeals=True).case.penalty.payable == 100


def test_what_was_paid_is_given_back_when_the_notice_falls():
    aside = step("tribunal_sets_aside", "2021-03-01")
    penalty = run(case_of(*NOTICES, APPEAL, aside), appeals=True, pays=True).case.penalty
    assert (penalty.imposed, penalty.payable, penalty.collected) == (0, 0, 0)
    assert penalty.repaid == 100


def test_a_court_that_sends_the_case_back_lets_what_was_appealed_fall_and_the_rest_stand():
    remitted = step("court_remits", "2021-03-01")
    again = step("order", "2021-09-01")
    appealed = run(case_of(*NOTICES, APPEAL, remitted, again), appeals=True)
    assert appealed.heard.released == ["2021-03-01"]
    assert appealed.heard.bound == ["2020-06-01", "2021-09-01"]
    kept = run(case_of(*NOTICES, remitted), appeals=False).case
    assert kept.orders.status is Status.IN_FORCE


def test_what_a_court_upholds_may_be_appealed_to_the_next_and_fall_there():
    second = step("appeal_lodged", "2021-06-20")
    aside = step("tribunal_sets_aside", "2022-03-01")
    told = run(case_of(*NOTICES, APPEAL, END, second, aside, stay=Stay.AUTOMATIC), appeals=True)
    assert told.heard.bound == ["2021-06-01"]
    assert told.heard.released == ["2021-06-20"]
    assert told.case.orders.status is Status.SET_ASIDE
    assert told.case.penalty.imposed == 0
    meanwhile = run(
        case_of(*NOTICES, APPEAL, END, second, stay=Stay.AUTOMATIC), appeals=True, pays=True
    ).case
    assert meanwhile.orders.status is Status.UNDER_APPEAL
    assert meanwhile.orders.bound is None


def test_a_further_appeal_is_in_time_as_long_after_the_judgment_as_one_after_service():
    late = step("appeal_lodged", "2021-07-02")
    (fault,) = check_case(case_of(*NOTICES, APPEAL, END, late))
    assert "out of time" in fault.message


def test_a_higher_court_may_undo_what_a_lower_one_upheld_though_no_appeal_is_dated():
    aside = step("tribunal_sets_aside", "2022-03-01")
    told = run(case_of(*NOTICES, APPEAL, END, aside), appeals=True)
    assert told.heard.released == ["2022-03-01"]
    assert told.case.orders.status is Status.SET_ASIDE
    never = run(case_of(*NOTICES, APPEAL, END, aside), appeals=False)
    assert never.case.orders.status is Status.IN_FORCE


def test_a_judgment_may_be_about_one_instrument_alone():
    annulled = step("tribunal_sets_aside", "2021-03-01")
    annulled = replace(annulled, instrument="monetary penalty notice")
    upheld = replace(step("appeal_dismissed", "2021-03-01"), instrument="enforcement notice")
    rule = Stay.AUTOMATIC
    one = run(case_of(*NOTICES, APPEAL, annulled, stay=rule), appeals=True).case
    assert one.penalty.status is Status.SET_ASIDE
    assert one.orders.status is Status.UNDER_APPEAL
    assert one.phase.value == "appeal"
    both = run(case_of(*NOTICES, APPEAL, annulled, upheld, stay=rule), appeals=True)
    assert both.case.orders.status is Status.IN_FORCE
    assert both.case.phase.value == "final notices"
    assert both.heard.bound == ["2021-03-01"]


def test_what_days_of_delay_came_to_has_an_appeal_period_of_its_own():
    steps = (
        step("injunction", "2020-06-01", 5),
        step("penalty_period_starts", "2020-08-01"),
        step("periodic_penalty_liquidated", "2020-12-01"),
        step("appeal_lodged", "2020-12-20"),
    )
    case = run(case_of(*steps), appeals=True).case
    assert case.periodic.status is Status.UNDER_APPEAL
    assert case.orders.status is Status.IN_FORCE


def test_an_appeal_that_somebody_forces_is_lodged_whatever_the_operator_would_do():
    def force(day):
        def process(case):
            yield case.env.timeout(on(day) - case.env.now)
            case.take(step("appeal_lodged", day), forced=True)

        return process

    in_time = run(case_of(*NOTICES, stay=Stay.AUTOMATIC), then=force("2020-06-20"))
    assert in_time.case.orders.status is Status.UNDER_APPEAL
    late = run(case_of(*NOTICES, stay=Stay.AUTOMATIC), then=force("2020-07-02"))
    assert late.case.orders.status is Status.IN_FORCE


@given(
    rule=st.sampled_from(Stay),
    law=st.sampled_from(Stay),
    appeals=st.booleans(),
    pays=st.booleans(),
    more=st.lists(
        st.sampled_from(
            [
                *("stay_granted", "stay_lifted", "tribunal_sets_aside", "appeal_sought"),
                *("tribunal_restores_jurisdiction", "appeal_dismissed", "appeal_withdrawn"),
                *("penalty_period_starts", "periodic_penalty_liquidated", "hearing"),
            ]
        ),
        max_size=6,
    ),
)
@settings(max_examples=150, deadline=None)
def test_no_path_binds_what_is_suspended_or_collects_more_than_is_payable(
    rule, law, appeals, pays, more
):
    later = [step(kind, f"2021-{n + 1:02}-01") for n, kind in enumerate(more)]
    injunction = step("injunction", "2020-06-01", 5)
    powers = replace(AUTHORITY, stay=law)
    file = case_of(*NOTICES[:2], injunction, APPEAL, *later, powers=powers, stay=rule)
    assume(not check_case(file))
    told = run(file, appeals=appeals, pays=pays)
    for money in told.case.money:
        assert 0 <= money.collected <= money.payable <= money.imposed
        if money.suspended or money.status is Status.SET_ASIDE:
            assert money.payable == money.collected
    orders = told.case.orders
    assert orders.binding == (orders.bound is not None)
    assert len(told.heard.bound) - len(told.heard.released) in (0, 1)
    assert (orders.bound is not None) == (len(told.heard.bound) > len(told.heard.released))
    days = [event.day for event in told.log.events]
    assert days == sorted(days)


RECORD = load_record()


def british(**more):
    return replace(case_file(RECORD, "UK-ICO-2022"), **more)


def test_under_the_upper_tribunals_reading_the_first_tribunal_would_not_have_set_aside():
    told = run(british(reading=Reading.UPPER), appeals=True)
    assert told.days["jurisdiction_upheld"] == "2023-10-17"
    for absent in ("tribunal_sets_aside", "appeal_sought", "tribunal_restores_jurisdiction"):
        assert absent not in told.days
    assert told.case.orders.status is Status.UNDER_APPEAL


def test_under_the_first_tribunals_reading_nothing_would_have_been_restored():
    told = run(british(reading=Reading.FIRST_TIER), appeals=True)
    assert told.days["tribunal_sets_aside"] == "2023-10-17"
    assert "tribunal_restores_jurisdiction" not in told.days
    assert told.case.orders.status is Status.SET_ASIDE
    assert told.case.penalty.imposed == 0


def test_a_reading_is_of_whom_the_operator_serves_and_not_of_one_operator():
    police = british(reading=Reading.FIRST_TIER)
    assert {client.kind for client in police.clients} == {"state", "contractor"}
    anybody = replace(police, clients=(Client("private", "US"), Client("private", "GB")))
    told = run(anybody, appeals=True)
    assert told.days["jurisdiction_upheld"] == "2023-10-17"
    assert "tribunal_sets_aside" not in told.days


@pytest.mark.parametrize("id", ["FR-CNIL-2022", "AU-OAIC-2021"])
def test_a_reading_in_a_case_on_which_it_has_no_bearing_is_refused(id):
    file = replace(case_file(RECORD, id), reading=Reading.UPPER)
    (fault,) = check_case(file)
    assert fault.key == "reading"


def test_a_reading_where_no_law_of_it_holds_or_nobody_is_served_is_refused():
    nobody = british(reading=Reading.UPPER, clients=())
    abroad = british(reading=Reading.UPPER, jurisdiction="AU")
    assert [fault.key for fault in check_case(nobody)] == ["reading"]
    assert [fault.key for fault in check_case(abroad)] == ["reading"]
