"""How much people post, and how often others stand in what they post."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams

POSTING_LOG_SD = 1.4
"""Spread of the logarithm of posting at which a ladder has mean exactly one (an assumption: a
tenth of the accounts posts most of what is posted; `sim` solves for its own spread)."""


def draw_tagging(rows: NDArray[np.int64], cv: float, streams: Streams) -> NDArray[np.float32]:
    """Return float32 [n]: how often others stand in what people post, gamma with mean 1.

    Args:
        rows: int64 [n], ids that key the draws.
        cv: coefficient of variation, 0 or more (`tagging_cv` in ties.csv); 0 makes all alike.
        streams: `tagging`.
    """
    from scipy.special import gammaincinv

    if cv == 0.0:
        return np.ones(rows.size, dtype=np.float32)
    shape = cv**-2
    drawn = gammaincinv(shape, streams.uniform("tagging", rows)) / shape
    return np.asarray(drawn, dtype=np.float32)


def posting_ladder(slices: NDArray[np.int64], n: int) -> NDArray[np.float64]:
    """Return one standard normal value for each slice of probability 1/n, rising with the slice.

    Each value is the point at which exp(σz − σ²/2) equals its own mean over the slice, at
    σ = `POSTING_LOG_SD`, so the mean over all n slices is exactly 1 at that spread, and near 1
    at others. Points drawn inside the slices would miss by much more, since the top slice weighs
    so much.

    Args:
        slices: int64, numbers of slices, each in 0 … n − 1.
        n: how many slices there are.
    """
    from scipy.special import ndtr, ndtri

    sigma = POSTING_LOG_SD
    low, high = ndtri(slices / n) - sigma, ndtri((slices + 1) / n) - sigma
    # The upper half by symmetry of the normal tail, where 1 − Φ keeps its digits.
    mass = np.where(low > 0, ndtr(-low) - ndtr(-high), ndtr(high) - ndtr(low))
    return np.asarray((np.log(n * mass) + sigma**2 / 2) / sigma)
