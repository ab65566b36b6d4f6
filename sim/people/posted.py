"""Where the gallery's faces were posted from: what the operator's signals speak of.

A face shows one person, and its residency signals belong to whoever posted it. Friends abroad and
people who move make the two differ.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.calendar import REFERENCE_DAY
from generators.population import Population
from sim.people.capture import captured_before
from sim.people.findability import Findability


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


def _faces(
    population: Population, findability: Findability, uploaders: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return faces in the gallery per image that these uploaders posted, real units, float64."""
    home, keep = population.jurisdiction, findability.keep
    posts = findability.posts[uploaders]
    chance = findability.tagged[uploaders] / np.maximum(population.close.degree[uploaders], 1)
    at, person = population.close.rows(uploaders)
    to, by = home[person], home[uploaders]
    worth = keep[to, by[at]] * population.weights[to]
    others = np.bincount(at, weights=worth, minlength=len(uploaders))
    own = findability.shown * keep[by, by] * population.weights[by]
    return np.asarray(posts * (chance * others + own))
