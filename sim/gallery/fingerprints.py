"""Fingerprints of rows: what an audit keeps of templates in order to look for them after they went.

An auditor who kept the erased templates would be one more copy of them. So of every row that is
looked for only keyed hashes stay: of each run of 16 bytes in it, at every offset, and a bitmap of
hashes of each run of 8. The key is drawn for one audit and written nowhere; it moves no result but
by a collision (2^-64 a comparison). The hashes keep half of the bits of what they stand for, so a
row can be tested against them and not read from them by itself; overlapping runs say more than one
of them does, so they are no encryption and are dropped with the audit.

A text is searched at the rate of memory, not byte by byte: any 16 bytes in a row cover one whole
aligned word of 8 bytes wherever they lie, so only the aligned words are looked up in the bitmaps,
and the few that are there are confirmed by the hash of the 16 bytes around them.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

FRAGMENT = 16
"""Bytes of the shortest piece of a row that is found, whatever its alignment."""
TELLING = 6
"""Different byte values that a run of 16 needs, so that zeros and small counts are no trace."""

_WORD = 8
_AT_ONCE = 1 << 16
"""Words looked up together; what they need fits a core's cache."""
_SPARSE = 32
"""Bits of a bitmap for each word in it: one word in 32 of a foreign text passes by chance."""
_FEWEST_BITS, _MOST_BITS = 16, 30
_ROWS_AT_ONCE = 1024
_SHIFT = np.uint64(32)

Rows = Mapping[str, NDArray[np.uint8]]
"""Rows by the form that they are stored in: uint8 [n, bytes], n the same in each."""


@dataclass(frozen=True)
class Block:
    """The rows of one group in one form.

    Attributes:
        group: whose they are, such as "erased".
        form: how they are stored, such as "float32".
        rows: how many there are.
        first: number of the first one among all rows of the fingerprints.
    """

    group: str
    form: str
    rows: int
    first: int

    @property
    def numbers(self) -> slice:
        """Numbers of its rows among all rows of the fingerprints."""
        return slice(self.first, self.first + self.rows)


