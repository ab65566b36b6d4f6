"""Days of a case that are drawn: each stage takes its authority's log-normal duration.

A drawn case opens on its own day; every later step follows the one that it answers after a drawn
number of days, keyed by the case and the step's place in it, so that the same seed draws the same
days in every arm.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import replace

from generators.keyed import Streams
from sim.dates import period_ends
from sim.law.step_kinds import Act
from sim.law.steps import STEPS, causes_among
from sim.setup import CaseFile, Drawn, Step


def case_key(id: str) -> int:
    """Return the number by which a case's draws are keyed."""
    return zlib.crc32(id.encode())


def dated(file: CaseFile, streams: Streams) -> CaseFile:
    """Return a case file whose steps all have days; the same file where none is drawn.

    A penalty that would come later than the law's limit after the notice of intent is preceded by
    the parties' agreement to more time: the fitted durations know no such limit.

    Args:
        file: the case.
        streams: the replication's streams.
    """
    if all(step.drawn is None for step in file.steps):
        return file
    days: dict[str, int] = {}
    steps: list[Step] = []
    drawing: Drawn | None = None
    day, luck = 0, 0.0
    for ordinal, step in enumerate(file.steps):
        if step.drawn is None:
            day = step.day
        elif step.drawn.after not in days:
            continue
        elif step.drawn != drawing:
            if not _of_one_stage(step.drawn, drawing):
                luck = float(streams.normal("law.duration", case_key(file.id), ordinal)[0])
            # A stage may be drawn shorter than what comes between; then it ends with that.
            causes = [days[cause] for cause in causes_among(step.kind, days)]
            day = max([days[step.drawn.after] + lasts(step.drawn, luck), *causes])
        # Steps that one day brought about (both notices) share their draw, and so their day.
        drawing = step.drawn
        days[step.kind] = day
        steps += [*_more_time(file, step, days), replace(step, day=day)]
    return replace(file, steps=tuple(sorted(steps, key=lambda step: step.day)))


def _of_one_stage(drawn: Drawn, before: Drawn | None) -> bool:
    """Return whether two durations are parts of one stage: what lies on its way is as early or
    late as its end."""
    return before is not None and (drawn.after, drawn.sigma) == (before.after, before.sigma)


def lasts(drawn: Drawn, luck: float) -> int:
    """Return the days of a duration at a standard normal's value, at least one."""
    return max(1, round(drawn.median * math.exp(drawn.sigma * luck)))


def _more_time(file: CaseFile, step: Step, days: dict[str, int]) -> list[Step]:
    """Return the agreement to more time that a drawn penalty needs, if it does."""
    months = 0 if file.powers is None else file.powers.intent_months
    intent = days.get("provisional_notice")
    if STEPS[step.kind].act is not Act.PENALISE or not months or intent is None:
        return []
    ends = period_ends(intent, months)
    if days[step.kind] <= ends or "intent_extended" in days:
        return []
    text = "In this model both agree that the penalty may be given later."
    return [Step("intent_extended", ends, recorded=False, text=text)]
