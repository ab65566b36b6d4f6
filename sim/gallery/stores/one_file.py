"""One file that holds no erased row: what stores that write it anew at each erasure share."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Place
from sim.gallery.stores.rows import RowFile, Rows, layout, places_of
from sim.gallery.stores.store import NO_IDS, Change, Meter


class OneFile:
    """A `RowStore` of one file, but for how it erases.

    Args:
        path: of the file, in an empty folder that is there.
        dimension: numbers in a template.
    """

    def __init__(self, path: Path, dimension: int) -> None:
        self._file = RowFile(path, layout(dimension))
        self._ids = NO_IDS

    def put(self, rows: Rows, day: int) -> Cost:
        """Append rows to the file."""
        meter = Meter()
        meter.written += self._file.append(rows.packed())
        self._ids = np.concatenate([self._ids, rows.ids])
        return meter.cost(len(rows))

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
