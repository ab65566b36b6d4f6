"""What can be wrong with the files of a sealed gallery: missing, cut short, changed, foreign.

All of it is told in one pass, file by file, and nothing is done about any of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from generators.errors import Fault
from sim.gallery.folder_manifest import Manifest, is_own
from sim.gallery.plain_files import is_plain, open_plain
from sim.gallery.row_checks import row_check

_BEGINNINGS = {
    b"Ix": "an index of FAISS",
    b"IB": "a binary index of FAISS",
    b"PK\x03\x04": "a zip archive",
    b"\x80": "a pickle of Python",
    b"\x93NUMPY": "an array of NumPy",
    b"PAR1": "a Parquet file",
}
"""First bytes of files that somebody might take for a gallery."""


def looks_like(path: Path) -> str:
    """Say what a file seems to be, by its first bytes."""
    with path.open("rb") as file:
        begins = file.read(8)
    for first, name in _BEGINNINGS.items():
        if begins.startswith(first):
            return name
    return "other bytes" if begins else "an empty file"


def strange_entries(path: Path) -> Iterator[Fault]:
    """Yield a fault for whatever in a folder is no regular file: nothing there is to be touched."""
    for entry in sorted(path.iterdir()):
        if not is_plain(entry):
            yield Fault(
                "a gallery's folder holds something that is no regular file",
                str(entry),
                found=_kind(entry),
                expected="regular files alone",
            )


def entries_of_others(path: Path) -> Iterator[Fault]:
    """Yield a fault for whatever in a folder is no file that a gallery could have left there."""
    yield from strange_entries(path)
    for entry in sorted(path.iterdir()):
        if is_plain(entry) and not is_own(entry.name):
            message = "a folder that a gallery would be written in holds something else"
            yield Fault(message, str(entry), found=entry.name, expected="a name that is free")


def _kind(entry: Path) -> str:
    mode = entry.lstat().st_mode
    kinds = {"a link": stat.S_ISLNK, "a folder": stat.S_ISDIR, "a pipe": stat.S_ISFIFO}
    return next((name for name, holds in kinds.items() if holds(mode)), "a device or a socket")


def short_files(path: Path, manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault for each file that is missing or shorter than its rows."""
    for key, column in manifest.files():
        file = path / column.file
        size = file.lstat().st_size if os.path.lexists(file) else None
        if size is None or size < column.size:
            message = "a file of the gallery is missing or cut short"
            found = "no such file" if size is None else f"{size} bytes"
            yield Fault(message, str(file), key=key, found=found, expected=f"{column.size} bytes")


def changed_files(path: Path, manifest: Manifest) -> Iterator[Fault]:
    """Yield a fault for each file that is not as the manifest says."""
    short = list(short_files(path, manifest))
    yield from short
    wanting = {fault.key for fault in short}
    for key, column in manifest.files():
        if key in wanting or not column.size:
            continue
        with open_plain(path / column.file, "r") as file:
            bytes_held = np.memmap(file, dtype=np.uint8, mode="r")[: column.size]
        check = f"{row_check(bytes_held.reshape(column.rows, column.row_bytes)):016x}"
        if check != column.check:
            message = "a file of the gallery has changed"
            found = f"{looks_like(path / column.file)}, check {check}"
            yield Fault(
                message,
                str(path / column.file),
                key=key,
                found=found,
                expected=f"{column.rows} rows, check {column.check}",
            )
