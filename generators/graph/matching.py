"""Matching: wide ties, whose two ends find each other by formula.

Everybody has so many stubs, the ends of wide ties. The stubs of a class of people (a place, an age
band and a group of degree) are split by where they lead, each person's as evenly as can be; those
that lead the same way make a pool, which a keyed permutation shuffles
(`generators.graph.permutations`), and in the shuffled pool each even place meets the odd one after
it. Abroad the pools of two jurisdictions meet place by place. So the partner of a stub is computed
in constant time and memory, from either end, and nothing has to be listed first: a configuration
model (Molloy and Reed 1995, "A critical point for random graphs with a given degree sequence")
without its list of stubs. Loops and ties that stand twice are for the reader of the rows to drop.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generators.graph.lookup import Lookup
from generators.graph.mixing import KINDS
from generators.graph.permutations import Permutations
from generators.graph.ties import spread
from generators.keyed import mix64

_GOLDEN = (math.sqrt(5) - 1) / 2
_ABROAD = len(KINDS) - 1


@dataclass(frozen=True, eq=False)
class Classes:
    """People by class, K = places × age bands × groups of degree, place by place.

    Attributes:
        order: int32 [n], people, class by class, ascending in each.
        rank: int32 [n], place of each person in `order`.
        start: int64 [K + 1], limits of the classes in `order`.
        jurisdiction: uint8 [P], of each place.
    """

    order: NDArray[np.int32]
    rank: NDArray[np.int32]
    start: NDArray[np.int64]
    jurisdiction: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Matching:
    """The wide ties of one layer.

    Attributes:
        classes: people by class.
        stub: int64 [n + 1], limits of the stubs of each person, in the order of the classes.
        kinds: int64 [P, B, G, 5], stubs of each class by where they lead.
        between: int64 [J, J], ties between jurisdictions.
        key: what the permutations hang on.
    """

    classes: Classes
    stub: NDArray[np.int64]
    kinds: NDArray[np.int64]
    between: NDArray[np.int64]
    key: int

    def rows(self, people: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return `at` and `neighbour` as `Ties.rows` does, unsorted, with loops and repeats."""
        rank = self.classes.rank[people].astype(np.int64)
        at, stub = spread(self.stub[rank], self.stub[rank + 1])
        of = np.searchsorted(self.classes.start, rank, side="right") - 1
        return at, self.partner(of[at], stub)

    def partner(self, of: NDArray[np.int64], stub: NDArray[np.int64]) -> NDArray[np.int32]:
        """Return who is at the other end of each stub; a stub without a partner leads to itself.

        Args:
            of: int64 [m], class of each stub.
            stub: int64 [m].
        """
        layout = self._layout
        # Where the stub stands in its class, spread so that everybody's lead everywhere.
        place = (stub - layout.base[of]) * layout.times[of] % layout.size[of]
        limits = layout.limits[of]
        kind = np.zeros(of.size, dtype=np.int64)
        for k in range(1, len(KINDS)):
            kind += place >= limits[:, k]
        cell = layout.cell[of, kind]
        place += layout.cell_start[cell] - limits[np.arange(of.size), kind]
        pool = layout.pool[cell]
        start = layout.pool_start[pool]
        place = layout.shuffles.forward(pool, place - start)
        home = kind != _ABROAD
        met = np.where(home, place ^ 1, place)
        # The last of an odd number has nobody beside it.
        met = np.where(met == layout.pool_start[pool + 1] - start, place, met)
        away = np.flatnonzero(~home)
        if away.size:
            found, pool[away] = self._across(place[away] + start[away], pool[away])
            start[away] = layout.pool_start[pool[away]]
            met[away] = found - start[away]
        met = layout.shuffles.inverse(pool, met) + start
        cell = layout.cells.find(met)
        of, kind = layout.cell_class[cell], layout.cell_kind[cell]
        met += layout.limits[of, kind] - layout.cell_start[cell]
        met = met * layout.undo[of] % layout.size[of] + layout.base[of]
        return self.classes.order[self._owners.find(met)]

    def _across(
        self, place: NDArray[np.int64], pool: NDArray[np.int64]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where stubs that lead abroad arrive, and in which pool."""
        layout = self._layout
        size = self.between.shape[0]
        entry = np.searchsorted(layout.across, place, side="right") - 1
        here, there = np.divmod(entry, size)
        mirror = there * size + here
        return layout.across[mirror] + place - layout.across[entry], pool + there - here

    @cached_property
    def _owners(self) -> Lookup:
        """Finds whose a stub is, as a rank in the order of the classes."""
        return Lookup(self.stub)

    @cached_property
    def _layout(self) -> _Layout:
        return _lay_out(self)


@dataclass(frozen=True, eq=False)
class _Layout:
    """Small tables of a matching. A cell is the stubs of one class that lead one way.

    Cells lie one after the other, pool by pool; C = 5 K of them.

    Attributes:
        base: int64 [K], first stub of each class.
        size: int64 [K], stubs of each class, at least 1 so that one may divide by it.
        times: int64 [K], what spreads the stubs of a class, prime to `size`.
        undo: int64 [K], its inverse modulo `size`.
        limits: int64 [K, 6], limits of the cells in their class.
        cell: int64 [K, 5], number of each cell.
        cell_start: int64 [C + 1].
        cells: finds the cell of a stub.
        cell_class: int64 [C].
        cell_kind: int64 [C].
        pool: int64 [C], pool of each cell.
        pool_start: int64 [pools + 1].
        across: int64 [J² + 1], starts of the stubs that lead from one jurisdiction to another.
        shuffles: one for each pool.
    """

    base: NDArray[np.int64]
    size: NDArray[np.int64]
    times: NDArray[np.int64]
    undo: NDArray[np.int64]
    limits: NDArray[np.int64]
    cell: NDArray[np.int64]
    cell_start: NDArray[np.int64]
    cells: Lookup
    cell_class: NDArray[np.int64]
    cell_kind: NDArray[np.int64]
    pool: NDArray[np.int64]
    pool_start: NDArray[np.int64]
    across: NDArray[np.int64]
    shuffles: Permutations


def _lay_out(matching: Matching) -> _Layout:
    places, bands, degrees, ways = matching.kinds.shape
    kinds = matching.kinds.reshape(-1, ways)
    count = kinds.shape[0]
    base = matching.stub[matching.classes.start[:-1]]
    size = np.maximum(kinds.sum(axis=1), 1)
    times = np.array([_prime_near(int(s)) for s in size], dtype=np.int64)
    undo = np.array([pow(int(t), -1, int(s)) for t, s in zip(times, size, strict=True)])
    limits = np.zeros((count, ways + 1), dtype=np.int64)
    np.cumsum(kinds, axis=1, out=limits[:, 1:])
    place, band, degree = np.unravel_index(np.arange(count), matching.kinds.shape[:3])
    country = matching.classes.jurisdiction[place].astype(np.int64)
    countries = matching.between.shape[0]
    alike = (country * bands + band) * degrees + degree
    groups = np.stack((place * bands + band, place, alike, country, country), axis=1)
    sizes = np.array([places * bands, places, countries * bands * degrees, countries, countries])
    pool = groups + np.concatenate(([0], np.cumsum(sizes)[:-1]))
    order = np.argsort(pool.ravel(), kind="stable")
    cell = np.empty(order.size, dtype=np.int64)
    cell[order] = np.arange(order.size)
    cell_start = np.zeros(order.size + 1, dtype=np.int64)
    np.cumsum(kinds.ravel()[order], out=cell_start[1:])
    pool_of_cell = pool.ravel()[order]
    pool_start = cell_start[np.searchsorted(pool_of_cell, np.arange(sizes.sum() + 1))]
    abroad = int(sizes[:-1].sum())
    across = np.full(countries**2 + 1, pool_start[abroad], dtype=np.int64)
    across[1:] += np.cumsum(matching.between.ravel())
    keys = np.arange(sizes.sum(), dtype=np.uint64) + np.uint64(matching.key)
    return _Layout(
        base=base,
        size=size,
        times=times,
        undo=undo.astype(np.int64),
        limits=limits,
        cell=cell.reshape(count, ways),
        cell_start=cell_start,
        cells=Lookup(cell_start),
        cell_class=order // ways,
        cell_kind=order % ways,
        pool=pool_of_cell,
        pool_start=pool_start,
        across=across,
        shuffles=Permutations(np.diff(pool_start), mix64(keys)),
    )


def _prime_near(size: int) -> int:
    """Return the number nearest above the golden part of `size` that shares no factor with it."""
    times = max(1, round(size * _GOLDEN))
    while math.gcd(times, size) != 1:
        times += 1
    return times
