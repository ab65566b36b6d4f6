"""Case files from the record: an authority's steps, duties and powers, and the days at which
measures look.

Dates are the record's unless the scenario moves or draws them (`scenarios.case_steps`), and the
order is the case's own unless the scenario puts another authority's wording in its place. The
windows always come from the recorded dates, so they are the same in every arm.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Literal

from generators.errors import Fault, ScenarioError
from scenarios.authority_files import authority_of, lent
from scenarios.case_dates import misdated, movable_steps
from scenarios.case_steps import drawn_steps, recorded_steps, stages_of
from scenarios.duty_wording import obligations, recorded_conduct
from scenarios.news import LETTERS
from scenarios.public_record import Action, ActionStep, Record
from sim.dates import add_months, day_of, iso
from sim.law.checks import check_case
from sim.law.paths import PATH
from sim.setup import Authority, CaseFile, Conduct, Reading, Stay, Windows

CODES = {
    "United Kingdom": "GB",
    "Australia": "AU",
    "Canada": "CA",
    "France": "FR",
    "Italy": "IT",
    "Greece": "GR",
    "Austria": "AT",
    "Germany": "DE",
    "Sweden": "SE",
    "Netherlands": "NL",
    "United States": "US",
    "US-Illinois / nationwide": "US-IL",
    "US-Illinois": "US-IL",
    "US-Vermont": "US-VT",
    "US-New Jersey": "US-NJ",
    "US-California": "US-CA",
}
"""Jurisdictions of the record. A state of the United States has residents whom no table counts
apart: its orders bind the operator and its customers there, and no resident in scope is drawn."""

CUSTOMERS = frozenset({"Swedish Police Authority (customer)", "police users"})
"""Targets of the record that are customers of the operator, and not the operator."""

World = Literal["as-recorded", "uk-only", "none"]
"""What else happens: every other recorded case, only the arm's own cases, or no case at all."""

_ENDS_LITIGATION = ("appeal_dismissed", "appeal_withdrawn", "regulator_closes")


def _dated(action: Action) -> tuple[ActionStep, ...]:
    return tuple(step for step in action.steps if step.date is not None)


def jurisdiction_code(action: Action) -> str:
    """Return the code of the jurisdiction whose residents an action protects.

    Raises:
        ScenarioError: an action of no jurisdiction (the platforms' letters).
    """
    if action.jurisdiction not in CODES:
        raise ScenarioError(
            Fault(
                f"{action.id} is no authority's case",
                key=action.id,
                found=action.jurisdiction,
                expected=", ".join(CODES),
            )
        )
    return CODES[action.jurisdiction]


def authority_name(action: Action) -> str:
    """Return what a log calls the authority of an action: the first that the record names."""
    return action.authority.split(" / ")[0]


def case_file(
    record: Record,
    id: str,
    dates: Mapping[str, date] | None = None,
    stay: Stay | None = None,
    *,
    order_of: str | None = None,
    clauses: Collection[str] | None = None,
    reading: Reading | None = None,
    drawn: bool = False,
    conduct: Conduct | None = None,
    amounts: Mapping[str, int] | None = None,
) -> CaseFile:
    """Return the case file of one action of the record.

    Args:
        record: the public record.
        id: the action's id.
        dates: step kind -> date where the scenario moves it; None or empty for the record's.
        stay: what an appeal does to the notices; None for the authority's own rule.
        order_of: id of the action whose order takes the place of this one's; its authority's
            power is then borrowed (`scenarios.authority_files.lent`).
        clauses: kinds of duty that the order holds; None for all of its own.
        reading: whose reading of scope a tribunal follows where its decision is not recorded.
        drawn: whether the days of the case's stages are drawn.
        conduct: how the operator met the case; None where its strategy answers.
        amounts: step kind -> amount where the scenario changes it, whole units.

    Raises:
        ScenarioError: an unknown id, an action that is no case, an unknown step, a step before
            its cause or out of time, or drawn days of a case without a stage to draw.
    """
    # Operators' files ask this module for the record's jurisdictions.
    from scenarios.operator_files import clients_against

    action = record.action(id)
    moved, changed = dict(dates or {}), dict(amounts or {})
    code, powers = jurisdiction_code(action), authority_of(action)
    period = _appeal_period(action, powers)
    unknown = [kind for kind in (*moved, *changed) if kind not in movable_steps(action)]
    early = misdated(action, moved)
    if unknown or early:
        raise ScenarioError(
            [Fault(f"'{kind}' is not a step of {id} that can be moved") for kind in unknown]
            + [Fault(m.message, key=m.kind, expected=m.expected) for m in early]
        )
    if drawn and not stages_of(action):
        raise ScenarioError(Fault(f"{id} has no stage whose days could be drawn", key=PATH))
    lender = action if order_of is None else record.action(order_of)
    if order_of is not None:
        own = frozenset(duty.kind for duty in obligations(lender))
        powers = lent(powers, authority_of(lender), own)
    file = CaseFile(
        id=action.id,
        authority=authority_name(action),
        jurisdiction=code,
        steps=drawn_steps(action, powers, changed)
        if drawn
        else recorded_steps(action, moved, changed),
        obligations=obligations(lender, clauses),
        appeal_period_days=period,
        stay=powers.stay if stay is None else stay,
        powers=powers,
        conduct=conduct,
        reading=reading,
        addressee="customers" if action.target in CUSTOMERS else "operator",
        clients=clients_against(action.target),
    )
    astray = [fault for fault in check_case(file) if fault.key == PATH]
    if astray:
        raise ScenarioError(astray)
    return file


