"""The graph of a society beside published statistics of friendship.

Both layers together, since the figures are about all friends of people. Mixing, clustering and
groups are those of the first jurisdiction's people: its row of the mixing matrix holds, and other
strata, sampled more thinly, have too few people to be read alone (model, section 1). Meant for
20,000 people and more: heavy-tailed degrees make small graphs noisy.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.graph.ties import Ties
from generators.population_check.check import Check, beside
from generators.population_check.distance import (
    SOURCES,
    chance_graph,
    largest_component,
    mean_distance,
)
from generators.population_check.friend_groups import circle_sizes, degeneracies
from generators.population_check.shape import (
    clustering_of,
    correlation_across,
    degree_quantile,
    share_alike,
)
from generators.published import BY_NAME

SAMPLE = 2000
"""Most people whose clustering is measured around one degree."""
LOOKED_AT = 100
"""Most people among whose friends groups are looked for."""
HUNDRED = 100
"""Ties of those whose densest group of friends was published."""
CIRCLED = 404 / 190
"""Ties of those whose circles were published, as a multiple of their network's mean degree."""
BAND = 0.2
"""How far from a degree those lie who stand for it, as a share of it."""


def graph_checks(
    ties: Ties,
    jurisdiction: NDArray[np.integer],
    place: NDArray[np.integer],
    age: NDArray[np.floating],
    seed: int,
) -> list[Check]:
    """Return a check for each published figure of friendship.

    Args:
        ties: everybody's ties, both layers.
        jurisdiction: [n], the case's own is 0.
        place: [n], area in which most of one's friends live.
        age: [n], years.
        seed: picks the samples.

    Where there is one jurisdiction only, all ties are inside it by definition and the share inside
    the country is not compared.
    """
    generator = np.random.default_rng((seed, 20111118))
    indptr, indices = ties.indptr, ties.indices
    degree = ties.degree
    mean = float(degree.mean())
    own = np.asarray(jurisdiction == 0)
    together = largest_component(indptr, indices)
    checks = [
        beside(
            BY_NAME[f"degree_quantile_{share}"],
            degree_quantile(degree, share / 100) / max(mean, 1e-9),
            f"mean degree {mean:.1f}",
        )
        for share in (10, 20, 50)
    ]
    checks += _clustering(ties, own, generator)
    checks += [
        beside(
            BY_NAME["assortativity_by_degree"],
            correlation_across(degree.astype(np.float64), own, indptr, indices),
        ),
        *_inside(jurisdiction, own, ties),
        beside(BY_NAME["ties_inside_the_place"], share_alike(place, own, indptr, indices)),
        beside(
            BY_NAME["age_correlation_across_ties"], correlation_across(age, own, indptr, indices)
        ),
        beside(BY_NAME["largest_component"], float(together.mean())),
    ]
    sources = _some(np.flatnonzero(together), SOURCES, generator)
    ours = mean_distance(sources, indptr, indices)
    chance = mean_distance(sources, *chance_graph(indptr, generator))
    checks.append(
        beside(
            BY_NAME["mean_distance_above_chance"],
            ours - chance,
            f"{ours:.2f} steps, {chance:.2f} by chance",
        )
    )
    return checks + _groups(ties, own, generator)


def _clustering(ties: Ties, own: NDArray[np.bool_], generator: np.random.Generator) -> list[Check]:
    """Return the checks of clustering at the median degree, and of its fall with degree."""
    degree = ties.degree
    median = 100 / 190 * float(degree.mean())
    levels, shares = [], []
    for multiple in (0.25, 0.5, 1.0, 2.0, 4.0):
        level = multiple * median
        near = _near(degree, own, level)
        if near.size and level >= 2:
            sample = _some(near, SAMPLE, generator)
            levels.append(multiple)
            shares.append(float(clustering_of(sample, ties.indptr, ties.indices).mean()))
    at_median = shares[levels.index(1.0)] if 1.0 in levels else None
    fall = None
    if len(levels) > 1:
        ranks = np.argsort(np.argsort(shares))
        fall = float(np.corrcoef(ranks, np.arange(len(levels)))[0, 1])
    seen = ", ".join(
        f"{share:.3f} at {level * median:.0f} ties"
        for level, share in zip(levels, shares, strict=True)
    )
    return [
        beside(
            BY_NAME["clustering_at_median_degree"],
            at_median,
            f"at {median:.0f} ties, as 100 is to a mean of 190",
        ),
        beside(BY_NAME["clustering_falls_with_degree"], fall, seen),
    ]


def _inside(jurisdiction: NDArray[np.integer], own: NDArray[np.bool_], ties: Ties) -> list[Check]:
    """Return the check of the share of ties inside the country, where there is another one."""
    if own.all():
        return []
    share = share_alike(jurisdiction, own, ties.indptr, ties.indices)
    return [beside(BY_NAME["ties_inside_the_country"], share)]


def _groups(ties: Ties, own: NDArray[np.bool_], generator: np.random.Generator) -> list[Check]:
    """Return the checks of the densest group and of circles among people's friends."""
    dense = _some(_near(ties.degree, own, HUNDRED), LOOKED_AT, generator)
    level = CIRCLED * float(ties.degree.mean())
    around = _some(_near(ties.degree, own, level), LOOKED_AT, generator)
    sizes = circle_sizes(around, ties, int(generator.integers(2**31)))
    return [
        beside(
            BY_NAME["densest_group_of_100_friends"],
            float(np.mean(degeneracies(dense, ties))) if dense.size else None,
            f"mean of {dense.size} people",
        ),
        beside(
            BY_NAME["size_of_circles_among_friends"],
            float(np.mean(sizes)) if sizes else None,
            f"{len(sizes)} circles of {around.size} people with about {level:.0f} friends",
        ),
    ]


def _near(degree: NDArray[np.int64], own: NDArray[np.bool_], level: float) -> NDArray[np.int64]:
    """Return those of the first jurisdiction whose number of ties is within `BAND` of a level."""
    return np.flatnonzero(own & (np.abs(degree - level) <= max(BAND * level, 0.5)))


def _some(
    people: NDArray[np.int64], most: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Return `most` of some people, or all where there are fewer, ascending."""
    if people.size <= most:
        return people
    return np.sort(generator.choice(people, most, replace=False))
