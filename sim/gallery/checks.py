"""What a gallery takes: ids and vectors are checked here before anything is done with them."""

from __future__ import annotations

import math
import operator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.gallery import GalleryError

TOLERANCE = 1e-3
"""How far from 1 the length of a vector may lie."""
_LEAST_SQUARE, _MOST_SQUARE = (1.0 - TOLERANCE) ** 2, (1.0 + TOLERANCE) ** 2
_MOST = 2**31 - 1
"""Results that can be asked for: more has no array."""


def refused(expected: str, found: str) -> GalleryError:
    """Return the error of having been given something else than a gallery takes."""
    return GalleryError(fault(expected, found))


def fault(expected: str, found: str) -> Fault:
    """Return what is wrong with something that a gallery was given."""
    return Fault(f"a gallery takes {expected}", found=found, expected=expected)


def checked_ids(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return ids as they are: int64 [n], each once.

    Raises:
        GalleryError: they are something else.
    """
    try:
        ids = np.asarray(ids)
    except ValueError as error:
        raise refused("int64 ids [n]", str(error)) from None
    if ids.ndim != 1 or ids.dtype != np.int64:
        raise refused("int64 ids [n]", f"{ids.dtype} {list(ids.shape)}")
    if not is_ascending(ids):
        ordered = np.sort(ids)
        twice = ordered[1:][ordered[1:] == ordered[:-1]]
        if len(twice):
            raise refused("each id once", f"{twice[0]} more than once")
    return ids


def checked_vectors(vectors: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
    """Return vectors as contiguous float32 [n, dimension], each of unit length.

    Raises:
        GalleryError: no real numbers, another shape or length, or numbers that are not finite.
    """
    try:
        given = np.asarray(vectors)
    except ValueError as error:
        raise refused(f"vectors [n, {dimension}]", str(error)) from None
    if given.dtype.kind not in "fiu":
        raise refused(f"vectors [n, {dimension}] of real numbers", str(given.dtype))
    if given.ndim != 2 or given.shape[1] != dimension:
        raise refused(f"vectors [n, {dimension}]", str(list(given.shape)))
    with np.errstate(over="ignore"):
        vectors = np.ascontiguousarray(given, dtype=np.float32)
        square = np.vecdot(vectors, vectors)
    # A comparison with a number that is none is False, so that those are found here as well.
    if not len(square) or (square.min() >= _LEAST_SQUARE and square.max() <= _MOST_SQUARE):
        return vectors
    wrong = np.flatnonzero(~((square >= _LEAST_SQUARE) & (square <= _MOST_SQUARE)))
    finite = np.isfinite(vectors[wrong]).all(axis=1)
    faults = []
    if not finite.all():
        faults.append(fault("vectors of finite numbers", "NaN or infinity"))
    if finite.any():
        first = wrong[finite][0]
        where = f"length {np.linalg.norm(vectors[first].astype(np.float64)):.4g} in row {first}"
        faults.append(fault(f"vectors of unit length, within {TOLERANCE:g}", where))
    raise GalleryError(faults)


def checked_count(k: int) -> int:
    """Return how many results are asked for, as Python's own integer.

    Raises:
        GalleryError: it is none, below 1, or more than an array has room for.
    """
    try:
        count = operator.index(k)
    except TypeError:
        count = 0
    if not 1 <= count <= _MOST:
        raise refused(f"k from 1 to {_MOST}", repr(k))
    return count


def checked_threshold(threshold: float) -> float:
    """Return a threshold, which may be infinite, as Python's own number.

    Raises:
        GalleryError: it is none.
    """
    try:
        least = float(threshold)
    except (TypeError, ValueError, OverflowError):
        least = math.nan
    if math.isnan(least):
        raise refused("a threshold", repr(threshold))
    return least


def checked_path(path: Path | str) -> Path:
    """Return the path of a folder, absolute: it is the same wherever the process goes.

    Raises:
        GalleryError: it is none.
    """
    try:
        found = Path(path).absolute()
    except TypeError:
        raise refused("the path of a folder", repr(path)) from None
    if "\0" in str(found):
        raise refused("the path of a folder", repr(path))
    return found


def is_ascending(ids: NDArray[np.int64]) -> bool:
    """Return whether each id is greater than the one before it."""
    return bool((ids[1:] > ids[:-1]).all())
