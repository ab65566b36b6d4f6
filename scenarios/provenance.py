"""Where a run comes from: versions, code and machine.

Versions and the code's own hash are part of the plan under which a run may be resumed. The
machine is described as far as it bears on run time; it has no name here, and nothing measured
here stands in a hashed file.
"""

from __future__ import annotations

import hashlib
import os
import platform
from functools import cache
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from typing import Any

from generators.errors import FacesUnavailableError, Fault
from generators.packages import INSTALL

_PACKAGES = ("numpy", "scipy", "simpy", "pyarrow")
"""The packages whose version could change a table."""
_WITH_FACES = ("faiss", "numba", "safetensors", "torch")
"""The modules that could too where photos are drawn; FAISS comes under several packages' names."""
_ROOMS = ("generators", "sim", "scenarios")


def efface_version() -> str:
    """Return the installed version of Efface."""
    return metadata.version("efface")


def packages(*, with_faces: bool = False) -> dict[str, str]:
    """Return the versions of Python and of every package that could change a table.

    Args:
        with_faces: whether photos are drawn and encoded.

    Raises:
        FacesUnavailableError: what draws and encodes is there, and does not say its version.
    """
    names = _PACKAGES + (_with_faces() if with_faces else ())
    versions = {name: metadata.version(name) for name in names}
    return {"python": platform.python_version(), **versions}


def _with_faces() -> tuple[str, ...]:
    """Return the names of the installed packages that hold the modules of `_WITH_FACES`."""
    holding = metadata.packages_distributions()
    unsaid = [module for module in _WITH_FACES if not holding.get(module)]
    if unsaid:
        raise FacesUnavailableError(
            Fault(
                f"no installed package says that it holds {', '.join(unsaid)}, so that a run could "
                f"not say by which version it was made; install the extra: {INSTALL}",
                key="fidelity",
            )
        )
    return tuple(sorted({name for module in _WITH_FACES for name in holding[module]}))


@cache
def code_hash() -> str:
    """Return the SHA-256 over the code and data of the three rooms below the dashboard.

    A run that was stopped is not resumed by other code: half of its tables would be another's.
    """
    digest = hashlib.sha256()
    for room in _ROOMS:
        for name, content in _sources(resources.files(room), room):
            digest.update(f"{name}\0{hashlib.sha256(content).hexdigest()}\n".encode())
    return digest.hexdigest()


def _sources(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found = []
    for item in sorted(folder.iterdir(), key=lambda item: item.name):
        name = f"{prefix}/{item.name}"
        if item.is_dir():
            if item.name != "__pycache__":
                found += _sources(item, name)
        elif item.name.endswith((".py", ".yaml", ".csv")):
            found.append((name, item.read_bytes()))
    return found


def machine() -> dict[str, Any]:
    """Return what of the machine bears on run time: system, architecture, cores, memory."""
    memory = None
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "cores": os.cpu_count(),
        "memory_bytes": memory,
    }
