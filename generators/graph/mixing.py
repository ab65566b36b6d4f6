"""Mixing: how many wide ties stay in the place, stay in the country, or go to another country.

A wide tie is one outside family, circle and community. Both of its ends are stubs; this module
says how many stubs of each class of people (a place and an age band) go where, such that local
ties and wide ones together have the stated shares. Counts between jurisdictions are symmetric: the
row of the first jurisdiction is as stated, and what the others have left is shared out among them
by their ties, which leaves the first row alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError

KINDS = ("place, of like age", "place", "country, of like age", "country", "abroad")
"""Where a wide tie leads, from near to far."""
LARGE = 1000
"""People in the first jurisdiction from which its stated mixing is met or refused."""
_MOST_ABROAD = 0.95
_MOST_DENSE = 0.25
"""Nobody is tied to more of a group than this share on average; the rest is sought further off."""


@dataclass(frozen=True, eq=False)
class Stubs:
    """Ends of wide ties of one layer, by class: K = places × age bands, place by place.

    Attributes:
        jurisdiction: uint8 [P], of each place.
        people: int64 [P, B], people of each class.
        stubs: int64 [P, B], ends of wide ties.
        local: int64 [P], ties inside the place that stand already.
        wanted: int64 [P], ties meant in all.
    """

    jurisdiction: NDArray[np.uint8]
    people: NDArray[np.int64]
    stubs: NDArray[np.int64]
    local: NDArray[np.int64]
    wanted: NDArray[np.int64]


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


def split_stubs(
    stubs: Stubs, shares: Shares, first_row: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Say where the stubs of each class go.

    Args:
        stubs: the ends of wide ties.
        shares: what the layer is meant to look like.
        first_row: float64 [J], where ties abroad of the first jurisdiction lead; 0 for itself.

    Returns:
        kinds int64 [P, B, 5], stubs by `KINDS`, which sum to the stubs of each class;
        between int64 [J, J], ties between jurisdictions: symmetric, no diagonal, its row sums are
        the stubs that go abroad.

    Raises:
        PopulationError: the first jurisdiction has too few wide ties for so many abroad.
    """
    size = first_row.size
    home = stubs.jurisdiction.astype(np.int64)
    wanted = np.bincount(home, stubs.wanted, size)
    held = np.bincount(home, stubs.stubs.sum(axis=1), size)
    people = np.bincount(home, stubs.people.sum(axis=1), size)
    between = _between(wanted, held, shares.inside, first_row, large=people[0] >= LARGE)
    kinds = np.zeros((*stubs.stubs.shape, len(KINDS)), dtype=np.int64)
    for j in range(size):
        rows = np.flatnonzero(home == j)
        if rows.size:
            kinds[rows, :, 4] = _spread_out(stubs.stubs[rows], between[j].sum() / max(held[j], 1))
    left = stubs.stubs - kinds[:, :, 4]
    total = left.sum(axis=1)
    near = np.clip(shares.place * stubs.wanted - stubs.local, 0, total)
    near = np.minimum(near, _room(stubs.people.sum(axis=1)))
    part = near / np.maximum(total, 1)
    rest = left.astype(np.float64)
    alike = np.minimum(rest * part[:, None] * shares.age, _room(stubs.people))
    place = rest * part[:, None] - alike
    far = rest - alike - place
    same_age = far * shares.age
    for j in range(size):
        rows = home == j
        room = _room(stubs.people[rows].sum(axis=0))
        same_age[rows] *= np.minimum(room / np.maximum(same_age[rows].sum(axis=0), 1.0), 1.0)
    steps = np.cumsum(np.stack((alike, place, same_age), axis=2), axis=2)
    whole = np.floor(steps + 0.5).astype(np.int64)
    whole = np.minimum(whole, left[:, :, None])
    kinds[:, :, :3] = np.diff(whole, axis=2, prepend=0)
    kinds[:, :, 3] = left - whole[:, :, 2]
    return kinds, between


def _room(people: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how many stubs a group of people can hold without meeting the same people again."""
    return np.asarray(_MOST_DENSE * people * np.maximum(people - 1, 0.0))


def _spread_out(stubs: NDArray[np.int64], share: float) -> NDArray[np.int64]:
    """Return the share of each number as whole numbers whose sum is the share of the sum."""
    steps = np.floor(np.cumsum(stubs) * share + 0.5).astype(np.int64)
    return np.diff(steps, prepend=0).reshape(stubs.shape)


def _between(
    wanted: NDArray[np.float64],
    held: NDArray[np.float64],
    inside: float,
    first_row: NDArray[np.float64],
    *,
    large: bool,
) -> NDArray[np.int64]:
    """Return the counts of ties between jurisdictions, int64 [J, J]."""
    size = wanted.size
    between = np.zeros((size, size))
    if size < 2 or first_row.sum() == 0:
        return between.astype(np.int64)
    out = (1 - inside) * wanted
    row = out[0] * first_row
    room = _MOST_ABROAD * held
    short = row[1:] > room[1:]
    if large and (out[0] > room[0] or short.any()):
        raise PopulationError(
            Fault(
                "family, circle and community leave too few wide ties for so many abroad",
                file="ties.csv",
                key="inside_share",
                found=f"{inside:g}",
                expected="more, or less in place, or a larger sample of the countries named in "
                "mixing.csv",
            )
        )
    row = np.minimum(row * min(1.0, room[0] / max(out[0], 1.0)), room)
    between[0], between[:, 0] = row, row
    between[1:, 1:] = _gravity(np.clip(out[1:] - row[1:], 0, np.maximum(room[1:] - row[1:], 0)))
    counts = np.floor(np.triu(between, 1) + 0.5).astype(np.int64)
    return counts + counts.T


def _gravity(out: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return symmetric flows without a diagonal whose row sums come as near `out` as they can.

    Iterative proportional fitting of factors f with flow f_j f_k (Deming and Stephan 1940).
    """
    if out.size < 2 or out.sum() == 0:
        return np.zeros((out.size, out.size))
    out = np.minimum(out, out.sum() - out)
    factor = np.sqrt(out / max(np.sqrt(out).sum(), 1e-300))
    for _ in range(500):
        others = factor.sum() - factor
        factor = np.sqrt(factor * out / np.maximum(others, 1e-300))
    flows = np.outer(factor, factor)
    np.fill_diagonal(flows, 0.0)
    return flows
