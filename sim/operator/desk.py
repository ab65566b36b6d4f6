"""The operator's desk: requests arrive in real units, and a desk of real capacity closes them.

A queue is not scale-free, so arrivals are Poisson in real requests a day, whatever the number of
simulated people; the mean comes from the expected number of informed residents. First come, first
served; the wait is the queue over the capacity, and a handling time follows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field


def poisson_quantile(u: float, mean: float) -> int:
    """Return the Poisson quantile: the smallest k with P(X <= k) >= u.

    By inversion, so that a larger mean never gives a smaller count for the same uniform
    (common random numbers).
    """
    from scipy.special import pdtr, pdtrik

    if mean <= 0.0 or u <= math.exp(-mean):
        return 0
    k = max(0, math.ceil(float(pdtrik(u, mean))))
    # The inverse is found numerically: settle the last unit on the distribution itself.
    while k > 0 and pdtr(k - 1, mean) >= u:
        k -= 1
    while pdtr(k, mean) < u:
        k += 1
    return k


@dataclass
class Desk:
    """The queue of complete requests.

    Attributes:
        capacity: requests closed in a day.
        delay: handling time, days.
        queue: requests waiting, real units.
        arrived: requests that reached the desk, so far.
        closed: requests taken up, so far.
        answered: answers that have left the desk, so far (expected number given what was closed).
    """

    capacity: float
    delay: int
    queue: float = 0.0
    arrived: int = 0
    closed: float = 0.0
    answered: float = 0.0
    _in_hand: list[tuple[int, float]] = field(default_factory=list)

    def day(self, day: int, expected: float, luck: float, answers: float) -> None:
        """Let a day pass.

        Args:
            day: day number.
            expected: expected complete requests of the day, real units.
            luck: the day's own uniform, which decides how many arrive.
            answers: share of the requests taken up today that are answered.
        """
        arrivals = poisson_quantile(luck, expected)
        self.arrived += arrivals
        self.queue += arrivals
        taken = min(self.queue, self.capacity)
        if taken > 0.0:
            self.queue -= taken
            self.closed += taken
            self._in_hand.append((day + self.delay, taken * answers))
        while self._in_hand and self._in_hand[0][0] <= day:
            self.answered += self._in_hand.pop(0)[1]

    def wait(self) -> int:
        """Return the days until a request that arrives now is answered."""
        if self.capacity <= 0.0:
            return 10**9
        return math.floor(self.queue / self.capacity) + self.delay
