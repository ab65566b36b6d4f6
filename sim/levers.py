"""Levers: named values that interventions modify and processes read; nobody else is written to.

A lever has a base value and a stack of modifiers. Modifiers compose by multiplying what they let
pass, so the result does not depend on the order in which they were set. Before a lever changes,
whoever listens is told, so that the people's columns are brought up to that day under the old
values.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class LeverKind:
    """What a lever is: its name and meaning; a modifier lets a share of 0 to 1 pass."""

    name: str
    what: str


LEVERS: dict[str, LeverKind] = {
    kind.name: kind
    for kind in (
        LeverKind(
            "crawler.in_scope_pass",
            "share of the faces inferred to be residents in scope that the crawler still enrols",
        ),
        LeverKind(
            "platform.pass",
            "share of collection attempts that the platforms' defences let through",
        ),
    )
}


@dataclass(frozen=True)
class Modifier:
    """One entry of a lever's stack: who set it, when, and the share that it lets pass."""

    lever: str
    source: str
    since: int
    passes: float


class Levers:
    """The levers of one run.

    Args:
        before_change: called with the day before any value changes.
    """

    def __init__(self, before_change: Callable[[int], None]) -> None:
        self._before_change = before_change
        self._stack: dict[str, list[Modifier]] = {name: [] for name in LEVERS}
        self.changes: list[tuple[int, str, float]] = []

    def value(self, lever: str) -> float:
        """Return what the lever lets pass now: the product over its stack (1 where it is empty)."""
        result = 1.0
        for modifier in self._stack[lever]:
            result *= modifier.passes
        return result

    def stack(self, lever: str) -> tuple[Modifier, ...]:
        """Return the lever's modifiers in the order in which they were set."""
        return tuple(self._stack[lever])

    def set(self, lever: str, source: str, day: int, passes: float) -> None:
        """Put a modifier on a lever from `day` on, replacing an earlier one of the same source.

        Raises:
            ValueError: an unknown lever, or a value outside its bounds.
        """
        kind = LEVERS.get(lever)
        if kind is None:
            raise ValueError(f"unknown lever {lever!r}; the levers are {', '.join(LEVERS)}")
        if not 0.0 <= passes <= 1.0:
            raise ValueError(f"{kind.name} lets a share of 0 to 1 pass, found {passes}")
        self._change(lever, source, day, Modifier(lever, source, day, passes))

    def clear(self, lever: str, source: str, day: int) -> None:
        """Take a source's modifier off a lever from `day` on, if it has one."""
        self._change(lever, source, day, None)

    def _change(self, lever: str, source: str, day: int, new: Modifier | None) -> None:
        before = self.value(lever)
        rest = [m for m in self._stack[lever] if m.source != source]
        stack = rest if new is None else [*rest, new]
        if stack == self._stack[lever]:
            return
        after = 1.0
        for modifier in stack:
            after *= modifier.passes
        if after != before:
            self._before_change(day)
            self.changes.append((day, lever, after))
        self._stack[lever] = stack
