"""Sorted runs and tombstones: an erased row is in its run until compaction meets its tombstone.

The manner `lsm`. A run is a file of rows by rising id; erasing writes a file of ids. A tombstone
meets what it covers a stated number of days later, when all runs are merged into one without the
rows that are due.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Keeping, Place
from sim.gallery.stores.rows import CHUNK, RowFile, Rows, layout
from sim.gallery.stores.store import NO_IDS, Change, Meter

_TOMBSTONE = np.dtype([("id", "<i8")])


@dataclass(frozen=True)
class _Run:
    """A file of rows.

    Attributes:
        file: the rows.
        ids: int64 [rows], rising.
    """

    file: RowFile
    ids: NDArray[np.int64]


@dataclass(frozen=True)
class _Tombstones:
    """What was erased at once.

    Attributes:
        file: the ids.
        ids: int64 [n].
        day: of the erasure.
    """

    file: RowFile
    ids: NDArray[np.int64]
    day: int


class RunStore:
    """A `RowStore` of sorted runs.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
        keeping: `lsm`.
    """

    def __init__(self, folder: Path, dimension: int, keeping: Keeping) -> None:
        self._folder, self._keeping = folder, keeping
        self._row = layout(dimension)
        self._runs: list[_Run] = []
        self._tombstones: list[_Tombstones] = []
        self._files = 0

    def put(self, rows: Rows, day: int) -> Cost:
        """Write rows as one run."""
        meter, order = Meter(), np.argsort(rows.ids)
        run = _Run(self._file("run", self._row), rows.ids[order])
        meter.written += run.file.append(rows.packed()[order])
        self._runs.append(run)
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Write tombstones; nothing is dropped."""
        meter = Meter()
        tombstones = _Tombstones(self._file("tombstones", _TOMBSTONE), np.sort(ids), day)
        meter.written += tombstones.file.append(tombstones.ids.view(_TOMBSTONE))
        self._tombstones.append(tombstones)
        return Change(meter.cost(len(ids)), NO_IDS)

    def advance(self, day: int) -> Change:
        """Merge the runs if a tombstone is old enough, and drop what those that are cover."""
        lag = self._keeping.days
        assert lag is not None
        return self._compact([stone for stone in self._tombstones if stone.day + lag <= day])

    def renew(self, day: int) -> Change:
        """Merge the runs, and drop what any tombstone covers."""
        return self._compact(list(self._tombstones))

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the runs and the tombstones."""
        there = [run.file.path for run in self._runs]
        return {Place.FILE: (*there, *(stone.file.path for stone in self._tombstones))}

    def _compact(self, due: list[_Tombstones]) -> Change:
        meter = Meter()
        if not due:
            return Change(meter.cost(0), NO_IDS)
        covered = np.concatenate([stone.ids for stone in due])
        every = np.sort(np.concatenate([run.ids for run in self._runs]))
        merged = _Run(self._file("run", self._row), every[~np.isin(every, covered)])
        for first in range(0, len(every), CHUNK):
            span = every[first], every[min(first + CHUNK, len(every)) - 1]
            parts = []
            for run in self._runs:
                start, end = (
                    np.searchsorted(run.ids, span[0]),
                    np.searchsorted(run.ids, span[1], side="right"),
                )
                parts.append(run.file.read(int(start), int(end - start)))
            rows = np.concatenate(parts)
            meter.read += rows.nbytes
            rows = rows[np.argsort(rows["id"])]
            meter.written += merged.file.append(rows[~np.isin(rows["id"], covered)])
        files = [run.file for run in self._runs] + [stone.file for stone in due]
        for file in files:
            file.path.unlink()
        self._runs = [merged]
        self._tombstones = [stone for stone in self._tombstones if stone not in due]
        return Change(meter.cost(len(covered)), covered)

    def _file(self, name: str, row: np.dtype[np.void]) -> RowFile:
        self._files += 1
        return RowFile(self._folder / f"{name}-{self._files:06d}.rows", row)
