"""Mixing: how many wide ties stay in the place, stay in the country, or go to another country.

A wide tie is one outside family, circle and community; each of its ends is a stub. This module says
how many stubs everybody needs and where those of each class of people (a place and an age band)
lead, such that local ties and wide ones together have the stated shares. Two stubs may join the
same two people twice, most of all those with many ties in small places; so people with many ties
get more stubs than ties, as many as leave them the ties they are meant to have.

Counts between jurisdictions are symmetric: the row of the first jurisdiction is as stated, and what
the others have left is shared out among them by their ties, which leaves the first row alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError

KINDS = ("place, of like age", "place", "country, of like age and degree", "country", "abroad")
"""Where a wide tie leads, from near to far."""
LARGE = 1000
"""People in the first jurisdiction from which its stated mixing is met or refused."""
STEPS = 26
"""Steps of degree: two for each doubling, up to 5792 ties, and one above."""
GROUPS = 2
"""Groups of like degree: those with fewer ties than `HUB` times the mean, and those with more."""
HUB = 2.0
"""About half of all ends of ties belong to people above it, so that splitting there makes degrees
across ties as alike as two groups can (calibrated to the assortativity of Ugander et al. 2011)."""
_MOST_ABROAD = 0.95
_MOST_STUBS = 4.0
_LEAST_DIFFERENT = 0.6
"""Stubs are sent no nearer than where this share of them meets somebody new."""
_UP = 1.1
_ROUNDS = 60


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
        before: float64 [4, P, S, S], rates at which the layer before matches them (`meeting_rates`), or
            None where there is none.
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


@dataclass(frozen=True, eq=False)
class Shares:
    """What one layer is meant to look like.

    Attributes:
        place: share of all ties that stay in the place.
        inside: share of all ties that stay in the jurisdiction.
        age: share of wide ties at home that keep to one's own age band.
    """

    place: float
    inside: float
    age: float

    @classmethod
    def close(cls, ties: Mapping[str, float]) -> Shares:
        """Return the shares of close ties, as the table has them."""
        return cls(ties["close_in_place"], ties["close_inside"], ties["age_share"])

    @classmethod
    def acquaintances(cls, ties: Mapping[str, float]) -> Shares:
        """Return the shares that acquaintances need so that all ties have the stated ones.

        Raises:
            PopulationError: close ties alone are too near or too far for that.
        """
        close, total = ties["mean_close"], ties["mean_degree"]
        left: dict[str, float] = {}
        for all_ties, near in (("place_share", "close_in_place"), ("inside_share", "close_inside")):
            left[all_ties] = (ties[all_ties] * total - ties[near] * close) / (total - close)
            if not 0 <= left[all_ties] <= 1:
                raise PopulationError(
                    Fault(
                        f"`{near}` leaves nothing between 0 and 1 for acquaintances",
                        file="ties.csv",
                        key=all_ties,
                        found=f"{ties[all_ties]:g} of all ties, {ties[near]:g} of close ones",
                        expected="shares that differ less",
                    )
                )
        return cls(left["place_share"], left["inside_share"], ties["age_share"])


@dataclass(frozen=True, eq=False)
class Routes:
    """How many stubs people get, and where they lead.

    Attributes:
        factor: float64 [P, S], stubs for each wide tie that people of each step lack.
        share: float64 [P, 5], by `KINDS`; each row sums to 1.
        between: int64 [J, J], ties between jurisdictions: symmetric, no diagonal.
    """

    factor: NDArray[np.float64]
    share: NDArray[np.float64]
    between: NDArray[np.int64]


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
    chance = near / np.maximum(people @ like, 1.0)
    chance = np.minimum(np.sqrt(chance[:, :, None] * chance[:, None, :]), 1.0)
    return np.asarray(chance * like)


def step_of(degree: NDArray[Any]) -> NDArray[np.int8]:
    """Return the step of each degree, two for each doubling, int8 [n], below `STEPS`."""
    step = np.floor(2 * np.log2(degree))
    return np.minimum(step, STEPS - 1).astype(np.int8)


def find_routes(
    wide: Wide, shares: Shares, first_row: NDArray[np.float64], codes: tuple[str, ...]
) -> Routes:
    """Find how many stubs people need and where they lead.

    Of two people with x and y stubs among S that are matched at random, 1 − exp(−xy / S) is the
    chance that they are tied. Stubs and shares are found by turns, so that the expected number of
    different ties is what everybody lacks and what the place is meant to have.

    Args:
        wide: what the layer lacks.
        shares: what it is meant to look like.
        first_row: float64 [J], where ties abroad of the first jurisdiction lead; 0 for itself.
        codes: of the jurisdictions, for messages.

    Raises:
        PopulationError: the first jurisdiction, or one that it is tied to, has too few wide ties.
    """
    size = first_row.size
    lack = wide.people * wide.lacking
    held = np.bincount(wide.country, lack.sum(axis=1), size)
    wanted = np.bincount(wide.country, wide.wanted, size)
    residents = np.bincount(wide.country, wide.bands.sum(axis=1), size)
    large = bool(residents[0] >= LARGE)
    between = _between(wanted, held, shares.inside, first_row, codes, large=large)
    near_wanted = np.clip(shares.place * wide.wanted - wide.local, 0, None)
    factor = np.ones_like(lack)
    near = near_wanted / np.maximum(lack.sum(axis=1), 1)
    alike, far_alike = np.full_like(near, shares.age), np.full_like(near, shares.age)
    for _ in range(_ROUNDS):
        stubs = np.bincount(wide.country, (lack * factor).sum(axis=1), size)
        abroad = (between.sum(axis=1) / np.maximum(stubs, 1))[wide.country]
        near = np.clip(near, 0, 1 - abroad)
        far = 1 - abroad - near
        home = near * alike, near * (1 - alike), far * far_alike, far * (1 - far_alike)
        share = np.stack((*home, abroad), axis=1)
        met = _different(wide, wide.lacking * factor, share)
        ties = met.sum(axis=0) + wide.lacking * factor * abroad[:, None]
        sent = np.maximum(share[:, :4] * (lack * factor).sum(axis=1)[:, None], 1e-9)
        found = (wide.people * met).sum(axis=2).T
        good = np.minimum(found / sent / _LEAST_DIFFERENT, 1.0)
        alike = np.minimum(alike * _UP * good[:, 0], shares.age)
        far_alike = np.minimum(far_alike * _UP * good[:, 2], shares.age)
        in_place = np.maximum(found[:, :2].sum(axis=1), 1e-9)
        more = np.clip(near_wanted / in_place, 0.5, 2)
        near *= np.minimum(more, _UP * in_place / sent[:, :2].sum(axis=1) / _LEAST_DIFFERENT)
        factor *= np.where(ties > 0, wide.lacking / np.maximum(ties, 1e-9), 1.0)
        factor = np.clip(factor, 1.0, _MOST_STUBS)
    return Routes(factor, share, between)


def split_stubs(
    stubs: NDArray[np.int64], routes: Routes, jurisdiction: NDArray[np.uint8]
) -> NDArray[np.int64]:
    """Return stubs by where they lead, int64 [P, B, G, 5], which sum to the stubs of each class.

    Args:
        stubs: int64 [P, B, G], by place, age band and group of degree.
        routes: where they are meant to lead; those abroad are as many as `between` says.
        jurisdiction: uint8 [P], of each place.
    """
    kinds = np.zeros((*stubs.shape, len(KINDS)), dtype=np.int64)
    for j, out in enumerate(routes.between.sum(axis=1)):
        rows = np.flatnonzero(jurisdiction == j)
        if rows.size:
            kinds[rows, ..., 4] = _split(stubs[rows], int(out))
    left = stubs - kinds[..., 4]
    steps = np.cumsum(routes.share[:, :3], axis=1) / np.maximum(1 - routes.share[:, 4:], 1e-9)
    steps = np.minimum(steps, 1.0)[:, None, None, :]
    whole = np.floor(left[..., None] * steps + 0.5).astype(np.int64)
    kinds[..., :3] = np.diff(whole, axis=-1, prepend=0)
    kinds[..., 3] = left - whole[..., 2]
    _make_even(kinds, jurisdiction)
    return kinds


def _make_even(kinds: NDArray[np.int64], jurisdiction: NDArray[np.uint8]) -> None:
    """Move single stubs further off, so that few pools have an odd one that meets nobody."""
    for place in kinds:
        for band in place:
            _move_odd(band, 0)
        _move_odd(place.reshape(-1, len(KINDS)), 1)
    bands, groups = kinds.shape[1:3]
    for j in np.unique(jurisdiction):
        rows = np.flatnonzero(jurisdiction == j)
        for b in range(bands):
            for g in range(groups):
                pool = kinds[rows, b, g]
                _move_odd(pool, 2)
                kinds[rows, b, g] = pool


def _move_odd(pool: NDArray[np.int64], kind: int) -> None:
    """Where the classes of a pool have an odd number of stubs, send one of them a kind further."""
    if pool[:, kind].sum() % 2:
        most = pool[:, kind].argmax()
        pool[most, kind] -= 1
        pool[most, kind + 1] += 1


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
    for kind in range(len(KINDS) - 1):
        mine = stubs * share[:, kind, None]
        others, number, groups = mine, wide.people, wide.bands
        if kind >= 2:
            others = (_by_country(wide.people * mine, country, size) / np.maximum(people, 1))[
                country
            ]
            number, groups = people[country], _by_country(wide.bands, country, size)[country]
        ends = number * others
        total = np.repeat(ends.sum(axis=1, keepdims=True), STEPS, axis=1)
        like = np.ones((STEPS, STEPS))
        if kind == 2:
            step = np.arange(STEPS) >= wide.hub
            like = (step[:, None] == step).astype(np.float64)
            total = ends @ like
        if kind % 2 == 0:
            total *= _alike(groups)[:, None]
        found.append((mine / np.maximum(total, 1e-9))[:, :, None] * others[:, None, :] * like)
    return np.stack(found)


def _different(
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
            met[kind] += ((rates[kind] * new) @ number[:, :, None])[:, :, 0]
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


def _split(stubs: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Return whole parts of the numbers, in proportion, that sum to `total`."""
    ends = np.cumsum(stubs)
    steps = np.floor(ends * (total / max(int(ends[-1]), 1)) + 0.5).astype(np.int64)
    return np.diff(steps, prepend=0).reshape(stubs.shape)


