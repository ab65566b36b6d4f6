"""The one door to recognition: enrol, search, hide, erase; no caller asks which fidelity it has.

At fidelity `scores` a template is a count, and a search finds a person by the score model's closed
form. At `pixels` (`sim.pixels`) it is an image that was drawn and encoded, and a search goes
through a gallery. The counts of templates are the same at every fidelity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generators.photos import PhotoRows
from generators.scores import OperatorScores

BACKGROUND = -1
"""Person of a candidate that comes from the rest of the operator's gallery."""

_ONE = np.int32(1)


@dataclass(frozen=True)
class ProbeRows:
    """Searches as columns, length q.

    Attributes:
        search: int64 id of the search.
        person: int64 row of the probe's person, or -1 for somebody who is not simulated.
        day: int32 day of the search.
        luck: float64 uniform that decides whether the person is found.
        background: float64 uniform that decides whether somebody else is returned instead.
    """

    search: NDArray[np.int64]
    person: NDArray[np.int64]
    day: NDArray[np.int32]
    luck: NDArray[np.float64]
    background: NDArray[np.float64]


@dataclass(frozen=True)
class CandidateLists:
    """What searches returned, one row a candidate.

    Attributes:
        search: int64 id of the search.
        rank: int32, 1 first.
        person: int64 row of the person, or `BACKGROUND`.
        mated: bool per row, whether the candidate is the probe's person.
    """

    search: NDArray[np.int64]
    rank: NDArray[np.int32]
    person: NDArray[np.int64]
    mated: NDArray[np.bool_]


@dataclass(frozen=True)
class Survey:
    """One search for each adult of a group, on one day.

    Attributes:
        probes: how many were searched for.
        mated: of whom a template was there to be found.
        found: searches that returned their person.
        others: searches that return somebody else of the sample, the person's own templates set
            aside: false positives of the sample's gallery.
    """

    probes: int
    mated: int
    found: int
    others: int


class Matcher(Protocol):
    """Recognition at any fidelity.

    Attributes:
        searchable: int32 [n], templates enrolled and not hidden, by person.
        held: int32 [n], templates stored, hidden or not, by person.
        enrolled: templates ever enrolled.
        hidden: templates hidden and not erased.
        erased: templates erased.
        undrawn: templates ever enrolled that are counted and cannot be found.
    """

    searchable: NDArray[np.int32]
    held: NDArray[np.int32]
    enrolled: int
    hidden: int
    erased: int
    undrawn: int

    @property
    def findable(self) -> NDArray[np.int32]:
        """Templates that a search may return, int32 [n], by person."""

    @property
    def comparable(self) -> NDArray[np.int32]:
        """Searchable templates that are not cloaked beyond recognition, int32 [n], by person."""

    def enrol(self, rows: PhotoRows, unseen: NDArray[np.bool_] | None = None) -> None:
        """Enrol these faces, those marked as cloaked beyond recognition."""

    def hide(
        self,
        template: NDArray[np.int64],
        person: NDArray[np.int64],
        unseen: NDArray[np.bool_] | None = None,
    ) -> None:
        """Keep these templates out of results, marked as when enrolled; they stay stored."""

    def erase(self, template: NDArray[np.int64], person: NDArray[np.int64]) -> None:
        """Remove these hidden templates from every store."""

    def search(self, probes: ProbeRows, gallery: float) -> CandidateLists:
        """Search for these probes in a gallery of that many templates."""

    def searched(self, probes: ProbeRows) -> NDArray[np.bool_]:
        """Return which probes `search` searches for at all, bool [q]."""

    def survey(self, person: NDArray[np.int64], day: int) -> Survey | None:
        """Search once for each adult of these, or None where the score model's expectation serves.

        Args:
            person: int64 rows.
            day: day number.
        """


class TemplateStates:
    """How many templates of each person are in which state; see `Matcher`.

    Args:
        people: number of persons.
    """

    def __init__(self, people: int) -> None:
        self.searchable: NDArray[np.int32] = np.zeros(people, dtype=np.int32)
        self.held: NDArray[np.int32] = np.zeros(people, dtype=np.int32)
        self.enrolled = 0
        self.hidden = 0
        self.erased = 0
        self.undrawn = 0
        self._unseen: NDArray[np.int32] | None = None

    @property
    def comparable(self) -> NDArray[np.int32]:
        """Searchable templates that are not cloaked beyond recognition, int32 [n], by person."""
        return self.searchable if self._unseen is None else self.searchable - self._unseen

    def enrol(self, rows: PhotoRows, unseen: NDArray[np.bool_] | None = None) -> None:
        """Count these templates as searchable."""
        if unseen is not None:
            if self._unseen is None:
                self._unseen = np.zeros_like(self.searchable)
            np.add.at(self._unseen, rows.person[unseen], _ONE)
        np.add.at(self.searchable, rows.person, _ONE)
        np.add.at(self.held, rows.person, _ONE)
        self.enrolled += len(rows)

    def hide(
        self,
        template: NDArray[np.int64],
        person: NDArray[np.int64],
        unseen: NDArray[np.bool_] | None = None,
    ) -> None:
        """Count these templates as hidden.

        Raises:
            ValueError: more are hidden of somebody than are searchable.
        """
        if unseen is not None and self._unseen is not None:
            np.subtract.at(self._unseen, person[unseen], _ONE)
        np.subtract.at(self.searchable, person, _ONE)
        if (self.searchable[person] < 0).any():
            raise ValueError("a template was hidden that was not searchable")
        self.hidden += len(template)

    def erase(self, template: NDArray[np.int64], person: NDArray[np.int64]) -> None:
        """Count these hidden templates as erased.

        Raises:
            ValueError: more are erased than are hidden.
        """
        np.subtract.at(self.held, person, _ONE)
        self.hidden -= len(template)
        if self.hidden < 0 or (self.held[person] < self.searchable[person]).any():
            raise ValueError("a template was erased that was not hidden")
        self.erased += len(template)


class ScoresMatcher(TemplateStates):
    """Recognition by counts and a score model.

    Args:
        people: number of persons.
        scores: the score model.
    """

    def __init__(self, people: int, scores: OperatorScores) -> None:
        super().__init__(people)
        self.scores = scores

    @property
    def findable(self) -> NDArray[np.int32]:
        """Templates that a search may return: those not cloaked beyond recognition."""
        return self.comparable

    def searched(self, probes: ProbeRows) -> NDArray[np.bool_]:
        """Return which probes are searched for: all of them, bool [q]."""
        return np.ones(len(probes.search), dtype=np.bool_)

    def survey(self, person: NDArray[np.int64], day: int) -> Survey | None:
        """Return None: the score model gives the expectation itself."""
        return None

    def search(self, probes: ProbeRows, gallery: float) -> CandidateLists:
        """Draw each search's outcome: the person, somebody of the background, or nothing.

        The probe's person is found with the chance that the score model gives for their number
        of findable templates; a search that is not mated, or misses, returns a wrong candidate
        with chance FPIR, independently.
        """
        known = probes.person >= 0
        photos = np.where(known, self.findable[np.where(known, probes.person, 0)], 0)
        chance = self.scores.identification(int(photos.max(initial=0)), gallery)[0]
        found = probes.luck < chance[photos]
        wrong = ~found & (probes.background < self.scores.fpir)
        hit = found | wrong
        return CandidateLists(
            search=probes.search[hit],
            rank=np.ones(int(hit.sum()), dtype=np.int32),
            person=np.where(found, probes.person, BACKGROUND)[hit],
            mated=found[hit],
        )
