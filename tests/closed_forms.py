"""Closed forms of what is found of people, which tests set beside what the model draws."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.population import Population
from sim.people.capture import captured_before
from sim.people.findability import Findability


def expected_finds(
    population: Population,
    findability: Findability,
    images: NDArray[np.float64],
    lag: float,
) -> NDArray[np.float64]:
    """Return the mean number of photos held of each person, float64 [n]; counts are Poisson.

    Photos from before somebody's birth, the person's or the uploader's, are not among them.

    Args:
        population: the people.
        findability: of these people.
        images: images in the gallery by the start of each day, without orders, [days + 1]; the
            last is when finds are counted.
        lag: mean days from capture to find.
    """
    home, birth = population.jurisdiction, population.birth_day
    seen = findability.posts * findability.chance(population.close.degree)
    uploaders = np.flatnonzero(findability.posts > 0.0)
    at, person = population.close.rows(uploaders)
    by = uploaders[at]
    both_born = 1.0 - captured_before(images, lag, np.maximum(birth[by], birth[person]))
    part = seen[by] * findability.keep[home[person], home[by]] * both_born
    own = findability.shown * findability.posts * findability.keep[home, home]
    own *= 1.0 - captured_before(images, lag, birth)
    return np.asarray(float(images[-1]) * (np.bincount(person, part, len(home)) + own))


def own_share(population: Population, findability: Findability) -> float:
    """Return the share of the gallery's faces of residents of the first jurisdiction that those
    in them posted themselves."""
    here = slice(0, population.society)
    rate = findability.posts[here] * (population.jurisdiction[here] == 0)
    own = float(rate.sum()) * findability.shown * float(findability.keep[0, 0])
    residents = float((population.jurisdiction[here] == 0).sum())
    return own / residents * float(population.real_residents[0]) / float(findability.faces[0].sum())
