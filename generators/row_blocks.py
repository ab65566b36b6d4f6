"""Work on many rows in blocks, by one thread or several.

What a block holds depends on its rows alone, never on how many threads there are, so any number
of them gives the same bits; memory for what lies between input and output stays that of a block.
NumPy frees the interpreter inside its loops, which is what threads gain from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")

ROWS = 1 << 17
"""Rows of a block: a float64 column of one is 1 MiB, which a core's cache holds."""


def blocks(start: int, end: int, rows: int = ROWS) -> list[tuple[int, int]]:
    """Return the half-open blocks of at most `rows` rows that make up start … end − 1."""
    return [(first, min(first + rows, end)) for first in range(start, end, rows)]


def for_each(work: Callable[[T], None], items: Iterable[T], workers: int) -> None:
    """Do the work for each item, in any order.

    Args:
        work: writes its results where nobody else writes.
        items: what is worked on.
        workers: threads, 1 or more.
    """
    if workers == 1:
        for item in items:
            work(item)
        return
    with ThreadPoolExecutor(workers) as pool:
        for _ in pool.map(work, items):
            pass
