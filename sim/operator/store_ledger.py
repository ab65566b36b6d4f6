"""One store's ledger: rows erased in real units, its clean-ups, and the bytes that erasing moves.

Erasing is paid for by writing, and a store writes once for all that is erased within some days: an
order's job goes on for months, and nobody writes a whole store anew each evening of it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from sim.gallery.keeping import (
    Cohort,
    Keeping,
    Kind,
    Traffic,
    clean_up_due,
    cleaning,
    erasing,
    gone_on,
)
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
        every: days within which erasures share one writing, 1 or more.
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

    def enter(self, day: int, background: Background) -> tuple[Cohort, bool]:
        """Enter what the gallery behind the sample has lost since the last entry.

        Args:
            day: on which it was lost, and at whose end the store may be cleaned up.
            background: the gallery behind the sample.

        Returns:
            the rows, and whether the store was cleaned up.
        """
        live, erased = self._live(background), self._lost(background)
        rows, self._erased = erased - self._erased, erased
        cohort = Cohort(rows, day, max(live + rows + self.marked, _LEAST))
        self._gather(cohort)
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

    def _gather(self, cohort: Cohort) -> None:
        """Let rows share a writing with what was erased before, or begin another."""
        if cohort.rows <= 0.0:
            return
        before = self._unwritten
        if before is not None and cohort.day - before.day < self.every:
            rows = before.rows + cohort.rows
            self._unwritten = Cohort(rows, before.day, max(before.stored, rows))
            return
        self._moved = self.traffic
        self._unwritten = cohort

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

    def gone_on(self, cohort: Cohort) -> float:
        """Return the first day on which nothing is left of rows; infinity where none is known."""
        emptied = min((day for day in self.emptied if day >= cohort.day), default=math.inf)
        return min(gone_on(self.keeping, cohort, self.cleaned), emptied)

    def empty(self, day: int, background: Background) -> None:
        """Write the store anew without anything that was erased, and pay for it."""
        stored = max(self._live(background) + self.marked, _LEAST)
        cohort = Cohort(max(self.marked, _LEAST), day, stored)
        self._moved += erasing(REWRITTEN, cohort, self.row_bytes)
        self.emptied.append(day)
        self.marked = 0.0
