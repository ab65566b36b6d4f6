"""An exact index in memory that is shortened as FAISS does it, and nothing more.

The memory side of the manner `in_place_tail`. A removal moves the rows that follow over the removed
ones and lowers the count; the last rows' numbers stay in memory behind the new end, of the removed
ones those that were among them, until rows are added there or the process ends.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import selector
from sim.gallery.exact import ExactShelf
from sim.gallery.gallery import Cost


class TailShelf(ExactShelf):
    """A `Shelf` that does not overwrite what a removal leaves."""

    def remove(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out, with FAISS's bare `remove_ids`."""
        gone = np.zeros(self.rows, dtype=np.bool_)
        gone[self._rows(places)] = True
        self._index.remove_ids(selector(gone))
        self._keep(~gone)
        row = self._dimension * np.dtype(np.float32).itemsize
        moved = (len(gone) - int(np.argmax(gone)) - len(places)) * row if len(places) else 0
        return Cost(len(places), moved, moved)
