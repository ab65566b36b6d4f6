"""Requests of the people: expected ones in real units for the desk, drawn ones for the sample.

The desk's queue is not scale-free, so what reaches it is the expected number of requests of all
residents in scope; beside it each simulated person who asks sends one request, by their own clock
and draws (`docs/model.md`).
"""

from __future__ import annotations

import math

import numpy as np
import simpy
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population
from sim.day import DESK_TIME, REMOVAL_TIME
from sim.events import Process
from sim.operator.clerks import ClerksDesk
from sim.operator.desk import Desk
from sim.parameters import Parameters
from sim.people.attention import Attention
from sim.people.reactions import Reactions
from sim.people.side import PeopleSide
from sim.setup import Scope
from sim.world import World


class Inbox:
    """Requests on their way to the desk, and what comes of them.

    Args:
        env: the run's clock.
        population: the people.
        parameters: the run's parameters.
        asks: requests that an informed resident sends, a year.
        streams: the replication's streams.
        attention: the news.
        reactions: who is informed.
        people: who has been told by a notice.
        world: the state; holds and erases what a request asks for.
        desk: answers.
        code: index of the jurisdiction whose residents' requests are counted in real units.
        last_day: last day of the run.

    Attributes:
        made: expected requests sent so far, real units.
        abandoned: of these, given up when a photo was demanded.
        extra_photos: photos sent along with a request, and kept, real units.
    """

    def __init__(
        self,
        env: simpy.Environment,
        population: Population,
        parameters: Parameters,
        asks: float,
        streams: Streams,
        attention: Attention,
        reactions: Reactions,
        people: PeopleSide,
        world: World,
        desk: Desk | ClerksDesk,
        code: int,
        last_day: int,
    ) -> None:
        self.env = env
        self.population = population
        self.parameters = parameters
        self.asks = asks
        self.streams = streams
        self.attention = attention
        self.reactions = reactions
        self.people = people
        self.world = world
        self.desk = desk
        self.code = code
        self.last_day = last_day
        self.residents = float(population.real_residents[code])
        self.made = self.abandoned = self.extra_photos = 0.0
        self._asking: dict[int, list[int]] = {}
        self._answers: dict[int, list[int]] = {}

    def expect(self, who: NDArray[np.int64], day: int) -> None:
        """Let persons who became ready to ask this week do so on their own days.

        Args:
            who: int64 rows of persons.
            day: last day of the week; nobody asks before the next.
        """
        for person in who:
            when = max(int(self.reactions.request_day[person]), day + 1)
            self._asking.setdefault(when, []).append(int(person))

    def days(self) -> Process:
        """The desk, day by day: expected requests in real units, drawn ones for the sample."""
        p = self.parameters
        rate = self.asks / DAYS_A_YEAR
        informed = self.reactions.share_informed_before(self.code)
        levers = self.world.levers
        here = Scope(jurisdiction=self.population.jurisdictions[self.code])
        exposure = 0.0
        luck = self.streams.uniform("desk.arrivals", np.arange(self.last_day + 1))
        yield self.env.timeout(DESK_TIME)
        for day in range(self.last_day + 1):
            # News only ever adds hazard to later days, so today's sum is final.
            exposure += float(self.attention.hazard[self.code, day])
            untold = float(self.people.untold[self.code])
            unaware = (1.0 - informed) * math.exp(-exposure) * untold
            made = self.residents * (1.0 - unaware) * rate
            demanded = levers.value("desk.photo_demanded", here)
            gives_up = demanded * p["requests.abandoned_if_photo"]
            self.made += made
            self.abandoned += made * gives_up
            self.extra_photos += made * (demanded * (1.0 - p["requests.abandoned_if_photo"]))
            answers = levers.value("desk.answered", here)
            self.desk.day(day, made * (1.0 - gives_up), float(luck[day]), answers)
            for person in self._asking.pop(day, ()):
                self._ask(person, day)
            for person in self._answers.pop(day, ()):
                self.world.remove_person(person, day)
            if self.world.retention.limited:
                self.env.process(self._retain(day))
            yield self.env.timeout(1)

    def _retain(self, day: int) -> Process:
        yield self.env.timeout(day + REMOVAL_TIME - self.env.now)
        self.world.retain(day)

    def _ask(self, person: int, day: int) -> None:
        """Let one simulated person send the request that their own clock has brought about."""
        p, streams, levers = self.parameters, self.streams, self.world.levers
        people = self.population
        home = Scope(jurisdiction=people.jurisdictions[people.jurisdiction[person]])
        demanded, stays = streams.uniform("request.abandon", person, np.array([0, 1]))
        if demanded < levers.value("desk.photo_demanded", home):
            if stays < p["requests.abandoned_if_photo"]:
                return
            self.world.hold_extra_photo(person, day)
        erasure = streams.uniform("request.kind", person)[0] < p["requests.erasure_share"]
        answered = streams.uniform("request.answer", person)[0] < levers.value(
            "desk.answered", home
        )
        when = day + max(1, self.desk.wait())
        if erasure and answered and when <= self.last_day:
            self._answers.setdefault(when, []).append(person)
