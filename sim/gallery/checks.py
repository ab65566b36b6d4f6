"""What a gallery takes: ids and vectors are checked here before anything is done with them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.gallery import GalleryError

TOLERANCE = 1e-3
"""How far from 1 the length of a vector may lie."""


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
    ids = np.asarray(ids)
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
        GalleryError: another shape or length, or numbers that are not finite.
    """
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if vectors.ndim != 2 or vectors.shape[1] != dimension:
        raise refused(f"vectors [n, {dimension}]", str(list(vectors.shape)))
    length = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    # A comparison with a number that is none is False, so that those are found here as well.
    wrong = np.flatnonzero(~(np.abs(length - 1.0) <= TOLERANCE))
    if not len(wrong):
        return vectors
    first = wrong[0]
    faults = []
    if not np.isfinite(vectors[wrong]).all():
        faults.append(fault("vectors of finite numbers", "NaN or infinity"))
    if np.isfinite(length[wrong]).any():
        first = wrong[np.isfinite(length[wrong])][0]
        where = f"length {length[first]:.4g} in row {first}"
        faults.append(fault(f"vectors of unit length, within {TOLERANCE:g}", where))
    raise GalleryError(faults)


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
