"""Dates of a case that a scenario moves: a step that comes before its cause is refused.

Which step answers which is the law's (`sim.law.steps`: an appeal answers the notice, a judgment
its hearing); a step that is moved must still come after what caused it in the record. Of a step
that the record has more than once (the tribunals' hearings) the cause is the last one recorded
before the effect. What is out of time is a matter of the law's own checks (`sim.law.checks`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from scenarios.public_record import Action
from sim.law.steps import causes_among


@dataclass(frozen=True)
class Misdated:
    """A step that would come before its cause.

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


def misdated(action: Action, moved: Mapping[str, date]) -> tuple[Misdated, ...]:
    """Return every step before its cause once `moved` dates are in force.

    Args:
        action: an action of the record.
        moved: step kind -> date where the scenario moves it; nothing is found where nothing is
            moved, since the record's own dates stand as they are.
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
    return tuple(found)
