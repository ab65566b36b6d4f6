"""Which images of a large set lie nearest to some others, in any space of vectors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SIDE = 32
"""Pixels a side in which pictures are compared: a copy that was moved or blurred by a pixel of 64
is still found, and the search costs a quarter."""


@dataclass(frozen=True)
class Nearest:
    """The nearest of a set to each query.

    Attributes:
        place: int64 [n, k], rows of the set, nearest first.
        distance: float32 [n, k], Euclidean.
    """

    place: NDArray[np.int64]
    distance: NDArray[np.float32]


def nearest(
    queries: NDArray[np.float32], chunks: Iterable[NDArray[np.float32]], count: int
) -> Nearest:
    """Return the nearest rows of a set that comes in chunks, so that it need not fit the memory.

    Args:
        queries: float32 [n, d].
        chunks: of the set, each float32 [m, d], in order.
        count: how many, k.

    Raises:
        ValueError: the set has fewer rows than that.
    """
    best = np.full((len(queries), 0), np.inf)
    place = np.zeros((len(queries), 0), dtype=np.int64)
    start = 0
    for chunk in chunks:
        squared = squared_distances(queries, chunk)
        here = np.argpartition(squared, min(count, len(chunk)) - 1)[:, :count]
        best = np.concatenate([best, np.take_along_axis(squared, here, axis=1)], axis=1)
        place = np.concatenate([place, start + here], axis=1)
        order = np.argsort(best, axis=1, kind="stable")[:, :count]
        best, place = (np.take_along_axis(rows, order, axis=1) for rows in (best, place))
        start += len(chunk)
    if start < count:
        raise ValueError(f"{count} nearest were asked for of a set of {start}")
    return Nearest(place, np.sqrt(best).astype(np.float32))


def squared_distances(
    first: NDArray[np.float32], second: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return float64 [m, n], the squared Euclidean distances of rows [m, d] and [n, d].

    Products are summed in float32: equal rows may come out a millionth of their squared length
    apart. Never below zero.
    """
    lengths = [np.einsum("nd,nd->n", rows, rows, dtype=np.float64) for rows in (first, second)]
    squared = lengths[0][:, None] + lengths[1] - 2.0 * (first @ second.T)
    return np.asarray(np.maximum(squared, 0.0))


def pixel_vectors(photos: NDArray[np.uint8], side: int = SIDE) -> NDArray[np.float32]:
    """Return float32 [n, side·side·3] in 0..1: photos uint8 [n, R, R, 3], averaged down.

    Raises:
        ValueError: R is no multiple of `side`.
    """
    count, pixels = photos.shape[:2]
    if pixels % side:
        raise ValueError(f"photos have a multiple of {side} pixels a side, found {pixels}")
    cell = pixels // side
    cells = photos.reshape(count, side, cell, side, cell, 3)
    small = cells.mean(axis=(2, 4), dtype=np.float32) / np.float32(255)
    return np.asarray(small.reshape(count, -1))
