"""People's own defence: photos changed before they are posted, so that their faces match worse.

Whoever cloaks does so with everything that they post from then on, whoever stands in it. A cloaked
photo's mated scores lie lower by some standard deviations. With normal scores a photo that a probe
misses with chance F is then missed with F' = Φ(Φ⁻¹(F) + δ); the model keeps F for those that can
be found, and lets a cloaked photo be one of these with chance (1 − F') / (1 − F), once and for all.
F is taken at the size that the gallery has without orders on the day of the find: what orders take
from it moves F by far less than the assumptions about F do.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from generators.scores import OperatorScores
from sim.levers import Levers
from sim.people.finds import CandidateFinds
from sim.setup import Scope


class Cloaking:
    """Which finds a search cannot return because they were cloaked.

    Args:
        population: the people.
        candidates: what a crawler could find.
        levers: the run's levers.
        streams: the replication's streams.
        scores: the score model.
        faces: faces in the gallery by the start of each day without orders, [days + 1].

    Attributes:
        cloaked: cloaked photos that were found so far.
    """

    def __init__(
        self,
        population: Population,
        candidates: CandidateFinds,
        levers: Levers,
        streams: Streams,
        scores: OperatorScores,
        faces: NDArray[np.float64],
    ) -> None:
        self.population = population
        self.candidates = candidates
        self.levers = levers
        self.streams = streams
        self.scores = scores
        self.faces = faces
        self.cloaked = 0
        # From which days on which shares cloak and by how much, [J] each; nothing before them.
        self._days: list[int] = []
        self._levels: list[NDArray[np.float64]] = []

    @property
    def begun(self) -> bool:
        """Whether anybody may have cloaked so far."""
        return bool(self._days)

    def note(self, day: int) -> None:
        """Note the levers as they stand from a day on; days come in order."""
        if not self.begun and not self.levers.moved("people.cloaking"):
            return
        places = [Scope(jurisdiction=code) for code in self.population.jurisdictions]
        names = ("people.cloaking", "people.cloak_shift")
        level = np.array([[self.levers.value(name, place) for place in places] for name in names])
        if not self.begun or not np.array_equal(level, self._levels[-1]):
            self._days.append(day)
            self._levels.append(level)

    def unseen(
        self, rows: NDArray[np.int64], days: NDArray[np.int64], visit: NDArray[np.uint8]
    ) -> NDArray[np.bool_]:
        """Return which finds a search cannot return, bool [r].

        Args:
            rows: int64 [r], candidate rows.
            days: int64 [r], on which each is found.
            visit: uint8 [r], for the how many-th time.
        """
        from scipy.special import ndtr, ndtri

        c, home = self.candidates, self.population.jurisdiction
        out = np.zeros(len(rows), dtype=np.bool_)
        step = np.searchsorted(self._days, c.captured[rows], side="right") - 1
        after = np.flatnonzero(step >= 0)
        uploader = c.uploader[rows[after]]
        share, shift = np.array(self._levels)[step[after], :, home[uploader]].T
        cloaks = (self.streams.uniform("cloak.choice", uploader) < share) & (shift > 0.0)
        after, shift = after[cloaks], shift[cloaks]
        self.cloaked += len(after)
        missed = self.scores.fnir(self.faces[days[after]])
        worse = np.asarray(ndtr(ndtri(missed) + shift))
        left = np.divide(1.0 - worse, 1.0 - missed, out=np.ones_like(missed), where=missed < 1.0)
        photo = c.photo_key(rows[after])
        out[after] = self.streams.uniform("cloak.works", photo, visit[after]) >= left
        return out
