"""The manifest of a sealed gallery: which files there are, what rows they hold, their checks.

`gallery.json` is the one file that is ever replaced, and replacing it is what makes a seal or a
rewriting happen. It bears a digest of itself, so a changed byte in it is found too, and it is
read as data: nothing that a file says is ever executed.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from io import FileIO
from pathlib import Path
from typing import Any

import numpy as np

from sim.gallery.overwriting import overwrite
from sim.gallery.plain_files import open_plain

FORMAT = "efface gallery"
VERSION = 1
MANIFEST = "gallery.json"
NEXT = "gallery.json.next"
JOURNAL = "journal"
COLUMN_FILE = re.compile(r"[0-9]{8,}-[a-z0-9-]+")
"""Names of the files of rows: the edition that wrote them, the segment, the column."""
TYPES = ("<f4", "<f8", "<i4", "<i8", "<u4", "<u8", "|b1", "|u1")


@dataclass(frozen=True)
class ColumnFile:
    """A file of rows of equal length, one after the other, without a header.

    Attributes:
        file: its name in the folder.
        dtype: NumPy's name of the type of its numbers, little-endian.
        shape: shape of one row.
        rows: how many rows there are.
        check: `sim.gallery.row_checks.row_check` of them, 16 hexadecimal digits.
    """

    file: str
    dtype: str
    shape: tuple[int, ...]
    rows: int
    check: str

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return np.dtype(self.dtype).itemsize * math.prod(self.shape)

    @property
    def size(self) -> int:
        """Bytes of all rows."""
        return self.rows * self.row_bytes


@dataclass(frozen=True)
class SegmentFiles:
    """The files of one segment.

    Attributes:
        number: which segment it is.
        generation: how often it had been settled or rebuilt; rows are only ever added to files of
            the same generation.
        settled: whether it has been trained, or is exact so far.
        sampled_and_gone: templates it was trained on that were erased before its last rebuild.
        rows: places given out in it.
        columns: one file for each column, a row a place.
        model: one file for each array of what it learned in training; empty for an exact one.
    """

    number: int
    generation: int
    settled: bool
    sampled_and_gone: int
    rows: int
    columns: Mapping[str, ColumnFile]
    model: Mapping[str, ColumnFile]


@dataclass(frozen=True)
class Manifest:
    """What a sealed gallery consists of.

    Attributes:
        edition: how often the manifest has been written; the names of new files begin with it.
        dimension: numbers in a template.
        design: the gallery's design, as a factory string.
        segments: its segments.
        gone: ids of erased templates whose places were given back by a rebuild, int64.
    """

    edition: int
    dimension: int
    design: str
    segments: tuple[SegmentFiles, ...]
    gone: ColumnFile

    def files(self) -> Iterator[tuple[str, ColumnFile]]:
        """Yield every file of rows, with its dotted key in the manifest."""
        yield "gone", self.gone
        for segment in self.segments:
            for kind in ("columns", "model"):
                for name, column in getattr(segment, kind).items():
                    yield f"segments.{segment.number}.{kind}.{name}", column

    def segment(self, number: int) -> SegmentFiles | None:
        """Return the files of a segment, or None where it has none yet."""
        return next((one for one in self.segments if one.number == number), None)


def as_text(manifest: Manifest) -> str:
    """Return what stands in `gallery.json`."""
    held = {"format": FORMAT, "version": VERSION, **asdict(manifest)}
    return json.dumps({**held, "digest": digest_of(held)}, indent=1) + "\n"


def is_own(name: str) -> bool:
    """Return whether a gallery gives such a name to files in its folder."""
    return name in (MANIFEST, NEXT, JOURNAL) or COLUMN_FILE.fullmatch(name) is not None


def file_digest(path: Path) -> str:
    """Return the digest of a manifest's file, as of its text.

    Raises:
        OSError: it cannot be read.
    """
    with open_plain(path, "r") as file:
        return hashlib.sha256(file.readall()).hexdigest()


def digest(text: str) -> str:
    """Return the digest by which a journal names a manifest, 64 hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def digest_of(held: Mapping[str, Any]) -> str:
    """Return the digest that a manifest bears of its other values."""
    return digest(json.dumps(held))


def replace_manifest(folder: Path) -> FileIO:
    """Give the next manifest the manifest's name, and return what had it, open.

    Raises:
        OSError: the folder cannot be written; the manifest is as it was.
    """
    old = open_plain(folder / MANIFEST, "r+")
    try:
        os.replace(folder / NEXT, folder / MANIFEST)
    except OSError:
        old.close()
        raise
    return old


def overwrite_nameless(old: FileIO) -> int:
    """Overwrite a manifest that has no name any more; return its bytes.

    Its checks were made of rows that are gone: of a single row a check is a fingerprint.

    Raises:
        OSError: it cannot be written.
    """
    size = os.fstat(old.fileno()).st_size
    overwrite(old.fileno(), 0, size)
    old.close()
    return size