def _between(
    wanted: NDArray[np.float64],
    held: NDArray[np.float64],
    inside: float,
    first_row: NDArray[np.float64],
    codes: tuple[str, ...],
    *,
    large: bool,
) -> NDArray[np.int64]:
    """Return the counts of ties between jurisdictions, int64 [J, J]."""
    size = wanted.size
    between = np.zeros((size, size))
    out = (1 - inside) * wanted
    row = out[0] * first_row
    room = _MOST_ABROAD * held
    need = np.maximum(row, np.append(row.sum(), row[1:]))
    short = np.flatnonzero(need > room)
    if large and short.size:
        worst = short[np.argmax(need[short] / np.maximum(room[short], 1))]
        raise PopulationError(
            Fault(
                "too few ties outside family, circle and community for so many abroad",
                file="mixing.csv",
                key=codes[worst],
                found=f"{need[worst]:.0f} ties abroad, {room[worst]:.0f} to be had",
                expected="a larger sample of that jurisdiction, fewer ties abroad, or fewer in "
                "the place",
            )
        )
    row = np.minimum(row * min(1.0, room[0] / max(row.sum(), 1.0)), room)
    between[0], between[:, 0] = row, row
    between[1:, 1:] = _gravity(np.clip(np.minimum(out, room)[1:] - row[1:], 0, None))
    counts = np.floor(np.triu(between, 1) + 0.5).astype(np.int64)
    return counts + counts.T


def _gravity(out: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return symmetric flows without a diagonal whose row sums come as near `out` as they can.

    Iterative proportional fitting of factors f with flow f_j f_k (Deming and Stephan 1940).
    """
    if out.size < 2 or out.sum() == 0:
        return np.zeros((out.size, out.size))
    out = np.minimum(out, out.sum() - out)
    factor = out / np.sqrt(max(out.sum(), 1e-300))
    for _ in range(500):
        others = factor.sum() - factor
        factor = np.sqrt(factor * out / np.maximum(others, 1e-300))
    flows = np.outer(factor, factor)
    np.fill_diagonal(flows, 0.0)
    return flows
