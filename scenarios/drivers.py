"""Which assumed parameters drive the headline, from the range draws.

Spearman's rank correlation between each drawn parameter and the headline effect. With few draws
and many parameters some pass the 5 % critical value by chance, so the report says how many were
tried, and where none passes it names the largest three and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenarios.ranges import RangeDraws

SIZE = 0.05
"""Two-sided size of the test of each correlation."""
_LEAST_DRAWS = 5
"""Below this the critical value is so near 1 that a correlation says nothing."""
_SHOWN_WITHOUT_EVIDENCE = 3


@dataclass(frozen=True)
class Drivers:
    """The drivers to be named under a table.

    Attributes:
        listed: rows of `parameters.parquet`, in order of strength.
        beyond_chance: True where those listed pass the critical value; False where none does and
            the largest are listed for want of better.
        tried: how many parameters were correlated.
        critical: the critical value, or None where there are too few draws.
        why: why nothing is listed, or "".
    """

    listed: tuple[Mapping[str, Any], ...]
    beyond_chance: bool
    tried: int
    critical: float | None
    why: str


def ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the ranks of `values`, 1 first, ties at their mean; float64 [n]."""
    order = np.argsort(values, kind="stable")
    _, group, sizes = np.unique(values[order], return_inverse=True, return_counts=True)
    last = np.cumsum(sizes)
    mean_rank = last - (sizes - 1) / 2
    result = np.empty(len(values))
    result[order] = mean_rank[group]
    return result


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float | None:
    """Return Spearman's rank correlation, or None where one side does not vary."""
    a, b = ranks(x), ranks(y)
    a -= a.mean()
    b -= b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale > 0 else None


def critical_value(draws: int, size: float = SIZE) -> float | None:
    """Return the two-sided critical value of Spearman's correlation, or None below five draws.

    By the t approximation, r = t / sqrt(n - 2 + t^2) with n - 2 degrees of freedom (Kendall 1948,
    Rank Correlation Methods; checked against simulation in tests/science).
    """
    if draws < _LEAST_DRAWS:
        return None
    from scipy.special import stdtrit

    t = float(stdtrit(draws - 2, 1 - size / 2))
    return float(t / np.sqrt(draws - 2 + t * t))


def correlations(draws: RangeDraws, effect: NDArray[np.float64] | None) -> dict[str, float]:
    """Return the rank correlation of every drawn parameter with an effect.

    Args:
        draws: the range draws.
        effect: the effect under each draw, float64 [draws], or None where it is undefined.

    Returns:
        By name; empty where the effect is undefined or does not vary, or the draws are too few.
    """
    if effect is None or critical_value(len(draws.parameters)) is None:
        return {}
    found = {name: spearman(draws.values(name), effect) for name in draws.names}
    return {name: value for name, value in found.items() if value is not None}


def drivers_of(parameters: Sequence[Mapping[str, Any]], draws: int) -> Drivers:
    """Return the drivers of a run's headline that lack direct evidence (`fit` not `same`).

    Args:
        parameters: rows of `parameters.parquet`; `drives` is the correlation or None.
        draws: number of range draws.
    """
    critical = critical_value(draws)
    tried = [row for row in parameters if row["drives"] is not None]
    if critical is None or not tried:
        if draws == 0:
            why = "no range was computed"
        elif critical is None:
            why = f"{draws} draws are too few for a correlation"
        else:
            why = "the headline effect is the same under every draw, or undefined"
        return Drivers((), False, 0, critical, why)
    unsourced = [row for row in tried if row["fit"] != "same"]
    order = sorted(unsourced, key=lambda row: (-abs(row["drives"]), row["name"]))
    passing = [row for row in order if abs(row["drives"]) > critical]
    shown = passing or order[:_SHOWN_WITHOUT_EVIDENCE]
    return Drivers(tuple(shown), bool(passing), len(tried), critical, "")
