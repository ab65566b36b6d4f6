"""An erasure that was carried out in a gallery and audited: what `efface gallery audit` tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sim.gallery.gallery import Cost
from sim.gallery.report import AuditReport
from sim.gallery.selection import Selection

Tell = Callable[[str], None]
"""Told, in a few words, what goes on."""


@dataclass(frozen=True)
class Audited:
    """An erasure with its audit.

    Attributes:
        what: what was audited, in words.
        about: the same, as JSON values.
        scope: whose templates were to be erased, in words.
        done: what was done with those that were chosen, in words: "erased", "hid".
        selection: how those that were erased compare with those that were to be.
        cost: of the erasure.
        report: the audit's levels.
        notes: what has to be known to read them, in sentences.
    """

    what: str
    about: Mapping[str, Any]
    scope: str
    done: str
    selection: Selection
    cost: Cost
    report: AuditReport
    notes: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as `efface gallery audit --json` prints it."""
        return {
            "holds": self.report.holds,
            **self.report.as_json(),
            "selection": {
                "scope": self.scope,
                "done": self.done,
                **self.selection.as_json(),
            },
            "cost": asdict(self.cost),
            "about": dict(self.about),
            "notes": list(self.notes),
        }


def kept_words(profile: str | None) -> str:
    """Return in a sentence how an audited gallery keeps what is erased.

    Args:
        profile: the manner of an operator's store, or None for the project's own gallery.
    """
    if profile is None:
        return "The gallery is the project's own, which keeps nothing of what is erased."
    return f"The gallery keeps what is erased as a store of the manner {profile} does."
