"""News, and who is informed by it.

Each piece of news adds a hazard that fades with a half-life; a person is informed when the hazard
they have been exposed to passes their own unit exponential. The expected share of informed
residents is therefore 1 - exp(-A(t)), and everything that is rare (requests) is computed from it.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


class Attention:
    """Cumulative news hazard for each jurisdiction, day by day.

    Args:
        jurisdictions: how many.
        days: last day + 1.
        reach: integrated hazard of a piece of news of weight 1.
        half_life: of a piece of news, days.
    """

    def __init__(self, jurisdictions: int, days: int, reach: float, half_life: float) -> None:
        self.hazard: NDArray[np.float64] = np.zeros((jurisdictions, days + 1))
        self.reach = reach
        decay = math.log(2.0) / half_life
        ages = np.arange(days + 1)
        # What a pulse gives on the k-th day after it, summing to 1 over an endless run.
        self._profile = np.exp(-decay * ages) * -math.expm1(-decay)
        self._sums: NDArray[np.float64] = np.zeros((jurisdictions, days + 2))
        self._summed = 0
        self.pulses: list[tuple[int, int, float]] = []

    def add(self, day: int, weight: float, jurisdictions: list[int]) -> None:
        """Add a piece of news that is heard from `day` on in these jurisdictions.

        Raises:
            ValueError: exposure beyond that day has been asked for already.
        """
        if day < self._summed:
            raise ValueError(f"news of day {day}, and exposure is known up to {self._summed}")
        if weight * self.reach <= 0.0:
            return
        size = self.hazard.shape[1] - day
        if size <= 0:
            return
        for code in jurisdictions:
            self.hazard[code, day:] += weight * self.reach * self._profile[:size]
            self.pulses.append((day, code, weight))

    def exposure(self, until: int) -> NDArray[np.float64]:
        """Return cumulative hazard at the start of days 0 .. `until`, float64 [J, until + 1].

        Days that have been asked for before are not summed again: news adds to later days alone.
        """
        known = self._summed
        if until > known:
            steps = np.concatenate(
                [self._sums[:, known, None], self.hazard[:, known:until]], axis=1
            )
            self._sums[:, known : until + 1] = np.cumsum(steps, axis=1)
            self._summed = until
        return self._sums[:, : until + 1]
