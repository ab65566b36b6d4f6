"""Files some of whose rows are filled with one byte: what their checks become, and copies of them.

Two ways lead to files without the erased rows. In place, the rows are overwritten where they are,
after a journal (`sim.gallery.journal`) has made that certain: it writes what is erased. Rewriting
makes new files beside and overwrites the old ones: it writes everything twice, as stores do that
never change a file.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sim.gallery.folder_manifest import ColumnFile, Manifest
from sim.gallery.journal import Change, changed_columns
from sim.gallery.overwriting import read_into, write_all
from sim.gallery.plain_files import open_plain
from sim.gallery.row_checks import added, row_check, without
from sim.gallery.staging import Staging

_COPIED = 1 << 20
"""Bytes copied at a time."""
_BLOCK = 1 << 14
"""Rows looked at at a time."""


def filled(folder: Path, column: ColumnFile, change: Change, byte: int) -> ColumnFile:
    """Return how a file is described once a change has filled rows of it with a byte.

    Only those rows are read.

    Raises:
        OSError: the file cannot be read.
    """
    check = int(column.check, 16)
    if column.size:
        with open_plain(folder / column.file, "r") as file:
            held = np.memmap(file, dtype=np.uint8, mode="r")
        rows = held[: column.size].reshape(column.rows, column.row_bytes)
        for start in range(0, len(change.places), _BLOCK):
            places = change.places[start : start + _BLOCK]
            old = rows[places]
            check = without(check, row_check(old, places))
            old.fill(byte)  # and no copy of what goes stays in this process's memory
            check = added(check, row_check(old, places))
    return replace(column, check=f"{check:016x}")


def filled_in_place(staging: Staging, manifest: Manifest, changes: Sequence[Change]) -> Manifest:
    """Return the manifest that holds once changes are carried out in place.

    Args:
        staging: knows where the files are, as they are before, and counts what is read of them.
        manifest: describes them.
        changes: at most one a segment.

    Raises:
        OSError: a file cannot be read.
    """
    described: dict[str, ColumnFile] = {}
    for change in changes:
        for column, byte in changed_columns(manifest, change):
            described[column.file] = filled(staging.folder, column, change, byte)
            staging.read += len(change.places) * column.row_bytes
    return _described_anew(manifest, described)


def filled_copies(staging: Staging, manifest: Manifest, changes: Sequence[Change]) -> Manifest:
    """Write copies of the files that changes concern, with the changes; return their manifest.

    Args:
        staging: writes the copies.
        manifest: describes the files as they are.
        changes: at most one a segment.

    Raises:
        OSError: there is no room, or the folder cannot be read or written.
    """
    described: dict[str, ColumnFile] = {}
    for change in changes:
        for column, byte in changed_columns(manifest, change):
            described[column.file] = _filled_copy(staging, column, change, byte)
    return _described_anew(manifest, described)


def _filled_copy(staging: Staging, column: ColumnFile, change: Change, byte: int) -> ColumnFile:
    """Write a copy of a file with some rows filled, flush it, and return its description."""
    _, _, of_what = column.file.partition("-")
    name = f"{staging.edition:08d}-{of_what}"
    copy = replace(filled(staging.folder, column, change, byte), file=name)
    blank = np.zeros(column.rows, dtype=np.bool_)
    blank[change.places] = True
    row_bytes = column.row_bytes
    rows = max(1, _COPIED // row_bytes)
    buffer = np.zeros((rows, row_bytes), dtype=np.uint8)
    with (
        open_plain(staging.folder / column.file, "r") as source,
        open_plain(staging.beside(copy.file), "x") as target,
    ):
        for start in range(0, column.rows, rows):
            part = buffer[: min(rows, column.rows - start)]
            read_into(source.fileno(), part.data.cast("B"), start * row_bytes)
            part[blank[start : start + len(part)]] = byte
            write_all(target.fileno(), part.data.cast("B"), start * row_bytes)
        os.fsync(target.fileno())
    buffer.fill(0)
    staging.read += column.size
    staging.written += column.size
    return copy


def _described_anew(manifest: Manifest, described: Mapping[str, ColumnFile]) -> Manifest:
    """Return the next edition of a manifest.

    Args:
        manifest: as it was.
        described: the files that changed, by their names in `manifest`.
    """
    segments = []
    for segment in manifest.segments:
        held = segment.columns.items()
        columns = {name: described.get(column.file, column) for name, column in held}
        segments.append(replace(segment, columns=columns))
    return replace(manifest, edition=manifest.edition + 1, segments=tuple(segments))
