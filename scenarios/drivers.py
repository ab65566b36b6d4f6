"""The drivers to be named under a table: what moves the headline most and lacks direct evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SHOWN_ABOVE = 0.05
"""A driver is named where it moves the headline by more than this share of the largest move."""


@dataclass(frozen=True)
class Drivers:
    """The drivers of a run's headline.

    Attributes:
        listed: rows of `parameters.parquet`, the strongest first.
        tried: how many parameters were moved.
        still: how many of those moved the headline by nothing that shows.
        why: why nothing is listed, or "".
    """

    listed: tuple[Mapping[str, Any], ...]
    tried: int
    still: int
    why: str


def drivers_of(parameters: Sequence[Mapping[str, Any]]) -> Drivers:
    """Return the drivers that lack direct evidence (`fit` not `same`).

    Args:
        parameters: rows of `parameters.parquet`; `drives` is the headline effect at the high end
            of the parameter's range less that at the low end, or None where it was not moved.
    """
    tried = [row for row in parameters if row["drives"] is not None]
    largest = max((abs(row["drives"]) for row in tried), default=0.0)
    if largest == 0.0:
        why = "no parameter was moved" if not tried else "no parameter moves it"
        return Drivers((), len(tried), len(tried), why)
    moving = [row for row in tried if abs(row["drives"]) > SHOWN_ABOVE * largest]
    shown = [row for row in moving if row["fit"] != "same"]
    shown.sort(key=lambda row: (-abs(row["drives"]), row["name"]))
    return Drivers(tuple(shown), len(tried), len(tried) - len(moving), "")
