"""Looking: what measures read of the state at the end of every week and on their own days."""

from __future__ import annotations

import numpy as np
import simpy
from numpy.typing import NDArray

from sim.day import LOOK_TIME
from sim.events import Process
from sim.people.reactions import Reactions
from sim.setup import ArmSetup, look_days, reading_days
from sim.shared import Shared
from sim.tallies import PHOTO_BINS, Snapshot
from sim.world import HIDDEN, SEARCHABLE, World


class Looks:
    """Snapshots of one arm.

    Args:
        env: the run's clock.
        shared: what all arms of the replication have in common.
        setup: what the arm is made of.
        world: the state.
        reactions: who is informed and private.
        watched: rows of persons whose own counts are kept, or None.

    Attributes:
        snapshots: in order of day.
        was_searchable: bool [n], who was searchable on the day of the notice.
        held_at_notice: int32 [k], what was held of the watched persons on that day.
    """

    def __init__(
        self,
        env: simpy.Environment,
        shared: Shared,
        setup: ArmSetup,
        world: World,
        reactions: Reactions,
        watched: NDArray[np.int64] | None,
    ) -> None:
        self.env = env
        self.shared = shared
        self.notice = setup.windows.notice
        self.world = world
        self.matcher = world.matcher
        self.background = world.background
        self.reactions = reactions
        self.watched = watched
        self.days = look_days(setup)
        self.surveys = reading_days(setup)
        self.residents = np.flatnonzero(shared.in_scope)
        self.snapshots: list[Snapshot] = []
        self.was_searchable = np.zeros(len(shared.population), dtype=np.bool_)
        self.held_at_notice = np.zeros(0 if watched is None else len(watched), dtype=np.int32)

    def process(self) -> Process:
        """Look on the days at which measures ask."""
        for day in self.days:
            yield self.env.timeout(day + LOOK_TIME - self.env.now)
            self.world.bring_up_to(day + 1)
            if day == self.notice:
                self.was_searchable = self.matcher.searchable > 0
                if self.watched is not None:
                    self.held_at_notice = self.world.held_of(self.watched)
            if not self.snapshots or self.snapshots[-1].day != day:
                self.look(day, weekly=False)

    def look(self, day: int, *, weekly: bool) -> None:
        """Take a snapshot of a day.

        Args:
            day: whose end it is.
            weekly: whether it ends a week of the run's calendar.
        """
        codes, reactions = self.shared.population.jurisdiction, self.reactions
        size = len(self.shared.population.jurisdictions)

        def by_jurisdiction(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
            return np.bincount(codes[mask], minlength=size)

        look = day in self.days
        photos = np.minimum(self.matcher.comparable[self.residents], PHOTO_BINS - 1)
        still = nobody = np.zeros(size, dtype=np.int64)
        if look:
            still = by_jurisdiction(self.was_searchable & (self.matcher.searchable > 0))
        survey = age = None
        if day in self.surveys:
            age = self._age_held(day)
            survey = self.matcher.survey(self.residents, day)
        self.snapshots.append(
            Snapshot(
                day=day,
                weekly=weekly,
                searchable=self.world.searchable.persons.copy(),
                held=self.world.held.persons.copy(),
                templates=self.world.templates.copy(),
                photos=np.bincount(photos, minlength=PHOTO_BINS),
                still=still,
                informed=by_jurisdiction(reactions.informed_day <= day) if look else nobody,
                private=by_jurisdiction(reactions.private_day <= day) if look else nobody,
                gallery=self.background.held,
                stored=self.background.stored,
                displaced=self.background.displaced,
                only_listed=int(self.world.only_listed()[self.residents].sum()),
                survey=survey,
                age=age,
            )
        )

    def _age_held(self, day: int) -> float | None:
        """Return how long ago what is stored of residents in scope was found, days on average."""
        found, state = self.shared.candidates, self.world.state
        stored = (state == SEARCHABLE) | (state == HIDDEN)
        mine = stored & self.shared.in_scope[found.person]
        return day - float(self.world.since[mine].mean()) if mine.any() else None
