"""A society: close ties and acquaintances of everybody, drawn from tables and keyed numbers.

Close ties are the people with whom somebody stands in photos; acquaintances are everybody else whom
they know. Everybody's number of both is drawn first. Families, circles and communities, all inside
one place, give part of them; the rest are wide ties, which end in the place, in the country or
abroad (`generators.graph.mixing`). Nothing hangs on how many threads do the work, and acquaintances
are the same ties whether they are stored or computed by community.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from generators.graph.blocks import Blocks
from generators.graph.circles import Piece, arrange, join_pieces
from generators.graph.communities import Communities
from generators.graph.degrees import Degrees
from generators.graph.meetings import HUB, step_of
from generators.graph.mixing import Shares
from generators.graph.permutations import Permutations
from generators.graph.rows import Rows, counts, in_turn, merge, write
from generators.graph.ties import Ties
from generators.graph.wide import Layer, classes_of, match
from generators.keyed import Streams
from generators.row_blocks import blocks
from generators.strata import Strata

STREAM = "ties"
"""The stream that the society is drawn from."""
_DEGREE, _ROUND, _FAMILY, _CIRCLE, _KEYS = range(5)


@dataclass(frozen=True, eq=False)
class Society:
    """Both layers of ties.

    Attributes:
        close: close ties.
        acquaintances: acquaintances, stored or by community.
        plan: the arrays from which acquaintances follow (`generators.graph.communities.PLAN`),
            the same for both ways to keep them.
    """

    close: Ties
    acquaintances: Ties | Communities
    plan: dict[str, NDArray[Any]]


def draw_society(
    jurisdiction: NDArray[np.uint8],
    place: NDArray[np.uint16],
    age: NDArray[np.float64],
    strata: Strata,
    streams: Streams,
    *,
    acquaintances: Literal["stored", "by community"] = "stored",
    workers: int = 1,
) -> Society:
    """Draw the ties of everybody.

    Args:
        jurisdiction: uint8 [n], ascending; 0 is the case's own.
        place: uint16 [n], ascending, index into `strata.place_names`.
        age: float64 [n], years; below 0 for the unborn.
        strata: the tables.
        streams: keyed numbers with a stream called `ties`.
        acquaintances: "stored" writes their rows out, "by community" computes them when asked.
        workers: threads, 1 or more; the result does not depend on them.

    Raises:
        PopulationError: the shares of ties.csv cannot be met together.
    """
    n = jurisdiction.size
    starts = np.flatnonzero(np.diff(place.astype(np.int64), prepend=-1))
    keys = [int(key) for key in streams.words(STREAM, np.arange(_KEYS, _KEYS + 5), 2**40)]
    degree, close = _draw_degrees(n, strata, streams)
    families, circles, communities = _arrange_all(
        starts, age, degree, close, strata, streams, (keys[0], keys[1], keys[2]), workers
    )

    def near(people: NDArray[np.int64]) -> Rows:
        return merge(people, families.rows(people), circles.rows(people))

    known = _local(near, communities, n, workers)
    step = step_of(degree)
    hub = int(step_of(np.array([HUB * strata.ties["mean_degree"]]))[0])
    classes = classes_of(jurisdiction, age, step, starts, hub)
    near_layer = Layer(close, known[0], known[0], Shares.close(strata.ties))
    far_layer = Layer(
        degree - close, known[1], known[0] + known[1], Shares.acquaintances(strata.ties)
    )
    wide, routes = match(classes, step, hub, near_layer, None, strata, keys[3])
    far, _ = match(classes, step, hub, far_layer, routes, strata, keys[4])
    most = int(known[0].sum()) + int(wide.stub[-1]), int(known[1].sum()) + int(far.stub[-1])
    del degree, close, known, step, near_layer, far_layer

    def close_rows(people: NDArray[np.int64]) -> Rows:
        return merge(people, families.rows(people), circles.rows(people), wide.rows(people))

    ties = write(close_rows, n, most[0], workers)
    planned = Communities(communities, far, ties, most[1])
    stored = planned.stored(workers) if acquaintances == "stored" else planned
    return Society(ties, stored, planned.arrays())


def _draw_degrees(
    n: int, strata: Strata, streams: Streams
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return degree and close degree of everybody, int32 [n] each."""
    degrees = Degrees.of(strata.degree_quantiles, strata.degree_multiples, strata.ties)
    degree, close = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)
    # In a very small society nobody is tied to more than half of it.
    most = max(1, (n - 1) // 2)
    # A keyed permutation hands out one slice of the distribution to each person.
    slices = Permutations(np.array([n]), streams.words(STREAM, _DEGREE, 2**40))
    for start, end in blocks(0, n):
        rows = np.arange(start, end)
        block = slice(start, end)
        number = slices.forward(np.zeros_like(rows), rows)
        quantile = (number + streams.uniform(STREAM, rows, _DEGREE)) / n
        degree[block], close[block] = degrees.draw(
            quantile, streams.uniform(STREAM, rows, _ROUND), most
        )
    return degree, close


def _arrange_all(
    starts: NDArray[np.int64],
    age: NDArray[np.float64],
    degree: NDArray[np.int32],
    close: NDArray[np.int32],
    strata: Strata,
    streams: Streams,
    keys: tuple[int, int, int],
    workers: int,
) -> tuple[Blocks, Blocks, Blocks]:
    """Return families, circles and communities, place by place."""
    ends = np.append(starts[1:], age.size)

    def piece(limits: tuple[int, int]) -> Piece:
        rows = np.arange(*limits)
        noise = np.stack([streams.normal(STREAM, rows, of) for of in (_FAMILY, _CIRCLE)])
        part = slice(*limits)
        return arrange(age[part], degree[part], close[part], noise, strata.ties)

    with ThreadPoolExecutor(workers) as pool:
        pieces = list(pool.map(piece, zip(starts.tolist(), ends.tolist(), strict=True)))
    return join_pieces(pieces, starts, age.size, keys)


def _local(
    near: Callable[[NDArray[np.int64]], Rows], communities: Blocks, n: int, workers: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return how many close ties and acquaintances everybody has in family, circle, community."""
    found = np.empty(n, dtype=np.int32), np.empty(n, dtype=np.int32)

    def count(people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        close = near(people)
        others = merge(people, communities.rows(people), without=close)
        return counts(people, close), counts(people, others)

    for start, end, (close, others) in in_turn(count, n, workers):
        found[0][start:end], found[1][start:end] = close, others
    return found
