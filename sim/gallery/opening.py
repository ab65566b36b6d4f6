"""Opening the folder of a gallery, whatever stopped its last owner.

Opening carries out a journal that is whole, drops one that is torn, holds every file to the
manifest, and overwrites what a killed seal or rewriting left. The files are read as rows of
numbers: what is no gallery of ours (an index of FAISS, an archive, a pickle) is refused unread,
since reading such formats can run into whatever their writers put there.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.checks import checked_path
from sim.gallery.damage import (
    changed_files,
    looks_like,
    short_files,
    strange_entries,
)
from sim.gallery.folder import PARTIAL, GalleryFolder, unwritable
from sim.gallery.folder_manifest import (
    JOURNAL,
    MANIFEST,
    NEXT,
    ColumnFile,
    Manifest,
    SegmentFiles,
    file_digest,
)
from sim.gallery.gallery import GalleryError
from sim.gallery.journal import carry_out, journal_faults, read_journal
from sim.gallery.locking import locked
from sim.gallery.manifest_reading import read_manifest
from sim.gallery.overwriting import overwrite_file
from sim.gallery.plain_files import open_plain
from sim.gallery.staging import Arrays, SegmentArrays
from sim.gallery.sweeping import sweep


def open_folder(path: Path | str) -> GalleryFolder:
    """Open the folder of a sealed gallery and lock it for this process.

    Raises:
        GalleryError: it is no gallery, another version, open elsewhere, changed or truncated (all
            such files are named), or something must be finished in it and it cannot be written.
    """
    path = checked_path(path)
    _require_gallery(path)
    try:
        lock = locked(path)
        try:
            faults = list(strange_entries(path))
            if faults:
                raise GalleryError(faults)
            manifest = _settled(path)
            faults = list(changed_files(path, manifest))
            if faults:
                raise GalleryError(faults)
            sweep(path, manifest)
        except BaseException:
            os.close(lock)
            raise
    except OSError as error:
        raise unwritable(path, error) from error
    return GalleryFolder(path, manifest, lock)


def read_segments(folder: GalleryFolder) -> list[SegmentArrays]:
    """Return the segments of an open folder, whose arrays are read when they are asked for."""
    return [_segment(folder.path, files) for files in folder.manifest.segments]


def read_gone(folder: GalleryFolder) -> NDArray[np.int64]:
    """Return the ids of erased templates that have no place any more, int64.

    Raises:
        OSError: the file cannot be read.
    """
    return _read(folder.path, folder.manifest.gone)


def _segment(path: Path, files: SegmentFiles) -> SegmentArrays:
    def columns(start: int) -> Arrays:
        return {name: _read(path, column, start) for name, column in files.columns.items()}

    return SegmentArrays(
        number=files.number,
        generation=files.generation,
        settled=files.settled,
        sampled_and_gone=files.sampled_and_gone,
        rows=files.rows,
        columns=columns,
        model=lambda: {name: _read(path, column) for name, column in files.model.items()},
    )


def _read(path: Path, column: ColumnFile, start: int = 0) -> NDArray[Any]:
    rows = column.rows - start
    numbers = rows * column.row_bytes // np.dtype(column.dtype).itemsize
    offset = start * column.row_bytes
    with open_plain(path / column.file, "r") as file:
        held = np.fromfile(file, dtype=column.dtype, count=numbers, offset=offset)
    return held.reshape(rows, *column.shape)


def _require_gallery(path: Path) -> None:
    """Refuse what is no folder with a manifest.

    Raises:
        GalleryError: it is none.
    """
    if (path / MANIFEST).is_file() and not path.name.endswith(PARTIAL):
        return
    if path.is_file():
        found = looks_like(path)
    elif path.is_dir():
        found = f"a folder without a {MANIFEST}"
        if path.name.endswith(PARTIAL):
            found = "the folder of a seal that did not end"
    elif path.with_name(path.name + PARTIAL).is_dir():
        found = "no such folder, and beside it that of a seal that did not end"
    else:
        found = "no such folder"
    expected = "the folder of a sealed gallery"
    raise GalleryError(Fault("not a sealed gallery", str(path), found=found, expected=expected))


def _settled(path: Path) -> Manifest:
    """Return the manifest, after a journal that is there has been carried out or dropped.

    Raises:
        GalleryError: the manifest or the journal is not what it should be.
        OSError: the folder cannot be read or written.
    """
    manifest = read_manifest(path / MANIFEST)
    if not (path / JOURNAL).exists():
        return manifest
    journal = read_journal(path / JOURNAL)
    if journal is None:
        overwrite_file(path / JOURNAL)
        return manifest
    if file_digest(path / MANIFEST) == journal.manifest:
        overwrite_file(path / JOURNAL)
        return manifest
    following = path / NEXT
    found = file_digest(following) if following.exists() else "no such file"
    if found != journal.manifest:
        message = "an erasure was under way, and not this manifest was to follow it"
        fault = Fault(message, str(following), found=found, expected=journal.manifest)
        raise GalleryError(fault)
    after = read_manifest(following)
    faults = [*short_files(path, after), *journal_faults(path / JOURNAL, journal, after)]
    if faults:
        raise GalleryError(faults)
    carry_out(path, after, journal)
    return after
