"""A case file from the record: an authority's steps, duties, and the days at which measures look.

Dates are the record's unless the scenario moves them; moved steps must still come after what
caused them (a tribunal's decision after the appeal and its hearing, the final notices after the
notice of intent), and the appeal must be lodged in time. The windows always come from the recorded
dates, so they are the same in every arm.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from generators.errors import Fault, ScenarioError
from scenarios.public_record import Action, ActionStep, Record
from sim.dates import add_months, day_of, iso
from sim.setup import CaseFile, Obligation, Stay, Step, Windows

CODES = {"United Kingdom": "GB"}
"""Jurisdictions whose cases can be simulated today; the others come with law and operator."""

CAUSES: dict[str, tuple[str, ...]] = {
    "provisional_notice": ("investigation_opened",),
    "final_penalty": ("investigation_opened", "provisional_notice"),
    "enforcement_notice": ("investigation_opened", "provisional_notice"),
    "appeal_lodged": ("final_penalty", "enforcement_notice"),
    "hearing": ("appeal_lodged",),
    "tribunal_sets_aside": ("appeal_lodged", "hearing"),
    "appeal_sought": ("tribunal_sets_aside",),
    "permission_refused_renewed": ("appeal_sought",),
    "tribunal_restores_jurisdiction": ("appeal_sought", "permission_refused_renewed", "hearing"),
}
"""Steps that must not come before others of the same case (same day is fine).

