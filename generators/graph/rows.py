"""Rows put together: neighbours found in several ways become one ascending row without repeats."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from generators.graph.ties import Ties

T = TypeVar("T")
Rows = tuple[NDArray[np.int64], NDArray[np.int32]]
"""`at`, place in the people asked for, and `neighbour`, as `Ties.rows` returns them."""
ROWS_AT_ONCE = 2048
"""People whose rows are put together at once: few enough for their candidates to stay in cache."""
_BITS = np.int64(32)
_LOW = np.int64(2**32 - 1)


def merge(people: NDArray[np.int64], *parts: Rows, without: Rows | None = None) -> Rows:
    """Return rows that hold whatever stands in one of the parts, ascending, without loops.

    Args:
        people: int64 [k], whose rows they are.
        parts: rows in any order, repeats allowed.
        without: rows of what to leave out.
    """
    # The last bit sorts what to leave out before what might repeat it.
    keys = [((at << _BITS) | neighbour) << 1 | 1 for at, neighbour in parts]
    if without is not None:
        keys.append((without[0] << _BITS | without[1]) << 1)
    key = np.concatenate(keys)
    key.sort()
    pair = key >> 1
    kept = np.ones(pair.size, dtype=np.bool_)
    np.not_equal(pair[1:], pair[:-1], out=kept[1:])
    kept &= (key & 1).astype(np.bool_)
    pair = pair[kept]
    at, neighbour = pair >> _BITS, pair & _LOW
    other = neighbour != people[at]
    return at[other], neighbour[other].astype(np.int32)


def counts(people: NDArray[np.int64], rows: Rows) -> NDArray[np.int64]:
    """Return the length of each row, int64 [k]."""
    return np.bincount(rows[0], minlength=people.size)


def in_turn(
    work: Callable[[NDArray[np.int64]], T], n: int, workers: int
) -> Iterator[tuple[int, int, T]]:
    """Do a piece of work for people 0 .. n − 1, some at once, and yield results in their order.

    Threads work ahead by a few pieces only, so that results never pile up. NumPy lets go of the
    interpreter while it computes.

    Yields:
        first person, end, result.
    """
    pieces = (np.arange(start, min(start + ROWS_AT_ONCE, n)) for start in range(0, n, ROWS_AT_ONCE))
    if workers == 1:
        for people in pieces:
            yield int(people[0]), int(people[-1]) + 1, work(people)
        return
    with ThreadPoolExecutor(workers) as pool:
        ahead = [(people, pool.submit(work, people)) for people in islice(pieces, 4 * workers)]
        while ahead:
            people, result = ahead.pop(0)
            yield int(people[0]), int(people[-1]) + 1, result.result()
            ahead.extend((more, pool.submit(work, more)) for more in islice(pieces, 1))


def write(work: Callable[[NDArray[np.int64]], Rows], n: int, most: int, workers: int) -> Ties:
    """Write the rows of everybody into one array.

    Args:
        work: gives the rows of people.
        n: people.
        most: no more neighbours than this in all; the array is cut to size in place.
        workers: threads; the result does not depend on them.
    """
    indptr = np.zeros(n + 1, dtype=np.int64)
    indices = np.empty(most, dtype=np.int32)
    filled = 0
    for start, end, (at, neighbour) in in_turn(work, n, workers):
        indptr[start + 1 : end + 1] = np.bincount(at, minlength=end - start)
        indices[filled : filled + neighbour.size] = neighbour
        filled += neighbour.size
    np.cumsum(indptr, out=indptr)
    indices.resize(filled, refcheck=False)
    return Ties(indptr, indices)
