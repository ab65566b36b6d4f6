"""Whether generated people stay themselves, differ from one another, and vary as renders do.

Photos of one person must be alike enough to be recognised and no more alike than the renders that
the generator learnt from; different people must not collide. All of it on templates of unit
length, [people, photos, d], from an encoder that took no part in the generator's training.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.encoder.evaluation import compare_all
from generators.estimate import LEVEL, REPLICATES, Estimate, by_people


def variance_within(templates: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [people], each person's unbiased variance, summed over the numbers.

    Args:
        templates: float32 [people, photos, d].

    Raises:
        ValueError: fewer than two photos of each.
    """
    if templates.shape[1] < 2:
        raise ValueError("a variance within a person needs two photos")
    return np.asarray(templates.var(axis=1, ddof=1, dtype=np.float64).sum(axis=-1))


def variance_ratio(
    generated: NDArray[np.float32],
    renders: NDArray[np.float32],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Estimate:
    """Return the variance within a generated person over that within a rendered one.

    1 is right; below, photos of one person are too alike. Both sets are resampled, apart, since
    they need not be of the same people.

    Args:
        generated: float32 [people, photos, d].
        renders: float32 [people, photos, d], in shots of the same kind.
        seed: of the interval.
        replicates: draws of the interval.

    Raises:
        ValueError: fewer than two photos of each person, or fewer than two people.
    """
    ours, theirs = variance_within(generated), variance_within(renders)
    if min(len(ours), len(theirs)) < 2:
        raise ValueError("an interval over people needs two of them in each set")
    draw = np.random.default_rng(seed)
    drawn = [
        draw.choice(ours, len(ours)).mean() / draw.choice(theirs, len(theirs)).mean()
        for _ in range(replicates)
    ]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return Estimate(float(ours.mean() / theirs.mean()), float(low), float(high))


def collisions(
    generated: NDArray[np.float32],
    threshold: float,
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Estimate:
    """Return the share of comparisons of different generated people that match.

    At the threshold that gives renders a false match rate of 1e-3, renders themselves collide in
    1e-3 of the comparisons.

    Args:
        generated: float32 [people, photos, d], of random identities.
        threshold: cosine at or over which two photos match (`evaluation.threshold_at`).
        seed: of the interval.
        replicates: draws of the interval.

    Raises:
        ValueError: fewer than two people or two photos of each.
    """
    scores = compare_all(generated)
    first, second = scores.non_mated_people
    matched = scores.non_mated >= threshold

    def figure(weights: NDArray[np.float64]) -> float:
        return float(np.average(matched, weights=weights[first] * weights[second]))

    return by_people(len(generated), figure, seed=seed, replicates=replicates)


def identity_retention(
    generated: NDArray[np.float32],
    threshold: float,
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Estimate:
    """Return the share of comparisons within a generated person that match: 1 − FNMR.

    To be read beside the same figure of renders, and beside `variance_ratio`: photos that are all
    alike keep their identity, too.

    Args:
        generated: float32 [people, photos, d].
        threshold: cosine at or over which two photos match, set on renders.
        seed: of the interval.
        replicates: draws of the interval.

    Raises:
        ValueError: fewer than two people or two photos of each.
    """
    scores = compare_all(generated)
    matched = scores.mated >= threshold

    def figure(weights: NDArray[np.float64]) -> float:
        return float(np.average(matched, weights=weights[scores.mated_person]))

    return by_people(len(generated), figure, seed=seed, replicates=replicates)


def likeness_to_renders(
    generated: NDArray[np.float32],
    renders: NDArray[np.float32],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Estimate:
    """Return the mean cosine between a generated photo and the render of the same codes.

    Args:
        generated: float32 [people, photos, d].
        renders: float32 [people, photos, d], the same people in the same shots.
        seed: of the interval.
        replicates: draws of the interval.

    Raises:
        ValueError: sets of other shapes, or fewer than two people.
    """
    if generated.shape != renders.shape:
        raise ValueError(
            f"photos and their renders come in pairs, found {generated.shape} and {renders.shape}"
        )
    cosine = np.einsum("pkd,pkd->pk", generated, renders, dtype=np.float64).mean(axis=1)
    return by_people(
        len(generated),
        lambda weights: float(np.average(cosine, weights=weights)),
        seed=seed,
        replicates=replicates,
    )
