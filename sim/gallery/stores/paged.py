"""Rows in pages with a write-ahead log: what is cleaned out of the pages is in the log for longer.

The manner `mvcc_then_wal`. Erasing marks a row in its page (its id is written as its complement)
and the page as it then is goes to the log; cleaning up zeroes the marked rows, and the pages go to
the log as they then are, without them. A log file holds one day's pages and is unlinked whole.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Keeping, Place, clean_up_due
from sim.gallery.stores.rows import RowFile, Rows, layout, places_of
from sim.gallery.stores.store import NO_IDS, Change, Meter

_LIVE, _MARKED, _CLEANED = range(3)
"""What is in a place: a row, a row that was erased, or zeros."""


class PagedStore:
    """A `RowStore` of pages and a log of pages.

    A place in a page is given out once.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
        keeping: `mvcc_then_wal`; a page is as long as a row at least.
    """

    def __init__(self, folder: Path, dimension: int, keeping: Keeping) -> None:
        assert keeping.page is not None
        self._folder, self._keeping = folder, keeping
        self._row = layout(dimension)
        self._in_page = max(1, keeping.page // self._row.itemsize)
        page = np.dtype(
            {
                "names": ["rows"],
                "formats": [(self._row, (self._in_page,))],
                "itemsize": max(keeping.page, self._row.itemsize),
            }
        )
        self._logged = np.dtype([("page", "<i8"), ("image", page)])
        self._heap = RowFile(folder / "heap.pages", page)
        self._log: dict[int, RowFile] = {}
        self._ids = NO_IDS
        self._state: NDArray[np.uint8] = np.zeros(0, dtype=np.uint8)

    def put(self, rows: Rows, day: int) -> Cost:
        """Fill the last page and new ones; every page touched goes to the log."""
        meter, held = Meter(), len(self._ids)
        first = held // self._in_page
        pages = np.zeros(-(-(held + len(rows)) // self._in_page) - first, self._heap.row)
        last = self._heap.read(first, 1)
        meter.read += last.nbytes
        pages[: len(last)] = last
        places = np.arange(held, held + len(rows)) - first * self._in_page
        pages["rows"][places // self._in_page, places % self._in_page] = rows.packed()
        self._store(np.arange(first, first + len(pages)), pages, day, meter)
        self._ids = np.concatenate([self._ids, rows.ids])
        self._state = np.concatenate([self._state, np.full(len(rows), _LIVE, dtype=np.uint8)])
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Mark rows in their pages; nothing is dropped."""
        meter, places = Meter(), np.sort(places_of(self._ids, ids))
        for run in _runs(np.unique(places // self._in_page)):
            pages = self._heap.read(int(run[0]), len(run))
            meter.read += pages.nbytes
            first = run[0] * self._in_page
            here = places[slice(*np.searchsorted(places, [first, first + pages["rows"].size]))]
            at = (here - first) // self._in_page, (here - first) % self._in_page
            marks = pages["rows"]["id"][at]
            # Where an erasure that failed is asked for again some are marked already.
            pages["rows"]["id"][at] = np.where(marks < 0, marks, ~marks)
            self._store(run, pages, day, meter)
        self._state[places] = _MARKED
        return Change(meter.cost(len(ids)), NO_IDS)

    def advance(self, day: int) -> Change:
        """Clean up if it is due, and unlink the log of days that are long enough past."""
        assert self._keeping.log_days is not None
        live, marked = (int((self._state == state).sum()) for state in (_LIVE, _MARKED))
        due = clean_up_due(self._keeping, live, marked)
        done = self.renew(day) if due else Change(Meter().cost(0), NO_IDS)
        for written in [on for on in self._log if on + self._keeping.log_days <= day]:
            self._log.pop(written).path.unlink()
        return done

    def renew(self, day: int) -> Change:
        """Zero the marked rows in their pages, having read all."""
        meter = Meter()
        for first, pages in self._heap.chunks():
            meter.read += pages.nbytes
            here = slice(first * self._in_page, (first + len(pages)) * self._in_page)
            places = np.flatnonzero(self._state[here] == _MARKED)
            pages["rows"][places // self._in_page, places % self._in_page] = 0
            touched = np.unique(places // self._in_page)
            self._store(first + touched, pages[touched], day, meter)
        dropped = self._ids[self._state == _MARKED]
        self._state[self._state == _MARKED] = _CLEANED
        return Change(meter.cost(len(dropped)), dropped)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        places = places_of(self._ids, ids)
        numbers, which = np.unique(places // self._in_page, return_inverse=True)
        pages = self._heap.take(numbers)
        return pages["rows"]["vector"][which, places % self._in_page]

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the pages, and the log's files, oldest first."""
        logs = tuple(self._log[day].path for day in sorted(self._log))
        return {Place.FILE: (self._heap.path,), Place.LOG: logs}

    def _store(
        self, numbers: NDArray[np.int64], pages: NDArray[np.void], day: int, meter: Meter
    ) -> None:
        """Write pages to the log and to their places."""
        if not len(numbers):
            return
        if day not in self._log:
            self._log[day] = RowFile(self._folder / f"log-{day:07d}.wal", self._logged)
        logged = np.empty(len(numbers), self._logged)
        logged["page"], logged["image"] = numbers, pages
        meter.written += self._log[day].append(logged)
        done = 0
        for run in _runs(numbers):
            meter.written += self._heap.write(int(run[0]), pages[done : done + len(run)])
            done += len(run)


def _runs(numbers: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return ascending numbers, cut where one is not the next of the one before."""
    return np.split(numbers, np.flatnonzero(np.diff(numbers) != 1) + 1) if len(numbers) else []
