"""One file, written anew at each erasure; the old one is overwritten with zeros and unlinked.

The manner `rewrite`: nothing is left, and every byte that stays has been written once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Place
from sim.gallery.overwriting import overwrite_file
from sim.gallery.stores.rows import RowFile, Rows, layout, places_of, written_anew
from sim.gallery.stores.store import NO_IDS, Change, Meter


class RewrittenStore:
    """A `RowStore` of one file.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._file = RowFile(folder / "data.rows", layout(dimension))
        self._ids = NO_IDS

    def put(self, rows: Rows, day: int) -> Cost:
        """Append rows to the file."""
        meter = Meter()
        meter.written += self._file.append(rows.packed())
        self._ids = np.concatenate([self._ids, rows.ids])
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Write the file anew without the rows."""
        meter, old = Meter(), self._file
        kept = ~np.isin(self._ids, ids)
        with written_anew(self._folder / "data.new", old.row) as fresh:
            for first, rows in old.chunks():
                meter.read += rows.nbytes
                meter.written += fresh.append(rows[kept[first : first + len(rows)]])
        meter.written += overwrite_file(old.path)
        fresh.replace(old)
        self._file, self._ids = fresh, self._ids[kept]
        return Change(meter.cost(len(ids)), np.sort(ids))

    def advance(self, day: int) -> Change:
        """Do nothing: nothing is left to be done."""
        return Change(Meter().cost(0), NO_IDS)

    def renew(self, day: int) -> Change:
        """Do nothing: the file holds no erased row."""
        return Change(Meter().cost(0), NO_IDS)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        return self._file.take(places_of(self._ids, ids))["vector"]

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the file."""
        return {Place.FILE: (self._file.path,)}
