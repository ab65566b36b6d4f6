"""A file that an index in memory is saved to: it is written anew after each erasure, and is clean.

The manner `in_place_tail`: what an erasure leaves is not here but in the memory of the process, and
goes when that ends and another begins from the file.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.stores.one_file import OneFile
from sim.gallery.stores.rows import CHUNK, Rows, written_anew
from sim.gallery.stores.store import Change, Meter


class SavedStore(OneFile):
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
        super().__init__(folder / "index.rows", dimension)
        self._folder, self._in_memory = folder, vectors

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

    def saved(self) -> Rows:
        """Return what the file holds: what a process that begins anew reads."""
        rows = self._file.read(0, self._file.rows)
        return Rows(rows["id"].copy(), rows["vector"].copy())
