"""A sealed gallery on the disk, and how it changes so that it is always before or after a change.

A change happens in two steps. The first makes it certain: `seal` and `change_by_rewriting` replace
the manifest, `change_in_place` writes a journal; where that fails everything is as it was. The
second, `clear`, carries a journal out and overwrites every file that no longer counts; where it
fails or is killed, `sim.gallery.opening` does it when the folder is opened next. Between the two
the owner of the folder changes what it holds in memory, which cannot fail.

One process at a time has the folder open; a lock of the system holds the others off and goes with
the process, however that ends.
"""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.blanking import filled_copies, filled_in_place
from sim.gallery.folder_manifest import (
    JOURNAL,
    Manifest,
    digest,
    overwrite_nameless,
    replace_manifest,
)
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.journal import Change, Journal, carry_out, changed_columns, write_journal
from sim.gallery.overwriting import overwrite_file, reserve, sync_folder
from sim.gallery.staging import SegmentArrays, Staging
from sim.gallery.sweeping import sweep

PARTIAL = ".partial"
"""What the name of a folder ends in whose first seal was killed."""

_NOT_DONE = "the gallery's folder cannot be read or written"
_DONE = (
    "the change is made, but what stood in the files before could not be overwritten yet: "
    "it is with the next change, or when the gallery is opened again"
)
_NOT_YET = (
    "nothing is changed: first what an earlier change left in the files must be overwritten, "
    "and it cannot be yet"
)


class GalleryFolder:
    """The folder of a sealed gallery, locked for this process.

    Costs are told in bytes; rows and seconds are its owner's to add.

    Args:
        path: where it is.
        manifest: what counts in it.
        lock: handle of the open folder, which is locked; closed with this object.
    """

    def __init__(self, path: Path, manifest: Manifest, lock: int) -> None:
        self.path = path
        self.manifest = manifest
        self._let_go = weakref.finalize(self, os.close, lock)
        self._journal: Journal | None = None
        self._superseded: list[Path] = []
        self._nameless: list[FileIO] = []
        self._unswept = False

    def new_rows(self, segments: Sequence[SegmentArrays]) -> int:
        """Return how many rows a seal of these segments has to write."""
        rows = 0
        for segment in segments:
            held = self.manifest.segment(segment.number)
            there = held is not None and held.generation == segment.generation
            rows += segment.rows - (held.rows if held is not None and there else 0)
        return rows

    def seal(self, segments: Sequence[SegmentArrays], gone: NDArray[np.int64] | None) -> Cost:
        """Make certain that the folder holds these segments; `clear` removes what they replace.

        Of a segment that is there in the same generation only new rows are written. Rows that are
        there already stay as the files have them: they are changed by the methods below.

        Args:
            segments: every segment of the gallery.
            gone: int64 [n], ids of erased templates that have no place any more; None where they
                are those that the folder has.

        Raises:
            GalleryError: there is no room or the folder cannot be written; all is as it was.
        """
        cost = self._cleared(_NOT_YET)
        with self._staging() as staging:
            manifest = staging.gallery(self.manifest, segments, gone)
            staging.manifest(manifest)
            self._replace_manifest(manifest)
        return cost + staging.cost()

    def change_in_place(self, changes: Sequence[Change]) -> Cost:
        """Make changes certain that are then carried out in place, by `clear`.

        Args:
            changes: at most one a segment; places that the folder does not have yet are left out.

        Raises:
            GalleryError: there is no room or the folder cannot be written; all is as it was.
        """
        cost = self._cleared(_NOT_YET)
        changes = self._held(changes)
        if not changes:
            return cost
        with self._staging() as staging:
            for change in changes:
                for column, _ in changed_columns(self.manifest, change):
                    reserve(self.path / column.file, column.size)
            manifest = filled_in_place(staging, self.manifest, changes)
            journal = Journal(digest(staging.manifest(manifest)), changes)
            staging.written += write_journal(staging.beside(JOURNAL), journal)
            sync_folder(self.path)
        self._journal, self.manifest = journal, manifest
        return cost + staging.cost()

    def change_by_rewriting(self, changes: Sequence[Change]) -> Cost:
        """Make changes certain by files beside the old ones, which `clear` then overwrites.

        Args:
            changes: at most one a segment; places that the folder does not have yet are left out.

        Raises:
            GalleryError: there is no room or the folder cannot be written; all is as it was.
        """
        cost = self._cleared(_NOT_YET)
        changes = self._held(changes)
        if not changes:
            return cost
        with self._staging() as staging:
            manifest = filled_copies(staging, self.manifest, changes)
            staging.manifest(manifest)
            self._replace_manifest(manifest)
        return cost + staging.cost()

    def clear(self) -> Cost:
        """Carry out what was made certain, and overwrite and remove what no longer counts.

        Raises:
            GalleryError: a file cannot be written. The change stands; bytes of before are left
                until the folder can be cleared or is opened again.
        """
        return self._cleared(_DONE)

    def close(self) -> None:
        """Let other processes open the folder."""
        self._let_go()

    def _cleared(self, message: str) -> Cost:
        """Do what `clear` does; where it fails, say so with this message."""
        if not (self._journal or self._superseded or self._nameless or self._unswept):
            return Cost()
        written = 0
        with _said_plainly(self.path, message):
            sync_folder(self.path)
            if self._journal is not None:
                written += carry_out(self.path, self.manifest, self._journal)
                self._journal = None
            while self._nameless:
                written += overwrite_nameless(self._nameless[-1])
                self._nameless.pop()
            while self._superseded:
                written += overwrite_file(self._superseded[-1])
                self._superseded.pop()
            if self._unswept:
                written += sweep(self.path, self.manifest)
                self._unswept = False
            sync_folder(self.path)
        return Cost(bytes_written=written)

    @contextmanager
    def _staging(self) -> Iterator[Staging]:
        """Stage a change, and undo all that was staged where the block does not end well."""
        staging = Staging(self.path, self.manifest.edition + 1)
        try:
            with _said_plainly(self.path), staging.undone_on_failure():
                yield staging
        except GalleryError:
            self._unswept = True  # should undoing have failed too
            raise

    def _held(self, changes: Sequence[Change]) -> list[Change]:
        """Return the changes that concern rows of the files, places in ascending order."""
        held = []
        for change in changes:
            segment = self.manifest.segment(change.segment)
            if segment is None:
                continue
            places = np.sort(change.places[change.places < segment.rows])
            if len(places):
                held.append(Change(change.segment, change.state, places))
        return held

    def _replace_manifest(self, manifest: Manifest) -> None:
        """Put the staged manifest in the old one's place: from here on the change stands."""
        named = {column.file for _, column in manifest.files()}
        old = [self.path / one.file for _, one in self.manifest.files() if one.file not in named]
        self._nameless.append(replace_manifest(self.path))
        self._superseded += old
        self.manifest = manifest


def unwritable(path: Path, error: OSError, message: str = _NOT_DONE) -> GalleryError:
    """Return the error of a gallery's folder that cannot be read or written."""
    return GalleryError(
        Fault(
            message,
            file=str(error.filename or path),
            found=error.strerror or str(error),
            expected="a folder that can be written, with room for what is sealed",
        )
    )


@contextmanager
def _said_plainly(path: Path, message: str = _NOT_DONE) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(path, error, message) from error
