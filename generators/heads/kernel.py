"""Compiling the renderer's inner loops, and keeping what was compiled.

numba keeps a compiled function beside its file and looks only at that file for changes, but these
functions call one another across files. They are therefore kept in a folder named by the sources
of all of them: a change to any makes a new folder. Constants that they read stand in those files
too. Requires numba.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import numba

P = ParamSpec("P")
R = TypeVar("R")

_SETTINGS: Any = numba.config  # its names are made while it is imported
_MARK = b"\n@kernel"


def kernel(function: Callable[P, R]) -> Callable[P, R]:
    """Return the function compiled by numba at its first call, with fast mathematics.

    Kept in the folder set for numba (`NUMBA_CACHE_DIR`), else in the package's `__pycache__`; where
    that cannot be written to, every process compiles anew.
    """
    folder = _folder()
    if folder is None:
        return numba.njit(fastmath=True)(function)
    before = _SETTINGS.CACHE_DIR
    # numba reads the setting once for each function, here; other packages keep theirs.
    _SETTINGS.CACHE_DIR = str(folder)
    try:
        return numba.njit(fastmath=True, cache=True)(function)
    finally:
        _SETTINGS.CACHE_DIR = before


def digest_of_kernels(package: Path) -> str:
    """Return the sha256 (hex) over the files in a folder that hold kernels, by their names."""
    digest = hashlib.sha256()
    for path in sorted(package.glob("*.py")):
        source = path.read_bytes()
        if _MARK in source or path.name == Path(__file__).name:
            digest.update(f"|{path.name}|".encode())
            digest.update(source)
    return digest.hexdigest()


@lru_cache(maxsize=1)
def _folder() -> Path | None:
    """Return where compiled kernels are kept, or None where nothing can be written."""
    package = Path(__file__).parent
    base = Path(_SETTINGS.CACHE_DIR or package / "__pycache__")
    folder = base / f"kernels-{digest_of_kernels(package)[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None
