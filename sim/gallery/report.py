"""What an audit of an erasure says, level by level, and what it does not prove."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

LEVELS = ("L0", "L1", "L2", "L3")
"""Ids; new photos; bytes in files; bytes in memory."""


@dataclass(frozen=True)
class Control:
    """Two questions whose answers are known, asked like the real one.

    Attributes:
        must_fail: what was found of survivors, looked for as if they had been erased.
        found: whether it was found, as it must be.
        must_pass: what was found of those who were never enrolled.
        clean: whether nothing was, as it must be.
    """

    must_fail: Mapping[str, Any]
    found: bool
    must_pass: Mapping[str, Any]
    clean: bool

    @property
    def behaved(self) -> bool:
        """Whether both came out as they must; else the level's own answer is worth nothing."""
        return self.found and self.clean

    def as_json(self) -> dict[str, Any]:
        """Return the control as the report prints it."""
        return {
            "behaved": self.behaved,
            "must_fail": {"failed": self.found, **self.must_fail},
            "must_pass": {"passed": self.clean, **self.must_pass},
        }


@dataclass(frozen=True)
class Level:
    """One level of an audit.

    Attributes:
        level: its name, one of `LEVELS`.
        holds: whether nothing of the erased was found there; None where it cannot be examined, or
            not so closely that finding nothing would say anything.
        evidence: what was done and found, by name.
        control: None where it was not examined.
        does_not_prove: what may still be so, though the level holds.
        why: why it does not hold or could not be examined; None where it holds.
    """

    level: str
    holds: bool | None
    evidence: Mapping[str, Any]
    control: Control | None
    does_not_prove: str
    why: str | None

    def as_json(self) -> dict[str, Any]:
        """Return the level as `efface gallery audit --json` prints it."""
        return {
            "level": self.level,
            "holds": self.holds,
            "why": self.why,
            "evidence": dict(self.evidence),
            "control": None if self.control is None else self.control.as_json(),
            "does_not_prove": self.does_not_prove,
        }


@dataclass(frozen=True)
class AuditReport:
    """The levels that were asked for, in order."""

    levels: tuple[Level, ...]

    @property
    def holds(self) -> bool:
        """Whether every level that was asked for was examined and holds."""
        return all(level.holds is True for level in self.levels)

    def as_json(self) -> dict[str, Any]:
        """Return the report as `efface gallery audit --json` prints it."""
        return {"levels": [level.as_json() for level in self.levels]}


def examined(
    level: str,
    evidence: Mapping[str, Any],
    control: Control,
    does_not_prove: str,
    against: str | None,
    undecided: str | None = None,
) -> Level:
    """Return a level that was examined; it holds where nothing speaks against it.

    Args:
        level: its name.
        evidence: what was done and found.
        control: a level whose control did not behave does not hold.
        does_not_prove: what may still be so.
        against: what speaks against it in the evidence, one sentence; None where nothing does.
        undecided: why nothing that speaks against it is no answer (`holds` None); None where it is.
    """
    if not control.found:
        against = "The control failed: survivors, who are there, were not found."
    elif not control.clean:
        against = "The control failed: something was found of those who were never enrolled."
    if against is not None:
        return Level(level, False, evidence, control, does_not_prove, against)
    return Level(level, None if undecided else True, evidence, control, does_not_prove, undecided)
