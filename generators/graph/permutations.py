"""Keyed permutations of whole ranges: where a number goes, and what came to a place, by formula.

A permutation of 0 .. s − 1 is a bijection of the next power of two, applied again while the result
lies outside the range (cycle walking: Black and Rogaway 2002, "Ciphers with arbitrary finite
domains", CT-RSA). The bijection adds a key, folds the high half onto the low one and multiplies by
an odd number, as finalisers of hash functions do (Steele, Lea and Flood 2014, OOPSLA), but modulo a
power of two, where each step has an inverse. So nothing is stored but a key for each range.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generators.keyed import mix64

_ROUNDS = 4
_ODD = (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB, 0xD6E8FEB86659FD93)
_EVEN = tuple(pow(odd, -1, 2**64) for odd in _ODD)


@dataclass(frozen=True, eq=False)
class Permutations:
    """One keyed permutation for each of several ranges.

    Attributes:
        size: int64 [p], numbers in each range, 0 or more and below 2^62.
        key: uint64 [p].
    """

    size: NDArray[np.int64]
    key: NDArray[np.uint64]

    @cached_property
    def _bits(self) -> NDArray[np.uint64]:
        """Bits of the power of two that holds each range, 1 or more."""
        most = np.maximum(self.size - 1, 1).astype(np.float64)
        bits = np.frexp(most)[1]
        return np.asarray(bits, dtype=np.uint64)

    @cached_property
    def _mask(self) -> NDArray[np.uint64]:
        return (np.uint64(1) << self._bits) - np.uint64(1)

    @cached_property
    def _fold(self) -> NDArray[np.uint64]:
        return (self._bits + np.uint64(1)) >> np.uint64(1)

    @cached_property
    def _round_keys(self) -> NDArray[np.uint64]:
        """One addend for each round and range, uint64 [rounds, p]."""
        number = np.arange(1, _ROUNDS + 1, dtype=np.uint64)[:, None]
        return mix64(self.key[None, :] + number * np.uint64(_ODD[0]))

    def forward(self, which: NDArray[np.int64], number: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where each number goes.

        Args:
            which: int64 [m], the range that each belongs to.
            number: int64 [m], 0 to the range's size − 1.
        """
        return self._walk(which, number, inverse=False)

    def inverse(self, which: NDArray[np.int64], place: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the number that came to each place; undoes `forward`."""
        return self._walk(which, place, inverse=True)

    def _walk(
        self, which: NDArray[np.int64], number: NDArray[np.int64], *, inverse: bool
    ) -> NDArray[np.int64]:
        step = self._back if inverse else self._step
        out = step(which, number.astype(np.uint64)).astype(np.int64)
        outside = np.flatnonzero(out >= self.size[which])
        while outside.size:
            again = which[outside]
            found = step(again, out[outside].astype(np.uint64)).astype(np.int64)
            out[outside] = found
            outside = outside[found >= self.size[again]]
        return out

    def _step(self, which: NDArray[np.int64], x: NDArray[np.uint64]) -> NDArray[np.uint64]:
        mask, fold = self._mask[which], self._fold[which]
        for key, odd in zip(self._round_keys, _ODD, strict=True):
            x = x + key[which]
            x &= mask
            x ^= x >> fold
            x *= np.uint64(odd)
            x &= mask
        x ^= x >> fold
        return x

    def _back(self, which: NDArray[np.int64], x: NDArray[np.uint64]) -> NDArray[np.uint64]:
        mask, fold = self._mask[which], self._fold[which]
        x = x ^ (x >> fold)
        for key, odd in zip(self._round_keys[::-1], _EVEN[::-1], strict=True):
            x = x * np.uint64(odd)
            x &= mask
            x ^= x >> fold
            x -= key[which]
            x &= mask
        return x
