"""What is written beside the files that count, until a new manifest says that it counts too.

New rows go behind the last row of a file, where the old manifest does not look; everything else
goes into new files. A kill before the manifest is replaced leaves tails and files that no manifest
names: whoever opens the folder next overwrites and removes them (`sim.gallery.opening`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.gallery.folder_manifest import NEXT, ColumnFile, Manifest, SegmentFiles, as_text
from sim.gallery.gallery import Cost
from sim.gallery.overwriting import cut_off, overwrite_file, sync_folder, write_all
from sim.gallery.plain_files import open_plain
from sim.gallery.row_checks import added, row_check

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True)
class SegmentArrays:
    """A segment as a folder keeps it: a row a place, and what was learned in training.

    Attributes:
        number: which segment it is.
        generation: how often it was settled or rebuilt; of one generation only new rows are
            written.
        settled: whether it has been trained, or is exact so far.
        sampled_and_gone: templates it was trained on that were erased before its last rebuild.
        rows: places given out.
        columns: returns its columns from a place on, each [rows - place, …]; called only where rows
            must be written.
        model: returns what it learned in training; called only for a new generation.
    """

    number: int
    generation: int
    settled: bool
    sampled_and_gone: int
    rows: int
    columns: Callable[[int], Arrays]
    model: Callable[[], Arrays]


@dataclass
class Staging:
    """Files and tails that are being written, of one edition.

    Attributes:
        folder: where.
        edition: the edition of the manifest that will name them.
        written: bytes written so far.
        read: bytes read so far.
    """

    folder: Path
    edition: int
    written: int = 0
    read: int = 0
    _told: bool = False
    _files: list[Path] = field(default_factory=list)
    _tails: list[tuple[Path, int]] = field(default_factory=list)

    @contextmanager
    def undone_on_failure(self) -> Iterator[None]:
        """Overwrite and remove all that was staged where the block does not end well.

        Unless the manifest has been put in its place by then: an interruption after that is late.
        """
        try:
            yield
        except BaseException:
            if self._told and not (self.folder / NEXT).exists():
                raise
            # What cannot be removed now is swept before the next change, or at the next opening.
            for path in [*reversed(self._files), self.folder / NEXT]:
                with suppress(OSError):
                    overwrite_file(path)
            for path, size in self._tails:
                with suppress(OSError):
                    cut_off(path, size)
            raise

    def new(self, name: str, rows: NDArray[Any]) -> ColumnFile:
        """Write rows to a new file and flush it.

        Raises:
            OSError: it cannot be written.
        """
        stored = _stored(rows)
        dtype, shape = stored.dtype.str, stored.shape[1:]
        check = f"{row_check(stored):016x}"
        column = ColumnFile(f"{self.edition:08d}-{name}", dtype, shape, len(stored), check)
        self._write(self.beside(column.file), "x", stored, 0)
        return column

    def append(self, column: ColumnFile, rows: NDArray[Any]) -> ColumnFile:
        """Write more rows behind those of a file and flush it.

        Raises:
            OSError: it cannot be written.
            ValueError: the rows are of another type or shape than the file's.
        """
        stored = _stored(rows)
        if (stored.dtype.str, stored.shape[1:]) != (column.dtype, column.shape):
            raise ValueError(f"rows of {stored.dtype.str} {stored.shape[1:]} go not into {column}")
        path = self.folder / column.file
        self._tails.append((path, column.size))
        self._write(path, "r+", stored, column.size)
        check = added(int(column.check, 16), row_check(stored, first=column.rows))
        rows_now = column.rows + len(stored)
        return ColumnFile(column.file, column.dtype, column.shape, rows_now, f"{check:016x}")

    def segment(self, segment: SegmentArrays, before: SegmentFiles | None) -> SegmentFiles:
        """Write what is new of a segment, given the files that it has so far.

        Raises:
            OSError: there is no room, or the folder cannot be written.
        """
        if before is not None and before.generation == segment.generation:
            if before.rows == segment.rows:
                return before
            held = segment.columns(before.rows)
            columns = {
                name: self.append(column, held[name]) for name, column in before.columns.items()
            }
            model = before.model
        else:
            place = f"{segment.number:06d}"
            made = segment.columns(0), segment.model()
            columns, model = (
                {name: self.new(f"{place}-{name}", array) for name, array in held.items()}
                for held in made
            )
        return SegmentFiles(
            number=segment.number,
            generation=segment.generation,
            settled=segment.settled,
            sampled_and_gone=segment.sampled_and_gone,
            rows=segment.rows,
            columns=columns,
            model=model,
        )

    def gallery(
        self,
        before: Manifest,
        segments: Sequence[SegmentArrays],
        gone: NDArray[np.int64] | None,
    ) -> Manifest:
        """Write what is new of a gallery, given what there is of it; return its manifest.

        Raises:
            OSError: there is no room, or the folder cannot be written.
        """
        written = tuple(self.segment(one, before.segment(one.number)) for one in segments)
        known = before.gone if gone is None else self.new("gone", gone)
        return Manifest(self.edition, before.dimension, before.design, written, known)

    def manifest(self, manifest: Manifest) -> str:
        """Write the next manifest and flush it, and every name with it; return its text.

        Raises:
            OSError: it cannot be written.
        """
        text = as_text(manifest)
        path = self.folder / NEXT
        with open_plain(path, "x") as file:
            write_all(file.fileno(), memoryview(text.encode()), 0)
            os.fsync(file.fileno())
        sync_folder(self.folder)
        self._told = True
        self.written += len(text.encode())
        return text

    def cost(self) -> Cost:
        """Return the bytes read and written."""
        return Cost(bytes_read=self.read, bytes_written=self.written)

    def beside(self, name: str) -> Path:
        """Return where a new file is to be; where staging fails such files go, the last first."""
        path = self.folder / name
        self._files.append(path)
        return path

    def _write(self, path: Path, mode: str, rows: NDArray[Any], offset: int) -> None:
        with open_plain(path, mode) as file:
            if rows.size:
                write_all(file.fileno(), rows.data.cast("B"), offset)
            os.fsync(file.fileno())
        self.written += rows.nbytes


def _stored(rows: NDArray[Any]) -> NDArray[Any]:
    """Return rows as they lie in a file: contiguous, little-endian."""
    return np.ascontiguousarray(rows, dtype=rows.dtype.newbyteorder("<"))
