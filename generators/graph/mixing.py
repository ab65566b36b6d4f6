"""Mixing: how many wide ties stay in the place, stay in the country, or go to another country.

A wide tie is one outside family, circle and community; each of its ends is a stub. This module says
how many stubs everybody needs and where those of each class of people (a place and an age band)
lead, such that local ties and wide ones together have the stated shares. Two stubs may join the
same two people twice, most of all those with many ties in small places; so people with many ties
get more stubs than ties, as many as leave them the ties they are meant to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.graph.abroad import LARGE, ties_between
from generators.graph.meetings import Wide, different
from generators.strata import Strata
from generators.tie_rows import share_of_the_rest

KINDS = ("place, of like age", "place", "country, of like age and degree", "country", "abroad")
"""Where a wide tie leads, from near to far."""
_MOST_STUBS = 4.0
_LEAST_DIFFERENT = 0.6
"""Stubs are sent no nearer than where this share of them meets somebody new."""
_UP = 1.1
_ROUNDS = 60


@dataclass(frozen=True, eq=False)
class Shares:
    """What one layer is meant to look like.

    Attributes:
        place: share of all ties that are led to the place. More end in it: of those led to the
            country at large, whose partner may live in any place, each place keeps about its share
            of the residents. In the shipped first jurisdiction of twelve places that adds about 2
            points, in a country of three about 6 (tests/unit/test_invented_country.py).
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

        Tables that were read are refused before (`generators.tie_rows.ties`), with their line.

        Raises:
            PopulationError: close ties alone are too near or too far for that.
        """
        close, total = ties["mean_close"], ties["mean_degree"]
        left: dict[str, float] = {}
        for all_ties, near in (("place_share", "close_in_place"), ("inside_share", "close_inside")):
            left[all_ties] = share_of_the_rest(ties[all_ties], ties[near], total, close)
            if not -1e-9 <= left[all_ties] <= 1 + 1e-9:
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


def find_routes(wide: Wide, shares: Shares, strata: Strata) -> Routes:
    """Find how many stubs people need and where they lead.

    Stubs and shares are found by turns, so that the expected number of different ties
    (`generators.graph.meetings`) is what everybody lacks and what the place is meant to have.

    Args:
        wide: what the layer lacks.
        shares: what it is meant to look like.
        strata: the tables, which say where ties abroad of the first jurisdiction lead.

    Raises:
        PopulationError: the first jurisdiction, or one that it is tied to, has too few wide ties.
    """
    size = strata.abroad.size
    lack = wide.people * wide.lacking
    held = np.bincount(wide.country, lack.sum(axis=1), size).astype(np.float64)
    wanted = np.bincount(wide.country, wide.wanted, size).astype(np.float64)
    residents = np.bincount(wide.country, wide.bands.sum(axis=1), size)
    large = bool(residents[0] >= LARGE)
    between = ties_between(wanted, held, shares.inside, strata, large=large)
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
        met = different(wide, wide.lacking * factor, share)
        ties = met.sum(axis=0) + wide.lacking * factor * abroad[:, None]
        sent = np.maximum(share[:, :4] * (lack * factor).sum(axis=1)[:, None], 1e-9)
        found = (wide.people * met).sum(axis=2).T
        # Where the same people are met again and again, age or place asks for too much.
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


def _split(stubs: NDArray[np.int64], total: int) -> NDArray[np.int64]:
    """Return whole parts of the numbers, in proportion, that sum to `total`."""
    ends = np.cumsum(stubs)
    steps = np.floor(ends * (total / max(int(ends[-1]), 1)) + 0.5).astype(np.int64)
    return np.diff(steps, prepend=0).reshape(stubs.shape)
