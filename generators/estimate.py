"""A figure with its interval, by resampling people.

Photos of one person hang together, so what is drawn anew in the bootstrap (Efron and Tibshirani
1993, percentile intervals) are people and never photos or pairs. A draw of one person alone is
drawn again: it holds no comparison of two people.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

REPLICATES = 200
"""Draws of a bootstrap: ends of a 95 % interval move by a tenth of its width between seeds."""
LEVEL = 0.95


@dataclass(frozen=True)
class Estimate:
    """A figure with its interval.

    Attributes:
        value: as measured.
        low: lower end of the interval.
        high: upper end.
    """

    value: float
    low: float
    high: float

    def as_json(self) -> dict[str, float]:
        """Return the figure as cards hold it."""
        return {"value": self.value, "low": self.low, "high": self.high}


def by_people(
    people: int,
    figure: Callable[[NDArray[np.float64]], float],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Estimate:
    """Return a figure with its 95 % percentile interval over people.

    Args:
        people: how many there are.
        figure: of weights float64 [people], how often each person counts; all ones gives the
            figure as measured.
        seed: of the draws.
        replicates: draws.

    Raises:
        ValueError: fewer than two people.
    """
    return by_people_together(
        people, lambda weights: np.array([figure(weights)]), seed=seed, replicates=replicates
    )[0]


def by_people_together(
    people: int,
    figures: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> list[Estimate]:
    """As `by_people`, of several figures that are computed at once, [n]."""
    if people < 2:
        raise ValueError(f"an interval over people needs two of them, found {people}")
    draw = np.random.default_rng(seed)
    values = figures(np.ones(people))
    drawn = np.empty((replicates, len(values)))
    for i in range(replicates):
        chosen = draw.integers(0, people, people)
        while np.ptp(chosen) == 0:  # nobody to compare with
            chosen = draw.integers(0, people, people)
        drawn[i] = figures(np.bincount(chosen, minlength=people).astype(np.float64))
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return [Estimate(*map(float, ends)) for ends in zip(values, low, high, strict=True)]
