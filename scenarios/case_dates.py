"""Dates of a case that a scenario moves: before their cause, or out of time, they are refused.

Which step answers which is the law's (`sim.law.steps`: an appeal answers the notice, a judgment
its hearing); a step that is moved must still come after what caused it in the record, and an
appeal must be lodged within the authority's appeal period. Of a step that the record has more
than once (the tribunals' hearings) the cause is the last one recorded before the effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scenarios.public_record import Action
from sim.law.steps import ORDERS, STEPS, causes_among

NOTICES = tuple(kind for kind, row in STEPS.items() if row.act in ORDERS and row.appealable)
"""Steps whose service opens the appeal period."""


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
    kinds = [step.kind for step in action.steps if step.date is not None]
    return tuple(kind for kind in kinds if kinds.count(kind) == 1)


def misdated(
    action: Action, moved: Mapping[str, date], appeal_period_days: int
) -> tuple[Misdated, ...]:
    """Return every step before its cause or out of time once `moved` dates are in force.

    Args:
        action: an action of the record.
        moved: step kind -> date where the scenario moves it; nothing is found where nothing is
            moved, since the record's own dates stand as they are.
        appeal_period_days: days from the first service in which an appeal may be lodged.
    """
    if not moved:
        return ()
    steps = [
        (step.kind, step.date, moved.get(step.kind, step.date))
        for step in action.steps
        if step.date is not None
    ]
    found = []
    for effect, recorded, day in steps:
        before = {kind for kind, r, _ in steps if r <= recorded and kind != effect}
        for cause in causes_among(effect, before):
            causes = [(r, d) for kind, r, d in steps if kind == cause and r <= recorded]
            if day >= max(causes)[1]:
                continue
            after = max(causes)[1]
            message = f"'{effect}' on {day} comes before its cause '{cause}'"
            if effect in moved:
                found.append(Misdated(effect, message, f"{after} ('{cause}') or later"))
            elif cause in moved:
                found.append(Misdated(cause, message, f"{day} ('{effect}') or earlier"))
    days = {kind: day for kind, _, day in steps}
    return (*found, *_out_of_time(days, moved, appeal_period_days))


def _out_of_time(
    days: Mapping[str, date], moved: Mapping[str, date], appeal_period_days: int
) -> tuple[Misdated, ...]:
    """Return the fault of an appeal after the appeal period, which runs from the first service."""
    served = {kind: day for kind, day in days.items() if kind in NOTICES}
    if "appeal_lodged" not in days or not served:
        return ()
    appeal, period = days["appeal_lodged"], timedelta(days=appeal_period_days)
    notice = min(served, key=lambda kind: served[kind])
    if appeal <= served[notice] + period:
        return ()
    message = (
        f"'appeal_lodged' on {appeal} is out of time: '{notice}' is served on {served[notice]} "
        f"and can be appealed for {appeal_period_days} days"
    )
    if "appeal_lodged" in moved:
        expected = f"{served[notice]} to {served[notice] + period}"
        return (Misdated("appeal_lodged", message, expected),)
    return (Misdated(notice, message, f"{appeal - period} to {appeal}"),)
