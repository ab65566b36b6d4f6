"""Dates of a case that a scenario moves: before their cause, or out of time, they are refused.

Which step answers which is the record's order and the law's (an appeal answers the notice, a
judgment its hearing); a step that is moved must still come after what caused it, and an appeal
must be lodged within the authority's appeal period.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from scenarios.public_record import Action

CAUSES: dict[str, tuple[str, ...]] = {
    "provisional_notice": ("investigation_opened",),
    "formal_notice": ("investigation_opened",),
    "findings": ("investigation_opened",),
    "hearing_before_order": ("investigation_opened",),
    "determination": ("investigation_opened",),
    "order": ("investigation_opened",),
    "binding_orders": ("findings",),
    "final_penalty": ("investigation_opened", "provisional_notice", "formal_notice"),
    "enforcement_notice": ("investigation_opened", "provisional_notice"),
    "injunction": ("investigation_opened", "formal_notice"),
    "order_with_penalty": ("investigation_opened",),
    "penalty_period_starts": ("injunction",),
    "periodic_penalty_liquidated": ("penalty_period_starts",),
    "appeal_lodged": (
        *("final_penalty", "enforcement_notice", "determination", "order", "final_approval"),
    ),
    "hearing": ("appeal_lodged",),
    "tribunal_sets_aside": ("appeal_lodged", "hearing"),
    "appeal_decision": ("appeal_lodged",),
    "appeal_withdrawn": ("appeal_lodged",),
    "appeal_sought": ("tribunal_sets_aside",),
    "permission_refused_renewed": ("appeal_sought",),
    "tribunal_restores_jurisdiction": ("appeal_sought", "permission_refused_renewed", "hearing"),
    "court_dismisses_review": ("binding_orders",),
    "court_upholds_order_in_part": ("binding_orders",),
    "appeal_dismissed": ("court_dismisses_review",),
    "court_remits": ("decision",),
    "decision": ("complaint",),
    "consent_order": ("complaint", "settlement"),
    "preliminary_approval": ("complaint",),
    "final_approval": ("preliminary_approval",),
}
"""Steps that must not come before others of the same case (same day is fine).

Of a step that the record has more than once (the tribunals' hearings) the cause is the last one
recorded before the effect."""

NOTICES = (
    *("final_penalty", "enforcement_notice", "determination", "order", "injunction", "decision"),
    *("order_with_penalty", "binding_orders", "consent_order", "final_approval"),
)
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
        for cause in CAUSES.get(effect, ()):
            causes = [(r, d) for kind, r, d in steps if kind == cause and r <= recorded]
            if not causes or day >= max(causes)[1]:
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
