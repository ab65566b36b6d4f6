"""The case: what the record's dates do in the state machine, and what they do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from generators.errors import ScenarioError
from sim.dates import add_months, day_of, iso
from sim.law.instruments import PenaltyNotice, Status
from sim.model import run_arms


@pytest.fixture(scope="module")
def run(small_population):
    return lambda setup: run_arms(small_population, {"arm": setup}, 5, 0)["arm"]


def dated(history):
    return {event.kind: iso(event.day) for event in history.events}


def moved(setup, kind, day):
    """The setup with one step of its case on another day."""
    case = setup.cases[0]
    steps = sorted(
        (replace(s, day=day, recorded=False) if s.kind == kind else s for s in case.steps),
        key=lambda s: s.day,
    )
    return replace(setup, cases=(replace(case, steps=tuple(steps)),))


def test_as_it_happened_the_recorded_steps_fall_on_their_days_and_no_deadline_fell(
    run, shipped_setups
):
    history = run(shipped_setups["ico-2022"])
    happened = dated(history)
    assert happened["investigation_opened"] == "2020-07-09"
    assert happened["provisional_notice"] == "2021-11-29"
    assert happened["enforcement_notice"] == happened["final_penalty"] == "2022-05-18"
    assert happened["tribunal_sets_aside"] == "2023-10-17"
    assert happened["tribunal_restores_jurisdiction"] == "2025-10-06"
    for absent in ("appeal_period_ends", "penalty_payable", "collection_ceased"):
        assert absent not in happened
    assert all(event.recorded for event in history.events)


def test_obeyed_the_deadlines_run_from_the_end_of_the_appeal_period(run, shipped_setups):
    happened = dated(run(shipped_setups["ico-2022-obeyed"]))
    assert happened["appeal_period_ends"] == "2022-06-15"
    assert happened["penalty_paid"] == "2022-06-15"
    assert happened["collection_ceased"] == "2022-09-15"
    assert happened["removal_ended"] <= "2022-12-15"
    for absent in ("appeal_lodged", "hearing", "tribunal_sets_aside"):
        assert absent not in happened


def test_without_a_stay_the_operator_obeys_until_the_tribunal_sets_the_notice_aside(
    run, shipped_setups
):
    happened = dated(run(shipped_setups["no-stay"]))
    assert happened["collection_ceased"] == "2022-09-15"
    assert happened["collection_resumed"] == happened["tribunal_sets_aside"] == "2023-10-17"
    assert "penalty_payable" not in happened


def test_an_earlier_judgment_lifts_the_order_earlier(run, shipped_setups):
    early = day_of(date(2022, 10, 3))
    history = run(moved(shipped_setups["no-stay"], "tribunal_sets_aside", early))
    assert dated(history)["collection_resumed"] == "2022-10-03"
    assert (
        history.at(history.setup.windows.delete_deadline).templates[history.scope]
        > (
            run(shipped_setups["no-stay"])
            .at(history.setup.windows.delete_deadline)
            .templates[history.scope]
        )
    )


@pytest.mark.parametrize(
    ("kind", "day", "says"),
    [
        ("final_penalty", date(2020, 9, 1), "before its cause"),
        ("enforcement_notice", date(2021, 1, 1), "before its cause"),
        ("appeal_lodged", date(2022, 7, 30), "out of time"),
    ],
)
def test_a_step_before_its_cause_or_out_of_time_is_refused(run, shipped_setups, kind, day, says):
    with pytest.raises(ScenarioError, match=says):
        run(moved(shipped_setups["ico-2022"], kind, day_of(day)))


def test_a_tribunal_decides_only_an_appeal_that_was_lodged(run, shipped_setups):
    setup = shipped_setups["ico-2022"]
    case = setup.cases[0]
    steps = tuple(s for s in case.steps if s.kind != "appeal_lodged")
    happened = dated(run(replace(setup, cases=(replace(case, steps=steps),))))
    assert "tribunal_sets_aside" not in happened
    assert happened["appeal_period_ends"] == "2022-06-15"
    assert happened["collection_ceased"] == "2022-09-15"


def test_nothing_is_payable_under_appeal_and_nobody_pays_more_than_is_payable():
    penalty = PenaltyNotice("monetary penalty notice")
    penalty.propose(1, 100)
    penalty.serve(2, 40)
    penalty.move(3, Status.UNDER_APPEAL)
    with pytest.raises(ValueError, match="payable"):
        penalty.fall_due()
    penalty.set_aside(4)
    assert penalty.imposed == 0
    penalty.restore(5)
    assert (penalty.imposed, penalty.payable) == (40, 0)
    penalty.move(6, Status.IN_FORCE)
    penalty.fall_due()
    with pytest.raises(ValueError, match="payable"):
        penalty.pay(41)
    penalty.pay(40)
    assert penalty.collected == 40


def test_a_status_that_the_law_does_not_know_is_refused():
    penalty = PenaltyNotice("monetary penalty notice")
    penalty.propose(1, 100)
    with pytest.raises(ValueError, match="cannot become"):
        penalty.move(2, Status.IN_FORCE)


def test_months_are_counted_by_the_corresponding_date():
    assert iso(add_months(day_of(date(2022, 6, 15)), 3)) == "2022-09-15"
    assert iso(add_months(day_of(date(2022, 8, 31)), 6)) == "2023-02-28"
    assert iso(add_months(day_of(date(2023, 11, 30)), 3)) == "2024-02-29"


def test_the_platforms_letters_are_on_the_record_in_every_world_and_change_nothing(
    run, shipped_setups
):
    setup = shipped_setups["no-uk-order"]
    letters = [e for e in run(setup).events if e.kind == "cease_and_desist"]
    assert [iso(e.day) for e in letters] == ["2020-01-21", "2020-02-04", "2020-02-05"]
    assert all(e.recorded and e.actor == "platform" for e in letters)
    silent = run(replace(setup, letters=()))
    assert (silent.person_days == run(setup).person_days).all()


def test_a_step_is_logged_with_what_it_answers_in_law_and_nothing_that_the_record_lacks(
    run, shipped_setups
):
    events = run(shipped_setups["ico-2022"]).events
    because = {e.kind: None if e.because is None else events[e.because].kind for e in events}
    assert because["complaint"] is because["company_reply"] is None
    assert because["investigation_opened"] is None
    assert because["provisional_notice"] == "investigation_opened"
    assert because["final_penalty"] == because["enforcement_notice"] == "provisional_notice"
    assert because["appeal_lodged"] == "enforcement_notice"
    assert because["tribunal_sets_aside"] == "appeal_lodged"
    assert because["tribunal_restores_jurisdiction"] == "permission_refused_renewed"
