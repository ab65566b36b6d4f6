"""Packages that only faces need: which are missing, and the one command that brings them.

Nothing is imported here, so that a command can ask before any work is done.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from generators.errors import FacesUnavailableError

INSTALL = "pip install 'efface[faces]' (from a checkout: pip install -e '.[faces]')"
NETWORKS = ("safetensors", "torch")
"""What networks need, and the files of their weights."""
FACES = ("numba", *NETWORKS)
"""What networks that see or make faces need: the renderer's sets and camera need numba."""


def what_is_missing(what: str, names: Sequence[str]) -> str | None:
    """Return None where all packages are installed, else one sentence with the one command.

    Args:
        what: what needs them, in the plural (`generated faces`).
        names: of the packages, as they are imported.
    """
    missing = [name for name in names if importlib.util.find_spec(name) is None]
    if not missing:
        return None
    packages = "package" if len(missing) == 1 else "packages"
    return f"{what} need the {packages} {' and '.join(missing)}: {INSTALL}"


def require_packages(what: str, names: Sequence[str]) -> None:
    """Refuse work whose packages are not installed; see `what_is_missing`.

    Raises:
        FacesUnavailableError: one is missing; the message names the one command.
    """
    reason = what_is_missing(what, names)
    if reason is not None:
        raise FacesUnavailableError(reason)
