"""Making the folder of a gallery, and opening one again, whatever stopped its last owner.

Opening carries out a journal that is whole, drops one that is torn, holds every file to the
manifest, and overwrites what a killed seal or rewriting left. The files are read as rows of
numbers: what is no gallery of ours (an index of FAISS, an archive, a pickle) is refused unread,
since reading such formats can run into whatever their writers put there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.damage import (
    changed_files,
    entries_of_others,
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
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.journal import carry_out, journal_faults, read_journal
from sim.gallery.manifest_reading import read_manifest
from sim.gallery.overwriting import overwrite_file, sync_folder
from sim.gallery.plain_files import open_plain
from sim.gallery.staging import Arrays, SegmentArrays, Staging
from sim.gallery.sweeping import sweep


def create_folder(
    path: Path,
    dimension: int,
    design: str,
    segments: Sequence[SegmentArrays],
    gone: NDArray[np.int64],
) -> tuple[GalleryFolder, Cost]:
    """Write a gallery to a new folder, which bears its name once it is whole.

    Args:
        path: the folder, which must not exist.
        dimension: numbers in a template.
        design: the gallery's design, as a factory string.
        segments: every segment.
        gone: int64 [n], ids of erased templates that have no place any more.

    Returns:
        The folder, locked for this process, and what was written.

    Raises:
        GalleryError: something has the name already or the place cannot be written; there is no
            folder then.
    """
    path = Path(path).absolute()
    if path.name.endswith(PARTIAL) or os.path.lexists(path):
        raise _no_new_folder(path)
    partial = path.with_name(path.name + PARTIAL)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        lock = _locked(partial, os.O_NOFOLLOW)
        try:
            faults = list(entries_of_others(partial))
            if faults:
                raise GalleryError(faults)
            staging = Staging(partial, 1)
            with _emptied_on_failure(path, partial):
                _empty(partial)
                before = Manifest(0, dimension, design, (), staging.new("gone", gone))
                manifest = staging.gallery(before, segments, None)
                staging.manifest(manifest)
                os.replace(partial / NEXT, partial / MANIFEST)
                os.rename(partial, path)
                sync_folder(path)
                sync_folder(path.parent)
        except BaseException:
            os.close(lock)
            raise
    except OSError as error:
        if os.path.lexists(path):  # somebody else made it meanwhile
            raise _no_new_folder(path) from error
        raise unwritable(path, error) from error
    return GalleryFolder(path, manifest, lock), staging.cost()


def _no_new_folder(path: Path) -> GalleryError:
    found = "something has this name" if os.path.lexists(path) else path.name
    expected = f"a name that is free and does not end in {PARTIAL}"
    message = "a gallery is sealed to a new folder"
    return GalleryError(Fault(message, str(path), found=found, expected=expected))


@contextmanager
def _emptied_on_failure(path: Path, partial: Path) -> Iterator[None]:
    """Leave neither a folder nor a byte of it where the block, which makes it, does not end well.

    What cannot be overwritten now is when the gallery is sealed to this name again.
    """
    made = partial.stat().st_ino
    try:
        yield
    except BaseException:
        with suppress(OSError):
            if not partial.exists() and path.stat().st_ino == made:
                os.rename(path, partial)
            _empty(partial)
            partial.rmdir()
        raise


def _empty(folder: Path) -> None:
    """Overwrite and remove every file of a gallery in a folder.

    Raises:
        OSError: one cannot be written or removed.
    """
    if os.path.lexists(folder / MANIFEST):
        overwrite_file(folder / MANIFEST)
    sweep(folder, None)


def open_folder(path: Path) -> GalleryFolder:
    """Open the folder of a sealed gallery and lock it for this process.

    Raises:
        GalleryError: it is no gallery, another version, open elsewhere, changed or truncated (all
            such files are named), or something must be finished in it and it cannot be written.
    """
    path = Path(path).absolute()
    _require_gallery(path)
    try:
        lock = _locked(path)
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


def _locked(path: Path, flags: int = 0) -> int:
    """Lock a folder for this process; return what holds the lock.

    Args:
        path: the folder.
        flags: how else it is opened.

    Raises:
        GalleryError: another process has it open, or this one has.
        OSError: it cannot be opened.
    """
    import fcntl  # POSIX alone has it, and galleries in memory work without

    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | flags)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        expected = "one process at a time"
        fault = Fault("the gallery is open elsewhere", str(path), expected=expected)
        raise GalleryError(fault) from None
    return handle


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
