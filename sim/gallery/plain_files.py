"""Files of a gallery's folder, opened as nothing but regular files.

A folder that comes from elsewhere can hold links to files outside of it, pipes that never answer,
or devices. What is written over and removed here must never be what such a thing leads to.
"""

from __future__ import annotations

import errno
import os
import stat
from io import FileIO
from pathlib import Path


def open_plain(path: Path, mode: str) -> FileIO:
    """Open a regular file, unbuffered; a link is not followed and a pipe not waited for.

    Args:
        path: the file.
        mode: as of `open`, without its "b".

    Raises:
        OSError: it cannot be opened, or is no regular file.
    """
    return FileIO(path, mode, opener=_opened)


def is_plain(path: Path) -> bool:
    """Return whether a name is a regular file's, and not a link's to one.

    Raises:
        OSError: nothing has the name, or it cannot be looked at.
    """
    return stat.S_ISREG(path.lstat().st_mode)


def _opened(path: str, flags: int) -> int:
    handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK, 0o666)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))
    return handle
