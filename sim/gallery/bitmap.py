"""Bits that tell FAISS which rows it may look at: the cheapest of its selectors, by far."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray


class Shown:
    """Which places may be found, where not all may: made once, for as many searches as there are.

    Args:
        places: bool [places], which nobody changes any more.

    Attributes:
        places: as given.
        count: how many may be found.
    """

    def __init__(self, places: NDArray[np.bool_]) -> None:
        self.places = places
        self.count = int(places.sum())

    @cached_property
    def selector(self) -> Any:
        """FAISS's selector of those places."""
        return selector(self.places)


def selector(rows: NDArray[np.bool_]) -> Any:
    """Return a selector of those rows, by their numbers, that are True in bool [n]."""
    import faiss

    bitmap: Any = faiss.IDSelectorBitmap
    return bitmap(np.packbits(rows, bitorder="little"))


def radius(threshold: float) -> float:
    """Return the radius above which FAISS has to search for what lies at or above a threshold."""
    with np.errstate(over="ignore"):
        least = np.float32(threshold)
    return float(np.nextafter(least, np.float32(-np.inf)))
