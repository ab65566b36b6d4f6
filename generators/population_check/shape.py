"""What a graph of ties looks like from one person's place: degrees, clustering, likeness.

Functions take the two arrays of a compressed sparse row matrix (`indptr` int64 [n + 1], `indices`
int32 [m]; symmetric, no loops) and walk it in blocks of rows, so that no temporary is as large as
the graph.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

BLOCK = 1 << 22
"""About how many neighbours are looked at in one go."""


def blocks(indptr: NDArray[np.int64], most: int = BLOCK) -> Iterator[tuple[int, int]]:
    """Yield `(first, after)` rows, each block with about `most` neighbours, at least one row."""
    n = indptr.size - 1
    first = 0
    while first < n:
        after = int(np.searchsorted(indptr, indptr[first] + most, side="right")) - 1
        after = min(max(after, first + 1), n)
        yield first, after
        first = after


def degree_quantile(degree: NDArray[np.int64], share: float) -> float:
    """Return the quantile of whole-numbered degrees, with each number spread over k ± ½.

    Of small degrees the plain quantile moves in steps of a third of itself; spread out, the share
    below it rises evenly (the quantile of grouped data).

    Args:
        degree: int64 [n].
        share: between 0 and 1.
    """
    count = np.bincount(degree)
    below = np.cumsum(count)
    k = int(np.searchsorted(below, share * degree.size))
    before = int(below[k - 1]) if k else 0
    return k - 0.5 + (share * degree.size - before) / int(count[k])


def clustering_of(
    people: NDArray[np.int64], indptr: NDArray[np.int64], indices: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return the local clustering of some people: ties among their neighbours ÷ possible ones.

    Those with fewer than two ties have 0, as in networkx (Watts and Strogatz 1998).
    """
    friend = np.zeros(indptr.size - 1, dtype=np.bool_)
    shares = np.zeros(people.size)
    for place, i in enumerate(people.tolist()):
        row = indices[indptr[i] : indptr[i + 1]]
        if row.size < 2:
            continue
        friend[row] = True
        ties = sum(
            int(np.count_nonzero(friend[indices[indptr[j] : indptr[j + 1]]])) for j in row.tolist()
        )
        friend[row] = False
        shares[place] = ties / (row.size * (row.size - 1))
    return shares


def correlation_across(
    values: NDArray[np.floating],
    people: NDArray[np.bool_],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
) -> float:
    """Return the correlation of a quantity at the two ends of the ties of some people.

    With degrees as values and everybody counted it is Newman's assortativity (2002). Zero where
    the quantity does not vary over the ends of ties.

    Args:
        values: [n], finite.
        people: bool [n], whose ties are counted.
    """
    held = values.astype(np.float64)
    ends, sums, squares, together = 0, np.zeros(2), np.zeros(2), 0.0
    # Centred near the mean, so that the sums of squares keep their digits.
    held = held - (float(held[people].mean()) if people.any() else 0.0)
    for first, after in blocks(indptr):
        size = np.diff(indptr[first : after + 1])
        counted = np.repeat(people[first:after], size)
        own = np.repeat(held[first:after], size)[counted]
        other = held[indices[indptr[first] : indptr[after]][counted]]
        ends += own.size
        sums += own.sum(), other.sum()
        squares += own @ own, other @ other
        together += float(own @ other)
    if ends == 0:
        return 0.0
    means = sums / ends
    spread = squares / ends - means**2
    if spread.min() <= 1e-12:
        return 0.0
    return float((together / ends - means.prod()) / np.sqrt(spread.prod()))


def share_alike(
    label: NDArray[np.integer],
    people: NDArray[np.bool_],
    indptr: NDArray[np.int64],
    indices: NDArray[np.int32],
) -> float:
    """Return the share of the ties of some people that lead to somebody with the same label.

    Args:
        label: [n], whole numbers.
        people: bool [n], whose ties are counted; zero where they have none.
    """
    alike = total = 0
    for first, after in blocks(indptr):
        size = np.diff(indptr[first : after + 1])
        counted = np.repeat(people[first:after], size)
        same = np.repeat(label[first:after], size) == label[indices[indptr[first] : indptr[after]]]
        alike += int(np.count_nonzero(same & counted))
        total += int(np.count_nonzero(counted))
    return alike / total if total else 0.0
