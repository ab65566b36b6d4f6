"""Who stands together: families, circles of friends, and communities of acquaintances.

All three lie inside one place. A family is two or three people a generation apart. A circle holds
people of like degree and age, about as many as each of them has close ties (the lower level of
BTER; Seshadhri, Kolda and Pinar 2012, Physical Review E 85, 056109). A community is several
circles that lie next to each other.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.graph.blocks import Blocks, as_chance

GENERATION = 30.0
"""Years between parents and children: mothers' mean age at birth in England and Wales is 30.9
(Office for National Statistics, Births in England and Wales 2022; quoted from memory)."""
FAMILY_NOISE = 2.0
MOST_IN_CIRCLE = 90
"""Nobody's circle is larger: between the layers of 50 and 150 in Dunbar 2016 (R. Soc. open sci. 3:
150292). People with more close ties have the others elsewhere."""
LEAST_IN_CIRCLE = 5
"""Smaller circles would often tie all their people to each other and to nobody else."""
MOST_DENSE = 0.9
_STEPS_A_DOUBLING = 1


@dataclass(frozen=True, eq=False)
class Piece:
    """Blocks of one place, with people and limits counted from its first person.

    Attributes:
        family: int32 [k], people in the order of their families.
        family_start: int64 [f], first of each family in `family`.
        order: int32 [m], people in the order of circles and communities.
        circle_start: int64 [c].
        circle_chance: float64 [c].
        community_start: int64 [q].
        community_chance: float64 [q].
    """

    family: NDArray[np.int32]
    family_start: NDArray[np.int64]
    order: NDArray[np.int32]
    circle_start: NDArray[np.int64]
    circle_chance: NDArray[np.float64]
    community_start: NDArray[np.int64]
    community_chance: NDArray[np.float64]


def arrange(
    age: NDArray[np.float64],
    degree: NDArray[np.int32],
    close: NDArray[np.int32],
    noise: NDArray[np.float64],
    ties: Mapping[str, float],
) -> Piece:
    """Arrange the people of one place.

    Args:
        age: float64 [m], years.
        degree: int32 [m], ties meant in all.
        close: int32 [m], close ones among them.
        noise: float64 [2, m], standard normal.
        ties: the table of ties.
    """
    family, family_start, kin = _families(age, close, noise[0], ties["family_size"])
    free = np.maximum(close - kin, 0)
    free[free < LEAST_IN_CIRCLE - 1] = 0
    step = np.floor(_STEPS_A_DOUBLING * np.log2(degree)).astype(np.int64)
    order = np.lexsort((age + ties["age_spread"] * noise[1], step)).astype(np.int32)
    size = np.minimum(free[order], MOST_IN_CIRCLE - 1) + 1
    circle_start = _cut(size)
    circle_size = np.diff(circle_start, append=order.size)
    near = _mean_of(close[order], circle_start, circle_size)
    density = ties["circle_density"] * (near / ties["mean_close"]) ** -ties["circle_slope"]
    # One tie is left for the world outside, on average, or small circles were islands.
    most = 1 - 1 / np.maximum(circle_size - 1, 1)
    circle_chance = np.minimum(np.minimum(density, 1.0), most)
    first = degree[order[circle_start]] / ties["mean_degree"]
    wanted = ties["community_size"] * first ** ties["community_growth"]
    community_start = circle_start[_gather(circle_size, wanted, first)]
    community_size = np.diff(community_start, append=order.size)
    far = _mean_of((degree - close)[order], community_start, community_size)
    chance = ties["community_share"] * far / np.maximum(community_size - 1, 1)
    return Piece(
        family,
        family_start,
        order,
        circle_start,
        circle_chance,
        community_start,
        np.minimum(chance, MOST_DENSE),
    )


def join_pieces(
    pieces: Sequence[Piece], starts: NDArray[np.int64], n: int, keys: tuple[int, int, int]
) -> tuple[Blocks, Blocks, Blocks]:
    """Return families, circles and communities of everybody from those of the places.

    Args:
        pieces: one for each place.
        starts: int64 [P], first person of each place.
        n: people in all.
        keys: what the coins of families, circles and communities hang on.
    """
    family = _one([piece.family for piece in pieces], starts)
    order = _one([piece.order for piece in pieces], starts)
    in_family, rank = _rank(family, n), _rank(order, n)

    def limits(parts: list[NDArray[np.int64]], sizes: list[int]) -> NDArray[np.int64]:
        offsets = np.cumsum([0, *sizes])
        shifted = [part + offset for part, offset in zip(parts, offsets[:-1], strict=True)]
        return np.append(np.concatenate(shifted), offsets[-1])

    family_start = limits([p.family_start for p in pieces], [p.family.size for p in pieces])
    sizes = [piece.order.size for piece in pieces]
    sure = as_chance(np.ones(family_start.size - 1))
    circles = as_chance(np.concatenate([piece.circle_chance for piece in pieces]))
    communities = as_chance(np.concatenate([piece.community_chance for piece in pieces]))
    circle_start = limits([piece.circle_start for piece in pieces], sizes)
    community_start = limits([piece.community_start for piece in pieces], sizes)
    return (
        Blocks(family, in_family, family_start, sure, keys[0]),
        Blocks(order, rank, circle_start, circles, keys[1]),
        Blocks(order, rank, community_start, communities, keys[2]),
    )


def _families(
    age: NDArray[np.float64], close: NDArray[np.int32], noise: NDArray[np.float64], size: float
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int32]]:
    """Return people in the order of their families, starts of families, and kin of each person.

    Only those with a close tie to spare are in one: a family of people who know nobody else were
    an island.
    """
    able = np.flatnonzero(close >= np.ceil(size))
    phase = (age[able] + FAMILY_NOISE * noise[able]) % GENERATION
    family = able[np.argsort(phase, kind="stable")].astype(np.int32)
    start = np.floor(np.arange(math.ceil(family.size / size)) * size).astype(np.int64)
    kin = np.zeros(age.size, dtype=np.int32)
    sizes = np.diff(start, append=family.size)
    kin[family] = np.repeat(sizes - 1, sizes)
    return family, start, kin


def _cut(size: NDArray[np.int32]) -> NDArray[np.int64]:
    """Return starts of circles, each as large as its first member asks for."""
    starts: list[int] = []
    place, end = 0, size.size
    while place < end:
        starts.append(place)
        place += int(size[place])
    return np.array(starts, dtype=np.int64)


def _gather(
    size: NDArray[np.int64], wanted: NDArray[np.float64], degree: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return which circles open a community: each as large as its first circle asks for.

    It ends earlier where a circle has more than twice the first one's degree.
    """
    opens: list[int] = []
    left, most_degree = 0.0, 0.0
    circles = zip(size.tolist(), wanted.tolist(), degree.tolist(), strict=True)
    for circle, (people, most, ties) in enumerate(circles):
        if left <= 0 or ties > most_degree:
            opens.append(circle)
            left, most_degree = most, 2 * ties
        left -= people
    return np.array(opens, dtype=np.int64)


def _mean_of(
    values: NDArray[np.int32], start: NDArray[np.int64], size: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return the mean of the values in each block."""
    return np.asarray(np.add.reduceat(values.astype(np.float64), start) / size)


def _one(parts: list[NDArray[np.int32]], starts: NDArray[np.int64]) -> NDArray[np.int32]:
    shifted = [part + np.int32(start) for part, start in zip(parts, starts, strict=True)]
    return np.concatenate(shifted)


def _rank(order: NDArray[np.int32], n: int) -> NDArray[np.int32]:
    rank = np.full(n, -1, dtype=np.int32)
    rank[order] = np.arange(order.size, dtype=np.int32)
    return rank
