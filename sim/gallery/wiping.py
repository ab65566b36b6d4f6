"""Freed memory that holds nothing: what the allocator gives back is overwritten first.

FAISS and NumPy move rows about while they grow, and free the old copies as they are. glibc's
allocator overwrites a block at the moment that it is freed while its `M_PERTURB` is set (see
mallopt(3); the variable `MALLOC_PERTURB_` sets it for a whole process). Small blocks are not given
back at once: those of up to 1,032 bytes wait in a cache of their thread (tcache, glibc 2.26 and
later), and arrays of less than 1 KiB in a cache of NumPy's, as they were. `wipe_waiting` takes all
of them once and overwrites them.

Elsewhere than on glibc nothing of this can be done, and `can_wipe` says so: what an erasure leaves
in freed memory stays there, for an audit that can look to find.
"""

from __future__ import annotations

import ctypes
import functools
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

_M_PERTURB = -6
_PERTURB = 0xFF
"""Option of mallopt(3), and the byte: freed memory is filled with it, new memory with zeros."""
_STEP = 16
_LARGEST = 1032
_WAITING = 7
"""The cache of a thread: a bin for every 16 bytes up to 1,032, of 7 blocks (`tcache_count`)."""
_NUMPY_LARGEST = 1023
_NUMPY_WAITING = 7
"""NumPy's cache: of each size up to 1,023 bytes 7 blocks (alloc.c, of NumPy 2.4)."""
_FRAGMENT = 16
"""Bytes of the smallest block that is worth it: fewer say nothing of whose they were."""

_lock = threading.RLock()
_depth = 0


def can_wipe() -> bool:
    """Return whether memory is overwritten when it is freed within `wiped`."""
    return _libc() is not None


@contextmanager
def wiped() -> Iterator[None]:
    """Overwrite whatever memory this process frees within; may be nested.

    What `MALLOC_PERTURB_` asked for holds again afterwards. Where `can_wipe` is False this does
    nothing.
    """
    global _depth
    if not can_wipe():
        yield
        return
    libc = _libc()
    with _lock:
        _depth += 1
        if _depth == 1:
            libc.mallopt(_M_PERTURB, _PERTURB)
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if _depth == 0:
                libc.mallopt(_M_PERTURB, _asked_for())


def wipe(array: NDArray[Any]) -> None:
    """Overwrite an array with zeros.

    Raises:
        ValueError: the array is read-only.
    """
    array[...] = np.zeros((), dtype=array.dtype)


def wipe_waiting() -> None:
    """Overwrite the small blocks that wait to be used again: this thread's, and NumPy's.

    Takes some 3 milliseconds.
    """
    for size in range(_FRAGMENT, _NUMPY_LARGEST + 1):
        # Small arrays of zeros come from the cache, and go back to it together.
        _ = [np.zeros(size, dtype=np.uint8) for _ in range(_NUMPY_WAITING)]
    if not can_wipe():
        return
    libc = _libc()
    for size in range(_STEP + 8, _LARGEST + 1, _STEP):
        blocks = [libc.malloc(size) for _ in range(_WAITING)]
        for block in blocks:
            ctypes.memset(block, 0, size)
        for block in blocks:
            libc.free(block)


@functools.cache
def _libc() -> Any:
    """Return the C library where it is glibc, else None."""
    try:
        libc = ctypes.CDLL(None)
        libc.gnu_get_libc_version.restype = ctypes.c_char_p
        libc.gnu_get_libc_version()
        libc.malloc.restype, libc.malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
        libc.free.restype, libc.free.argtypes = None, [ctypes.c_void_p]
        libc.mallopt.argtypes = [ctypes.c_int, ctypes.c_int]
    except (OSError, AttributeError, TypeError):
        return None
    return libc if os.name == "posix" else None


def _asked_for() -> int:
    """Return the byte that the environment asks for, 0 where it asks for none."""
    try:
        return int(os.environ.get("MALLOC_PERTURB_", "0"), 0) & 0xFF
    except ValueError:
        return 0
