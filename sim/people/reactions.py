"""What people do once they are informed: go private, tell those they know by example, ask.

Worked off once a week on a fixed calendar, so that an order which merely splits the days
differently changes nothing. Choices are keyed by person (and by tie, for example-following), so
that somebody is informed, private and asking in one world for the same reasons as in another.
Whoever was informed from the start reacts in the first week. Only those who know their rights
(`Population.aware`) ask, so much oftener that the mean is what the parameter says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population
from sim.parameters import Parameters
from sim.people.attention import Attention

NEVER = 2**30
"""A day that no run reaches."""


class Reactions:
    """Who is informed, private and about to ask.

    Args:
        population: the people.
        parameters: the arm's parameters.
        asks: requests that an informed resident sends, a year.
        streams: the replication's streams.
        attention: the news.
        last_day: last day of the run.

    Attributes:
        informed_day: int32 [n], `NEVER` until informed.
        private_day: int32 [n], day from which the person's accounts are private.
        request_day: int32 [n], day on which the person asks, set when they are informed.
    """

    def __init__(
        self,
        population: Population,
        parameters: Parameters,
        asks: float,
        streams: Streams,
        attention: Attention,
        last_day: int,
    ) -> None:
        n = len(population)
        self.population = population
        self.parameters = parameters
        self.asks = asks
        self.streams = streams
        self.attention = attention
        self.last_day = last_day
        self.has_public: NDArray[np.bool_] = np.asarray(population.public.any(axis=1))
        self.informed_day: NDArray[np.int32] = np.full(n, NEVER, dtype=np.int32)
        self.private_day: NDArray[np.int32] = np.full(n, NEVER, dtype=np.int32)
        self.request_day: NDArray[np.int32] = np.full(n, NEVER, dtype=np.int32)
        # Each jurisdiction's people in the order in which its news would reach them.
        clock = streams.exponential("news.clock", np.arange(n))
        self._queue: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
        for code in range(len(population.jurisdictions)):
            who = np.flatnonzero(population.jurisdiction == code)
            who = who[np.argsort(clock[who], kind="stable")]
            self._queue.append((who, clock[who]))
        self._reached = [0] * len(self._queue)
        self._at_start = np.flatnonzero(population.informed)
        self.informed_day[self._at_start] = 0
        drawn = slice(0, population.society)
        home, size = population.jurisdiction[drawn], len(self._queue)
        self._informed_share = _shares(home, population.informed[drawn], size)
        self._aware_share = _shares(home, population.aware[drawn], size)
        self._turning = np.zeros(0, dtype=np.int64)
        self._told = np.zeros(0, dtype=np.int64)

    def tell(self, who: NDArray[np.int64], day: int) -> None:
        """Inform persons by a notice on a day; they react at the end of the week.

        Args:
            who: int64 rows of persons who were not informed before.
            day: today.
        """
        self.informed_day[who] = day
        self._told = np.concatenate([self._told, who])

    def turn_now(self, who: NDArray[np.int64], day: int) -> None:
        """Make the accounts of these persons private from a day on, without delay.

        Args:
            who: int64 rows of persons who are not private on that day.
            day: today; nothing that they post is found from it on.
        """
        new = self.private_day[who] == NEVER
        self.private_day[who] = day
        self._turning = np.concatenate([self._turning, who[new]])

    def week(self, day: int) -> NDArray[np.int64]:
        """Let a week end on that day; return those who will ask, newly known.

        Args:
            day: last day of the week.

        Returns:
            int64 rows of persons whose `request_day` was set this week.
        """
        informed = self._inform(day)
        self._go_private(informed, day)
        self._follow_example(day)
        return self._will_ask(informed)

    def share_informed_before(self, code: int) -> float:
        """Return the share of a jurisdiction's residents who were informed from the start."""
        return float(self._informed_share[code])

    def _inform(self, day: int) -> NDArray[np.int64]:
        exposure = self.attention.exposure(day + 1)
        newly = [self._at_start, self._told]
        self._at_start = self._told = np.zeros(0, dtype=np.int64)
        for code, (who, clock) in enumerate(self._queue):
            first = self._reached[code]
            last = int(np.searchsorted(clock, exposure[code, -1], side="left"))
            if last > first:
                when = np.searchsorted(exposure[code], clock[first:last], side="right") - 1
                new = self.informed_day[who[first:last]] == NEVER
                told = who[first:last][new]
                self.informed_day[told] = when[new]
                newly.append(told)
                self._reached[code] = last
        return np.concatenate(newly)

    def _go_private(self, informed: NDArray[np.int64], day: int) -> None:
        share = self.parameters["people.private_after_news"]
        chooses = self.streams.uniform("private.choice", informed) < share
        who = informed[chooses & self.has_public[informed]]
        self._turn(who, self.informed_day[who], day)

    def _turn(self, who: NDArray[np.int64], since: NDArray[np.int32], day: int) -> None:
        """Make these persons private after their own delay, never before the week is over."""
        open_still = self.private_day[who] == NEVER
        who, since = who[open_still], since[open_still]
        mean = self.parameters["people.private_delay"]
        delay = mean * self.streams.exponential("private.delay", who)
        when = np.maximum(since + np.ceil(delay), day + 1)
        self.private_day[who] = np.minimum(when, NEVER - 1).astype(np.int32)
        self._turning = np.concatenate([self._turning, who])

    def _follow_example(self, day: int) -> None:
        """Let ties of those who went private by this day follow, each by its own keyed chance."""
        if not len(self._turning):
            return
        done = self.private_day[self._turning] <= day
        leaders = np.sort(self._turning[done])
        self._turning = self._turning[~done]
        if not len(leaders):
            return
        for name, rows in (
            ("private.spread", self.population.close.rows),
            ("private.spread.acquaintance", self.population.acquaintance_rows),
        ):
            share = self.parameters[f"people.{name.replace('.', '_')}"]
            if share <= 0.0:
                continue
            at, tie = rows(leaders)
            follows = self.streams.uniform(name, leaders[at], tie.astype(np.int64)) < share
            who = np.unique(tie[follows & self.has_public[tie]]).astype(np.int64)
            self._turn(who, np.full(len(who), day, dtype=np.int32), day)

    def _will_ask(self, informed: NDArray[np.int64]) -> NDArray[np.int64]:
        rate = self.asks
        informed = informed[self.population.aware[informed]]
        if rate <= 0.0 or not len(informed):
            return np.zeros(0, dtype=np.int64)
        home = self.population.jurisdiction[informed]
        often = rate / np.maximum(self._aware_share[home], 1e-9)
        wait = self.streams.exponential("request.clock", informed) / often * DAYS_A_YEAR
        when = self.informed_day[informed] + np.ceil(wait)
        asks = when <= self.last_day
        self.request_day[informed[asks]] = when[asks].astype(np.int32)
        return informed[asks]


def _shares(group: NDArray[np.uint8], mask: NDArray[np.bool_], groups: int) -> NDArray[np.float64]:
    """Return the share of each group's members in the mask, float64 [groups]; 0 of nobody."""
    marked = np.bincount(group, weights=mask, minlength=groups)
    return np.asarray(marked / np.maximum(np.bincount(group, minlength=groups), 1))
