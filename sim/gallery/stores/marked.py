"""Rows with a bitmap of marks: erased rows stay where they are until the file is written anew.

The manners `tombstone_forever` (it never is) and `vacuum_at` (it is once the marked rows are a
stated share of all).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Keeping, Place, clean_up_due
from sim.gallery.stores.rows import RowFile, Rows, layout, places_of, written_anew
from sim.gallery.stores.store import NO_IDS, Change, Meter

_MARKS = np.dtype([("marks", "u1")])
"""Eight rows' marks."""


class MarkedStore:
    """A `RowStore` that marks, and cleans up at a threshold if it has one.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
        keeping: `tombstone_forever` or `vacuum_at`.
    """

    def __init__(self, folder: Path, dimension: int, keeping: Keeping) -> None:
        self._folder, self._keeping = folder, keeping
        self._marks = folder / "marks.bits"
        self._file = RowFile(folder / "data.rows", layout(dimension))
        self._ids = NO_IDS
        self._marked: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)

    def put(self, rows: Rows, day: int) -> Cost:
        """Append rows to the file."""
        meter = Meter()
        meter.written += self._file.append(rows.packed())
        self._ids = np.concatenate([self._ids, rows.ids])
        self._marked = np.concatenate([self._marked, np.zeros(len(rows), dtype=np.bool_)])
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Mark rows and write the bitmap; nothing is dropped."""
        meter = Meter()
        marked = self._marked.copy()
        marked[places_of(self._ids, ids)] = True
        with written_anew(self._folder / "marks.new", _MARKS) as bitmap:
            meter.written += bitmap.append(np.packbits(marked).view(_MARKS))
        bitmap.path.replace(self._marks)
        self._marked = marked
        return Change(meter.cost(len(ids)), NO_IDS)

    def advance(self, day: int) -> Change:
        """Clean up if it is due."""
        marked = int(self._marked.sum())
        if not clean_up_due(self._keeping, len(self._ids) - marked, marked):
            return Change(Meter().cost(0), NO_IDS)
        return self.renew(day)

    def renew(self, day: int) -> Change:
        """Write the file anew without the marked rows; the old one is unlinked."""
        meter, old = Meter(), self._file
        with written_anew(self._folder / "data.new", old.row) as fresh:
            for first, rows in old.chunks():
                meter.read += rows.nbytes
                meter.written += fresh.append(rows[~self._marked[first : first + len(rows)]])
        fresh.replace(old)
        self._marks.unlink(missing_ok=True)
        dropped, self._file = self._ids[self._marked], fresh
        self._ids = self._ids[~self._marked]
        self._marked = np.zeros(len(self._ids), dtype=np.bool_)
        return Change(meter.cost(len(dropped)), dropped)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        return self._file.take(places_of(self._ids, ids))["vector"]

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the file of rows, and that of marks if there are any."""
        there = (self._file.path, self._marks)
        return {Place.FILE: tuple(path for path in there if path.exists())}
