"""The range run: what a result would be under other values of what nobody knows.

Each draw sets all ranged parameters together and takes another population; every arm of a draw
shares both, so that the difference between arms is the effect under those values. The draws are a
Latin hypercube (McKay, Beckman and Conover 1979, Technometrics 21:239-245): with n draws each
parameter falls once into each of n equally likely parts of its range. Every parameter's column is
keyed by the parameter's own name, so pinning one leaves the draws of the others as they were.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from sim.parameters import Parameters

_STREAMS = ("range order", "range jitter", "range population", "range draws", "sample of people")
_SEED_BITS = 53
"""Derived seeds stay below 2**53, so that they survive JSON in every language."""


@dataclass(frozen=True)
class RangeDraws:
    """Joint draws of the ranged parameters.

    Attributes:
        main: the table of the main run, before any draw.
        names: the parameters that are drawn, in the table's order, [k].
        quantiles: float64 in (0, 1), [draws, k].
        parameters: the whole table under each draw, [draws].
    """

    main: Parameters
    names: tuple[str, ...]
    quantiles: NDArray[np.float64]
    parameters: tuple[Parameters, ...]

    def values(self, name: str) -> NDArray[np.float64]:
        """Return the values of one parameter, float64 [draws]."""
        return np.array([table[name] for table in self.parameters], dtype=np.float64)


def latin_hypercube(names: Sequence[str], draws: int, seed: int) -> NDArray[np.float64]:
    """Return a keyed Latin hypercube.

    Args:
        names: one column each; the column depends on its name, the seed and `draws` alone.
        draws: number of rows, 0 or more.
        seed: root seed.

    Returns:
        float64 in (0, 1), [draws, len(names)]; each column has one value in each of `draws` equal
        parts of the unit interval.
    """
    streams = Streams(seed, 0, _STREAMS)
    points = np.empty((draws, len(names)))
    rows = np.arange(draws)
    for column, name in enumerate(names):
        key = zlib.crc32(name.encode())
        part = np.argsort(streams.uniform("range order", key, rows), kind="stable")
        points[:, column] = (part + streams.uniform("range jitter", key, rows)) / max(draws, 1)
    return points


def range_draws(
    parameters: Parameters, pinned: frozenset[str], draws: int, seed: int
) -> RangeDraws:
    """Return `draws` joint draws of every ranged parameter that the user has not pinned."""
    names = parameters.ranged(pinned)
    points = latin_hypercube(names, draws, seed)
    drawn = tuple(parameters.drawn(row, pinned) for row in points)
    return RangeDraws(parameters, names, points, drawn)


def one_way_ends(main: Parameters, name: str) -> tuple[Parameters, Parameters]:
    """Return the table with one parameter at the low and at the high end of its range."""
    moved = main.parameter(name)
    return main.with_values({name: moved.low}), main.with_values({name: moved.high})


def population_seed(seed: int, draw: int) -> int:
    """Return the seed of a range draw's own population, below 2**53."""
    word = Streams(seed, 0, _STREAMS).words("range population", draw)[0]
    return int(word) >> (64 - _SEED_BITS)


def draw_seed(seed: int, draw: int) -> int:
    """Return the root seed of a range draw's run, below 2**53."""
    word = Streams(seed, 0, _STREAMS).words("range draws", draw)[0]
    return int(word) >> (64 - _SEED_BITS)


def keyed_sample(candidates: NDArray[np.int64], size: int, seed: int) -> NDArray[np.int64]:
    """Return a simple random sample of rows, sorted, int64 [min(size, candidates)].

    Every candidate has the same chance; which are drawn depends on the seed and each row's own
    number alone.
    """
    order = np.argsort(
        Streams(seed, 0, _STREAMS).uniform("sample of people", candidates), kind="stable"
    )
    return np.sort(np.asarray(candidates, dtype=np.int64)[order[:size]])
