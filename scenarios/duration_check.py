"""How well the fitted stages predict an authority that the fit has not seen.

Each authority's durations are predicted from the others' alone; the share of them inside the 90 %
band is reported beside the band's width, and both beside a naive band that knows no stages: one
log-normal for all.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scenarios.duration_fit import BAND, fit, mean_of, quantile_of_t
from scenarios.durations import Duration

COVERAGE = (0.80, 1.00)
"""Share of the durations left out that must fall inside their bands."""


@dataclass(frozen=True)
class LeftOut:
    """One duration, predicted from the other authorities alone.

    Attributes:
        duration: what was recorded.
        low: lower end of the band, days.
        high: upper end.
        naive_low: lower end of the band without stages.
        naive_high: upper end.
    """

    duration: Duration
    low: float
    high: float
    naive_low: float
    naive_high: float

    @property
    def inside(self) -> bool:
        """Return whether the recorded duration lies in the band."""
        return self.low <= self.duration.days <= self.high

    @property
    def naive_inside(self) -> bool:
        """Return whether it lies in the band without stages."""
        return self.naive_low <= self.duration.days <= self.naive_high


def leave_one_authority_out(durations: Sequence[Duration]) -> tuple[LeftOut, ...]:
    """Predict every duration from the durations of the other authorities."""
    found = []
    for authority in dict.fromkeys(d.authority for d in durations):
        others = [d for d in durations if d.authority != authority]
        fitted = fit(others)
        naive = _naive_band([math.log(d.days) for d in others])
        for mine in (d for d in durations if d.authority == authority):
            found.append(LeftOut(mine, *fitted.band(mine.stage), *naive))
    return tuple(found)


def coverage(left_out: Sequence[LeftOut], naive: bool = False) -> float:
    """Return the share of the durations left out that lie inside their bands."""
    inside = (one.naive_inside if naive else one.inside for one in left_out)
    return sum(inside) / len(left_out)


def width(left_out: Sequence[LeftOut], naive: bool = False) -> float:
    """Return the bands' width: the geometric mean of upper end over lower end."""
    return math.exp(
        mean_of(
            [
                math.log(one.naive_high / one.naive_low if naive else one.high / one.low)
                for one in left_out
            ]
        )
    )


def _naive_band(logs: list[float]) -> tuple[float, float]:
    """Return the band of one log-normal for every stage."""
    n, mean = len(logs), mean_of(logs)
    spread = math.sqrt(sum((x - mean) ** 2 for x in logs) / (n - 1) * (1 + 1 / n))
    half = quantile_of_t(0.5 + BAND / 2, n - 1) * spread
    return math.exp(mean - half), math.exp(mean + half)
