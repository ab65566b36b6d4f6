"""Limits of retention: what may no longer be held, because of its age or whatever its age.

A limit of age lets every template inferred to be in scope stay for so many days; a rolling limit
lets it stay for an exponential time, so that half of what is held goes in every half-life. Which
templates that concerns is decided a day at a time, each rolling one by its own keyed clock.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from sim.levers import Levers
from sim.people.finds import CandidateFinds
from sim.setup import Scope

_EVERYTHING = 100.0
"""Hazard of a day on which nothing may be held; no unit exponential reaches it."""


class Retention:
    """Which templates a run's limits of retention take.

    Args:
        levers: the run's levers.
        candidates: what a crawler could find.
        visit: how often each candidate's template was removed, uint8 [m]; the world's own column.
        streams: the replication's streams.
        last_day: last day of the run.

    Attributes:
        taken: templates of the sample that a limit has taken so far.
    """

    def __init__(
        self,
        levers: Levers,
        candidates: CandidateFinds,
        visit: NDArray[np.uint8],
        streams: Streams,
        last_day: int,
    ) -> None:
        self.levers = levers
        self.candidates = candidates
        self.visit = visit
        self.streams = streams
        self.taken = 0
        self._rolled: dict[str, NDArray[np.float64]] = {}
        self._days = last_day + 2
        # How much of rolling retention each template bears, and at which visit that was drawn.
        self._bears: NDArray[np.float32] = np.zeros(0, dtype=np.float32)
        self._drawn: NDArray[np.int16] = np.zeros(0, dtype=np.int16)

    @property
    def limited(self) -> bool:
        """Whether any limit lies on what is held."""
        return self.levers.moved("gallery.retention") or self.levers.moved(
            "gallery.rolling_retention"
        )

    def limits(self, code: str, day: int) -> tuple[float, float]:
        """Return today's limits on what counts as residents of a jurisdiction.

        Returns:
            the most days that a template may be held, and the hazard of the day at which one is
            erased whatever its age: infinity and 0 where there is no limit.
        """
        place = Scope(jurisdiction=code)
        age = self.levers.value("gallery.retention", place)
        mean = self.levers.value("gallery.rolling_retention", place)
        hazard = _EVERYTHING if mean == 0.0 else 1.0 / mean
        rolled = self._rolled.setdefault(code, np.zeros(self._days))
        rolled[day + 1 :] = rolled[day] + hazard
        return age, hazard

    def due(
        self,
        code: str,
        day: int,
        age: float,
        rows: NDArray[np.int64],
        since: NDArray[np.int32],
    ) -> NDArray[np.int64]:
        """Return which of these templates may be held no longer at the end of a day.

        Args:
            code: the jurisdiction, whose limits of that day have been asked for.
            day: today.
            age: the most days that a template may be held.
            rows: int64 [r], candidate rows whose templates are stored.
            since: int32 [r], the day on which each was enrolled.
        """
        rolled = self._rolled[code]
        out = day - since >= age
        borne = rolled[day + 1] - rolled[since]
        rolls = np.flatnonzero((borne > 0.0) & ~out)
        out[rolls] = self._clock(rows[rolls]) < borne[rolls]
        self.taken += int(out.sum())
        return rows[out]

    def _clock(self, rows: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return how much of rolling retention the templates of these rows bear, float32 [r]."""
        if not len(self._bears):
            self._bears = np.zeros(len(self.candidates), dtype=np.float32)
            self._drawn = np.full(len(self.candidates), -1, dtype=np.int16)
        new = rows[self._drawn[rows] != self.visit[rows]]
        photo = self.candidates.photo_key(new)
        self._bears[new] = self.streams.exponential("retention.clock", photo, self.visit[new])
        self._drawn[new] = self.visit[new]
        return self._bears[rows]
