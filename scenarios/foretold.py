"""What a store's manner of keeping leaves of an erasure, foretold beside what an audit finds."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.keepings import known_keepings
from sim.gallery.keeping import Cohort, cleanings, remaining

_FEW = 10.0
"""Rows below which a store that leaves as many on average may well have left none."""


def foretold_rows(
    profile: str | None, rows: int, erased: int, days: int
) -> dict[str, float] | None:
    """Return how many erased rows are left where, as the store's manner has it; None of no store.

    Args:
        profile: manner of keeping of an operator's store, None of the project's own gallery.
        rows: in the store.
        erased: of these, all on one day, scattered over the store.
        days: between that day and the one looked at.
    """
    if profile is None:
        return None
    keeping = known_keepings()[profile].keeping
    cohort = Cohort(rows=erased, day=0, stored=rows)
    cleaned = cleanings(keeping, [cohort], [rows - erased] * (days + 1))
    left = remaining(keeping, [cohort], days, cleaned)
    return {str(place): kept for place, kept in left.items()}


def foretold_words(left: Mapping[str, float]) -> str:
    """Return in a sentence what a store's manner leaves of the erased, by place."""
    kept = {place: rows for place, rows in left.items() if rows > 0}
    if not kept:
        return "By its numbers nothing is left of the erased by then."
    words = ", ".join(
        f"{rows:,.{1 if rows < _FEW else 0}f} in {place}" for place, rows in kept.items()
    )
    words = f"By its numbers so many of the erased are left, on average: {words}"
    if max(kept.values()) < _FEW:
        words += "; of so few it is chance whether any is there to be found"
    return words + "."
