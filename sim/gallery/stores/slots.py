"""Inverted lists in slots of a mapped file: a shortened list leaves rows behind its end.

The manner `ondisk_slots`, as FAISS's `OnDiskInvertedLists` does it. Each list has a slot of the
file. Of r rows erased from a list of n, those before the last r places are overwritten by the
list's last rows that stay; those among the last r places stay where they are, beyond the end, and
no list's search reads them. A list that outgrows its slot moves to one of twice its length, and its
old slot keeps what it held until another list takes it: so a file that grew leaves more than one
that was built at once.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Place
from sim.gallery.overwriting import write_all
from sim.gallery.stores.rows import Rows, layout, places_of
from sim.gallery.stores.store import NO_IDS, Change, Meter

_BITS = 6
"""A row's list is the signs of its first numbers: 64 lists, which need no training."""


@dataclass
class _Slot:
    """Where a list lies.

    Attributes:
        start: its first row in the file.
        room: rows that it may hold.
        rows: rows that it holds.
    """

    start: int
    room: int
    rows: int


class SlotStore:
    """A `RowStore` of inverted lists in one file, mapped into memory while the store is there.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
        grows: whether rows that are put at once are added by and by nevertheless, an eighth more
            each time, so that lists begin with a slot of one row and outgrow it again and again;
            else a new list's slot just holds it.
    """

    def __init__(self, folder: Path, dimension: int, grows: bool) -> None:
        self._grows = grows
        self._path = folder / "lists.slots"
        self._row = layout(dimension)
        self._bits = min(_BITS, dimension)
        self._begin()

    def put(self, rows: Rows, day: int) -> Cost:
        """Add rows to the ends of their lists."""
        meter, packed = Meter(), rows.packed()
        signs = rows.vectors[:, : self._bits] > 0.0
        lists = (signs @ (1 << np.arange(self._bits))).astype(np.int64)
        try:
            start = 0
            while start < len(rows):
                held = sum(slot.rows for slot in self._slots.values())
                end = start + max(held // 8, 1 << self._bits) if self._grows else len(rows)
                for number in np.unique(lists[start:end]):
                    part = packed[start:end][lists[start:end] == number]
                    self._extend(int(number), part, meter)
                start = end
        except OSError:
            self.erase(rows.ids, day)
            raise
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Shorten the lists; a list's last rows that stay are moved over the erased ones."""
        meter = Meter()
        for slot in self._slots.values():
            held = self._file[slot.start : slot.start + slot.rows]
            leaving = np.isin(held["id"], ids)
            end = slot.rows - int(leaving.sum())
            holes = np.flatnonzero(leaving[:end])
            stay = end + np.flatnonzero(~leaving[end:])[::-1]
            held[holes] = held[stay]
            meter.read += len(holes) * self._row.itemsize
            meter.written += len(holes) * self._row.itemsize
            slot.rows = end
        return Change(meter.cost(len(ids)), np.sort(ids))

    def advance(self, day: int) -> Change:
        """Do nothing: nothing is cleaned up."""
        return Change(Meter().cost(0), NO_IDS)

    def renew(self, day: int) -> Change:
        """Write the lists into a new file, one after the other; the old one is unlinked."""
        meter, old, lists = Meter(), self._file, self._slots
        self._path.unlink()
        self._begin()
        for number, slot in lists.items():
            if not slot.rows:
                continue
            rows = old[slot.start : slot.start + slot.rows]
            meter.read += rows.nbytes
            self._extend(number, rows, meter)
        return Change(meter.cost(0), NO_IDS)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        found = np.zeros((len(ids), *self._row["vector"].shape), dtype=np.float32)
        for slot in self._slots.values():
            rows = self._file[slot.start : slot.start + slot.rows]
            places = places_of(rows["id"], ids)
            found[places >= 0] = rows["vector"][places[places >= 0]]
        return found

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the file of slots."""
        return {Place.FILE: (self._path,)}

    def _begin(self) -> None:
        os.close(os.open(self._path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        self._file: NDArray[np.void] = np.zeros(0, self._row)
        self._slots: dict[int, _Slot] = {}
        self._free: list[_Slot] = []

    def _extend(self, number: int, rows: NDArray[np.void], meter: Meter) -> None:
        """Write rows behind the end of a list, and move it as often as its slot is too short."""
        if number not in self._slots:
            self._slots[number] = self._slot(1 if self._grows else len(rows))
        slot = self._slots[number]
        while len(rows):
            if slot.rows == slot.room:
                wider = self._slot(2 * slot.room)
                wider.rows = slot.rows
                here = self._file[slot.start : slot.start + slot.rows]
                self._file[wider.start : wider.start + slot.rows] = here
                meter.read += here.nbytes
                meter.written += here.nbytes
                self._free = [free for free in (*self._free, slot) if free.room]
                self._slots[number] = slot = wider
            fitting = rows[: slot.room - slot.rows]
            end = slot.start + slot.rows
            self._file[end : end + len(fitting)] = fitting
            meter.written += fitting.nbytes
            slot.rows += len(fitting)
            rows = rows[len(fitting) :]

    def _slot(self, room: int) -> _Slot:
        """Return an empty slot: the front of a free one that is long enough, or a new one."""
        for free in self._free:
            if free.room >= room:
                start = free.start
                free.start, free.room = start + room, free.room - room
                return _Slot(start, room, 0)
        start = len(self._file)
        # Zeros are written, not left out: a mapped file with holes ends the process on a full disk.
        with open(self._path, "r+b", buffering=0) as file:
            write_all(
                file.fileno(), np.zeros(room, self._row).view(np.uint8).data, self._file.nbytes
            )
        self._file = np.memmap(self._path, self._row, "r+", shape=(start + room,))
        return _Slot(start, room, 0)
