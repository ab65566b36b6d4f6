"""Rows of a store on file: an id and a template of unit length, and how they lie in a file.

A file of rows has no header: row after row, each 8 bytes of id and 4 bytes a number, little-endian.
Reading and writing go past every buffer of Python and of the C library, so that no copy of a row
stays in one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.overwriting import write_all

CHUNK = 65_536
"""Rows that are read at once where a whole file is read; only speed and memory depend on it."""


@dataclass(frozen=True)
class Rows:
    """Templates to be stored.

    Attributes:
        ids: int64 [n], each once.
        vectors: float32 [n, dimension].
    """

    ids: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.ids)

    def packed(self) -> NDArray[np.void]:
        """Return them as they lie in a file, [n] of `layout(dimension)`."""
        rows = np.empty(len(self), dtype=layout(self.vectors.shape[1]))
        rows["id"], rows["vector"] = self.ids, self.vectors
        return rows


def layout(dimension: int) -> np.dtype[np.void]:
    """Return how a row lies in a file: `id` int64, `vector` float32 [dimension]."""
    return np.dtype([("id", "<i8"), ("vector", "<f4", (dimension,))])


class RowFile:
    """A file of rows of one layout, made empty.

    Args:
        path: where; nothing may be there.
        row: dtype of one row.

    Raises:
        FileExistsError: something is there already.
    """

    def __init__(self, path: Path, row: np.dtype[np.void]) -> None:
        self.path, self.row = path, row
        self.rows = 0
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))

    def append(self, rows: NDArray[np.void]) -> int:
        """Write rows behind the last one; return how many bytes that took."""
        return self.write(self.rows, rows)

    def write(self, first: int, rows: NDArray[np.void]) -> int:
        """Write rows from one place on; return how many bytes that took.

        Raises:
            OSError: it cannot be written, or has no room; it counts as many rows as before.
        """
        data = np.ascontiguousarray(rows, dtype=self.row).view(np.uint8).data
        with open(self.path, "r+b", buffering=0) as file:
            write_all(file.fileno(), data, first * self.row.itemsize)
        self.rows = max(self.rows, first + len(rows))
        return data.nbytes

    def read(self, first: int, rows: int) -> NDArray[np.void]:
        """Return rows from one place on, at most to the last."""
        got = np.empty(max(0, min(rows, self.rows - first)), dtype=self.row)
        left = got.view(np.uint8).data
        with open(self.path, "rb", buffering=0) as file:
            file.seek(first * self.row.itemsize)
            while left:
                read = file.readinto(left)
                if not read:
                    raise EOFError(f"{self.path} ends before its rows do")
                left = left[read:]
        return got

    def take(self, places: NDArray[np.int64]) -> NDArray[np.void]:
        """Return the rows in these places, in their order."""
        rows = np.empty(len(places), dtype=self.row)
        order = np.argsort(places)
        rising = places[order]
        for first in range(0, self.rows, CHUNK):
            here = slice(*np.searchsorted(rising, [first, first + CHUNK]))
            if here.start < here.stop:
                least, most = int(rising[here.start]), int(rising[here.stop - 1])
                rows[order[here]] = self.read(least, most - least + 1)[rising[here] - least]
        return rows

    def replace(self, other: RowFile) -> None:
        """Take the place of another file, whose rows are then in no file any more."""
        os.replace(self.path, other.path)
        self.path = other.path

    def chunks(self) -> Iterator[tuple[int, NDArray[np.void]]]:
        """Return all rows in order, some at a time: (place of the first, rows)."""
        for first in range(0, self.rows, CHUNK):
            yield first, self.read(first, CHUNK)


@contextmanager
def written_anew(path: Path, row: np.dtype[np.void]) -> Iterator[RowFile]:
    """Give an empty file to be filled; it is removed again if that fails.

    Raises:
        OSError: there is no room, or the file cannot be written.
    """
    file = RowFile(path, row)
    try:
        yield file
    except BaseException:
        path.unlink()
        raise


@dataclass(frozen=True)
class Batch:
    """Rows that were written together, to a file of their own.

    Attributes:
        file: the rows.
        ids: int64 [rows], as they lie.
    """

    file: RowFile
    ids: NDArray[np.int64]


def vectors_in(batches: list[Batch], ids: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the vectors of some ids, each of which is in one of the batches, [n, dimension]."""
    found = np.zeros((len(ids), *batches[0].file.row["vector"].shape), dtype=np.float32)
    for batch in batches:
        places = places_of(batch.ids, ids)
        found[places >= 0] = batch.file.take(places[places >= 0])["vector"]
    return found


def places_of(held: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where ids stand among those held, int64 [n]; −1 for one that is not.

    Args:
        held: int64 [m], each once, in any order.
        ids: int64 [n].
    """
    if not len(held):
        return np.full(len(ids), -1, dtype=np.int64)
    order = np.argsort(held, kind="stable")
    at = order[np.minimum(np.searchsorted(held, ids, sorter=order), len(held) - 1)]
    return np.where(held[at] == ids, at, -1)
