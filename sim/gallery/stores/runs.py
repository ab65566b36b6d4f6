"""Sorted runs and tombstones: an erased row is in its run until compaction meets its tombstone.

The manner `lsm`. A run is a batch of rows by rising id; erasing writes a file of ids. A tombstone
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
from sim.gallery.stores.rows import CHUNK, Batch, RowFile, Rows, layout, vectors_in, written_anew
from sim.gallery.stores.store import NO_IDS, Change, Meter

_TOMBSTONE = np.dtype([("id", "<i8")])


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
        self._runs: list[Batch] = []
        self._tombstones: list[_Tombstones] = []
        self._files = 0

    def put(self, rows: Rows, day: int) -> Cost:
        """Write rows as one run."""
        meter, order = Meter(), np.argsort(rows.ids)
        with written_anew(self._next("run"), self._row) as file:
            meter.written += file.append(rows.packed()[order])
        self._runs.append(Batch(file, rows.ids[order]))
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Write tombstones; nothing is dropped."""
        meter, ids = Meter(), np.sort(ids)
        with written_anew(self._next("tombstones"), _TOMBSTONE) as file:
            meter.written += file.append(ids.view(_TOMBSTONE))
        self._tombstones.append(_Tombstones(file, ids, day))
        return Change(meter.cost(len(ids)), NO_IDS)

    def advance(self, day: int) -> Change:
        """Merge the runs if a tombstone is old enough, and drop what those that are cover."""
        lag = self._keeping.days
        assert lag is not None
        return self._compact([stone for stone in self._tombstones if stone.day + lag <= day])

    def renew(self, day: int) -> Change:
        """Merge the runs, and drop what any tombstone covers."""
        return self._compact(list(self._tombstones))

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        return vectors_in(self._runs, ids)

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
        with written_anew(self._next("run"), self._row) as merged:
            for first in range(0, len(every), CHUNK):
                rows = self._between(every[first], every[min(first + CHUNK, len(every)) - 1])
                meter.read += rows.nbytes
                meter.written += merged.append(rows[~np.isin(rows["id"], covered)])
        met = [stone.file for stone in due]
        for file in (*(run.file for run in self._runs), *met):
            file.path.unlink()
        self._runs = [Batch(merged, every[~np.isin(every, covered)])]
        self._tombstones = [stone for stone in self._tombstones if stone.file not in met]
        return Change(meter.cost(len(covered)), covered)

    def _between(self, least: int, most: int) -> NDArray[np.void]:
        """Return the rows of all runs from one id to another, by rising id."""
        parts = []
        for run in self._runs:
            start = int(np.searchsorted(run.ids, least))
            end = int(np.searchsorted(run.ids, most, side="right"))
            parts.append(run.file.read(start, end - start))
        rows = np.concatenate(parts)
        return rows[np.argsort(rows["id"])]

    def _next(self, name: str) -> Path:
        self._files += 1
        return self._folder / f"{name}-{self._files:06d}.rows"