Of a step that the record has more than once (the tribunals' hearings) the cause is the last one
recorded before the effect."""

_NOTICES = ("final_penalty", "enforcement_notice")
_ENDS_LITIGATION = ("appeal_dismissed", "appeal_withdrawn", "regulator_closes")
_OBLIGATION = re.compile(r"(?P<kind>[a-z_]+)(?:\((?P<months>\d+) months after appeal period\))?")


@dataclass(frozen=True)
class Misdated:
    """A step that would come before its cause, or too late.

    Attributes:
        kind: the step whose moved date is at fault.
        message: the fault as a sentence.
        expected: what the date may be.
    """

    kind: str
    message: str
    expected: str


def movable_steps(action: Action) -> tuple[str, ...]:
    """Return the kinds of step that a scenario may move: those that the case has exactly once."""
    kinds = [step.kind for step in action.steps]
    return tuple(kind for kind in kinds if kinds.count(kind) == 1)


def misdated(action: Action, moved: Mapping[str, date]) -> tuple[Misdated, ...]:
    """Return every step before its cause or out of time once `moved` dates are in force."""
    steps = [
        (step.kind, step.date, moved.get(step.kind, step.date))
        for step in action.steps
        if step.date is not None
    ]
    found = []
    for effect, recorded, day in steps:
        for cause in CAUSES.get(effect, ()):
            causes = [(r, d) for kind, r, d in steps if kind == cause and r <= recorded]
            if not causes or day >= max(causes)[1]:
                continue
            after = max(causes)[1]
            message = f"'{effect}' on {day} comes before its cause '{cause}'"
            if effect in moved:
                found.append(Misdated(effect, message, f"{after} ('{cause}') or later"))
            else:
                found.append(Misdated(cause, message, f"{day} ('{effect}') or earlier"))
    return (*found, *_out_of_time(action, {kind: day for kind, _, day in steps}, moved))


def _out_of_time(
    action: Action, days: Mapping[str, date], moved: Mapping[str, date]
) -> tuple[Misdated, ...]:
    """Return the fault of an appeal after the appeal period, which runs from the first service."""
    served = {kind: day for kind, day in days.items() if kind in _NOTICES}
    if action.appeal_period_days is None or "appeal_lodged" not in days or not served:
        return ()
    appeal, period = days["appeal_lodged"], timedelta(days=action.appeal_period_days)
    notice = min(served, key=lambda kind: served[kind])
    if appeal <= served[notice] + period:
        return ()
    message = (
        f"'appeal_lodged' on {appeal} is out of time: '{notice}' is served on {served[notice]} "
        f"and can be appealed for {action.appeal_period_days} days"
    )
    if "appeal_lodged" in moved:
        expected = f"{served[notice]} to {served[notice] + period}"
        return (Misdated("appeal_lodged", message, expected),)
    return (Misdated(notice, message, f"{appeal - period} to {appeal}"),)


def _dated(action: Action) -> tuple[ActionStep, ...]:
    return tuple(step for step in action.steps if step.date is not None)


def jurisdiction_code(action: Action) -> str:
    """Return the code of the jurisdiction whose residents an action protects.

    Raises:
        ScenarioError: an action outside the jurisdictions that can be simulated.
    """
    if action.jurisdiction not in CODES:
        raise ScenarioError(
            Fault(
                f"cases of '{action.jurisdiction}' cannot be simulated yet",
                key=action.id,
                found=action.jurisdiction,
                expected=" or ".join(CODES),
            )
        )
    return CODES[action.jurisdiction]


def obligations(action: Action) -> tuple[Obligation, ...]:
    """Return an action's duties, read from the record's wording.

    Raises:
        ScenarioError: a wording that is not understood.
    """
    duties = []
    for text in action.obligations:
        match = _OBLIGATION.fullmatch(text)
        if match is None or match["kind"] not in ("cease_collection", "delete", "pay_penalty"):
            raise ScenarioError(
                Fault(
                    f"the duty '{text}' of {action.id} is not understood",
                    key=action.id,
                    found=text,
                    expected="cease_collection, delete or pay_penalty, with its months",
                )
            )
        duties.append(Obligation(match["kind"], int(match["months"] or 0)))
    return tuple(duties)


def case_file(
    record: Record, id: str, dates: Mapping[str, date] | None = None, stay: Stay = Stay.AUTOMATIC
) -> CaseFile:
    """Return the case file of one action of the record.

    Args:
        record: the public record.
        id: the action's id.
        dates: step kind -> date where the scenario moves it; None or empty for the record's.
        stay: what an appeal does to the notices.

    Raises:
        ScenarioError: an unknown id, an action that cannot be simulated, an unknown step, or a
            step before its cause or out of time.
    """
    action = record.action(id)
    moved = dict(dates or {})
    unknown = [kind for kind in moved if kind not in movable_steps(action)]
    early = misdated(action, moved)
    if unknown or early:
        raise ScenarioError(
            [Fault(f"'{kind}' is not a step of {id} that can be moved") for kind in unknown]
            + [Fault(m.message, key=m.kind, expected=m.expected) for m in early]
        )
    steps = [
        Step(
            kind=step.kind,
            day=day_of(moved.get(step.kind, step.date or date.min)),
            amount=step.amount,
            currency=step.currency,
            recorded=step.kind not in moved,
            text=step.text,
            source=step.source,
            grade=step.grade,
        )
        for step in _dated(action)
    ]
    return CaseFile(
        id=action.id,
        authority=action.authority.split(" / ")[0],
        jurisdiction=jurisdiction_code(action),
        steps=tuple(sorted(steps, key=lambda step: step.day)),
        obligations=obligations(action),
        appeal_period_days=_appeal_period(action),
        stay=stay,
    )


def _appeal_period(action: Action) -> int:
    if action.appeal_period_days is None:
        raise ScenarioError(
            Fault(f"the record has no appeal period for {action.id}", key=action.id)
        )
    return action.appeal_period_days


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
        ScenarioError: an action without an enforcement notice, or that cannot be simulated.
    """
    action = record.action(id)
    served = [s.date for s in _dated(action) if s.kind == "enforcement_notice"]
    if not served or served[0] is None:
        raise ScenarioError(
            Fault(f"{id} has no enforcement notice, so no deadline to look at", key=id)
        )
    notice = day_of(served[0])
    after_appeal = notice + _appeal_period(action)
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
    """Return the ids of the record's entries that can be a case, or be under question, today."""
    return tuple(id for id in record.ids if can_be_simulated(record, id))


def can_be_simulated(record: Record, id: str) -> bool:
    """Return whether the record has what a case and its windows need."""
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
