"""Keyed random numbers: a draw is a function of (seed, replication, stream, entity, ordinal).

No generator object lives in model code, so drawing for one entity never moves another's numbers,
and two scenarios that share a seed share every draw whose key they share (common random numbers).
The mixing function is the finaliser of SplitMix64 (Steele, Lea and Flood 2014, "Fast splittable
pseudorandom number generators", OOPSLA), applied once per part of the key.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)
_TO_UNIT = 2.0**-53


def mix64(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return 64 bits for each word, every one of which hangs on every bit of it (any shape).

    SplitMix64's finaliser without its increment; wraps on overflow by design.
    """
    x = x ^ (x >> np.uint64(30))
    x *= _M1
    x ^= x >> np.uint64(27)
    x *= _M2
    x ^= x >> np.uint64(31)
    return x


def _mix(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the next word of SplitMix64 after each state `x` (uint64, any shape)."""
    return mix64(x + _GAMMA)


def _as_words(values: ArrayLike) -> NDArray[np.uint64]:
    array = np.asarray(values)
    if array.dtype.kind == "i":
        array = array.astype(np.int64)
    return np.atleast_1d(array.astype(np.uint64))


class Streams:
    """The named streams of one (seed, replication).

    Stream names are an explicit list: asking for another raises, so that a typing mistake cannot
    quietly make a new stream, and renaming an attribute cannot change a result.

    Args:
        seed: root seed, 0 or more.
        replication: number of the replication, 0 or more.
        names: every stream that may be asked for.

    Raises:
        ValueError: a negative seed or replication.
    """

    def __init__(self, seed: int, replication: int, names: Sequence[str]) -> None:
        if seed < 0 or replication < 0:
            raise ValueError(f"seed and replication are 0 or more, found {seed}, {replication}")
        self.seed = seed
        self.replication = replication
        root = _mix(np.array([seed % 2**64], dtype=np.uint64))
        root = _mix(root ^ np.uint64(replication))
        self._keys = {
            name: int(_mix(root ^ np.uint64(zlib.crc32(name.encode())))[0]) for name in names
        }
        if len(set(self._keys.values())) != len(self._keys):
            raise ValueError("two stream names share a key; rename one")

    def words(self, stream: str, entity: ArrayLike, ordinal: ArrayLike = 0) -> NDArray[np.uint64]:
        """Return 64 random bits for each (entity, ordinal), broadcast together.

        Args:
            stream: one of the names given at construction.
            entity: integer ids, any shape.
            ordinal: which draw of that entity, broadcast against `entity`.

        Raises:
            KeyError: a stream that is not on the list.
        """
        try:
            key = np.uint64(self._keys[stream])
        except KeyError:
            known = ", ".join(sorted(self._keys))
            raise KeyError(f"unknown stream {stream!r}; the streams are {known}") from None
        return _mix(_mix(_as_words(entity) ^ key) + _as_words(ordinal))

    def uniform(
        self, stream: str, entity: ArrayLike, ordinal: ArrayLike = 0
    ) -> NDArray[np.float64]:
        """Return uniforms strictly inside (0, 1), float64, one for each (entity, ordinal)."""
        bits = self.words(stream, entity, ordinal) >> np.uint64(11)
        return (bits.astype(np.float64) + 0.5) * _TO_UNIT

    def exponential(
        self, stream: str, entity: ArrayLike, ordinal: ArrayLike = 0
    ) -> NDArray[np.float64]:
        """Return unit exponentials (mean 1), float64, one for each (entity, ordinal)."""
        return -np.log(self.uniform(stream, entity, ordinal))

    def normal(self, stream: str, entity: ArrayLike, ordinal: ArrayLike = 0) -> NDArray[np.float64]:
        """Return standard normals, float64, by inversion of the uniforms."""
        from scipy.special import ndtri

        return np.asarray(ndtri(self.uniform(stream, entity, ordinal)), dtype=np.float64)

    def generator(self, stream: str, entity: int = 0) -> np.random.Generator:
        """Return a NumPy generator keyed by (stream, entity), for building one thing at a time.

        For builders that draw a whole structure in one go (a graph, one person's face); the model
        of a run uses the keyed draws above.
        """
        return np.random.default_rng(int(self.words(stream, entity)[0]))
