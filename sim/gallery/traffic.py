"""What erasing and cleaning up read and write in a store, in bytes, by its manner of keeping."""

from __future__ import annotations

import math
from dataclasses import dataclass

from sim.gallery.keeping import Cohort, Keeping, Kind, number_of

ID_BYTES = 8
"""Bytes by which a row is named where its erasure is written down: a 64-bit id."""


@dataclass(frozen=True)
class Traffic:
    """Bytes that an act reads and writes, expected; adds up."""

    read: float = 0.0
    written: float = 0.0

    def __add__(self, other: Traffic) -> Traffic:
        return Traffic(self.read + other.read, self.written + other.written)

    @property
    def moved(self) -> float:
        """Bytes read and written."""
        return self.read + self.written


def pages_touched(pages: float, rows: float, erased: float) -> float:
    """Return how many pages hold at least one of some erased rows, expected.

    Rows are erased by chance, each alike: of pages of r = rows / pages rows each,
    pages (1 - (1 - erased / rows)^r) (Yao 1977, "Approximating block accesses in database
    organizations", Communications of the ACM 20(4); here in the limit of many pages).

    Args:
        pages: of the store, above 0.
        rows: in it, at least one a page.
        erased: of these.
    """
    return (
        pages * -math.expm1(rows / pages * math.log1p(-erased / rows)) if erased < rows else pages
    )


def erasing(keeping: Keeping, cohort: Cohort, row_bytes: int) -> Traffic:
    """Return the bytes that erasing rows reads and writes on the day itself.

    A bitmap of marks is written whole; a page is read, and written to the file and to the log; a
    row of an inverted list is overwritten with the list's last one; where a file or a version is
    written anew, all of it is read and what stays is written, and a file that is overwritten is
    written once more.

    Args:
        keeping: the store's.
        cohort: the rows; none of them costs nothing.
        row_bytes: of one row.
    """
    stored, erased = cohort.stored, cohort.rows
    if erased <= 0.0:
        return Traffic()
    old, left = stored * row_bytes, (stored - erased) * row_bytes
    match keeping.kind:
        case Kind.TOMBSTONE_FOREVER | Kind.VACUUM_AT:
            return Traffic(0.0, stored / 8.0)
        case Kind.MVCC_THEN_WAL:
            touched = _touched(keeping, stored, erased, row_bytes)
            return Traffic(touched, 2.0 * touched)
        case Kind.LSM:
            return Traffic(0.0, erased * ID_BYTES)
        case Kind.VERSIONED:
            return Traffic(old, left)
        case Kind.IN_PLACE_TAIL:
            # The index stands in memory; its file is written when it is saved.
            return Traffic(0.0, left)
        case Kind.ONDISK_SLOTS:
            return Traffic(erased * row_bytes, erased * row_bytes)
        case Kind.REWRITE:
            return Traffic(old, left + old)


def cleaning(keeping: Keeping, live: float, marked: float, row_bytes: int) -> Traffic:
    """Return the bytes that cleaning up, compaction included, reads and writes.

    All of the file is read and what is live is written; of pages all are read, and those with a
    marked row are written, to the file and to the log. Other manners never clean up.

    Args:
        keeping: the store's.
        live: rows stored and not erased.
        marked: rows erased and still in the file.
        row_bytes: of one row.
    """
    stored = live + marked
    match keeping.kind:
        case Kind.VACUUM_AT | Kind.LSM:
            return Traffic(stored * row_bytes, live * row_bytes)
        case Kind.MVCC_THEN_WAL:
            touched = _touched(keeping, stored, marked, row_bytes)
            return Traffic(_touched(keeping, stored, stored, row_bytes), 2.0 * touched)
        case _:
            return Traffic()


def _touched(keeping: Keeping, rows: float, erased: float, row_bytes: int) -> float:
    """Return the bytes of the pages that hold at least one of some erased rows, expected."""
    page = number_of(keeping.page)
    in_page = max(1.0, page // row_bytes)
    pages = max(1.0, rows / in_page)
    return pages_touched(pages, rows, erased) * max(page, float(row_bytes))
