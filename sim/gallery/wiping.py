"""Freed memory that holds nothing: what the allocator gives back is overwritten first.

FAISS and NumPy move rows about while they grow, and free the old copies as they are. glibc's
allocator overwrites a block at the moment that it is freed while its `M_PERTURB` is set (see
mallopt(3); the variable `MALLOC_PERTURB_` sets it for a whole process). Blocks of up to 1,032 bytes
wait in a cache of their thread before that happens (tcache, glibc 2.26 and later), so the cache of
the thread that calls is filled and emptied too.

Elsewhere than on glibc nothing of this can be done: `can_wipe` says so, and who audits memory there
has to say that it was not examined.
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
"""The caches of a thread: a bin for every 16 bytes up to 1,032, of 7 blocks (`tcache_count`)."""

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
    libc = _libc()
    if libc is None:
        yield
        return
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
                _wipe_waiting(libc)
                libc.mallopt(_M_PERTURB, _asked_for())


def wipe(array: NDArray[Any]) -> None:
    """Overwrite an array with zeros.

    Raises:
        ValueError: the array is read-only.
    """
    array[...] = np.zeros((), dtype=array.dtype)


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


def _wipe_waiting(libc: Any) -> None:
    """Overwrite the blocks that wait in this thread's cache, by taking them all once."""
    for size in range(_STEP + 8, _LARGEST + 1, _STEP):
        blocks = [libc.malloc(size) for _ in range(_WAITING)]
        for block in blocks:
            ctypes.memset(block, 0, size)
        for block in blocks:
            libc.free(block)
