"""Making the folder of a gallery: it bears its name once it is whole, and till then another."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.checks import checked_path
from sim.gallery.damage import entries_of_others
from sim.gallery.folder import PARTIAL, GalleryFolder, unwritable
from sim.gallery.folder_manifest import MANIFEST, NEXT, Manifest
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.locking import locked
from sim.gallery.overwriting import overwrite_file, sync_folder
from sim.gallery.staging import SegmentArrays, Staging
from sim.gallery.sweeping import sweep


def create_folder(
    path: Path | str,
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
    path = checked_path(path)
    if path.name.endswith(PARTIAL) or os.path.lexists(path):
        raise _no_new_folder(path)
    partial = path.with_name(path.name + PARTIAL)
    try:
        partial.mkdir(parents=True, exist_ok=True)
        lock = locked(partial, os.O_NOFOLLOW)
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
