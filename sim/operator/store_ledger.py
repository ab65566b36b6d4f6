"""One store's ledger: rows erased in real units, its clean-ups, and the bytes that erasing moves.

Where erasing means writing a file or a version of it anew, a store may write once for all that is
erased within some days: an order's job goes on for months, and who would write a whole store anew
each evening of it? What is erased stands in the file until that writing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sim.gallery.keeping import WRITTEN_WHOLE, Cohort, Keeping, Kind, clean_up_due, gone_on
from sim.gallery.traffic import Traffic, cleaning, erasing
from sim.operator.background import Background

STAYS_AMONG = (Kind.TOMBSTONE_FOREVER, Kind.VACUUM_AT, Kind.MVCC_THEN_WAL)
"""Manners under which an erased row stays among the others until the store is written anew."""
REWRITTEN = Keeping(Kind.REWRITE)
_LEAST = 1.0
"""Rows that a store is taken to hold at least: a share of none is none."""


@dataclass
class StoreLedger:
    """What has been erased from one store.

    Attributes:
        keeping: its manner.
        row_bytes: of one face, all copies.
        photos: whether it holds photos and what belongs to them; a store of templates does not.
        every: days within which erasures share one writing of the whole, 1 or more.
        marked: rows erased and still among the others.
        cleaned: days on which marked rows reached the threshold, in order.
        emptied: days on which the store was written anew by order, in order.
    """

    keeping: Keeping
    row_bytes: int
    photos: bool
    every: int
    marked: float = 0.0
    cleaned: list[int] = field(default_factory=list)
    emptied: list[int] = field(default_factory=list)
    _erased: float = 0.0
    _moved: Traffic = field(default_factory=Traffic)
    _unwritten: Cohort | None = None
    _shortened: tuple[int, float] | None = None
    """First day of an erasure from the lists as they were last written, and rows since then."""

    def enter(self, day: int, background: Background, beyond: float) -> tuple[Cohort, bool]:
        """Enter what the gallery behind the sample has lost since the last entry.

        Args:
            day: on which it was lost, and at whose end the store may be cleaned up.
            background: the gallery behind the sample.
            beyond: rows erased that day of which that gallery does not know, real units.

        Returns:
            the rows, under the day on which they are taken out of the file or marked there, and
            whether the store was cleaned up.
        """
        live, erased = self._live(background), self._lost(background)
        rows, self._erased = erased - self._erased + beyond, erased
        stored = max(live + rows + self.marked, _LEAST)
        cohort = Cohort(rows, day, stored, before=self._erased_before(day, rows))
        written = self._gather(cohort)
        if self.keeping.kind in WRITTEN_WHOLE:
            return Cohort(rows, written, stored, before=cohort.before), False
        if self.keeping.kind not in STAYS_AMONG:
            return cohort, False
        self.marked += rows
        if not clean_up_due(self.keeping, live, self.marked):
            return cohort, False
        self._moved += cleaning(self.keeping, live, self.marked, self.row_bytes)
        self.cleaned.append(day)
        self.marked = 0.0
        return cohort, True

    def _live(self, background: Background) -> float:
        return background.stored if self.photos else background.templates_stored

    def _lost(self, background: Background) -> float:
        return background.photos_erased if self.photos else background.templates_erased

    def _erased_before(self, day: int, rows: float) -> float:
        """Return the rows erased since the lists were written, and add a day's to them.

        A process that ends some days after an erasure writes the lists in memory when the next one
        begins.
        """
        since, before = self._shortened or (day, 0.0)
        if self.keeping.kind is Kind.IN_PLACE_TAIL and day - since >= (self.keeping.days or 0.0):
            since, before = day, 0.0
        self._shortened = (since, before + rows)
        return before

    def _gather(self, cohort: Cohort) -> int:
        """Let rows share a writing with what was erased before, or begin another.

        Returns:
            the day of that writing.
        """
        first = self._unwritten
        if first is not None and cohort.day - first.day < self._shared:
            rows = first.rows + cohort.rows
            self._unwritten = Cohort(rows, first.day, max(first.stored, rows))
            return first.day + self.every - 1
        if cohort.rows > 0.0:
            self._moved = self.traffic
            self._unwritten = cohort
        return cohort.day + self.every - 1

    @property
    def _shared(self) -> float:
        """Days within which what is erased is written, or compacted, in one go."""
        if self.keeping.kind in WRITTEN_WHOLE:
            return self.every
        return max(1.0, self.keeping.days or 0.0)

    @property
    def traffic(self) -> Traffic:
        """Bytes that erasing has moved so far, what is still to be written included."""
        cohort = self._unwritten
        if cohort is None:
            return self._moved
        moved = self._moved + erasing(self.keeping, cohort, self.row_bytes)
        if self.keeping.kind is Kind.LSM:
            live = cohort.stored - cohort.rows
            moved += cleaning(self.keeping, live, cohort.rows, self.row_bytes)
        return moved

    def lets_go(self, cohort: Cohort, day: int) -> tuple[float, float]:
        """Return from which days nothing is left of rows, infinity where none is known.

        Args:
            cohort: the rows, as entered.
            day: of their erasure.

        Returns:
            of those of which nothing stays, and of those of which something does.
        """
        emptied = min((emptied for emptied in self.emptied if emptied >= day), default=math.inf)
        stays = gone_on(self.keeping, cohort, self.cleaned)
        return min(float(cohort.day), emptied), min(stays, emptied)

    def empty(self, day: int, background: Background) -> None:
        """Write the store anew without anything that was erased, and pay for it.

        What waits for a writing of the whole needs none of its own then.
        """
        stored = max(self._live(background) + self.marked, _LEAST)
        cohort = Cohort(max(self.marked, _LEAST), day, stored)
        waiting = self._unwritten
        if self.keeping.kind not in WRITTEN_WHOLE or (
            waiting is not None and waiting.day + self.every - 1 < day
        ):
            self._moved = self.traffic
        self._unwritten = self._shortened = None
        self._moved += erasing(REWRITTEN, cohort, self.row_bytes)
        self.emptied.append(day)
        self.marked = 0.0
