"""When the operator's stores let go of what was erased, by their manners of keeping.

A face that is erased leaves the results at once. What stands of it in images, metadata and
templates stays as each store keeps it (`sim.gallery.keeping`), and in backups for a while after
that; the world's columns let go of it with the last of them. Amounts are those of the gallery
behind the sample, in real units, so that a share that has to be reached is one of all that the
operator stores. Which of the sample's templates stay where only a share does is drawn, by one
uniform for all stores: a face stands at the same place of each.

A store that states no manner lets go on the day of the erasure, and no bytes are counted for it.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from sim.gallery.keeping import Cohort, share_left
from sim.gallery.traffic import Traffic
from sim.operator.background import Background
from sim.operator.profile import GALLERY, Profile
from sim.operator.store_ledger import StoreLedger
from sim.people.finds import CandidateFinds

LetGo = tuple[int, NDArray[np.int64], NDArray[np.int64]]
"""From a day on the stores hold nothing of some templates: day, ids and candidate rows."""


@dataclass(frozen=True)
class Batch:
    """Templates of the sample that were erased on one day.

    Attributes:
        day: of the erasure.
        template: int64 [r], their ids.
        rows: int64 [r], their candidate rows.
        luck: float64 [r], uniform that decides whether one is among those that stay.
        keeps_photos: only what was derived from the photos was erased.
        cohorts: by store, the rows of the gallery behind the sample that were erased that day.
    """

    day: int
    template: NDArray[np.int64]
    rows: NDArray[np.int64]
    luck: NDArray[np.float64]
    keeps_photos: bool
    cohorts: Mapping[str, Cohort]

    def only(self, which: NDArray[np.bool_]) -> Batch:
        """Return these of its templates."""
        return replace(
            self, template=self.template[which], rows=self.rows[which], luck=self.luck[which]
        )


class Emptying:
    """What is erased and not gone from every store, in one run.

    Args:
        profile: the operator's.
        every: days within which a store's erasures share one writing of the whole, 1 or more.
        candidates: what a crawler could find.
        streams: the replication's streams.

    Attributes:
        ledgers: of each store that states its manner of keeping, by name.
        reached: the stores of faces that an erasure reaches.
        first_day: of an erasure, None before it.
    """

    def __init__(
        self, profile: Profile, every: int, candidates: CandidateFinds, streams: Streams
    ) -> None:
        self.ledgers = {
            store.name: StoreLedger(
                profile.engines[store.name],
                round(store.copies * store.bytes),
                store.name != "templates",
                every,
            )
            for store in profile.stores
            if store.name in profile.engines
        }
        self.reached = tuple(s.name for s in profile.stores if s.name in GALLERY and s.erased)
        self.candidates = candidates
        self.streams = streams
        self.first_day: int | None = None
        self._open: dict[int, float] = {}
        self._unsettled: list[Batch] = []
        self._settled: list[Batch] = []
        self._due: dict[float, list[Batch]] = {}

    def erase(
        self,
        day: int,
        template: NDArray[np.int64],
        rows: NDArray[np.int64],
        visit: NDArray[np.uint8],
        *,
        keeps_photos: bool,
    ) -> None:
        """Note that templates were erased on a day; `settle` says when they are gone.

        Args:
            day: day number.
            template: int64 [r], ids.
            rows: int64 [r], candidate rows.
            visit: uint8 [r], how often each was removed before.
            keeps_photos: the photos stay.
        """
        self.first_day = day if self.first_day is None else self.first_day
        luck = np.zeros(len(rows))
        if self.ledgers:
            luck = self.streams.uniform("store.place", self.candidates.photo_key(rows), visit)
        self.lose(day)
        self._unsettled.append(Batch(day, template, rows, luck, keeps_photos, {}))

    def lose(self, day: int, beyond: float = 0.0) -> None:
        """Note that faces were erased on a day, of whomever.

        The ledgers are of the gallery behind the sample: what that loses on a day on which none of
        the sample's templates went is entered all the same.

        Args:
            day: day number.
            beyond: of these, the faces of which the gallery behind the sample does not know, real
                units: those of people who asked for it.
        """
        self._open[day] = self._open.get(day, 0.0) + beyond

    def settle(self, background: Background, before: int) -> Iterator[LetGo]:
        """Close the days before one, and yield what the stores have let go of on them.

        Args:
            background: the gallery behind the sample, as the last day not yet closed left it.
            before: first day that is not closed.
        """
        for day in sorted(day for day in self._open if day < before):
            self._close(day, background, self._open.pop(day))
        for due in sorted(due for due in self._due if due < before):
            for batch in self._due.pop(due):
                yield math.ceil(due), batch.template, batch.rows

    def _close(self, day: int, background: Background, beyond: float) -> None:
        """Enter what was lost on a day, and say of what was erased when it is gone."""
        entered = {
            name: ledger.enter(day, background, beyond) for name, ledger in self.ledgers.items()
        }
        mine = [batch for batch in self._unsettled if batch.day == day]
        self._unsettled = [batch for batch in self._unsettled if batch.day != day]
        for batch in mine:
            cohorts = {
                name: cohort
                for name, (cohort, _) in entered.items()
                if not (batch.keeps_photos and self.ledgers[name].photos)
            }
            settled = replace(batch, cohorts=cohorts)
            if self.ledgers:
                self._settled.append(settled)
            self._schedule(settled)
        if any(cleaned for _, cleaned in entered.values()):
            # A day that is known stays: only what waits for a clean-up goes by one.
            for batch in self._due.pop(math.inf, []):
                self._schedule(batch)

    def _schedule(self, batch: Batch) -> None:
        """Put a batch's templates under the days from which no store holds anything of them."""
        until = np.full(len(batch.rows), float(batch.day))
        for name in batch.cohorts:
            until = np.maximum(until, self._until(batch, name))
        for day in np.unique(until):
            self._due.setdefault(float(day), []).append(batch.only(until == day))

    def empty(self, day: int, background: Background) -> None:
        """Write every store anew without what was erased; `settle` yields what goes by that.

        Args:
            day: today; what is erased today goes with the rest.
            background: the gallery behind the sample.
        """
        for ledger in self.ledgers.values():
            ledger.empty(day, background)
        due, self._due = self._due, {}
        for batches in due.values():
            for batch in batches:
                self._schedule(batch)

    def kept(self, day: int) -> dict[str, NDArray[np.int64]]:
        """Return the candidate rows of erased templates that stand in each store on a day.

        A photo that was erased, found and erased again may stand there twice.
        """
        return self._where(tuple(self.ledgers), lambda until: until > day)

    def in_backups(self, day: int, delay: float) -> dict[str, NDArray[np.int64]]:
        """Return the candidate rows of erased templates that only backups of each store hold.

        Nothing is returned where no store states its manner of keeping: all that is on its way
        out is in backups there.

        Args:
            day: day number.
            delay: days for which backups keep what their store has let go of.
        """
        names = self.reached if self.ledgers else ()
        return self._where(names, lambda until: (until <= day) & (day < np.ceil(until) + delay))

    def _where(
        self, names: Sequence[str], which: Callable[[NDArray[np.float64]], NDArray[np.bool_]]
    ) -> dict[str, NDArray[np.int64]]:
        """Return the candidate rows of erased templates whose last day in a store is such."""
        return {
            name: np.concatenate(
                [
                    np.zeros(0, np.int64),
                    *(batch.rows[which(self._until(batch, name))] for batch in self._settled),
                ]
            )
            for name in names
        }

    @property
    def traffic(self) -> Traffic:
        """Bytes that erasing has moved in all stores so far."""
        return sum((ledger.traffic for ledger in self.ledgers.values()), Traffic())

    def _until(self, batch: Batch, name: str) -> NDArray[np.float64]:
        """Return the days from which a store holds nothing of a batch's templates, float64 [r]."""
        cohort = batch.cohorts.get(name)
        if cohort is None:
            return np.full(len(batch.rows), float(batch.day))
        ledger = self.ledgers[name]
        goes, stays = ledger.lets_go(cohort, batch.day)
        return np.where(batch.luck < share_left(ledger.keeping, cohort), stays, goes)