@dataclass(frozen=True)
class Fingerprints:
    """Keyed hashes of rows in several forms, of several groups.

    Attributes:
        blocks: what the rows are, in order of `first`.
        hashes: uint64 [m], of 16 bytes each, ascending, each once.
        owners: int32 [m], the row that each comes from.
        sieves: two bitmaps over hashes of 8 bytes, uint8 [bits / 8] each.
        key: uint64 [5], odd.
    """

    blocks: tuple[Block, ...]
    hashes: NDArray[np.uint64]
    owners: NDArray[np.int32]
    sieves: tuple[NDArray[np.uint8], NDArray[np.uint8]]
    key: NDArray[np.uint64]

    @property
    def rows(self) -> int:
        """Rows of all groups and forms together."""
        return sum(block.rows for block in self.blocks)

    @property
    def groups(self) -> tuple[str, ...]:
        """Groups, in order, each once."""
        return tuple(dict.fromkeys(block.group for block in self.blocks))

    def marked(self, windows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which rows own one of the windows, bool [rows]."""
        marked = np.zeros(self.rows, dtype=np.bool_)
        marked[self.owners[windows]] = True
        return marked

    @property
    def tellable(self) -> NDArray[np.bool_]:
        """Which rows have a window of their own left to be known by, bool [rows]."""
        return self.marked(np.arange(len(self.owners)))


def fingerprints(groups: Mapping[str, Rows]) -> Fingerprints:
    """Return the fingerprints of rows, under a new key.

    Args:
        groups: rows by group. Where two rows share 16 bytes, they are the first one's alone. Rows
            of fewer than 16 bytes leave nothing to be known by.

    Raises:
        ValueError: rows that are not uint8 [n, bytes], or another number in one form than in the
            other forms of their group.
    """
    key = np.array([secrets.randbits(64) | 1 for _ in range(5)], dtype=np.uint64)
    words = sum(
        len(rows) * max(0, rows.shape[-1] - _WORD + 1)
        for forms in groups.values()
        for rows in forms.values()
    )
    bits = min(max(_FEWEST_BITS, (words * _SPARSE).bit_length()), _MOST_BITS)
    sieves = (np.zeros(1 << (bits - 3), np.uint8), np.zeros(1 << (bits - 3), np.uint8))
    none = Fingerprints((), np.zeros(0, np.uint64), np.zeros(0, np.int32), sieves, key)
    return joined(none, groups)


def joined(prints: Fingerprints, groups: Mapping[str, Rows]) -> Fingerprints:
    """Return fingerprints with more rows, under their key; see `fingerprints`.

    What the new rows share with those that are there stays these rows'.
    """
    blocks, first = list(prints.blocks), prints.rows
    for group, forms in groups.items():
        for form, rows in forms.items():
            if rows.dtype != np.uint8 or rows.ndim != 2:
                raise ValueError(f"rows are uint8 [n, bytes], found {rows.dtype} {rows.shape}")
            blocks.append(Block(group, form, len(rows), first))
            first += len(rows)
        if len({len(rows) for rows in forms.values()}) > 1:
            raise ValueError(f"the forms of {group} hold different numbers of rows")
    every = [rows for forms in groups.values() for rows in forms.values()]
    hashes, owners = _windows(every, prints.key, prints.rows)
    place = np.searchsorted(prints.hashes, hashes)
    new = np.ones(len(hashes), dtype=np.bool_)
    inside = place < len(prints.hashes)
    new[inside] = prints.hashes[place[inside]] != hashes[inside]
    return Fingerprints(
        tuple(blocks),
        np.insert(prints.hashes, place[new], hashes[new]),
        np.insert(prints.owners, place[new], owners[new]),
        (
            _sieve(every, prints.key[0], prints.sieves[0]),
            _sieve(every, prints.key[1], prints.sieves[1]),
        ),
        prints.key,
    )


def without(prints: Fingerprints, windows: NDArray[np.int64]) -> Fingerprints:
    """Return fingerprints in which these windows, int64 numbers as of `seek`, tell no more."""
    kept = np.ones(len(prints.hashes), dtype=np.bool_)
    kept[windows] = False
    return replace(prints, hashes=prints.hashes[kept], owners=prints.owners[kept])


def seek(prints: Fingerprints, text: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return the windows that occur in a text, numbers into `hashes`, int64, each once.

    Every piece of a row of 16 bytes or more is found, at any alignment; a window of it is named.

    Args:
        prints: what to look for.
        text: uint8 [bytes].
    """
    text = np.ascontiguousarray(text)
    words = text[: len(text) // _WORD * _WORD].view(np.uint64)
    at = _sifted(prints, words) * _WORD
    # A piece of 16 bytes starts at most 7 before the word of it that lies on the grid.
    starts = (at[:, None] - np.arange(_WORD)).ravel()
    starts = starts[(starts >= 0) & (starts <= len(text) - FRAGMENT)]
    if not len(starts) or not len(prints.hashes):
        return np.zeros(0, dtype=np.int64)
    pieces = text[starts[:, None] + np.arange(FRAGMENT)].view(np.uint64)
    wanted = _hash(pieces[:, 0], pieces[:, 1], prints.key)
    place = np.searchsorted(prints.hashes, wanted)
    place = np.minimum(place, len(prints.hashes) - 1)
    return np.unique(place[prints.hashes[place] == wanted]).astype(np.int64)


def _windows(
    every: list[NDArray[np.uint8]], key: NDArray[np.uint64], first: int
) -> tuple[NDArray[np.uint64], NDArray[np.int32]]:
    """Return the hashes of all runs of 16 bytes that tell something, ascending, and their rows.

    The rows are numbered from `first`.
    """
    hashes: list[NDArray[np.uint64]] = []
    owners: list[NDArray[np.int32]] = []
    for rows in every:
        for start, part in _parts(rows, FRAGMENT):
            pieces = np.lib.stride_tricks.sliding_window_view(part, FRAGMENT, axis=1)
            telling = _telling(pieces)
            chosen = pieces[telling].view(np.uint64)
            hashes.append(_hash(chosen[:, 0], chosen[:, 1], key))
            owners.append((first + start + telling.nonzero()[0]).astype(np.int32))
        first += len(rows)
    if not hashes:
        return np.zeros(0, dtype=np.uint64), np.zeros(0, dtype=np.int32)
    found, where = np.unique(np.concatenate(hashes), return_index=True)
    return found, np.concatenate(owners)[where]


def _telling(pieces: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Return which runs, uint8 [n, windows, 16], have enough different bytes, bool [n, windows]."""
    ordered = np.sort(pieces, axis=2)
    changes = np.count_nonzero(ordered[..., 1:] != ordered[..., :-1], axis=2)
    return changes + 1 >= TELLING


def _sieve(
    every: list[NDArray[np.uint8]], key: np.uint64, sieve: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Return a bitmap with all runs of 8 bytes in the rows added to it, at every offset."""
    sieve = sieve.copy()
    for rows in every:
        for _, part in _parts(rows, _WORD):
            pieces = np.lib.stride_tricks.sliding_window_view(part, _WORD, axis=1)
            words = np.ascontiguousarray(pieces).view(np.uint64).ravel()
            at = (words * key) >> _beyond(sieve)
            bit = np.left_shift(1, at & np.uint64(7), dtype=np.uint64).astype(np.uint8)
            np.bitwise_or.at(sieve, (at >> np.uint64(3)).astype(np.int64), bit)
    return sieve


def _parts(rows: NDArray[np.uint8], least: int) -> Iterator[tuple[int, NDArray[np.uint8]]]:
    """Yield (first row, rows) some at a time, of rows wide enough to hold a run of `least`."""
    if rows.shape[1] >= least:
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            yield start, rows[start : start + _ROWS_AT_ONCE]


def _sifted(prints: Fingerprints, words: NDArray[np.uint64]) -> NDArray[np.int64]:
    """Return the numbers of the words that both bitmaps know, int64."""
    passed = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(words), _AT_ONCE):
        part = words[start : start + _AT_ONCE]
        there = np.flatnonzero(part)  # a word of zeros is part of no window that tells something
        for sieve, key in zip(prints.sieves, prints.key[:2], strict=True):
            there = there[_known(sieve, part[there], key)]
        passed.append(there + start)
    return np.concatenate(passed)


def _known(
    sieve: NDArray[np.uint8], words: NDArray[np.uint64], key: np.uint64
) -> NDArray[np.bool_]:
    """Return which words a bitmap knows: their top bits times an odd number are in it."""
    at = words * key
    at >>= _beyond(sieve)
    bit = at.astype(np.uint8) & np.uint8(7)
    at >>= np.uint64(3)
    return (sieve.take(at.view(np.int64)) >> bit & np.uint8(1)).astype(np.bool_)


def _beyond(sieve: NDArray[np.uint8]) -> np.uint64:
    """Return how many bits of a hash number no bit of the bitmap."""
    return np.uint64(64 - (8 * len(sieve) - 1).bit_length())


def _hash(
    first: NDArray[np.uint64], second: NDArray[np.uint64], key: NDArray[np.uint64]
) -> NDArray[np.uint64]:
    """Return 64 bits for each 16 bytes: multiplied, folded and multiplied again."""
    mixed = first * key[2]
    mixed ^= mixed >> _SHIFT
    mixed += second
    mixed *= key[3]
    mixed ^= mixed >> _SHIFT
    mixed *= key[4]
    return mixed ^ (mixed >> _SHIFT)
