"""Every case of the public record through the law machine: it ends where the record says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from scenarios.cases import case_file
from scenarios.duty_wording import recorded_conduct
from scenarios.news import LETTERS
from scenarios.public_record import load_record, read_data
from sim.law.checks import check_case
from sim.law.duties import DUTIES
from sim.law.instruments import Status
from sim.law.phases import PHASE_SUCCESSORS, Phase
from sim.law.step_kinds import INSTRUMENTS, UNCONDITIONAL, Act
from sim.law.steps import BY_LAW, STEPS
from sim.levers import LEVERS
from sim.parameters import load_parameters
from tests.law_clock import on, run

RECORD = load_record()
CASES = tuple(action.id for action in RECORD.actions if action.id != LETTERS)
UNDATED = "FTC-RITEAID-2023"

ENDS = {
    "UK-ICO-2022": (Phase.APPEAL, Status.UNDER_APPEAL, Status.UNDER_APPEAL),
    "AU-OAIC-2021": (Phase.CLOSED, Status.IN_FORCE, None),
    "CA-OPC-2021": (Phase.FINAL, Status.IN_FORCE, None),
    "FR-CNIL-2022": (Phase.FINAL, Status.IN_FORCE, Status.IN_FORCE),
    "IT-GARANTE-2022": (Phase.FINAL, Status.IN_FORCE, Status.IN_FORCE),
    "GR-HDPA-2022": (Phase.FINAL, Status.IN_FORCE, Status.IN_FORCE),
    "AT-DSB-2023": (Phase.INVESTIGATION, Status.IN_FORCE, None),
    "DE-HH-2021": (Phase.FINAL, Status.IN_FORCE, None),
    "SE-IMY-2021": (Phase.FINAL, Status.IN_FORCE, Status.IN_FORCE),
    "NL-AP-2024": (Phase.FINAL, Status.IN_FORCE, Status.IN_FORCE),
    "US-IL-ACLU-2022": (Phase.FINAL, Status.IN_FORCE, None),
    "US-MDL-2025": (Phase.APPEAL, Status.UNDER_APPEAL, None),
    "US-VT-2020-2025": (Phase.CLOSED, None, None),
    "US-NJ-2020": (Phase.FINAL, Status.IN_FORCE, None),
    "AT-NOYB-CRIMINAL-2025": (Phase.COMPLAINT, None, None),
    "US-CA-CW-2023": (Phase.COMPLAINT, None, None),
    "PIMEYES-DE-BW-2022": (Phase.INVESTIGATION, None, None),
    "PIMEYES-DE-HH-2020": (Phase.COMPLAINT, None, None),
    "PIMEYES-UK-2022": (Phase.COMPLAINT, None, None),
    "PIMEYES-IL-2023": (Phase.COMPLAINT, None, None),
    "FTC-EVERALBUM-2021": (Phase.INTENT, Status.PROPOSED, None),
    "FTC-WW-2022": (Phase.FINAL, Status.IN_FORCE, None),
}
"""Where each case of the record stands at its end: the case, its orders, its penalty."""


def as_recorded(id, **more):
    """The case as the record has it; where its strategy would answer, the operator appeals."""
    return run(case_file(RECORD, id, conduct=recorded_conduct(id)), appeals=True, **more)


@pytest.mark.parametrize("id", [id for id in CASES if id != UNDATED])
def test_every_case_of_the_record_runs_to_its_recorded_end(id):
    case = as_recorded(id).case
    statuses = [None if one is None else one.status for one in (case.orders, case.penalty)]
    assert (case.phase, *statuses) == ENDS[id]


@pytest.mark.parametrize("id", [id for id in CASES if id != UNDATED])
def test_every_recorded_step_happens_on_its_day_and_as_often(id):
    told = as_recorded(id)
    happened = Counter((event.kind, event.day) for event in told.log.events)
    for step in case_file(RECORD, id).steps:
        assert happened[step.kind, step.day] >= 1, step.kind
    recorded = [e for e in told.log.events if e.recorded]
    assert len(recorded) == sum(step.recorded for step in case_file(RECORD, id).steps)


def test_an_order_that_the_record_does_not_date_is_no_case_that_can_run():
    (fault,) = check_case(case_file(RECORD, UNDATED))
    assert "no final notice" in fault.message


def test_france_counted_52_days_and_liquidated_what_the_record_says():
    (recorded,) = (s for s in RECORD.action("FR-CNIL-2022").steps if "liquidated" in s.kind)
    periodic = as_recorded("FR-CNIL-2022").case.periodic
    assert periodic.days == RECORD.action("FR-CNIL-2022").derived["astreinte_days"]
    assert periodic.imposed == recorded.amount
    file = case_file(RECORD, "FR-CNIL-2022")
    obeying = run(file, met={duty.kind: "2023-01-09" for duty in file.obligations}).case.periodic
    assert obeying.imposed == 21 * 100_000


def test_no_sum_was_paid_to_an_authority_by_this_operator():
    for id in CASES:
        if id in (UNDATED, "SE-IMY-2021"):
            continue
        case = as_recorded(id, pays=True).case
        for money in case.money:
            assert money.collected <= money.payable <= money.imposed
            if money is not case.private:
                assert money.collected == 0


def test_the_illinois_settlement_binds_when_the_court_signs_and_is_paid_in_money():
    told = as_recorded("US-IL-ACLU-2022", pays=True)
    private, orders = told.case.private, told.case.orders
    assert told.heard.bound == ["2022-05-11"]
    assert private.status_on(on("2022-05-10")) is Status.PROPOSED
    assert (private.imposed, private.collected) == (300_000, 300_000)
    barred = next(duty for duty in orders.obligations if duty.kind == "bar_private")
    filtered = next(duty for duty in orders.obligations if duty.kind == "cease_collection")
    assert orders.ends(barred) is None
    assert orders.ends(filtered) == on("2027-05-11")


def test_a_settlement_in_equity_costs_no_money():
    private = as_recorded("US-MDL-2025").case.private
    assert private.in_equity
    assert (private.imposed, private.payable) == (51_750_000, 0)


def test_a_case_against_customers_is_theirs_to_pay_and_not_the_operators():
    against = {id: case_file(RECORD, id).addressee for id in CASES}
    assert {id for id, who in against.items() if who == "customers"} == {
        "SE-IMY-2021",
        "US-NJ-2020",
    }


def test_hamburgs_one_hash_was_due_sixteen_days_after_the_hearing():
    told = as_recorded("DE-HH-2021")
    (duty,) = told.case.orders.obligations
    assert duty.kind == "delete_one"
    assert told.case.orders.deadline(duty) == on("2021-02-12")
    assert "disobedience_found" not in told.days


def test_canadas_orders_bind_only_when_the_review_is_dismissed():
    told = as_recorded("CA-OPC-2021")
    assert told.heard.left == ["2020-07-06"]
    assert told.heard.bound == ["2024-12-18"]
    lodged = next(e for e in told.log.events if e.kind == "appeal_lodged")
    assert not lodged.recorded


def test_every_word_of_the_record_is_a_kind_of_step_with_causes_that_exist():
    assert set(read_data("record.yaml")["meta"]["kinds"]) <= set(STEPS)
    sizes = {name.removeprefix("news.weight.") for name in load_parameters() if "weight" in name}
    for name, kind in STEPS.items():
        assert set(kind.causes) <= {*STEPS, *BY_LAW}, name
        assert kind.news in sizes | {""}, name
        assert kind.instrument in (*INSTRUMENTS, "case"), name
        assert kind.money in (*INSTRUMENTS, ""), name


def test_no_cause_is_its_own_effect_but_that_every_court_hears_the_case():
    def causes(kind, above=()):
        assert kind not in above, (kind, above)
        for cause in STEPS[kind].causes if kind in STEPS else ():
            if cause != "hearing":
                causes(cause, (*above, kind))

    for kind in STEPS:
        causes(kind)


def test_every_phase_can_be_reached_and_none_is_left_by_a_step_that_the_law_lacks():
    reached = {Phase.NONE}
    while len(grown := reached.union(*(PHASE_SUCCESSORS[p] for p in reached))) > len(reached):
        reached = grown
    assert reached == set(Phase)
    for kind in STEPS.values():
        if kind.act in UNCONDITIONAL and kind.act is not Act.OPEN:
            assert Phase.CLOSED not in kind.phases


def test_every_duty_moves_a_lever_or_is_a_job_or_says_why_it_moves_nothing():
    for duty in DUTIES.values():
        assert bool(duty.lever) + bool(duty.job) + bool(duty.why_none) == 1, duty.name
        assert duty.lever == "" or duty.lever in LEVERS
        if duty.value is not None:
            assert 0.0 <= duty.value <= LEVERS[duty.lever].most


def test_the_page_on_the_law_names_every_step_event_and_duty_with_what_it_is():
    page = (Path(__file__).parents[2] / "docs" / "law.md").read_text(encoding="utf-8")
    for name, kind in STEPS.items():
        assert f"| `{name}` | {kind.act} | {kind.what} |" in page
    for name, what in BY_LAW.items():
        assert f"| `{name}` | {what} |" in page
    for duty in DUTIES.values():
        assert f"| `{duty.name}` | {duty.addressee} | {duty.what} |" in page
        assert (duty.lever or duty.job or duty.why_none) in page
