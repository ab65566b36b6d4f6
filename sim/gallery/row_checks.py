"""A check of many rows that follows an erasure without the other rows being read again.

Each row is hashed with the place in which it stands, and the hashes are added modulo 2^64, as in
the incremental hashing of Bellare and Micciancio (1997). When rows are blanked, what they
contributed is subtracted and what blank rows contribute is added. One changed row always changes
the check, since every step from a row's only changed word to its hash is one to one; several
changed rows leave it as it was with a chance of about 2^-64. It finds damage, not forgery: whoever
can write the files can write a check that fits.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

WORD = 8
"""Bytes hashed at a time."""
_BLOCK = 1 << 14
_WHOLE = (1 << 64) - 1
_STEP = 0x9E3779B97F4A7C15


def row_check(rows: NDArray[Any], places: NDArray[np.int64] | None = None, first: int = 0) -> int:
    """Return the check of rows, a whole number below 2^64; checks of different places add up.

    Args:
        rows: [n, …] of any fixed-size type; the bytes of each row are hashed.
        places: int64 [n], the place of each row; None where they follow each other.
        first: the place of the first row, where they do.
    """
    total = 0
    for start in range(0, len(rows), _BLOCK):
        part = rows[start : start + _BLOCK]
        if places is None:
            where = np.arange(first + start, first + start + len(part), dtype=np.int64)
        else:
            where = places[start : start + _BLOCK]
        total += int(_hashes(part, where).sum(dtype=np.uint64))
    return total & _WHOLE


def added(*checks: int) -> int:
    """Return the check of all rows together, from the checks of rows in different places."""
    return sum(checks) & _WHOLE


def without(check: int, part: int) -> int:
    """Return the check of the rows that are left when those of `part` are taken away."""
    return (check - part) & _WHOLE


def _hashes(rows: NDArray[Any], places: NDArray[np.int64]) -> NDArray[np.uint64]:
    """Return one hash a row, uint64 [n]."""
    held = np.ascontiguousarray(rows).reshape(len(rows), -1).view(np.uint8)
    width = held.shape[1]
    if width % WORD:
        padded = np.zeros((len(held), -(-width // WORD) * WORD), dtype=np.uint8)
        padded[:, :width] = held
    else:
        padded = held
    words = padded.view("<u8")
    # Odd factors: a change of one word alone changes the sum, whichever of its bits it was.
    factors = _mixed(np.arange(1, words.shape[1] + 1, dtype=np.uint64)) | np.uint64(1)
    sums = np.einsum("nw,w->n", words, factors)
    if padded is not held:
        padded.fill(0)
    return _mixed(sums ^ _mixed(places.astype(np.uint64)))


def _mixed(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return splitmix64's output for each number, a one-to-one map that spreads every bit."""
    mixed = (numbers + np.uint64(1)) * np.uint64(_STEP)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
