"""A file that an index in memory is saved to: it is written anew after each erasure, and is clean.

The manner `in_place_tail`: what an erasure leaves is not here but in the memory of the process, and
goes when that ends and another begins from the file.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Place
from sim.gallery.stores.rows import CHUNK, RowFile, Rows, layout, places_of, written_anew
from sim.gallery.stores.store import NO_IDS, Change, Meter


class SavedStore:
    """A `RowStore` of one file, saved from memory.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
        vectors: returns the vectors in memory under some ids, float32 [n, dimension].
    """

    def __init__(
        self,
        folder: Path,
        dimension: int,
        vectors: Callable[[NDArray[np.int64]], NDArray[np.float32]],
    ) -> None:
        self._folder, self._in_memory = folder, vectors
        self._file = RowFile(folder / "index.rows", layout(dimension))
        self._ids = NO_IDS

    def put(self, rows: Rows, day: int) -> Cost:
        """Append rows to the file."""
        meter = Meter()
        meter.written += self._file.append(rows.packed())
        self._ids = np.concatenate([self._ids, rows.ids])
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Save what stays; the memory is told to let the rows go."""
        meter, old = Meter(), self._file
        kept = self._ids[~np.isin(self._ids, ids)]
        with written_anew(self._folder / "index.new", old.row) as fresh:
            for first in range(0, len(kept), CHUNK):
                here = kept[first : first + CHUNK]
                meter.written += fresh.append(Rows(here, self._in_memory(here)).packed())
        fresh.replace(old)
        self._file, self._ids = fresh, kept
        return Change(meter.cost(len(ids)), np.sort(ids))

    def advance(self, day: int) -> Change:
        """Do nothing: the file is clean."""
        return Change(Meter().cost(0), NO_IDS)

    def renew(self, day: int) -> Change:
        """Do nothing: the file is clean."""
        return Change(Meter().cost(0), NO_IDS)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        return self._file.take(places_of(self._ids, ids))["vector"]

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the file."""
        return {Place.FILE: (self._file.path,)}

    def saved(self) -> Rows:
        """Return what the file holds: what a process that begins anew reads."""
        rows = self._file.read(0, self._file.rows)
        return Rows(rows["id"].copy(), rows["vector"].copy())
