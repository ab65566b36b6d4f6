"""An array that grows at its end: appending to it costs by what is appended, however long it is.

Its memory is taken anew, at twice the size, when it is full. What is kept so are ids, places and
states; templates are FAISS's to hold, and their freed memory `wiping`'s to see to.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


class Growing:
    """Numbers of one type, one after another.

    Args:
        filled: what it holds at first; it is held on to and may be written to.
    """

    def __init__(self, filled: NDArray[Any]) -> None:
        self._memory = filled
        self._filled = filled

    def __len__(self) -> int:
        """Return how many numbers there are."""
        return len(self._filled)

    @property
    def filled(self) -> NDArray[Any]:
        """All of them, where they lie: good until the next `append`."""
        return self._filled

    def append(self, more: NDArray[Any]) -> None:
        """Put numbers at the end."""
        start = len(self._filled)
        end = start + len(more)
        if end > len(self._memory):
            memory = np.zeros(max(end, 2 * start), dtype=self._memory.dtype)
            memory[:start] = self._filled
            self._memory = memory
        self._memory[start:end] = more
        self._filled = self._memory[:end]
