"""Meetings: how often wide ties bring the same two people together, by their degrees.

Of two people with x and y stubs among S that are matched at random, 1 − exp(−xy / S) is the chance
that they are tied. Who already stands in the other's row, by family, circle or community or in the
layer before, is nobody new. All of this is reckoned for steps of degree, place by place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

HOME_KINDS = 4
"""Kinds of wide ties that stay in the country (`generators.graph.mixing.KINDS`)."""
STEPS = 26
"""Steps of degree: two for each doubling, up to 5792 ties, and one above."""
GROUPS = 2
"""Groups of like degree: those with fewer ties than `HUB` times the mean, and those with more."""
HUB = 2.0
"""About half of all ends of ties belong to people above it, so that splitting there makes degrees
across ties as alike as two groups can (calibrated to the assortativity of Ugander et al. 2011)."""


@dataclass(frozen=True, eq=False)
class Wide:
    """What one layer lacks, place by place.

    Attributes:
        jurisdiction: uint8 [P], of each place.
        bands: int64 [P, B], people by age band.
        people: float64 [P, S], people by step of their degree (`step_of`).
        lacking: float64 [P, S], the mean number of wide ties that they lack.
        local: int64 [P], ties inside the place that stand already.
        wanted: int64 [P], ties meant in all.
        tied: float64 [P, S, S], chance that two people of these steps in the place are tied
            already by family, circle or community.
        hub: int, step from which people are in the second group of degree.
        before: float64 [4, P, S, S], rates at which the layer before matches them
            (`meeting_rates`), or None where there is none.
    """

    jurisdiction: NDArray[np.uint8]
    bands: NDArray[np.int64]
    people: NDArray[np.float64]
    lacking: NDArray[np.float64]
    local: NDArray[np.int64]
    wanted: NDArray[np.int64]
    tied: NDArray[np.float64]
    hub: int
    before: NDArray[np.float64] | None

    @property
    def country(self) -> NDArray[np.int64]:
        """Jurisdiction of each place as an index, int64 [P]."""
        return self.jurisdiction.astype(np.int64)


def tied_already(people: NDArray[np.float64], near: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the chance that two people of one place are tied in family, circle or community.

    Such ties lead to people of like degree: as an approximation to the step above, one's own, and
    the one below alike.

    Args:
        people: float64 [P, S], people by step.
        near: float64 [P, S], mean number of such ties of each.

    Returns:
        float64 [P, S, S].
    """
    steps = people.shape[1]
    apart = np.abs(np.arange(steps)[:, None] - np.arange(steps))
    like = (apart <= 1).astype(np.float64)
    chance = near / np.maximum(np.einsum("pt,tu->pu", people, like), 1.0)
    chance = np.minimum(np.sqrt(chance[:, :, None] * chance[:, None, :]), 1.0)
    return np.asarray(chance * like)


def step_of(degree: NDArray[Any]) -> NDArray[np.int8]:
    """Return the step of each degree, two for each doubling, int8 [n], below `STEPS`."""
    step = np.floor(2 * np.log2(degree))
    return np.minimum(step, STEPS - 1).astype(np.int8)


def meeting_rates(
    wide: Wide, stubs: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how often two people are matched by each kind, float64 [4, P, S, S].

    Of two whom the kind can match: of like age, say. In the last axis stands the other person's
    step, in the country at large that of the mean person of the step.
    """
    country = wide.country
    size = int(country.max()) + 1
    people = _by_country(wide.people, country, size)
    found: list[NDArray[np.float64]] = []
    for kind in range(HOME_KINDS):
        mine = stubs * share[:, kind, None]
        others, number = mine, wide.people
        bands = wide.bands.astype(np.float64)
        if kind >= 2:
            others = (_by_country(wide.people * mine, country, size) / np.maximum(people, 1))[
                country
            ]
            number, bands = people[country], _by_country(wide.bands, country, size)[country]
        ends = number * others
        total = np.repeat(ends.sum(axis=1, keepdims=True), STEPS, axis=1)
        like = np.ones((STEPS, STEPS))
        if kind == 2:
            step = np.arange(STEPS) >= wide.hub
            like = (step[:, None] == step).astype(np.float64)
            total = np.einsum("pt,tu->pu", ends, like)
        if kind % 2 == 0:
            total *= _alike(bands)[:, None]
        found.append((mine / np.maximum(total, 1e-9))[:, :, None] * others[:, None, :] * like)
    return np.stack(found)


def different(
    wide: Wide, stubs: NDArray[np.float64], share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how many different people those of each step meet at home, float64 [4, P, S]."""
    country = wide.country
    size = int(country.max()) + 1
    rates = meeting_rates(wide, stubs, share)
    before = wide.before
    here = wide.people
    all_over = _by_country(wide.people, country, size)[country]
    mates = _alike(wide.bands)[:, None]
    all_mates = _alike(_by_country(wide.bands, country, size))[country][:, None]
    groups = (
        (here * mates, (0, 1, 2, 3), True),
        (here * (1 - mates), (1, 3), True),
        (np.maximum(all_over * all_mates - here * mates, 0), (2, 3), False),
        (np.maximum(all_over * (1 - all_mates) - here * (1 - mates), 0), (3,), False),
    )
    met = np.zeros(rates.shape[:3])
    for number, kinds, in_place in groups:
        rate = rates[list(kinds)].sum(axis=0)
        new = -np.expm1(-rate) / np.maximum(rate, 1e-12)
        if before is not None:
            new *= np.exp(-before[list(kinds)].sum(axis=0))
        if in_place:
            new *= 1 - wide.tied
        for kind in kinds:
            met[kind] += np.einsum("ptu,ptu,pu->pt", rates[kind], new, number)
    return met


def _alike(bands: NDArray[Any]) -> NDArray[np.float64]:
    """Return the chance that two people of each row are of one age band."""
    part = bands / np.maximum(bands.sum(axis=1, keepdims=True), 1)
    return np.maximum((part**2).sum(axis=1), 1e-9)


def _by_country(values: NDArray[Any], country: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Return sums of rows by country."""
    sums = np.zeros((size, values.shape[1]))
    np.add.at(sums, country, values)
    return sums
