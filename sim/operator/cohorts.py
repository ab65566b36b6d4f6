"""How long the faces behind the sample have been held: real units, by part and day of enrolment.

A removal takes the same share of every age; a limit of retention takes the oldest. Cohorts are
kept relative to a running share, so that a removal costs one multiplication however many there are.
"""

from __future__ import annotations

from bisect import bisect_left

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-9
"""A share that is left below this counts as nothing."""


class Cohorts:
    """Faces of S parts by the day on which they were enrolled, as far as they are stored."""

    def __init__(self, parts: int) -> None:
        self._days: list[int] = []
        self._faces: list[NDArray[np.float64]] = []
        self._left: NDArray[np.float64] = np.ones(parts)
        self._first: NDArray[np.int64] = np.zeros(parts, dtype=np.int64)

    def add(self, day: int, faces: NDArray[np.float64]) -> None:
        """Add faces of each part, float64 [S], that are enrolled from that day on."""
        self._days.append(day)
        self._faces.append(faces / self._left)

    def thin(self, share: NDArray[np.float64]) -> None:
        """Take that share, float64 [S], of every cohort of each part."""
        self._left = self._left * (1.0 - share)
        empty = self._left < _LEAST
        self._first[empty] = len(self._days)
        self._left[empty] = 1.0

    def expire(self, before: int, mask: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Take the faces of these parts that were enrolled before a day; return them, [S]."""
        end = bisect_left(self._days, before)
        taken = np.zeros(len(self._left))
        for part in np.flatnonzero(mask & (self._first < end)):
            old = self._faces[self._first[part] : end]
            taken[part] = self._left[part] * sum(float(faces[part]) for faces in old)
            self._first[part] = end
        return taken
