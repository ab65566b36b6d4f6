"""Writing over bytes on the disk: rows of a file, a file's tail, a whole file before it goes.

Removing a file only forgets where its bytes are, so they are overwritten first and the zeros are
flushed. That reaches the bytes which the file's blocks hold. It does not reach what the system
keeps beside the file: earlier versions on file systems that copy on write, snapshots, and the spare
cells of a solid-state disk.
"""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.plain_files import open_plain

_ZEROS = bytes(1 << 20)
_NEAR = 1 << 10
"""Rows that begin within so many bytes are written by one call: a call costs more than they do."""
_WINDOW = 1 << 16
"""Bytes that one call writes at most, but for one row more."""
_BLOCK = 512
"""Bytes of a block as `stat` counts them, whatever the file system's are."""


def fill_rows(path: Path, row_bytes: int, places: NDArray[np.int64], byte: int) -> int:
    """Set every byte of some rows of a file and flush it; return how many bytes were written.

    It is done by writing, not through a mapping: where there is no room, which a hole in a file
    needs, a write is refused, and a mapping ends the process.

    Args:
        path: a file of rows of equal length.
        row_bytes: bytes of a row.
        places: int64 [n], the rows' numbers, ascending; each stands in the file.
        byte: what to write, 0–255.

    Raises:
        OSError: there is no room, or the file cannot be written.
    """
    if not len(places):
        return 0
    starts = places * row_bytes
    near = (np.diff(starts) < _NEAR) & (starts[1:] // _WINDOW == starts[:-1] // _WINDOW)
    with open_plain(path, "r+") as file:
        for some in np.split(places, np.flatnonzero(~near) + 1):
            _fill_near(file.fileno(), row_bytes, some, byte)
        os.fsync(file.fileno())
    return len(places) * row_bytes


def _fill_near(file: int, row_bytes: int, places: NDArray[np.int64], byte: int) -> None:
    """Set every byte of rows that lie close; what is between them is written along as it was."""
    first, last = int(places[0]), int(places[-1])
    if len(places) == 1:
        write_all(file, memoryview(bytes([byte]) * row_bytes), first * row_bytes)
        return
    rows = np.empty((last + 1 - first, row_bytes), dtype=np.uint8)
    read_into(file, rows.data.cast("B"), first * row_bytes)
    rows[places - first] = byte
    write_all(file, rows.data.cast("B"), first * row_bytes)
    rows.fill(0)


def reserve(path: Path, size: int) -> None:
    """Have room on the disk for the first `size` bytes of a file that has holes; it reads the same.

    A file without holes has it. Where the file system cannot tell or cannot reserve, a later write
    may be refused.

    Raises:
        OSError: there is no room, or the file cannot be written.
    """
    with open_plain(path, "r+") as file:
        held = os.fstat(file.fileno()).st_blocks * _BLOCK
        if held >= size or not hasattr(os, "posix_fallocate"):
            return
        try:
            os.posix_fallocate(file.fileno(), 0, size)
        except OSError as error:
            if error.errno not in (errno.EOPNOTSUPP, errno.EINVAL):
                raise


def overwrite_file(path: Path) -> int:
    """Write zeros over a whole file, flush them, remove the file; return the bytes overwritten.

    A kill in between leaves a file that can be overwritten again.

    Raises:
        OSError: the file cannot be written or removed.
    """
    with open_plain(path, "r+") as file:
        size = os.fstat(file.fileno()).st_size
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
    with open_plain(path, "r+") as file:
        more = os.fstat(file.fileno()).st_size - size
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


def read_into(file: int, buffer: memoryview, offset: int) -> None:
    """Fill a buffer from an offset of an open file.

    Raises:
        OSError: it cannot be read, or ends before.
    """
    while len(buffer):
        done = os.preadv(file, [buffer], offset)
        if not done:
            raise OSError("the file ends before its last row")
        buffer, offset = buffer[done:], offset + done


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
