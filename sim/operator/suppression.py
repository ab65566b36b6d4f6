"""The suppression list: a template kept of each who is to be left out, to refuse finds by.

It prevents what it is meant to prevent only by holding something of those who asked, so the list
counts as held. What it refuses is still on the web, and is found once nothing recognises it. The
gallery behind the sample is not thinned by it: those who ask are too few to move its size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.levers import Levers
from sim.people.finds import CandidateFinds
from sim.setup import Scope


class SuppressionList:
    """Who is listed, and which finds were refused.

    Args:
        population: the people.
        candidates: what a crawler could find.
        visit: how often each candidate's template was removed, uint8 [m]; the world's own column.
        levers: the run's levers.
        streams: the replication's streams.

    Attributes:
        listed: bool [n].
        refused: finds refused so far.
    """

    def __init__(
        self,
        population: Population,
        candidates: CandidateFinds,
        visit: NDArray[np.uint8],
        levers: Levers,
        streams: Streams,
    ) -> None:
        self.population = population
        self.candidates = candidates
        self.visit = visit
        self.levers = levers
        self.streams = streams
        self.listed: NDArray[np.bool_] = np.zeros(len(population), dtype=np.bool_)
        self.refused = 0
        # Refused finds, and since when each was removed.
        self._rows: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._since: NDArray[np.int32] = np.zeros(0, dtype=np.int32)

    def keeps(self, person: int) -> bool:
        """Return whether a list is kept where somebody lives."""
        people = self.population
        return self._share(people.jurisdictions[people.jurisdiction[person]]) > 0.0

    def admitted(self, rows: NDArray[np.int64], since: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Return which finds no kept template recognises; the others are refused, bool [r].

        Args:
            rows: int64 [r], candidate rows.
            since: int32 [r], the day on which the template of each was removed.
        """
        if not self.listed.any():
            return np.ones(len(rows), dtype=np.bool_)
        refused = self._recognised(rows)
        self.refused += int(refused.sum())
        self._rows = np.concatenate([self._rows, rows[refused]])
        self._since = np.concatenate([self._since, since[refused]])
        return ~refused

    def let_go(self) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float64]]:
        """Take what is recognised no longer; return rows, since when, and the hazard each bears."""
        free = np.zeros(0, dtype=np.bool_)
        if len(self._rows):
            free = ~self._recognised(self._rows)
        rows, since = self._rows[free], self._since[free]
        self._rows, self._since = self._rows[~free], self._since[~free]
        photo = self.candidates.photo_key(rows)
        wait = self.streams.exponential("suppression.again", photo, self.visit[rows])
        return rows, since, wait

    def still_refused(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Return the rows of what is refused now, and since when each was removed."""
        return self._rows, self._since

    def _share(self, code: str) -> float:
        return self.levers.value("gallery.suppression", Scope(jurisdiction=code))

    def _recognised(self, rows: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which finds the list recognises as it stands, bool [r]."""
        c, share = self.candidates, np.array(list(map(self._share, self.population.jurisdictions)))
        person = c.person[rows]
        luck = self.streams.uniform("suppression.recognise", c.photo_key(rows), self.visit[rows])
        return self.listed[person] & (luck < share[self.population.jurisdiction[person]])
