"""Ties: who is tied to whom, as a compressed sparse row matrix without values.

Rows hold the neighbours of one person, ascending. Ties are mutual: j stands in the row of i
wherever i stands in the row of j, and nobody is tied to themselves. Both arrays may lie in a
memory map.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Ties:
    """One layer of ties among n people.

    Attributes:
        indptr: int64 [n + 1], limits of the rows.
        indices: int32 [m], neighbours; m is twice the number of ties.
    """

    indptr: NDArray[np.int64]
    indices: NDArray[np.int32]

    def __len__(self) -> int:
        return self.indptr.size - 1

    @property
    def degree(self) -> NDArray[np.int64]:
        """Number of ties of each person, int64 [n]."""
        return np.diff(self.indptr)

    @property
    def edges(self) -> int:
        """Number of ties, each counted once."""
        return self.indices.size // 2

    def of(self, i: int) -> NDArray[np.int32]:
        """Return the ids of those tied to person `i`, ascending."""
        return self.indices[self.indptr[i] : self.indptr[i + 1]]

    def rows(self, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the neighbours of several people, in the order of `people`.

        Args:
            people: int64 [k], ids, in any order.

        Returns:
            at int64 [m], place in `people` whose neighbour each one is, ascending;
            neighbour int32 [m], ascending for each place.
        """
        people = np.asarray(people, dtype=np.int64)
        at, place = spread(self.indptr[people], self.indptr[people + 1])
        return at, np.asarray(self.indices[place])

    def with_isolated(self) -> Ties:
        """Return the ties of a society with one more person, last and tied to nobody."""
        return Ties(np.append(self.indptr, self.indptr[-1]), self.indices)


def spread(
    start: NDArray[np.int64], end: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the whole numbers of several half-open ranges, one after the other.

    Args:
        start: int64 [k].
        end: int64 [k], at least `start`.

    Returns:
        at int64 [m], number of the range; number int64 [m].
    """
    size = end - start
    at = np.repeat(np.arange(size.size), size)
    ends = np.cumsum(size)
    shift = start - (ends - size)
    return at, np.arange(at.size) + shift[at]


def from_edges(u: NDArray[np.int64], v: NDArray[np.int64], n: int) -> Ties:
    """Return the ties among n people from edges that each stand once, with u ≠ v."""
    both = np.concatenate((u * n + v, v * n + u))
    both.sort()
    source = both // n
    indptr = np.zeros(n + 1, dtype=np.int64)
    np.cumsum(np.bincount(source, minlength=n), out=indptr[1:])
    return Ties(indptr, (both - source * n).astype(np.int32))
