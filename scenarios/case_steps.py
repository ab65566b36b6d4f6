"""The steps of a case file: the record's, with what the scenario moves, or drawn.

With `dates: drawn` a case opens on its recorded day, and every stage of `scenarios.stages`
gets the authority's log-normal duration in place of its recorded one. What happens on the way to
the first stage's end comes after its recorded share of that stage (a settlement shortly before the
court's order); a later step that no stage covers follows the step before it after the recorded
number of days. Steps that change nothing (hearings, replies, questionnaires) are left out there:
their recorded days would contradict the drawn ones. The record's sentence of a step belongs to its
recorded day and amount: a step with another day or amount has none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from scenarios.public_record import Action, ActionStep, read_data
from sim.dates import day_of
from sim.law.step_kinds import Act
from sim.law.steps import STEPS
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


def stages_of(action: Action) -> dict[str, tuple[str, str]]:
    """Return the stages whose length the record shows: kind of the step that ends one -> (stage,
    kind of the step that begins it); empty where nothing of a case can be drawn."""
    return {
        entry["to"]: (entry["stage"], entry["from"])
        for entry in read_data("durations.yaml")
        if entry["action"] == action.id
    }


def drawn_steps(
    action: Action, authority: Authority, amounts: Mapping[str, int]
) -> tuple[Step, ...]:
    """Return an action's steps with the days of its stages left to be drawn.

    Args:
        action: an action of the record that has a stage (`stages_of`).
        authority: whose durations are drawn.
        amounts: step kind -> amount where the scenario changes it, whole units.
    """
    stages = stages_of(action)
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
            if STEPS[step.kind].act is not Act.OPEN:
                steps.append(_undated(plain, _on_the_way(step, dated, stages, authority)))
            # A complaint after the opening would contradict the drawn days, and moves nothing.
            elif not any(kept.kind == "investigation_opened" for kept in steps):
                steps.append(plain)
                before = step
            continue
        elif step.date != before.date:
            drawing = Drawn(before.kind, float(_days(before, step)), 0.0)
        steps.append(_undated(plain, drawing))
        before = step
    return tuple(steps)


def _on_the_way(
    step: ActionStep,
    dated: Sequence[ActionStep],
    stages: Mapping[str, tuple[str, str]],
    authority: Authority,
) -> Drawn:
    """Return the duration of a step before the first stage's end: its share of that stage."""
    end = next(later for later in dated if later.kind in stages)
    stage, begins = stages[end.kind]
    beginning = next(earlier for earlier in dated if earlier.kind == begins)
    lasts = authority.durations[stage]
    share = _days(beginning, step) / _days(beginning, end)
    return Drawn(begins, lasts.median * share, lasts.sigma)


def _days(first: ActionStep, last: ActionStep) -> int:
    """Return the days between two dated steps."""
    assert first.date is not None
    assert last.date is not None
    return (last.date - first.date).days


def _moves(step: ActionStep) -> bool:
    return step.kind not in CHANGES_NOTHING


def _undated(step: Step, drawn: Drawn) -> Step:
    return replace(step, day=-1, recorded=False, text="", drawn=drawn)


def _step(step: ActionStep, moved: Mapping[str, date], amounts: Mapping[str, int]) -> Step:
    changed = step.kind in moved or step.kind in amounts
    return Step(
        kind=step.kind,
        day=day_of(moved.get(step.kind, step.date or date.min)),
        amount=amounts.get(step.kind, step.amount),
        currency=iso_currency(step.currency),
        recorded=not (step.assumed or changed),
        text="" if changed else step.text,
        source=step.source,
        grade=step.grade,
    )


def iso_currency(written: str | None) -> str | None:
    """Return the ISO 4217 code in the record's wording (`EUR/day`, `EUR (maximum)`)."""
    found = None if written is None else _CURRENCY.match(written)
    return None if found is None else found[0]
