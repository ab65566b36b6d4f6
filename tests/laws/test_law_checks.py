"""What no case may be, named before anything runs: path, power, amount, time."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.errors import ScenarioError
from scenarios.scenario import load_scenario
from sim.law.checks import check_case
from sim.law.steps import STEPS
from sim.setup import Drawn, Obligation, Stay
from tests.law_clock import AUTHORITY, case_of, on, run, step

OPENED = step("investigation_opened", "2020-01-01")
INTENT = step("provisional_notice", "2020-06-01", 10)
PENALTY = step("final_penalty", "2020-11-01", 10)
ORDER = step("order", "2020-11-01")
BRITISH = replace(AUTHORITY, intent_months=6)


def told(file):
    return [(fault.key, fault.found) for fault in check_case(file)]


def test_a_case_that_the_law_knows_has_no_fault():
    assert told(case_of(OPENED, INTENT, PENALTY, ORDER, powers=BRITISH)) == []


def test_an_appeal_is_in_time_for_each_notice_that_could_still_be_appealed():
    later = step("determination", "2020-11-10")
    in_time = step("appeal_lodged", "2020-11-29")
    too_late = step("appeal_lodged", "2020-12-03")
    assert told(case_of(OPENED, ORDER, later, in_time)) == []
    (fault,) = check_case(case_of(OPENED, ORDER, later, too_late))
    assert "'order' is served on 2020-11-01" in fault.message


def test_a_notice_that_nobody_appealed_in_time_leaves_a_later_one_open_to_appeal():
    later = step("determination", "2021-04-01")
    assert told(case_of(OPENED, ORDER, later, step("appeal_lodged", "2021-04-20"))) == []
    (fault,) = check_case(case_of(OPENED, ORDER, later, step("appeal_lodged", "2021-05-20")))
    assert "'determination' is served on 2021-04-01" in fault.message


@pytest.mark.parametrize(
    ("steps", "at_fault", "says"),
    [
        ((OPENED, step("seance", "2020-02-01")), "seance", "no rule for the step"),
        ((ORDER, step("investigation_opened", "2021-01-01")), "order", "before its cause"),
        (
            (OPENED, PENALTY, step("provisional_notice", "2021-01-01")),
            "provisional_notice",
            "cause",
        ),
        ((OPENED, ORDER, step("provisional_notice", "2021-01-01")), "provisional_notice", "cause"),
        ((OPENED, step("regulator_closes", "2020-02-01"), ORDER), "order", "'closed'"),
        ((OPENED, step("appeal_lodged", "2020-02-01"), ORDER), "appeal_lodged", "before its cause"),
        ((OPENED, step("appeal_lodged", "2020-02-01")), "appeal_lodged", "nothing was served"),
        ((OPENED, ORDER, step("appeal_lodged", "2020-12-02")), "appeal_lodged", "out of time"),
        (
            (
                OPENED,
                ORDER,
                step("stay_granted", "2020-11-10"),
                step("appeal_lodged", "2020-11-20"),
            ),
            "stay_granted",
            "before its cause",
        ),
    ],
)
def test_an_impossible_path_is_named_with_the_step_at_fault(steps, at_fault, says):
    file = case_of(*steps, duties=())
    (fault,) = check_case(file)
    assert (fault.key, fault.found) == ("dates", at_fault)
    assert says in fault.message
    with pytest.raises(ScenarioError, match=says):
        run(file)


@given(
    kinds=st.lists(st.sampled_from(sorted(STEPS)), min_size=1, max_size=9),
    gaps=st.lists(st.integers(0, 60), min_size=9, max_size=9),
    amount=st.sampled_from([None, 0, 5]),
    law=st.sampled_from(Stay),
    stay=st.sampled_from(Stay),
    answers=st.tuples(st.booleans(), st.booleans(), st.booleans()),
    kind=st.sampled_from(["authority", "court"]),
    about=st.sampled_from(["", "enforcement notice", "monetary penalty notice"]),
    from_service=st.booleans(),
    collects=st.sampled_from([0.0, 0.4]),
)
@settings(max_examples=200, deadline=None)
def test_a_case_is_refused_at_the_start_or_runs_to_its_end_whatever_the_operator_does(
    kinds, gaps, amount, law, stay, answers, kind, about, from_service, collects
):
    days = itertools.accumulate(gaps, initial=on("2020-01-01"))
    steps = [
        replace(step(k, "2020-01-01", amount), day=day, instrument=about)
        for k, day in zip(kinds, days, strict=False)
    ]
    powers = replace(AUTHORITY, kind=kind, stay=law, collects=collects)
    duties = (Obligation("delete", days=10, from_service=from_service),)
    file = case_of(*steps, powers=powers, stay=stay, duties=duties)
    appeals, pays, settles = answers
    if check_case(file):
        with pytest.raises(ScenarioError):
            run(file, appeals=appeals, pays=pays, settles=settles)
        return
    for money in run(file, appeals=appeals, pays=pays, settles=settles).case.money:
        assert 0 <= money.collected <= money.payable <= money.imposed


def test_a_second_penalty_is_no_path_unless_a_court_has_sent_the_case_back():
    again = step("final_penalty", "2021-06-01", 20)
    assert told(case_of(OPENED, ORDER, PENALTY, again)) == [("dates", "final_penalty")]
    back = step("court_remits", "2021-03-01")
    appeal = step("appeal_lodged", "2020-11-10")
    file = case_of(OPENED, PENALTY, ORDER, appeal, back, again)
    assert run(file, appeals=True).case.penalty.imposed == 20
    assert run(file, appeals=False).case.penalty.imposed == 10


def test_a_penalty_needs_a_notice_of_intent_where_the_law_asks_for_one():
    without = case_of(OPENED, PENALTY, ORDER, powers=BRITISH)
    assert told(without) == [("dates", "final_penalty")]
    assert told(replace(without, powers=AUTHORITY)) == []


@pytest.mark.parametrize(("day", "late"), [("2020-11-30", False), ("2020-12-01", True)])
def test_a_penalty_comes_within_the_months_of_its_notice_of_intent_unless_both_agree(day, late):
    penalty, order = replace(PENALTY, day=step("x", day).day), step("order", "2020-12-10")
    assert bool(check_case(case_of(OPENED, INTENT, penalty, order, powers=BRITISH))) is late
    more = step("intent_extended", "2020-11-20")
    assert check_case(case_of(OPENED, INTENT, more, penalty, order, powers=BRITISH)) == []
    too_late = step("intent_extended", "2020-12-05")
    afterwards = case_of(OPENED, INTENT, penalty, too_late, order, powers=BRITISH)
    assert bool(check_case(afterwards)) is late


def test_an_order_without_a_power_and_an_amount_over_the_most_are_all_named_at_once():
    duties = (Obligation("delete"), Obligation("bar_private"))
    much = replace(PENALTY, amount=1001)
    faults = check_case(case_of(OPENED, much, step("injunction", "2020-11-02", 11), duties=duties))
    assert [(f.key, f.found) for f in faults] == [
        ("clauses", "bar_private"),
        ("amounts", "final_penalty"),
        ("amounts", "injunction"),
    ]
    assert "at most 1,000 EUR" in {fault.expected for fault in faults}


def test_an_amount_of_an_instrument_that_the_authority_lacks_is_named():
    powers = {name: law for name, law in AUTHORITY.powers.items() if name != "periodic penalty"}
    file = case_of(step("injunction", "2020-11-02", 1), powers=replace(AUTHORITY, powers=powers))
    (fault,) = check_case(file)
    assert "no power to impose a periodic penalty" in fault.message


@pytest.mark.parametrize(
    ("lacking", "given"),
    [
        ("monetary penalty notice", PENALTY),
        ("monetary penalty notice", replace(PENALTY, amount=None)),
        ("enforcement notice", ORDER),
        ("private action", step("settlement", "2020-11-01")),
    ],
)
def test_an_instrument_without_a_power_is_named_whatever_it_costs(lacking, given):
    powers = {name: law for name, law in AUTHORITY.powers.items() if name != lacking}
    file = case_of(OPENED, given, duties=(), powers=replace(AUTHORITY, powers=powers))
    assert told(file) == [("amounts", given.kind)]
    assert told(replace(file, powers=AUTHORITY)) == []


@pytest.mark.parametrize(
    "kind",
    [
        *("tribunal_restores_jurisdiction", "appeal_dismissed", "tribunal_sets_aside"),
        *("periodic_penalty_liquidated", "stay_granted", "stay_lifted", "appeal_withdrawn"),
    ],
)
def test_a_step_that_answers_what_the_case_lacks_is_named(kind):
    assert told(case_of(OPENED, ORDER, step(kind, "2021-01-01"))) == [("dates", kind)]


def test_nothing_comes_after_a_case_is_closed_but_a_new_one():
    closed, appeal = step("regulator_closes", "2020-11-05"), step("appeal_lodged", "2020-11-10")
    assert told(case_of(OPENED, ORDER, closed, appeal)) == [("dates", "appeal_lodged")]
    again = step("complaint", "2021-01-01")
    assert told(case_of(OPENED, ORDER, closed, again)) == []


def test_duties_without_a_notice_that_could_hold_them_are_named():
    assert told(case_of(OPENED)) == [("order_of", "XX-1")]


def test_steps_whose_days_are_still_to_be_drawn_are_checked_for_their_order():
    undated = {"day": -1, "drawn": Drawn("investigation_opened", 100.0, 0.5)}
    order, closed = (
        replace(ORDER, **undated),
        replace(step("regulator_closes", "2020-01-01"), day=-1),
    )
    assert told(case_of(OPENED, order)) == []
    assert told(case_of(OPENED, closed, order, duties=())) == [("dates", "order")]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("cases.0.dates={provisional_notice: 2021-11-01}", "is out of time"),
        ("cases.0.dates={enforcement_notice: 2021-01-01}", "before its cause"),
        ("cases.0.dates={appeal_lodged: 2022-07-30}", "out of time"),
        ("cases.0.clauses=[bar_private]", "no power to order 'bar_private'"),
        ("cases.0.amounts={final_penalty: 17500001}", "over the most"),
    ],
)
def test_a_scenario_is_refused_at_load_with_what_is_at_fault(change, says):
    with pytest.raises(ScenarioError, match=says):
        load_scenario("ico-2022", [change])


def test_a_fault_is_placed_at_the_step_that_the_scenario_moved():
    with pytest.raises(ScenarioError) as refused:
        load_scenario("ico-2022", ["cases.0.dates={provisional_notice: 2021-11-01}"])
    (fault,) = refused.value.faults
    assert fault.found == "2021-11-01"
    assert "final_penalty on 2022-05-18 is out of time" in fault.message
    assert "cases.0.dates.provisional_notice" in f"{fault.key} {fault.message}"
