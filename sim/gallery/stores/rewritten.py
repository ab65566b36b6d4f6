"""One file, written anew at each erasure; the old one is overwritten with zeros and unlinked.

The manner `rewrite`: nothing is left, and every byte that stays has been written once more.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.overwriting import overwrite_file
from sim.gallery.stores.one_file import OneFile
from sim.gallery.stores.rows import written_anew
from sim.gallery.stores.store import Change, Meter


class RewrittenStore(OneFile):
    """A `RowStore` of one file.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        super().__init__(folder / "data.rows", dimension)
        self._folder = folder

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
