"""The lock on a gallery's folder: one process at a time has it open."""

from __future__ import annotations

import os
from pathlib import Path

from generators.errors import Fault
from sim.gallery.gallery import GalleryError


def locked(path: Path, flags: int = 0) -> int:
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
