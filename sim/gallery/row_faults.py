"""What can be wrong with rows that were read from a sealed gallery's files, whoever wrote them.

Checks tell that rows are those that the manifest speaks of, not that a gallery can hold them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.folder_manifest import ColumnFile, SegmentFiles
from sim.gallery.journal import KEPT, SAMPLED, STATE
from sim.gallery.register import UNKNOWN, Register
from sim.gallery.segment import ERASED

_MESSAGE = "a file of the gallery holds what no gallery keeps"


def faults_of_rows(
    folder: Path,
    files: SegmentFiles,
    columns: Mapping[str, NDArray[Any]],
    model: Mapping[str, NDArray[Any]],
) -> Iterator[Fault]:
    """Yield what is wrong with the rows of a segment.

    Args:
        folder: where they were read.
        files: the files that they were read from.
        columns: id, state and sampled, as a gallery keeps them, and what its shelf keeps.
        model: what its shelf learned in training.
    """
    where = f"segments.{files.number}"
    erased = columns[STATE] == ERASED
    expected = {
        STATE: ("0 (searchable), 1 (hidden) or 2 (erased)", columns[STATE] > ERASED),
        SAMPLED: ("0 or 1", columns[SAMPLED].view(np.uint8) > 1),
    }
    for name, rows in columns.items():
        file, key = folder / files.columns[name].file, f"{where}.columns.{name}"
        if name in expected:
            yield from _fault_at(file, key, rows, *expected[name])
        if name in KEPT:
            continue
        yield from _fault_at(file, key, rows, "finite numbers", ~_finite(rows))
        left = np.zeros(len(rows), dtype=np.bool_)
        left[erased] = rows[erased].any(axis=_within_rows(rows))
        yield from _fault_at(file, key, rows, "zeros where a template was erased", left)
    for name, rows in model.items():
        file, key = folder / files.model[name].file, f"{where}.model.{name}"
        yield from _fault_at(file, key, rows, "finite numbers", ~_finite(rows))


def faults_of_ids(
    folder: Path, column: ColumnFile, key: str, ids: NDArray[np.int64], register: Register
) -> Iterator[Fault]:
    """Yield a fault where an id is none, or comes twice, here or in what was read before.

    Args:
        folder: where they were read.
        column: the file that they were read from.
        key: its dotted key in the manifest.
        ids: int64 [n].
        register: the ids read before.
    """
    file = folder / column.file
    yield from _fault_at(file, key, ids, "an id of 0 or more", ids < 0)
    again = register.where(ids) != UNKNOWN
    order = np.argsort(ids, kind="stable")
    again[order[1:]] |= ids[order[1:]] == ids[order[:-1]]
    yield from _fault_at(file, key, ids, "each id once", again)


def _finite(rows: NDArray[Any]) -> NDArray[np.bool_]:
    """Return which rows hold finite numbers alone, bool [n]."""
    if rows.dtype.kind != "f":
        return np.ones(len(rows), dtype=np.bool_)
    # The extremes are not finite where a number is not: no second array as large is made.
    most, least = (of(rows, axis=_within_rows(rows), initial=0) for of in (np.max, np.min))
    finite: NDArray[np.bool_] = np.isfinite(most) & np.isfinite(least)
    return finite


def _within_rows(rows: NDArray[Any]) -> tuple[int, ...]:
    """Return all axes of rows but that of their places."""
    return tuple(range(1, rows.ndim))


def _fault_at(
    file: Path, key: str, rows: NDArray[Any], expected: str, wrong: NDArray[np.bool_]
) -> Iterator[Fault]:
    """Yield a fault if there is a wrong row; it tells the first and how many there are."""
    places = np.flatnonzero(wrong)
    if len(places):
        message = f"{_MESSAGE}: {key}"
        value = f"{rows[places[0]]} in " if rows.ndim == 1 else ""
        found = f"{value}row {places[0]}, {len(places)} in all"
        yield Fault(message, str(file), key=key, found=found, expected=expected)
