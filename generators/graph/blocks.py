"""Blocks: small groups of people, inside which any two are tied with one probability.

Families, circles and communities are blocks. Whether two people are tied is a function of their
pair alone, so that the row of one person is found by looking at their own block; pairs are never
listed. Blocks of like degree with random ties inside are the lower level of BTER (Seshadhri, Kolda
and Pinar 2012, "Community structure and scale-free collections of Erdős–Rényi graphs", Physical
Review E 85, 056109).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.graph.ties import spread

_ALL = 2**32 - 1
_M1 = np.uint32(0x85EBCA6B)
_M2 = np.uint32(0xC2B2AE35)
_M3 = np.uint32(0x9E3779B1)


@dataclass(frozen=True, eq=False)
class Blocks:
    """A partition of some of n people into blocks.

    Attributes:
        order: int32 [k], people in the order of their blocks.
        rank: int32 [n], place of each person in `order`; −1 for those in no block.
        start: int64 [b + 1], limits of the blocks in `order`.
        chance: uint32 [b], chance of a tie in each, in parts of 2^32 − 1.
        key: what the coins hang on.
    """

    order: NDArray[np.int32]
    rank: NDArray[np.int32]
    start: NDArray[np.int64]
    chance: NDArray[np.uint32]
    key: int

    def rows(self, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return `at` and `neighbour` as `Ties.rows` does, but in the order of the blocks."""
        rank = self.rank[people]
        member = np.flatnonzero(rank >= 0)
        place = rank[member].astype(np.int64)
        block = np.searchsorted(self.start, place, side="right") - 1
        at, other = spread(self.start[block], self.start[block + 1])
        tied = self._coins(place, other, at) <= self.chance[block][at]
        tied &= other != place[at]
        chosen = np.flatnonzero(tied)
        return member[at[chosen]], self.order[other[chosen]]

    def _coins(
        self, place: NDArray[np.int64], other: NDArray[np.int64], at: NDArray[np.int64]
    ) -> NDArray[np.uint32]:
        """Return a uniform word for each pair, the same from both ends."""
        x = self._words(other)
        x += self._words(place)[at]
        x ^= x >> np.uint32(16)
        x *= _M2
        x ^= x >> np.uint32(15)
        x *= _M3
        x ^= x >> np.uint32(16)
        return x

    def _words(self, place: NDArray[np.int64]) -> NDArray[np.uint32]:
        x = place.astype(np.uint32)
        x += np.uint32(self.key & _ALL)
        x ^= x >> np.uint32(16)
        x *= _M1
        x ^= x >> np.uint32(13)
        x *= _M2
        x ^= np.uint32(self.key >> 32)
        x ^= x >> np.uint32(16)
        return x


def as_chance(share: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Return probabilities in [0, 1] in parts of 2^32 − 1, as `Blocks.chance` wants them."""
    return np.floor(share * _ALL).astype(np.uint32)
