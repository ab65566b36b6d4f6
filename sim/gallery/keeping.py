"""What a store keeps of rows that were erased: where, and until when.

Eight manners of keeping, named after the engines that behave so, as functions of numbers alone:
rows are amounts and a day is a number, so that the same rules hold for a simulation's shares of
thousands of millions and for a test's forty real rows. A row is erased on a day; from then on no
search returns it, and what is left of it is what stands here. A store of a threshold cleans up at
the end of a day, after that day's erasures.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """A manner of keeping.

    `tombstone_forever`: marked in a bitmap, stored for ever. `vacuum_at`: marked, and written anew
    without the marked rows once these are a share of all that is stored. `mvcc_then_wal`: the same
    by pages, each of which stands in a write-ahead log too, for a while after it was touched.
    `lsm`: covered by a tombstone until compaction meets both. `versioned`: in the old version,
    until that expires. `in_place_tail`: some stay in memory behind the ends of shortened lists,
    until the process ends. `ondisk_slots`: some stay in the file, in slots beyond the ends of
    shortened lists. `rewrite`: the file is written anew at once, and the old one overwritten.
    A process that serves from a file holds in memory what the file holds.
    """

    TOMBSTONE_FOREVER = "tombstone_forever"
    VACUUM_AT = "vacuum_at"
    MVCC_THEN_WAL = "mvcc_then_wal"
    LSM = "lsm"
    VERSIONED = "versioned"
    IN_PLACE_TAIL = "in_place_tail"
    ONDISK_SLOTS = "ondisk_slots"
    REWRITE = "rewrite"


class Place(StrEnum):
    """Where something of an erased row can stand."""

    FILE = "file"
    LOG = "log"
    MEMORY = "memory"
    OLD_VERSION = "old version"


NUMBERS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TOMBSTONE_FOREVER: (),
    Kind.VACUUM_AT: ("threshold",),
    Kind.MVCC_THEN_WAL: ("threshold", "log_days", "page"),
    Kind.LSM: ("days",),
    Kind.VERSIONED: ("days",),
    Kind.IN_PLACE_TAIL: ("days",),
    Kind.ONDISK_SLOTS: ("outgrown",),
    Kind.REWRITE: (),
}
"""The numbers of `Keeping` that each manner needs; it takes no others."""

WRITTEN_WHOLE = (Kind.VERSIONED, Kind.IN_PLACE_TAIL, Kind.REWRITE)
"""Manners under which erasing writes the file, or a version of it, anew as a whole."""


@dataclass(frozen=True)
class Keeping:
    """A manner of keeping with its numbers; those that it does not need are None.

    Attributes:
        kind: the manner.
        threshold: marked rows as a share of all rows stored, marked ones included, from which on
            the store is cleaned up; above 0, at most 1.
        days: for which an erased row is kept: until compaction, until its version expires, until
            the process that holds it ends; 0 or more, infinity for ever.
        log_days: for which the log keeps each page written to it; 0 or more.
        page: bytes of a page; 1 or more.
        outgrown: share of a store's rows that stand, besides in their lists, in slots that these
            have outgrown and that nothing else has taken since; 0 where every list was written
            once, at most 1.

    Raises:
        ValueError: a number that the manner needs is missing or out of bounds, or one is given
            that it does not have.
    """

    kind: Kind
    threshold: float | None = None
    days: float | None = None
    log_days: float | None = None
    page: int | None = None
    outgrown: float | None = None

    def __post_init__(self) -> None:
        for name, (least, most, words) in _BOUNDS.items():
            number, needed = getattr(self, name), name in NUMBERS[self.kind]
            if needed != (number is not None):
                raise ValueError(f"{self.kind} {'needs' if needed else 'has no'} {name}")
            if number is not None and not least <= number <= most:
                raise ValueError(f"{name} is {words}, found {number}")


_BOUNDS = {
    "threshold": (math.ulp(0.0), 1.0, "a share above 0, at most 1"),
    "days": (0.0, math.inf, "0 or more"),
    "log_days": (0.0, math.inf, "0 or more"),
    "page": (1, math.inf, "1 or more"),
    "outgrown": (0.0, 1.0, "a share, 0 to 1"),
}


@dataclass(frozen=True)
class Cohort:
    """Rows that were erased on the same day.

    Attributes:
        rows: how many; real units in a simulation.
        day: day number.
        stored: rows in the store just before, erased ones that it still holds included.
        scattered: they stood anywhere among those; otherwise they were enrolled last.
        before: rows erased on earlier days from the same lists, since these were written.
    """

    rows: float
    day: int
    stored: float
    scattered: bool = True
    before: float = 0.0

    @property
    def in_tail(self) -> float:
        """Share of them that stays where lists are shortened in place, expected.

        As FAISS does it, a list's last rows move to where removed ones stood, and behind its new
        end stays what stood there. A row's bytes stay there if the end has passed the place at
        which it was written by the day on which it is erased: as one of those erased, or, if
        passed on an earlier day, as the copy that it left when it was moved over a hole. A row
        that is erased while the end has not come so far is overwritten by a moved one, whose own
        bytes stand behind the end already. Of n rows written, R of them scattered and erased by
        that day, so many stay as stood among the last R: R / n. A job of D like days leaves
        R² / n × (1 + 1 / D) / 2.

        That is exact where nothing is added. Rows that are added to the lists overwrite what
        stands behind their ends, and an exact index, which shifts all rows and not only the last,
        leaves copies of fewer: there, as for rows enrolled last and erased on several days, it is
        an upper bound.
        """
        if not self.scattered:
            return 1.0
        return (self.before + self.rows) / (self.before + self.stored)


@dataclass(frozen=True)
class Stay:
    """For how long a share of the rows of a cohort stays in one place.

    Attributes:
        place: where.
        share: of the cohort's rows.
        start: first day on which they are there.
        end: first day on which they are not, infinity for never.
    """

    place: Place
    share: float
    start: float
    end: float


def stays(keeping: Keeping, cohort: Cohort, cleaned: Sequence[int] = ()) -> tuple[Stay, ...]:
    """Return where erased rows stay, and until when; no two stays overlap in a place.

    Args:
        keeping: the store's.
        cohort: the rows.
        cleaned: days on which the store was cleaned up, in order; see `cleanings`.
    """
    day, for_ever, later = cohort.day, math.inf, bisect_left(cleaned, cohort.day)
    clean = cleaned[later] if later < len(cleaned) else for_ever
    match keeping.kind:
        case Kind.TOMBSTONE_FOREVER:
            found = _served(1.0, day, for_ever)
        case Kind.VACUUM_AT:
            found = _served(1.0, day, clean)
        case Kind.MVCC_THEN_WAL:
            # A clean-up logs its pages too, but without what it has taken out of them.
            logged = Stay(Place.LOG, 1.0, day, day + number_of(keeping.log_days))
            found = [*_served(1.0, day, clean), logged]
        case Kind.LSM:
            found = _served(1.0, day, day + number_of(keeping.days))
        case Kind.VERSIONED:
            found = [Stay(Place.OLD_VERSION, 1.0, day, day + number_of(keeping.days))]
        case Kind.IN_PLACE_TAIL:
            end = day + number_of(keeping.days)
            found = [Stay(Place.MEMORY, cohort.in_tail, day, end)]
        case Kind.ONDISK_SLOTS:
            outgrown = number_of(keeping.outgrown)
            found = _served(outgrown + (1.0 - outgrown) * cohort.in_tail, day, for_ever)
        case Kind.REWRITE:
            found = []
    return tuple(stay for stay in found if stay.share > 0.0 and stay.start < stay.end)


def _served(share: float, start: float, end: float) -> list[Stay]:
    """Return stays in a file and in the memory of the process that serves it."""
    return [Stay(place, share, start, end) for place in (Place.FILE, Place.MEMORY)]


def remaining(
    keeping: Keeping, cohorts: Iterable[Cohort], day: int, cleaned: Sequence[int] = ()
) -> dict[Place, float]:
    """Return how many erased rows stand in each place at the end of a day; every place is named.

    Args:
        keeping: the store's.
        cohorts: what was erased, in any order; those of later days do not count.
        day: day number.
        cleaned: days on which the store was cleaned up, in order; those after `day` do not count.
    """
    done = cleaned[: bisect_left(cleaned, day + 1)]
    left = dict.fromkeys(Place, 0.0)
    for cohort in cohorts:
        for stay in stays(keeping, cohort, done):
            if stay.start <= day < stay.end:
                left[stay.place] += cohort.rows * stay.share
    return left


def gone_on(keeping: Keeping, cohort: Cohort, cleaned: Sequence[int] = ()) -> float:
    """Return the first day on which nothing is left of erased rows.

    Args:
        keeping: the store's.
        cohort: the rows.
        cleaned: days on which the store was cleaned up, in order.

    Returns:
        infinity where something stays for ever, or until a clean-up that has not come.
    """
    return max((stay.end for stay in stays(keeping, cohort, cleaned)), default=float(cohort.day))


def share_left(keeping: Keeping, cohort: Cohort) -> float:
    """Return the share of erased rows of which something stays anywhere, for however long.

    Args:
        keeping: the store's.
        cohort: the rows.
    """
    return max((stay.share for stay in stays(keeping, cohort)), default=0.0)


def certain_days(keeping: Keeping) -> float:
    """Return the days from an erasure to its last byte as far as they are known beforehand.

    Infinity for a store that keeps for ever, and for one that waits for a threshold.
    """
    return gone_on(keeping, Cohort(1.0, 0, 1.0))


def clean_up_due(keeping: Keeping, live: float, marked: float) -> bool:
    """Return whether a store is cleaned up with that much in it.

    Args:
        keeping: the store's; only manners with a threshold are ever due.
        live: rows stored and not erased.
        marked: rows erased and still in the file.
    """
    if keeping.threshold is None or marked <= 0.0:
        return False
    return marked >= keeping.threshold * (live + marked)


def cleanings(
    keeping: Keeping, cohorts: Iterable[Cohort], live: Sequence[float]
) -> tuple[int, ...]:
    """Return the days on which a store is cleaned up, in order.

    Args:
        keeping: the store's.
        cohorts: what is erased, in any order.
        live: rows stored and not erased at the end of each day, from day 0.
    """
    erased = [0.0] * len(live)
    for cohort in cohorts:
        if cohort.day < len(live):
            erased[cohort.day] += cohort.rows
    marked, days = 0.0, []
    for day, rows in enumerate(live):
        marked += erased[day]
        if clean_up_due(keeping, rows, marked):
            days.append(day)
            marked = 0.0
    return tuple(days)


def number_of(number: float | None) -> float:
    """Return a number that its manner has (`NUMBERS`), as a float."""
    assert number is not None
    return float(number)
