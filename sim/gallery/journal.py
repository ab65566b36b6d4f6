"""The redo journal of a sealed gallery: which rows become hidden or erased, told before it is done.

A journal that is whole on the disk is the moment at which an erasure has happened: from then on it
is carried out, if need be by whoever opens the folder next, and carrying it out twice does what
once does. One that is torn never happened. It holds places and states, never a vector or an id;
the checks that hold afterwards stand in the manifest that it names by its digest. When all is done
it is overwritten with zeros and removed.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.checks import is_ascending
from sim.gallery.folder_manifest import (
    JOURNAL,
    NEXT,
    ColumnFile,
    Manifest,
    overwrite_nameless,
    replace_manifest,
)
from sim.gallery.gallery import GalleryError
from sim.gallery.overwriting import fill_rows, overwrite_file, sync_folder, write_all
from sim.gallery.plain_files import open_plain
from sim.gallery.segment import ERASED, HIDDEN

ID, STATE, SAMPLED = "id", "state", "sampled"
"""Columns of every segment: its templates' ids, their states, and whether training had them."""
KEPT = (ID, SAMPLED, STATE)
"""Columns that an erasure does not blank: an id is remembered so that it is never used again, and
whether a quantiser was trained on a template is what a rebuild has to know."""
_MAGIC = b"efface gallery journal 1\n"
_DIGEST = hashlib.sha256().digest_size
_PLACE = np.dtype("<i8").itemsize
_TOLD = 3
"""Numbers that tell of a change: segment, state, and how many places."""


@dataclass(frozen=True)
class Change:
    """Places of one segment that get a new state.

    Attributes:
        segment: the segment's number.
        state: hidden or erased.
        places: int64 [n].
    """

    segment: int
    state: int
    places: NDArray[np.int64]


@dataclass(frozen=True)
class Journal:
    """An erasure or a hiding that is under way.

    Attributes:
        manifest: digest of the manifest that holds when it is done.
        changes: what changes.
    """

    manifest: str
    changes: Sequence[Change]


def write_journal(path: Path, journal: Journal) -> int:
    """Write a journal and flush it; return its bytes.

    Raises:
        OSError: it cannot be written; what was written of it counts as torn.
    """
    counts = [[one.segment, one.state, len(one.places)] for one in journal.changes]
    head = json.dumps({"manifest": journal.manifest, "changes": counts}).encode() + b"\n"
    places = b"".join(one.places.astype("<i8").tobytes() for one in journal.changes)
    body = _MAGIC + head + places
    whole = hashlib.sha256(body).digest() + body
    with open_plain(path, "x") as file:
        write_all(file.fileno(), memoryview(whole), 0)
        os.fsync(file.fileno())
    return len(whole)


def read_journal(path: Path) -> Journal | None:
    """Read a journal; None where it is torn.

    Raises:
        GalleryError: it is whole, and of another version or no gallery's.
        OSError: it cannot be read.
    """
    with open_plain(path, "r") as file:
        whole = file.readall()
    body = whole[_DIGEST:]
    if hashlib.sha256(body).digest() != whole[:_DIGEST]:
        return None
    if not body.startswith(_MAGIC):
        raise GalleryError(
            Fault(
                "a journal of another version",
                file=str(path),
                found=repr(body[: len(_MAGIC)]),
                expected=repr(_MAGIC),
            )
        )
    head, _, places = body[len(_MAGIC) :].partition(b"\n")
    try:
        held = json.loads(head)
    except (ValueError, RecursionError) as error:
        raise GalleryError(_fault(path, "", error, "JSON")) from None
    if not isinstance(held, dict) or not isinstance(held.get("manifest"), str):
        raise GalleryError(_fault(path, "manifest", held, "the digest of a manifest"))
    told = held.get("changes")
    if not isinstance(told, list) or not told or not all(_is_told(one) for one in told):
        expected = f"for each segment its number, {HIDDEN} or {ERASED}, and how many places"
        raise GalleryError(_fault(path, "changes", told, expected))
    count = sum(count for _, _, count in told)
    if len(places) != count * _PLACE:
        found, expected = f"{len(places)} bytes of places", f"{count * _PLACE}"
        raise GalleryError(_fault(path, "changes", found, expected))
    numbers = np.frombuffer(places, dtype="<i8").astype(np.int64)
    parts = np.split(numbers, np.cumsum([count for _, _, count in told])[:-1])
    changes = [Change(one[0], one[1], part) for one, part in zip(told, parts, strict=True)]
    return Journal(held["manifest"], changes)


def _is_told(value: object) -> bool:
    """Return whether a value tells of a change: a segment, a state, and some places."""
    return (
        isinstance(value, list)
        and len(value) == _TOLD
        and all(type(number) is int for number in value)
        and value[1] in (HIDDEN, ERASED)
        and value[2] > 0
    )


def journal_faults(path: Path, journal: Journal, manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault for each change that cannot be carried out in the files of a manifest.

    Args:
        path: the journal's file.
        journal: what it says.
        manifest: what is to hold when it has been carried out.
    """
    seen: set[int] = set()
    for number, change in enumerate(journal.changes):
        key, segment = f"changes.{number}", manifest.segment(change.segment)
        if segment is None or change.segment in seen:
            expected = f"one of the {len(manifest.segments)} segments, each once"
            yield _fault(path, key, f"segment {change.segment}", expected)
            continue
        seen.add(change.segment)
        first, last = int(change.places.min()), int(change.places.max())
        if first < 0 or last >= segment.rows or not is_ascending(change.places):
            found = f"{len(change.places)} places from {first} to {last}"
            yield _fault(path, key, found, f"ascending places below {segment.rows}")


def _fault(path: Path, key: str, found: object, expected: str) -> Fault:
    message = f"the journal is not a gallery's{key and ': ' + key}"
    return Fault(message, str(path), key=key or None, found=str(found)[:80], expected=expected)


def redo(folder: Path, manifest: Manifest, changes: Sequence[Change]) -> int:
    """Carry changes out in the files, and flush them; return how many bytes were written.

    Args:
        folder: where the files are.
        manifest: names the files and how long their rows are.
        changes: what changes; every place is one of the segment's rows.

    Raises:
        OSError: a file cannot be written.
    """
    written = 0
    for change in changes:
        for column, byte in changed_columns(manifest, change):
            path = folder / column.file
            written += fill_rows(path, column.row_bytes, change.places, byte)
    return written


def carry_out(folder: Path, manifest: Manifest, journal: Journal) -> int:
    """Do what a journal says, put its manifest in place, remove it; return the bytes written.

    Raises:
        OSError: a file cannot be written.
    """
    written = redo(folder, manifest, journal.changes)
    if (folder / NEXT).exists():
        old = replace_manifest(folder)
        sync_folder(folder)
        written += overwrite_nameless(old)
    return written + overwrite_file(folder / JOURNAL)


def changed_columns(manifest: Manifest, change: Change) -> list[tuple[ColumnFile, int]]:
    """Return the files that a change writes to, and the byte that its rows are filled with there.

    Raises:
        KeyError: the manifest has no such segment.
    """
    segment = manifest.segment(change.segment)
    if segment is None:
        raise KeyError(change.segment)
    changed = [(segment.columns[STATE], change.state)]
    if change.state == ERASED:
        blanked = [column for name, column in segment.columns.items() if name not in KEPT]
        changed += [(column, 0) for column in blanked]
    return changed
