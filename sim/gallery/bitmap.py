"""Bits that tell FAISS which rows it may look at: the cheapest of its selectors, by far."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def selector(rows: NDArray[np.bool_]) -> Any:
    """Return a selector of those rows, by their numbers, that are True in bool [n]."""
    import faiss

    bitmap: Any = faiss.IDSelectorBitmap
    return bitmap(np.packbits(rows, bitorder="little"))


def radius(threshold: float) -> float:
    """Return the radius above which FAISS has to search for what lies at or above a threshold."""
    return float(np.nextafter(np.float32(threshold), np.float32(-np.inf)))
