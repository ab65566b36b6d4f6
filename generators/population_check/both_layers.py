"""Close ties and acquaintances as one graph, whether acquaintances are stored or computed."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generators.graph.ties import Ties

BLOCK = 20_000
"""People whose acquaintances are asked for in one go."""


class Layer(Protocol):
    """A layer of ties of which rows can be asked for."""

    @property
    def degree(self) -> NDArray[np.int64]:
        """Number of ties of each person, int64 [n]."""
        ...

    def rows(self, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return place in `people` (ascending) and id of each neighbour."""
        ...


def both_layers(close: Ties, acquaintances: Layer, n: int) -> Ties:
    """Return the ties of the first n people in both layers, close ones first in each row.

    The layers have no tie in common, so nothing stands twice. Four bytes a tie and direction.

    Args:
        close: close ties.
        acquaintances: the other ties.
        n: how many people; nobody after them may be tied to them.
    """
    degree = close.degree[:n]
    known = acquaintances.degree[:n]
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(degree + known, out=indptr[1:])
    indices = np.empty(int(indptr[-1]), dtype=np.int32)
    for first in range(0, n, BLOCK):
        people = np.arange(first, min(first + BLOCK, n))
        _put(indptr[people], degree[people], close, people, indices)
        _put(indptr[people] + degree[people], known[people], acquaintances, people, indices)
    return Ties(indptr, indices)


def _put(
    start: NDArray[np.int64],
    size: NDArray[np.int64],
    layer: Layer,
    people: NDArray[np.int64],
    indices: NDArray[np.int32],
) -> None:
    at, neighbour = layer.rows(people)
    before = np.cumsum(size) - size
    indices[start[at] + np.arange(at.size) - before[at]] = neighbour
