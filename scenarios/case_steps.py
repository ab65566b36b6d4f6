"""The steps of a case file: the record's, with what the scenario moves, or drawn.

With `dates: drawn` a case opens on its recorded day, and every stage of `scenarios.durations`
gets the authority's log-normal duration in place of its recorded one; a step that no stage covers
follows the step before it after the recorded number of days. Steps that change nothing (hearings,
replies, questionnaires) are left out there: their recorded days would contradict the drawn ones.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from scenarios.public_record import Action, ActionStep, read_data
from sim.dates import day_of
from sim.setup import Authority, Drawn, Step

CHANGES_NOTHING = frozenset(
    {
        *("hearing", "permission_refused_renewed", "company_reply", "questionnaire", "deadline"),
        *("rapporteur_appointed", "report_served", "collection_attempt", "objection", "amicus"),
        *("director_liability_probe", "consolidated", "objection_window_closed"),
    }
)
"""Steps that are told and move no case; with drawn dates they are left out."""

_CURRENCY = re.compile(r"[A-Z]{3}")


def recorded_steps(
    action: Action, moved: Mapping[str, date], amounts: Mapping[str, int]
) -> tuple[Step, ...]:
    """Return an action's dated steps in order of day.

    Args:
        action: an action of the record.
        moved: step kind -> date where the scenario moves it.
        amounts: step kind -> amount where the scenario changes it, whole units.
    """
    steps = [_step(step, moved, amounts) for step in action.steps if step.date is not None]
    return tuple(sorted(steps, key=lambda step: step.day))


def drawn_steps(
    action: Action, authority: Authority, amounts: Mapping[str, int]
) -> tuple[Step, ...]:
    """Return an action's steps with the days of its stages left to be drawn.

    Args:
        action: an action of the record.
        authority: whose durations are drawn.
        amounts: step kind -> amount where the scenario changes it, whole units.
    """
    stages = {
        entry["to"]: (entry["stage"], entry["from"])
        for entry in read_data("durations.yaml")
        if entry["action"] == action.id
    }
    dated = sorted(
        (step for step in action.steps if step.date is not None and _moves(step)),
        key=lambda step: step.date or date.min,
    )
    steps: list[Step] = []
    before: ActionStep | None = None
    drawing: Drawn | None = None
    for step in dated:
        plain = _step(step, {}, amounts)
        if step.kind in stages:
            stage, after = stages[step.kind]
            lasts = authority.durations[stage]
            drawing = Drawn(after, lasts.median, lasts.sigma)
        elif drawing is None or before is None:
            # A complaint after the opening would contradict the drawn days, and moves nothing.
            if not any(kept.kind == "investigation_opened" for kept in steps):
                steps.append(plain)
                before = step
            continue
        elif step.date != before.date:
            assert step.date is not None
            assert before.date is not None
            drawing = Drawn(before.kind, float((step.date - before.date).days), 0.0)
        steps.append(_undated(plain, drawing))
        before = step
    return tuple(steps)


def _moves(step: ActionStep) -> bool:
    return step.kind not in CHANGES_NOTHING


def _undated(step: Step, drawn: Drawn) -> Step:
    return Step(
        step.kind, -1, step.amount, step.currency, False, step.text, step.source, step.grade, drawn
    )


def _step(step: ActionStep, moved: Mapping[str, date], amounts: Mapping[str, int]) -> Step:
    return Step(
        kind=step.kind,
        day=day_of(moved.get(step.kind, step.date or date.min)),
        amount=amounts.get(step.kind, step.amount),
        currency=iso_currency(step.currency),
        recorded=not (step.assumed or step.kind in moved or step.kind in amounts),
        text=step.text,
        source=step.source,
        grade=step.grade,
    )


def iso_currency(written: str | None) -> str | None:
    """Return the ISO 4217 code in the record's wording (`EUR/day`, `EUR (maximum)`)."""
    found = None if written is None else _CURRENCY.match(written)
    return None if found is None else found[0]
