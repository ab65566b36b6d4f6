"""How many cases an authority can investigate at a time: case officers as a queue with capacity.

A case keeps an officer busy from its opening to its first notice, order or settlement. A case
whose days are drawn waits for a free officer and is later by that wait in all that follows; a case
whose days are recorded went as it went, and only keeps its officer busy.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from generators.errors import ScenarioError
from sim.law.step_kinds import ORDERS, Act
from sim.law.steps import STEPS
from sim.setup import CaseFile, Step


@dataclass
class Docket:
    """The investigations of every authority of a run.

    Attributes:
        busy: authority's id to the first and the last day of each investigation, the last not
            included.
    """

    busy: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def admit(self, file: CaseFile) -> CaseFile:
        """Return a case as the authority can take it up, all its days known.

        Args:
            file: the case; drawn where some step of it was.

        Raises:
            ScenarioError: an authority without any officer, which would never take up a case.
        """
        span = _investigation(file.steps)
        if file.powers is None or span is None:
            return file
        others = self.busy.setdefault(file.powers.id, [])
        first, last = span
        wait = 0
        if any(step.drawn is not None for step in file.steps):
            if file.powers.officers < 1:
                raise ScenarioError(f"{file.powers.id} has no officer to take up {file.id}")
            wait = _first_free(first, last - first, others, file.powers.officers) - first
        others.append((first + wait, last + wait))
        if not wait:
            return file
        steps = tuple(
            replace(step, day=step.day + wait) if step.day >= first else step for step in file.steps
        )
        return replace(file, steps=steps)


def _investigation(steps: tuple[Step, ...]) -> tuple[int, int] | None:
    """Return the days of a case's opening and of its first order, None where it has not both."""
    # A kind of step that nobody knows is refused by the case itself.
    known = [(step.day, STEPS[step.kind]) for step in steps if step.kind in STEPS]
    opened = [day for day, kind in known if kind.act is Act.OPEN and kind.actor == "authority"]
    ordered = [day for day, kind in known if kind.act in ORDERS]
    if not opened or not ordered or opened[0] > ordered[0]:
        return None
    return opened[0], ordered[0]


def _first_free(day: int, lasts: int, busy: list[tuple[int, int]], officers: int) -> int:
    """Return the first day from a day on from which an officer is free for as long as needed."""

    def free(begin: int) -> bool:
        starts = [first for first, _ in busy if begin < first < begin + lasts]
        return all(
            sum(first <= at < last for first, last in busy) < officers for at in (begin, *starts)
        )

    ends = sorted(last for _, last in busy if last > day)
    return next(begin for begin in (day, *ends) if free(begin))
