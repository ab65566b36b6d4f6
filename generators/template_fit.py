"""Fitting `generators.templates` to an encoder's templates by moments, and looking how well it did.

With n photos of each of P people, the pooled covariance within people estimates `within` without
bias, and people's means have the covariance of their centres plus `within` / n. Kinds of faces are
clusters of people's means (k-means); the covariance of the means about their kind, less
`within` / n, is `between`. Bringing drawn templates to unit length
moves their scores, so sigma and a factor on `within` are then set such that mated scores have the
mean and the variance of the encoder's (simulated moments: McFadden 1989, Econometrica 57).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generators.encoder.evaluation import compare_all
from generators.keyed import Streams
from generators.templates import STREAMS, TemplateDistribution

KINDS = 128
"""Kinds of faces that are told apart; more fit the tail of non-mated scores no better, as measured
on the shipped encoder (128, 400: 0.1 % quantile 0.59, 0.60; real 0.64; one kind: 0.53)."""
_FIRST_SIGMA = 0.3
"""Where the search for sigma starts."""
_MOST_SIGMA = 1.5
"""Largest sigma that is looked for: one photo in six would have 4.5 times the median's noise."""
_MOST_FACTOR = 2.0
"""Largest logarithm of the factor on `within` that is looked for, either way."""
_MOST_OFF = 0.02
"""By how much the mean and the deviation of mated scores may miss the templates' in the end."""
PEOPLE_A_KIND = 20
"""Fewest people, on average, on whom a kind of faces rests."""
QUANTILES = {
    "mated": (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99),
    "non-mated": (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 0.9999),
}
"""Where scores are compared: errors of a search lie in the low end of mated ones, and the high
end of non-mated ones."""


@dataclass(frozen=True)
class ScoreQuantile:
    """One quantile of scores (cosines), of drawn photos and of the fitted distribution.

    Attributes:
        scores: "mated" or "non-mated".
        quantile: in (0, 1).
        real: of photos that were drawn and encoded, of people not fitted to.
        fitted: of templates from the distribution.
    """

    scores: str
    quantile: float
    real: float
    fitted: float


def fit_templates(
    templates: NDArray[np.float32], kinds: int = KINDS, seed: int = 0
) -> TemplateDistribution:
    """Return the distribution whose moments are those of the templates.

    Args:
        templates: float32 [people, photos, d], of unit length.
        kinds: kinds of faces, 1 or more; some may turn out empty and are left out, and there are
            no more than one for `PEOPLE_A_KIND` people.
        seed: of the first centres of k-means.

    Raises:
        ValueError: fewer than two photos of each, too few people for one kind, or mated scores
            that no noise gives.
    """
    people, photos, _ = templates.shape
    if photos < 2 or people < PEOPLE_A_KIND:
        raise ValueError(
            f"a fit needs two photos of each of {PEOPLE_A_KIND} people, found {photos} of {people}"
        )
    x = templates.astype(np.float64)
    means = x.mean(axis=1)
    within = _covariance((x - means[:, None]).reshape(-1, x.shape[2]), people * (photos - 1))
    kind = _kinds_of(means, min(kinds, people // PEOPLE_A_KIND), seed)
    counts = np.bincount(kind)
    centres = np.stack([means[kind == k].mean(axis=0) for k in range(len(counts))])
    between = _covariance(means - centres[kind], people - len(counts)) - within / photos
    fitted = TemplateDistribution(
        kinds=centres.astype(np.float32),
        shares=counts / people,
        between=_without_negative(between),
        within=within,
        sigma=_FIRST_SIGMA,
    )
    return _with_mated_scores_of(templates, fitted, seed)


def compare_scores(
    distribution: TemplateDistribution, templates: NDArray[np.float32], seed: int = 0
) -> tuple[ScoreQuantile, ...]:
    """Return quantiles of scores of real templates beside those of as many from a distribution.

    Args:
        distribution: as fitted.
        templates: float32 [people, photos, d], of unit length, of people it was not fitted to.
        seed: of the distribution's people.

    Raises:
        ValueError: as `generators.encoder.evaluation.compare_all`.
    """
    real, fitted = compare_all(templates), compare_all(_drawn_like(distribution, templates, seed))
    pairs = {
        "mated": (real.mated, fitted.mated),
        "non-mated": (real.non_mated, fitted.non_mated),
    }
    return tuple(
        ScoreQuantile(name, at, float(np.quantile(ours, at)), float(np.quantile(theirs, at)))
        for name, (ours, theirs) in pairs.items()
        for at in QUANTILES[name]
    )


def _kinds_of(means: NDArray[np.float64], kinds: int, seed: int) -> NDArray[np.int64]:
    """Return the kind of each person, int64 [people], numbered from 0 without gaps."""
    from scipy.cluster.vq import kmeans2

    draw = np.random.default_rng(seed)
    _, labels = kmeans2(means, kinds, iter=30, minit="++", rng=draw, missing="warn")
    _, kind = np.unique(labels, return_inverse=True)
    return np.asarray(kind, dtype=np.int64)


def _covariance(deviations: NDArray[np.float64], freedom: int) -> NDArray[np.float64]:
    return deviations.T @ deviations / freedom


def _without_negative(covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the nearest covariance: an estimate that is a difference may have negative values."""
    values, vectors = np.linalg.eigh(covariance)
    return (vectors * np.maximum(values, 0.0)) @ vectors.T


def _with_mated_scores_of(
    templates: NDArray[np.float32], fitted: TemplateDistribution, seed: int
) -> TemplateDistribution:
    """Return the distribution with the noise at which mated scores have the templates' moments.

    Raises:
        ValueError: no noise gives them.
    """
    from scipy.optimize import least_squares

    real = _moments(_mated(templates))

    def noisier(by: NDArray[np.float64]) -> TemplateDistribution:
        return replace(fitted, within=fitted.within * np.exp(by[0]), sigma=float(by[1]))

    def off(by: NDArray[np.float64]) -> NDArray[np.float64]:
        return _moments(_mated(_drawn_like(noisier(by), templates, seed))) - real

    found = least_squares(
        off,
        np.array([0.0, fitted.sigma]),
        bounds=([-_MOST_FACTOR, 0.0], [_MOST_FACTOR, _MOST_SIGMA]),
        diff_step=1e-2,
        xtol=1e-5,
    )
    if not np.abs(found.fun).max() <= _MOST_OFF:
        raise ValueError("no noise gives mated scores of the mean and variance of these templates")
    return noisier(found.x)


def _moments(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean and the standard deviation of scores, float64 [2]."""
    return np.array([scores.mean(dtype=np.float64), scores.std(dtype=np.float64)])


def _drawn_like(
    distribution: TemplateDistribution, templates: NDArray[np.float32], seed: int
) -> NDArray[np.float32]:
    """Return templates from a distribution, float32 [people, photos, d], as many as those given."""
    people, photos, _ = templates.shape
    streams = Streams(seed, 0, STREAMS)
    who, nth = np.repeat(np.arange(people), photos), np.tile(np.arange(photos), people)
    centres = distribution.centres(streams, np.arange(people))
    return distribution.photos(streams, who, centres[who], nth).reshape(templates.shape)


def _mated(templates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the scores of each two photos of one person, float32 [people, pairs]."""
    first, second = np.triu_indices(templates.shape[1], 1)
    return np.asarray((templates[:, first] * templates[:, second]).sum(axis=2))
