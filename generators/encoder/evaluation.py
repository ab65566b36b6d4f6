"""How well an encoder tells people apart, in the words of ISO/IEC 19795-1.

A comparison of two photos of one person is *mated*, one of two people *non-mated*. At a threshold
the false match rate (FMR) is the share of non-mated comparisons that score at or over it, the
false non-match rate (FNMR) the share of mated ones that score under it; where both are equal is
the equal error rate (EER). Scores are cosines of templates. Intervals are over people
(`generators.estimate`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.encoder.error_rates import equal_error_rate, separation, share, threshold_at
from generators.estimate import REPLICATES, Estimate, by_people_together

FMR = 1e-3
"""The false match rate at which thresholds are set here."""
MOST_PHOTOS = 6000
"""Photos compared with one another at most: 18 million comparisons, about 2 GB and a minute."""


@dataclass(frozen=True)
class Comparisons:
    """All comparisons among the photos of some people.

    Attributes:
        mated: float32 [m], scores.
        mated_person: int32 [m], whose two photos were compared.
        non_mated: float32 [n], scores.
        non_mated_people: int32 [2, n], the two people.
        people: how many there are.
    """

    mated: NDArray[np.float32]
    mated_person: NDArray[np.int32]
    non_mated: NDArray[np.float32]
    non_mated_people: NDArray[np.int32]
    people: int


@dataclass(frozen=True)
class GroupFigures:
    """How an encoder does within one group, at the threshold of all.

    Attributes:
        people: how many.
        fnmr: of the group's mated comparisons.
        fmr: of the non-mated comparisons within the group.
    """

    people: int
    fnmr: Estimate
    fmr: Estimate


@dataclass(frozen=True)
class Evaluation:
    """How well an encoder tells people apart.

    Attributes:
        people: how many.
        photos: of each.
        eer: equal error rate.
        threshold: cosine at which the false match rate is 1e-3.
        fnmr: at that threshold.
        rank_one: share of photos whose nearest enrolled photo is of the same person, where each
            person's first photo is enrolled and every other one searched (closed set).
        d_prime: distance of the two score distributions' means over their pooled deviation.
        mated_mean: mean mated score.
        non_mated_mean: mean non-mated score.
        groups: by name.
    """

    people: int
    photos: int
    eer: Estimate
    threshold: Estimate
    fnmr: Estimate
    rank_one: Estimate
    d_prime: Estimate
    mated_mean: float
    non_mated_mean: float
    groups: dict[str, GroupFigures]


def compare_all(templates: NDArray[np.float32]) -> Comparisons:
    """Compare every photo with every other.

    Args:
        templates: float32 [people, photos, dimension], of unit length.

    Raises:
        ValueError: fewer than two people or two photos of each, or more than `MOST_PHOTOS`.
    """
    people, photos, dimension = templates.shape
    if people < 2 or photos < 2:
        raise ValueError("comparisons need two people with two photos each")
    if people * photos > MOST_PHOTOS:
        raise ValueError(f"at most {MOST_PHOTOS} photos are compared, found {people * photos}")
    flat = templates.reshape(-1, dimension)
    first, second = np.triu_indices(people * photos, 1)
    scores = (flat @ flat.T)[first, second]
    whose = (first // photos).astype(np.int32), (second // photos).astype(np.int32)
    same = whose[0] == whose[1]
    return Comparisons(
        mated=scores[same],
        mated_person=whose[0][same],
        non_mated=scores[~same],
        non_mated_people=np.stack([whose[0][~same], whose[1][~same]]),
        people=people,
    )


def evaluate(
    templates: NDArray[np.float32],
    groups: Mapping[str, NDArray[np.bool_]] | None = None,
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Evaluation:
    """Return how well templates tell people apart.

    Args:
        templates: float32 [people, photos, dimension], of unit length.
        groups: for each group, bool [people]; groups of fewer than two people are left out.
        seed: of the intervals.
        replicates: draws of the intervals.

    Raises:
        ValueError: as `compare_all`.
    """
    people, photos = templates.shape[:2]
    scores = compare_all(templates)
    found = _rank_one_by_person(templates)
    # Sorted once, so that a draw of people costs sums and no sorting.
    mated_order = np.argsort(scores.mated)
    mated, mated_person = scores.mated[mated_order], scores.mated_person[mated_order]
    order = np.argsort(scores.non_mated)
    non_mated = scores.non_mated[order]
    pair = scores.non_mated_people[:, order]

    def figures(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        of_mated = weights[mated_person]
        of_non_mated = weights[pair[0]] * weights[pair[1]]
        threshold = threshold_at(FMR, non_mated, of_non_mated)
        return np.array(
            [
                equal_error_rate(mated, non_mated, of_mated, of_non_mated),
                threshold,
                share(mated < threshold, of_mated),
                float(np.average(found, weights=weights)),
                separation(mated, non_mated, of_mated, of_non_mated),
            ]
        )

    eer, threshold, fnmr, rank_one, d_prime = by_people_together(
        people, figures, seed=seed, replicates=replicates
    )
    return Evaluation(
        people=people,
        photos=photos,
        eer=eer,
        threshold=threshold,
        fnmr=fnmr,
        rank_one=rank_one,
        d_prime=d_prime,
        mated_mean=float(mated.mean()),
        non_mated_mean=float(non_mated.mean()),
        groups={
            name: _of_group(templates[members], threshold.value, seed, replicates)
            for name, members in (groups or {}).items()
            if members.sum() >= 2
        },
    )


def _rank_one_by_person(templates: NDArray[np.float32]) -> NDArray[np.float64]:
    people, photos, dimension = templates.shape
    searched = templates[:, 1:].reshape(-1, dimension)
    nearest = (searched @ templates[:, 0].T).argmax(axis=1)
    return np.asarray((nearest.reshape(people, photos - 1) == np.arange(people)[:, None]).mean(1))


def _of_group(
    templates: NDArray[np.float32], threshold: float, seed: int, replicates: int
) -> GroupFigures:
    scores = compare_all(templates)
    missed = scores.mated < threshold
    matched = scores.non_mated >= threshold
    pair = scores.non_mated_people

    def figures(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array(
            [
                share(missed, weights[scores.mated_person]),
                share(matched, weights[pair[0]] * weights[pair[1]]),
            ]
        )

    fnmr, fmr = by_people_together(len(templates), figures, seed=seed, replicates=replicates)
    return GroupFigures(len(templates), fnmr, fmr)
