"""Writing over bytes on the disk: rows of a file, a file's tail, a whole file before it goes.

Removing a file only forgets where its bytes are, so they are overwritten first and the zeros are
flushed. That reaches the bytes which the file's blocks hold. It does not reach what the system
keeps beside the file: earlier versions on file systems that copy on write, snapshots, and the spare
cells of a solid-state disk.
"""

from __future__ import annotations

import mmap
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_ZEROS = bytes(1 << 20)


def fill_rows(path: Path, row_bytes: int, places: NDArray[np.int64], byte: int) -> int:
    """Set every byte of some rows of a file and flush it; return how many bytes were written.

    Args:
        path: a file of rows of equal length.
        row_bytes: bytes of a row.
        places: int64 [n], the rows' numbers; each stands in the file.
        byte: what to write, 0–255.

    Raises:
        OSError: the file cannot be written.
    """
    if not len(places):
        return 0
    with path.open("r+b") as file:
        with mmap.mmap(file.fileno(), 0) as mapped:
            rows = np.frombuffer(mapped, dtype=np.uint8)
            rows = rows[: len(rows) // row_bytes * row_bytes].reshape(-1, row_bytes)
            rows[places] = byte
            del rows  # a mapping that an array still looks at cannot be closed
            mapped.flush()
        os.fsync(file.fileno())
    return len(places) * row_bytes


def overwrite_file(path: Path) -> int:
    """Write zeros over a whole file, flush them, remove the file; return the bytes overwritten.

    A kill in between leaves a file that can be overwritten again.

    Raises:
        OSError: the file cannot be written or removed.
    """
    size = path.stat().st_size
    with path.open("r+b", buffering=0) as file:
        overwrite(file.fileno(), 0, size)
    path.unlink()
    return size


def cut_off(path: Path, size: int) -> int:
    """Write zeros over what lies past `size`, flush them, and shorten the file to it.

    Returns:
        How many bytes were overwritten.

    Raises:
        OSError: the file cannot be written.
    """
    more = path.stat().st_size - size
    with path.open("r+b", buffering=0) as file:
        overwrite(file.fileno(), size, size + more)
        os.ftruncate(file.fileno(), size)
        os.fsync(file.fileno())
    return more


def overwrite(file: int, start: int, end: int) -> None:
    """Write zeros over the bytes from `start` to `end` of an open file, and flush them.

    Raises:
        OSError: the file cannot be written.
    """
    for offset in range(start, end, len(_ZEROS)):
        write_all(file, memoryview(_ZEROS)[: end - offset], offset)
    os.fsync(file)


def write_all(file: int, data: memoryview, offset: int) -> None:
    """Write all of `data` at an offset of an open file.

    Raises:
        OSError: there is no room, or the file cannot be written.
    """
    while len(data):
        done = os.pwrite(file, data, offset)
        data, offset = data[done:], offset + done


def sync_folder(folder: Path) -> None:
    """Have the names in a folder on the disk.

    Raises:
        OSError: the folder cannot be flushed.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
