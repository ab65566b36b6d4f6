"""The columns of a population: names, kinds of numbers, and parts of those with several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

COLUMNS: dict[str, type[np.generic]] = {
    "jurisdiction": np.uint8,
    "place": np.uint16,
    "sex": np.uint8,
    "tone": np.uint8,
    "birth_day": np.int32,
    "online": np.bool_,
    "accounts": np.bool_,
    "public": np.bool_,
    "posting_z": np.float32,
    "tagging": np.float32,
    "aware": np.bool_,
    "informed": np.bool_,
    "move_day": np.int32,
    "elsewhere": np.uint8,
    "identity": np.uint64,
    "name_code": np.uint32,
    "handle_number": np.uint16,
}
"""What stands in each row, in the order in which files and the hash hold it."""

NAME_WORDS = ("locale", "first", "last")
_BY_PLATFORM = ("accounts", "public", "handle_number")


def parts_of(column: str, platforms: Sequence[str]) -> tuple[str, ...]:
    """Return the labels of a column's parts; none where it holds one number a person."""
    if column == "name_code":
        return NAME_WORDS
    return tuple(platforms) if column in _BY_PLATFORM else ()


def empty_columns(people: int, platforms: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return every column for so many people, not yet filled."""
    columns = {}
    for name, kind in COLUMNS.items():
        parts = parts_of(name, platforms)
        columns[name] = np.empty((people, len(parts)) if parts else people, dtype=kind)
    return columns
