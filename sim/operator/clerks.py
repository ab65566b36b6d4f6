"""A desk of clerks: requests come one by one, each takes a clerk a time of its own.

With requests that come at random and times that are exponential this is the queue M/M/c (Erlang
1917; Kleinrock 1975, "Queueing Systems", volume 1, section 3.5), simulated exactly: the requests
of a day come at uniform times of it, and whoever has waited longest gets the first free clerk.
"""

from __future__ import annotations

import heapq
import math
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from generators.keyed import Streams
from sim.operator.desk import poisson_quantile


@dataclass
class ClerksDesk:
    """The queue of complete requests before some clerks.

    Attributes:
        clerks: how many, 1 or more.
        capacity: requests that all of them together close in a day of work, on average.
        delay: handling time beyond the clerk's, days.
        streams: the replication's streams.
        arrived: requests that reached the desk, so far.
        closed: requests that a clerk has taken up, so far.
        answered: answers that have left the desk, so far (expected number given what was closed).
        waited: days that the requests so far wait for a clerk, altogether.
    """

    clerks: int
    capacity: float
    delay: int
    streams: Streams
    arrived: int = 0
    closed: float = 0.0
    answered: float = 0.0
    waited: float = 0.0
    _free: list[float] = field(default_factory=list)
    _waiting: deque[tuple[float, float, float]] = field(default_factory=deque)
    _in_hand: list[tuple[float, float]] = field(default_factory=list)
    _now: int = 0

    def __post_init__(self) -> None:
        self._free = [0.0] * self.clerks

    @property
    def queue(self) -> float:
        """Requests that no clerk has taken up yet."""
        return float(len(self._waiting))

    def day(self, day: int, expected: float, luck: float, answers: float) -> None:
        """Let a day pass.

        Args:
            day: day number.
            expected: expected complete requests of the day, real units.
            luck: the day's own uniform, which decides how many arrive.
            answers: share of the requests of this day that are answered.
        """
        arrivals = poisson_quantile(luck, expected)
        number = np.arange(arrivals)
        if self.capacity > 0.0:
            times = day + np.sort(self.streams.uniform("desk.time", day, number))
            takes = self.streams.exponential("desk.service", day, number)
            takes *= self.clerks / self.capacity
            for time, take in zip(times.tolist(), takes.tolist(), strict=True):
                start = max(time, self._free[0])
                heapq.heapreplace(self._free, start + take)
                self._waiting.append((start, start + take + self.delay, answers))
                self.waited += start - time
        else:
            self._waiting.extend((math.inf, math.inf, answers) for _ in number)
        self.arrived += arrivals
        self._now = day + 1
        while self._waiting and self._waiting[0][0] < self._now:
            _, out, share = self._waiting.popleft()
            self.closed += 1.0
            heapq.heappush(self._in_hand, (out, share))
        while self._in_hand and self._in_hand[0][0] < self._now:
            self.answered += heapq.heappop(self._in_hand)[1]

    def wait(self) -> int:
        """Return the days until a request that arrives now is answered, whole days on average."""
        if self.capacity <= 0.0:
            return 10**9
        waits = max(0.0, self._free[0] - self._now) + self.clerks / self.capacity
        return math.floor(waits) + self.delay