def _appeal_period(action: Action, authority: Authority) -> int:
    """Return the days in which an appeal may be lodged: the record's where it has them."""
    recorded = action.appeal_period_days
    return authority.appeal_period_days if recorded is None else recorded


def cases_of_world(
    record: Record,
    world: str,
    question_id: str,
    targets: Sequence[str],
    listed: Collection[str] = (),
) -> tuple[CaseFile, ...]:
    """Return the other cases of a world, each as the record has it and as its addressee met it.

    Args:
        record: the public record.
        world: as in `World`.
        question_id: the action under question, which an arm has or lacks by itself.
        targets: whom the cases of this operator are against, as the record writes it.
        listed: actions that the arm lists itself.
    """
    if world != "as-recorded":
        return ()
    return tuple(
        case_file(record, id, conduct=recorded_conduct(id))
        for id in cases_against(record, targets)
        if id != question_id and id not in listed
    )


def cases_against(record: Record, targets: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the actions against these targets, in the record's order.

    The platforms' letters are no case and are left out: they bind nobody, and the run has them
    apart (`scenarios.news.letters`).
    """
    return tuple(a.id for a in record.actions if a.target in targets and a.id != LETTERS)


def windows(record: Record, id: str, first_day: int, last_day: int) -> Windows:
    """Return the days at which measures look, from the recorded dates of one action.

    The nominal deadlines are those that the notice would have had without an appeal: service,
    plus the appeal period, plus the calendar months of each duty. Litigation ends with a step
    that ends it; where none is recorded (the Upper Tribunal's remittal does not) it lasts to the
    end of the run.

    Args:
        record: the public record.
        id: the action under question.
        first_day: first day of the run.
        last_day: last day of the run.

    Raises:
        ScenarioError: an action without an enforcement notice: it gives no deadline to look at.
    """
    action = record.action(id)
    served = [s.date for s in _dated(action) if s.kind == "enforcement_notice"]
    if not served or served[0] is None:
        raise ScenarioError(
            Fault(f"{id} has no enforcement notice, so no deadline to look at", key=id)
        )
    notice = day_of(served[0])
    after_appeal = notice + _appeal_period(action, authority_of(action))
    months = {duty.kind: duty.months for duty in obligations(action)}
    ends = [day_of(s.date) for s in _dated(action) if s.date and s.kind in _ENDS_LITIGATION]
    return Windows(
        jurisdiction=jurisdiction_code(action),
        notice=notice,
        cease_deadline=add_months(after_appeal, months.get("cease_collection", 0)),
        delete_deadline=add_months(after_appeal, months.get("delete", 0)),
        litigation_end=max(first_day, min([*ends, last_day])),
    )


def simulable(record: Record) -> tuple[str, ...]:
    """Return the ids of the record's entries that can be under question today.

    Today that is the United Kingdom's alone: the windows need an enforcement notice with months.
    """
    return tuple(id for id in record.ids if can_be_simulated(record, id))


def can_be_simulated(record: Record, id: str) -> bool:
    """Return whether the record has what a question's case and its windows need."""
    try:
        case_file(record, id)
        windows(record, id, 0, 0)
    except ScenarioError:
        return False
    return True


def iso_windows(windows: Windows) -> dict[str, str]:
    """Return the days at which measures look as ISO dates, for people and for files."""
    return {
        "jurisdiction": windows.jurisdiction,
        "notice": iso(windows.notice),
        "cease_deadline": iso(windows.cease_deadline),
        "delete_deadline": iso(windows.delete_deadline),
        "litigation_end": iso(windows.litigation_end),
    }
