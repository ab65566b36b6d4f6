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
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from sim.gallery.keeping import Cohort, Traffic, share_left
from sim.operator.background import Background
from sim.operator.profile import Profile
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
        every: days within which a store's erasures share one writing, 1 or more.
        candidates: what a crawler could find.
        streams: the replication's streams.

    Attributes:
        ledgers: of each store that states its manner of keeping, by name.
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
        self.candidates = candidates
        self.streams = streams
        self.first_day: int | None = None
        self._unsettled: list[Batch] = []
        self._waiting: list[Batch] = []
        self._settled: list[Batch] = []

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
        luck = np.zeros(0)
        if self.ledgers:
            luck = self.streams.uniform("store.place", self.candidates.photo_key(rows), visit)
        self._unsettled.append(Batch(day, template, rows, luck, keeps_photos, {}))

    def settle(self, background: Background) -> Iterator[LetGo]:
        """Close the days on which something was erased, and yield what the stores let go of.

        Args:
            background: the gallery behind the sample, as the last of those days left it.
        """
        unsettled, self._unsettled = self._unsettled, []
        if not self.ledgers:
            yield from ((batch.day, batch.template, batch.rows) for batch in unsettled)
            return
        for day in sorted({batch.day for batch in unsettled}):
            entered = {name: ledger.enter(day, background) for name, ledger in self.ledgers.items()}
            for batch in (batch for batch in unsettled if batch.day == day):
                cohorts = {
                    name: cohort
                    for name, (cohort, _) in entered.items()
                    if not (batch.keeps_photos and self.ledgers[name].photos)
                }
                batch = replace(batch, cohorts=cohorts)
                self._settled.append(batch)
                yield from self._let_go(batch)
            if any(cleaned for _, cleaned in entered.values()):
                yield from self._look_again()

    def empty(self, day: int, background: Background) -> Iterator[LetGo]:
        """Write every store anew without what was erased, and yield what it lets go of by that.

        Args:
            day: today; what is erased today goes with the rest.
            background: the gallery behind the sample.
        """
        for ledger in self.ledgers.values():
            ledger.empty(day, background)
        yield from self._look_again()

    def kept(self, day: int) -> dict[str, NDArray[np.int64]]:
        """Return the candidate rows of erased templates that stand in each store on a day.

        A photo that was erased, found and erased again may stand there twice.
        """
        found: dict[str, list[NDArray[np.int64]]] = {name: [] for name in self.ledgers}
        for batch in self._settled:
            for name in batch.cohorts:
                stays, gone = self._stays(batch, name)
                if gone > day:
                    found[name].append(batch.rows[stays])
        return {
            name: np.concatenate([np.zeros(0, np.int64), *rows]) for name, rows in found.items()
        }

    def waiting(self) -> NDArray[np.int64]:
        """Return the candidate rows of erased templates that a store lets go of on no known day."""
        return np.concatenate([np.zeros(0, np.int64), *(batch.rows for batch in self._waiting)])

    @property
    def traffic(self) -> Traffic:
        """Bytes that erasing has moved in all stores so far."""
        return sum((ledger.traffic for ledger in self.ledgers.values()), Traffic())

    def _look_again(self) -> Iterator[LetGo]:
        """Yield what stores that were cleaned up let go of, of all that no day was known for."""
        waiting, self._waiting = self._waiting, []
        for batch in waiting:
            yield from self._let_go(batch)

    def _let_go(self, batch: Batch) -> Iterator[LetGo]:
        """Yield a batch's templates by the day from which no store holds anything of them."""
        until = np.full(len(batch.rows), float(batch.day))
        for name in batch.cohorts:
            stays, gone = self._stays(batch, name)
            until[stays] = np.maximum(until[stays], gone)
        for day in np.unique(until[np.isfinite(until)]):
            which = until == day
            yield math.ceil(day), batch.template[which], batch.rows[which]
        if np.isinf(until).any():
            self._waiting.append(batch.only(np.isinf(until)))

    def _stays(self, batch: Batch, name: str) -> tuple[NDArray[np.bool_], float]:
        """Return which of a batch a store keeps, bool [r], and the day from which it does not."""
        cohort, ledger = batch.cohorts[name], self.ledgers[name]
        return batch.luck < share_left(ledger.keeping, cohort), ledger.gone_on(cohort)
