"""What one arm of one replication leaves behind: events, tallies, counters.

Measures read only this.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.customers import SearchTally
from sim.events import Event
from sim.gallery.gallery import GalleryStats
from sim.law.instruments import MonetaryInstrument
from sim.levers import Held
from sim.operator.books import Books
from sim.revisits import Recollection
from sim.setup import ArmSetup, CaseFile
from sim.tallies import Cells, Snapshot

UNDATED = -1
"""Day of a mover's entry whose day is not told: no reading lies before it."""


@dataclass(frozen=True)
class WatchedCounts:
    """Templates of a few watched persons.

    Attributes:
        day: last day of the run.
        person: int64 [k].
        held: int32 [k], held on that day, hidden or not.
        searchable: int32 [k], searchable on that day.
        held_at_notice: int32 [k], held on the day of the notice.
    """

    day: int
    person: NDArray[np.int64]
    held: NDArray[np.int32]
    searchable: NDArray[np.int32]
    held_at_notice: NDArray[np.int32]


@dataclass(frozen=True)
class Requests:
    """Requests of residents in scope: conditional expectations in real units over the run.

    Attributes:
        made: requests sent.
        abandoned: given up when a photo was demanded.
        extra_photos: photos sent along with a request, and kept.
        answered: answered by the desk by the end of the run.
        waiting: at the desk, not taken up by the end of the run.
    """

    made: float
    abandoned: float
    extra_photos: float
    answered: float
    waiting: float


@dataclass(frozen=True)
class Ledger:
    """What one instrument of a case comes to at the end of the run, whole units of its currency.

    Attributes:
        case: the case's id.
        authority: short name of the authority.
        jurisdiction: code of those whom the case is about.
        instrument: name of the instrument.
        currency: ISO 4217 code.
        proposed: amount announced.
        imposed: amount that stands.
        payable: amount that has fallen due.
        collected: amount paid.
    """

    case: str
    authority: str
    jurisdiction: str
    instrument: str
    currency: str
    proposed: int
    imposed: int
    payable: int
    collected: int

    @classmethod
    def of(cls, file: CaseFile, money: MonetaryInstrument) -> Ledger:
        """Return the ledger of a case's instrument about money as it stands."""
        return cls(
            case=file.id,
            authority=file.authority,
            jurisdiction=file.jurisdiction,
            instrument=money.name,
            currency=money.currency,
            proposed=money.proposed,
            imposed=money.imposed,
            payable=money.payable,
            collected=money.collected,
        )


@dataclass(frozen=True)
class TemplateCounts:
    """Templates of the sample from two independent logs, at the end of the run.

    Attributes:
        enrolled: ever enrolled, as the matcher counted.
        searchable: now, as the matcher counted.
        hidden: now, as the matcher counted.
        erased: as the matcher counted.
        world_enrolled: ever enrolled, from the state and the removals of each find.
        world_searchable: now, from the state of each find.
        world_hidden: now, from the state of each find and the purges that are due.
        world_erased: from the removals of each find, less the purges that are due.
        recollected: enrolled again after removal.
        undrawn: of those ever enrolled, photos of somebody under 18 on the day of capture where
            photos are drawn: counted, and in no gallery.
    """

    enrolled: int
    searchable: int
    hidden: int
    erased: int
    world_enrolled: int
    world_searchable: int
    world_hidden: int
    world_erased: int
    recollected: int
    undrawn: int = 0


@dataclass(frozen=True)
class History:
    """One arm of one replication.

    Attributes:
        setup: what the arm was made of.
        jurisdictions: codes, in the order of the tallies.
        weights: real persons per simulated one, float64 [J].
        residents: simulated persons by cell, int64 [C].
        cells: what each cell stands for.
        snapshots: end of every week, and of the days at which measures look.
        events: the log.
        person_days: int64 [C], searchable person-days of the run.
        window_person_days: int64 [C], of the window of the appeal.
        searchable_at_notice: int64 [J], persons searchable on the day of the notice.
        over_deleted: int64 [J], persons not in scope of whom a template was removed for an order.
        requests: requests of residents in scope.
        ledgers: money, one entry an instrument of a case.
        searches: drawn searches for residents in scope.
        templates: the sample's templates from two logs.
        movers: everything that may make this arm differ from another, by name, each with a
            signature (entries that open with their day, `UNDATED` where none is told): two arms
            in which a mover has the same signature cannot differ by it.
        watched: templates of watched persons, or None.
        books: what the operator was asked, earned, spent and decided.
        unhindered: residents in scope by photos found if nothing were kept out, int64
            [PHOTO_BINS] at each day whose shares stand in the table.
        recollection: how long removed photos stayed out of the gallery.
        listed: int64 [J], persons of whom a template is kept on a suppression list.
        refused: finds that such a list recognised and refused.
        gallery: what the sample's gallery holds at the end, where there is one.
        held: every modifier that lay on a lever, and until when.
    """

    setup: ArmSetup
    jurisdictions: tuple[str, ...]
    weights: NDArray[np.float64]
    residents: NDArray[np.int64]
    cells: Cells
    snapshots: tuple[Snapshot, ...]
    events: tuple[Event, ...]
    person_days: NDArray[np.int64]
    window_person_days: NDArray[np.int64]
    searchable_at_notice: NDArray[np.int64]
    over_deleted: NDArray[np.int64]
    requests: Requests
    ledgers: tuple[Ledger, ...]
    searches: SearchTally
    templates: TemplateCounts
    movers: Mapping[str, tuple[tuple[Any, ...], ...]]
    watched: WatchedCounts | None
    books: Books
    unhindered: Mapping[int, NDArray[np.int64]]
    recollection: Recollection
    listed: NDArray[np.int64]
    refused: int
    gallery: GalleryStats | None = None
    held: tuple[Held, ...] = ()

    @property
    def scope(self) -> int:
        """Index of the jurisdiction that the question is about."""
        return self.jurisdictions.index(self.setup.windows.jurisdiction)

    def at(self, day: int) -> Snapshot:
        """Return the snapshot of a day.

        Raises:
            KeyError: no snapshot was taken on that day.
        """
        for snapshot in self.snapshots:
            if snapshot.day == day:
                return snapshot
        raise KeyError(f"no snapshot on day {day}")
