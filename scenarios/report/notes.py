"""Footnotes of a table: each distinct reason has one letter, wherever it stands."""

from __future__ import annotations

LETTERS = 26


class Notes:
    """The footnotes that a table has so far.

    Args:
        shown: False where there is no room for them, so that nothing is marked.
    """

    def __init__(self, shown: bool = True) -> None:
        self.shown = shown
        self.reasons: list[str] = []

    def mark(self, reason: str | None) -> str:
        """Return ` [a]` for a reason, or nothing where there is none."""
        if not reason or not self.shown:
            return ""
        if reason not in self.reasons:
            self.reasons.append(reason)
        return f" [{_letter(self.reasons.index(reason))}]"

    def lines(self) -> list[str]:
        """Return the footnotes, one line each."""
        return [f"[{_letter(i)}] {reason}" for i, reason in enumerate(self.reasons)]


def _letter(index: int) -> str:
    """Return a, b, … z, and then z1, z2, …"""
    return chr(ord("a") + index) if index < LETTERS else f"z{index - LETTERS + 1}"
