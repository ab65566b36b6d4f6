"""Which assumed parameters drive the headline, from the range draws.

Spearman's rank correlation between each drawn parameter and the headline effect. With few draws
and many parameters some pass the 5 % critical value by chance, so the report says how many were
tried, and where none passes it names the largest three and says so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scenarios.ranges import RangeDraws

SIZE = 0.05
"""Two-sided size of the test of each correlation."""
_LEAST_DRAWS = 5
"""Below this the critical value is so near 1 that a correlation says nothing."""
_SHOWN_WITHOUT_EVIDENCE = 3


@dataclass(frozen=True)
class Driver:
    """A parameter and how it moves the headline effect.

    Attributes:
        name: the parameter's name.
        correlation: Spearman's rank correlation with the headline effect, in [-1, 1].
        beyond_chance: the correlation passes the two-sided 5 % critical value.
        value: the value in the main run.
        low: lower end of the range.
        high: upper end.
        unit: its unit.
        quality: grade of the source, or "".
        fit: `same`, `proxy` or `assumed`.
        what: one sentence for people.
    """

    name: str
    correlation: float
    beyond_chance: bool
    value: float
    low: float
    high: float
    unit: str
    quality: str
    fit: str
    what: str


@dataclass(frozen=True)
class Drivers:
    """The drivers to be named under a table.

    Attributes:
        listed: in order of strength.
        beyond_chance: True where those listed pass the critical value; False where none does and
            the largest are listed for want of better.
        tried: how many parameters were correlated.
        critical: the critical value, or None where there are too few draws or no effect.
        why: why nothing is listed, or "".
        correlations: every correlation, by name.
    """

    listed: tuple[Driver, ...]
    beyond_chance: bool
    tried: int
    critical: float | None
    why: str
    correlations: dict[str, float]


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

    By the t approximation, r = t / sqrt(n - 2 + t^2) with n - 2 degrees of freedom (Zar 1972,
    Journal of the American Statistical Association 67:578-580).
    """
    if draws < _LEAST_DRAWS:
        return None
    from scipy.special import stdtrit

    t = float(stdtrit(draws - 2, 1 - size / 2))
    return float(t / np.sqrt(draws - 2 + t * t))


def drivers_of(draws: RangeDraws, effect: NDArray[np.float64] | None) -> Drivers:
    """Return the drivers of an effect that lack direct evidence (`fit` other than `same`).

    Args:
        draws: the range draws.
        effect: the headline effect under each draw, float64 [draws], or None where it is
            undefined.
    """
    critical = critical_value(len(draws.parameters))
    if effect is None or critical is None:
        why = (
            "no range was computed"
            if not draws.parameters
            else "the headline effect is undefined"
            if effect is None
            else f"{len(draws.parameters)} draws are too few for a correlation"
        )
        return Drivers((), False, 0, None, why, {})
    found = {
        name: r for name in draws.names if (r := spearman(draws.values(name), effect)) is not None
    }
    if not found:
        return Drivers((), False, 0, None, "the effect is the same under every draw", {})
    order = sorted(found, key=lambda name: (-abs(found[name]), name))
    unsourced = [n for n in order if draws.main.parameter(n).assumed]
    passing = [name for name in unsourced if abs(found[name]) > critical]
    shown = passing or unsourced[:_SHOWN_WITHOUT_EVIDENCE]
    listed = tuple(_driver(draws, name, found[name], bool(passing)) for name in shown)
    return Drivers(listed, bool(passing), len(found), critical, "", found)


def _driver(draws: RangeDraws, name: str, correlation: float, beyond: bool) -> Driver:
    of = draws.main.parameter(name)
    return Driver(
        name,
        correlation,
        beyond,
        of.value,
        of.low,
        of.high,
        of.unit,
        of.quality,
        of.fit,
        of.what,
    )
