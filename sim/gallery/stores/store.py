"""What every store on files does: take rows, erase some, and let days pass.

An erasure has two ends. The caller's comes at once: no result shows the row again. The engine's
comes when it lets the row go (`Change.dropped`), which is when its memory can too; until then, and
in some engines also afterwards, the row's bytes lie in one of the store's `files`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Place
from sim.gallery.stores.rows import Rows

NO_IDS: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
"""Ids of no row."""


@dataclass(frozen=True)
class Change:
    """What one step of a store came to.

    Attributes:
        cost: rows concerned, bytes and seconds.
        dropped: int64 [n], ids of erased rows that the engine reads no longer, since this step.
    """

    cost: Cost
    dropped: NDArray[np.int64]


class RowStore(Protocol):
    """Rows on files, erased as one family of engines erases.

    Days are whole numbers that never go back. Ids are the caller's, never used twice; that they
    are right is the caller's to check.
    """

    def put(self, rows: Rows, day: int) -> Cost:
        """Store rows."""
        ...

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Erase stored rows, as the engine does on that day."""
        ...

    def advance(self, day: int) -> Change:
        """Do what the engine does by itself up to a day, that day's included."""
        ...

    def renew(self, day: int) -> Change:
        """Do the most that the engine can be told to do: write everything anew without the erased.

        What the engine keeps beside (a log, old versions) stays as long as ever.
        """
        ...

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors as they lie in the files, float32 [n, dimension]."""
        ...

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the files that there are, by the place that they are."""
        ...


class Meter:
    """Counts the bytes of one step, and its seconds from when the meter was made."""

    def __init__(self) -> None:
        self.read, self.written = 0, 0
        self._since = time.perf_counter()

    def cost(self, rows: int) -> Cost:
        """Return what the step came to until now, for some rows."""
        return Cost(rows, self.read, self.written, time.perf_counter() - self._since)
