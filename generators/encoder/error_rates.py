"""Error rates of scored comparisons, each counted as often as its weight says.

The words are those of ISO/IEC 19795-1, as in `evaluation`; weights are whole numbers where people
are drawn with replacement.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def threshold_at(
    rate: float, non_mated: NDArray[np.float32], weights: NDArray[np.float64] | None = None
) -> float:
    """Return the lowest score at or over which lies at most a share `rate` of non-mated scores.

    Args:
        rate: false match rate.
        non_mated: sorted scores.
        weights: how often each counts.
    """
    if weights is None:
        weights = np.ones(len(non_mated))
    above = np.cumsum(weights[::-1])[::-1]
    holds = above <= rate * above[0]
    if not holds.any():
        return float(np.nextafter(non_mated[-1], np.float32(np.inf)))
    place = int(np.argmax(holds))
    score = non_mated[place]
    if place and non_mated[place - 1] == score:
        score = np.nextafter(
            score, np.float32(np.inf)
        )  # equal scores are over it or under it alike
    return float(score)


def equal_error_rate(
    mated: NDArray[np.float32],
    non_mated: NDArray[np.float32],
    of_mated: NDArray[np.float64] | None = None,
    of_non_mated: NDArray[np.float64] | None = None,
) -> float:
    """Return the error rate at the threshold where FMR and FNMR are equal.

    Args:
        mated: sorted scores.
        non_mated: sorted scores.
        of_mated: how often each mated score counts.
        of_non_mated: how often each non-mated score counts.

    Returns:
        where the two steps cross without meeting, the mean of both at the nearest mated score.
    """
    if of_mated is None:
        of_mated = np.ones(len(mated))
    if of_non_mated is None:
        of_non_mated = np.ones(len(non_mated))
    fnmr = np.cumsum(of_mated) - of_mated
    below = np.concatenate([[0.0], np.cumsum(of_non_mated)])
    fmr = 1 - below[np.searchsorted(non_mated, mated)] / below[-1]
    fnmr /= of_mated.sum()
    nearest = int(np.argmin(np.abs(fnmr - fmr)))
    return float((fnmr[nearest] + fmr[nearest]) / 2)


def share(holds: NDArray[np.bool_], weights: NDArray[np.float64]) -> float:
    """Return the weighted share of those for which something holds, both [n]."""
    return float(weights @ holds / weights.sum())


def separation(
    mated: NDArray[np.float32],
    non_mated: NDArray[np.float32],
    of_mated: NDArray[np.float64],
    of_non_mated: NDArray[np.float64],
) -> float:
    """Return d′, the distance of the weighted means over the pooled deviation.

    Args:
        mated: scores.
        non_mated: scores.
        of_mated: how often each mated score counts.
        of_non_mated: how often each non-mated score counts.
    """
    means, variances = [], []
    for scores, weights in ((mated, of_mated), (non_mated, of_non_mated)):
        mean = np.average(scores, weights=weights)
        means.append(mean)
        variances.append(np.average((scores - mean) ** 2, weights=weights))
    return float((means[0] - means[1]) / np.sqrt(sum(variances) / 2))
