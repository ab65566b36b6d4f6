"""Where the gallery's faces were posted from: what the operator's signals speak of.

A face shows one person, and its residency signals belong to whoever posted it. Friends abroad and
people who move make the two differ.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from generators.calendar import REFERENCE_DAY
from generators.people import DAYS_A_YEAR
from generators.population import Population
from generators.strata import AGE_BAND_EDGES
from sim.people.capture import captured_before
from sim.people.findability import Findability
from sim.people.finds import platform_rates


def posted_from(
    population: Population,
    findability: Findability,
    faces_per_image: float,
    images: NDArray[np.float64],
    lag: float,
    scope: int,
) -> float:
    """Return the share of the gallery's faces whose uploader lived in scope when it was taken.

    Exact over all photos of the run, moves included, but for photos from before somebody's birth.

    Args:
        population: the people.
        findability: of these people.
        faces_per_image: faces in the gallery per image.
        images: images by the start of each day, without orders, [days + 1].
        lag: mean days from capture to find.
        scope: index of the jurisdiction.
    """
    at_home = float(findability.faces[:, scope].sum())
    drawn = slice(0, population.society)
    home = population.jurisdiction[drawn]
    moves = (population.elsewhere[drawn] == scope) != (home == scope)
    movers = np.flatnonzero(moves & (findability.posts[drawn] > 0.0))
    day, there = population.move_day[movers], population.elsewhere[movers] == scope
    here = home[movers] == scope
    before = captured_before(images, lag, np.minimum(day, len(images)))
    came = day <= REFERENCE_DAY
    share = np.where(came == there, before, 1.0 - before)
    return (at_home + float(_faces(population, findability, movers) @ (share - here))) / (
        faces_per_image
    )


def posted_homes(
    population: Population,
    findability: Findability,
    faces_per_image: float,
    images: NDArray[np.float64],
    lag: float,
    codes: Sequence[str],
) -> NDArray[np.float64]:
    """Return the shares of faces posted from jurisdictions, and last from anywhere else.

    Args:
        population: the people.
        findability: of these people.
        faces_per_image: faces in the gallery per image.
        images: images by the start of each day, without orders, [days + 1].
        lag: mean days from capture to find.
        codes: the jurisdictions, K of them.

    Returns:
        float64 [K + 1], each as `posted_from` has it; they sum to 1.
    """
    from_each = [
        posted_from(population, findability, faces_per_image, images, lag, code)
        for code in map(population.jurisdictions.index, codes)
    ]
    return np.array([*from_each, max(0.0, 1.0 - sum(from_each))])


def spread_within(
    population: Population,
    findability: Findability,
    images: NDArray[np.float64],
    lag: float,
    codes: Sequence[str],
    *,
    bands: bool,
    platforms: bool,
) -> NDArray[np.float64]:
    """Return how the faces posted from each jurisdiction spread over age bands and platforms.

    The band is that of the person on the day of capture, the platform the uploader's. Over all
    photos of the run, by where the uploader lives at the reference day.

    Args:
        population: the people.
        findability: of these people.
        images: images by the start of each day, without orders, [days + 1].
        lag: mean days from capture to find.
        codes: jurisdictions, K of them; uploaders elsewhere come last.
        bands: whether age bands are told apart; one band holds all where not.
        platforms: whether platforms are told apart; one holds all where not.

    Returns:
        float64 [K + 1, B, P], summing to 1 for each jurisdiction.
    """
    size = len(codes) + 1
    if not bands and not platforms:
        return np.ones((size, 1, 1))
    drawn = np.arange(population.society)
    home = np.full(len(population.jurisdictions), size - 1)
    home[[population.jurisdictions.index(code) for code in codes]] = np.arange(size - 1)
    uploaders = drawn[findability.posts[drawn] > 0.0]
    aged = _age_shares(population, images, lag) if bands else np.ones((len(population), 1))
    rates = np.ones((len(population), 1))
    if platforms:
        rates = np.diff(platform_rates(population), axis=1, prepend=0.0)
    where = rates[uploaders] / rates[uploaders].sum(axis=1, keepdims=True)
    faces = _faces_by(population, findability, uploaders, aged)
    within = np.zeros((size, aged.shape[1], where.shape[1]))
    for place in range(size):
        mine = home[population.jurisdiction[uploaders]] == place
        within[place] = faces[mine].T @ where[mine]
    total = within.sum(axis=(1, 2), keepdims=True)
    # Nothing is posted from a jurisdiction without uploaders: its spread is of no weight.
    even = np.full_like(within, 1.0 / within[0].size)
    return np.divide(within, total, out=even, where=total > 0.0)


def _age_shares(
    population: Population, images: NDArray[np.float64], lag: float
) -> NDArray[np.float64]:
    """Return the share of photos taken while each person is in each age band, float64 [n, B]."""
    birthdays = population.birth_day[:, None] + np.ceil(
        np.concatenate([[0.0], AGE_BAND_EDGES]) * DAYS_A_YEAR
    ).astype(np.int64)
    before = captured_before(images, lag, birthdays.ravel()).reshape(birthdays.shape)
    upto = np.concatenate([before, np.ones((len(before), 1))], axis=1)
    alive = 1.0 - before[:, :1]
    shares = np.zeros((len(before), upto.shape[1] - 1))
    return np.divide(np.diff(upto, axis=1), alive, out=shares, where=alive > 0.0)


def _faces(
    population: Population, findability: Findability, uploaders: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return faces in the gallery per image that these uploaders posted, real units, float64."""
    return _faces_by(population, findability, uploaders, np.ones((len(population), 1)))[:, 0]


def _faces_by(
    population: Population,
    findability: Findability,
    uploaders: NDArray[np.int64],
    shares: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return those faces, divided by shares of the persons in them, [n, B]: float64 [u, B]."""
    home, keep = population.jurisdiction, findability.keep
    posts = findability.posts[uploaders]
    chance = findability.tagged[uploaders] / np.maximum(population.close.degree[uploaders], 1)
    at, person = population.close.rows(uploaders)
    to, by = home[person], home[uploaders]
    worth = keep[to, by[at]] * population.weights[to]
    own = findability.shown * keep[by, by] * population.weights[by]
    faces = np.empty((len(uploaders), shares.shape[1]))
    for column, share in enumerate(shares.T):
        others = np.bincount(at, weights=worth * share[person], minlength=len(uploaders))
        faces[:, column] = posts * (chance * others + own * share[uploaders])
    return faces
