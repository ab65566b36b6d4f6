"""Wide ties of one layer: what everybody lacks once families, circles and communities stand.

Brings together who lacks how much (`Layer`), where wide ties lead (`generators.graph.mixing`) and
how their ends find each other (`generators.graph.matching`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generators.graph.matching import Classes, Matching
from generators.graph.meetings import GROUPS, STEPS, Wide, meeting_rates, tied_already
from generators.graph.mixing import Shares, find_routes, split_stubs
from generators.keyed import mix64
from generators.strata import AGE_BAND_EDGES, AGE_BANDS, Strata


@dataclass(frozen=True, eq=False)
class Layer:
    """What one layer is meant to have and has.

    Attributes:
        wanted: int32 [n], ties meant in all.
        local: int32 [n], ties of this layer in family, circle and community.
        near: int32 [n], those of this layer and of the one before.
        shares: where its ties are meant to lead.
    """

    wanted: NDArray[np.int32]
    local: NDArray[np.int32]
    near: NDArray[np.int32]
    shares: Shares

    def lacking(self, people: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return the wide ties that people lack."""
        return np.maximum(self.wanted[people] - self.local[people], 0)


def classes_of(
    jurisdiction: NDArray[np.uint8],
    age: NDArray[np.float64],
    step: NDArray[np.int8],
    starts: NDArray[np.int64],
    hub: int,
) -> Classes:
    """Return people by place, age band and group of degree.

    Args:
        jurisdiction: uint8 [n].
        age: float64 [n], years.
        step: int8 [n], step of everybody's degree.
        starts: int64 [P], first person of each place.
        hub: step from which people are in the second group.
    """
    n, cells = age.size, len(AGE_BANDS) * GROUPS
    order, size = np.empty(n, dtype=np.int32), np.empty((starts.size, cells), dtype=np.int64)
    for p, (start, end) in enumerate(pairwise([*starts.tolist(), n])):
        band = np.searchsorted(AGE_BAND_EDGES, age[start:end], side="right")
        cell = (GROUPS * band + (step[start:end] >= hub)).astype(np.uint8)
        order[start:end] = np.argsort(cell, kind="stable") + start
        size[p] = np.bincount(cell, minlength=cells)
    rank = np.empty(n, dtype=np.int32)
    rank[order] = np.arange(n, dtype=np.int32)
    return Classes(order, rank, np.append(0, np.cumsum(size)), jurisdiction[starts])


def match(
    classes: Classes,
    step: NDArray[np.int8],
    hub: int,
    layer: Layer,
    before: NDArray[np.float64] | None,
    strata: Strata,
    key: int,
) -> tuple[Matching, NDArray[np.float64]]:
    """Return the wide ties of a layer, and the rates at which they bring people together.

    Args:
        classes: people by place, age band and group of degree.
        step: int8 [n], step of everybody's degree.
        hub: step from which people are in the second group.
        layer: what it is meant to have and has.
        before: rates of the layer before, whose ties this one leaves out.
        strata: the tables.
        key: what chance hangs on.

    Raises:
        PopulationError: too few wide ties for so many abroad.
    """
    wide = _describe(classes, step, hub, layer, before)
    routes = find_routes(wide, layer.shares, strata)
    stub = np.zeros(classes.order.size + 1, dtype=np.int64)
    for p, (start, end) in enumerate(pairwise(_limits(classes))):
        people = classes.order[start:end]
        real = layer.lacking(people) * routes.factor[p, step[people]]
        words = mix64(people.astype(np.uint64) + np.uint64(key)) >> np.uint64(11)
        stub[start + 1 : end + 1] = np.floor(real + words * 2.0**-53)
    np.cumsum(stub, out=stub)
    stubs = np.diff(stub[classes.start]).reshape(-1, len(AGE_BANDS), GROUPS)
    kinds = split_stubs(stubs, routes, classes.jurisdiction)
    rates = meeting_rates(wide, wide.lacking * routes.factor, routes.share)
    return Matching(classes, stub, kinds, routes.between, key), rates


def _limits(classes: Classes) -> NDArray[np.int64]:
    """Return the limits of the places in the order of the classes, int64 [P + 1]."""
    return classes.start[:: len(AGE_BANDS) * GROUPS]


def _describe(
    classes: Classes,
    step: NDArray[np.int8],
    hub: int,
    layer: Layer,
    before: NDArray[np.float64] | None,
) -> Wide:
    limits = _limits(classes)
    shape = classes.jurisdiction.size, STEPS
    people, lacking, near = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    for p, (start, end) in enumerate(pairwise(limits)):
        rows = classes.order[start:end]
        people[p] = np.bincount(step[rows], minlength=STEPS)
        lacking[p] = np.bincount(step[rows], layer.lacking(rows), minlength=STEPS)
        near[p] = np.bincount(step[rows], layer.near[rows], minlength=STEPS)
    held = np.maximum(people, 1)
    return Wide(
        jurisdiction=classes.jurisdiction,
        bands=np.diff(classes.start).reshape(-1, len(AGE_BANDS), GROUPS).sum(axis=2),
        people=people,
        lacking=lacking / held,
        local=np.add.reduceat(layer.local, limits[:-1], dtype=np.int64),
        wanted=np.add.reduceat(layer.wanted, limits[:-1], dtype=np.int64),
        tied=tied_already(people, near / held),
        hub=hub,
        before=before,
    )
