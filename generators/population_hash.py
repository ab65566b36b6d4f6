"""The name of a population: one digest of all that was drawn.

Acquaintances enter by the plan that they follow from, whose own digest stands among the
parameters, so a population is the same one whether they are stored or computed. What makes handles
unique is left out: it follows from the names of the installed lists, and another edition of those
changes how people are called but no result. Files are held to their bytes by the folder's manifest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from generators.columns import COLUMNS

if TYPE_CHECKING:
    from generators.population import Population

HASHED = tuple(name for name in COLUMNS if name != "handle_number")


def content_hash(population: Population) -> str:
    """Return the SHA-256 of columns, close ties, tables' figures, seed and parameters."""
    digest = hashlib.sha256()
    header = {
        name: getattr(population, name)
        for name in ("jurisdictions", "regions", "places", "platforms", "seed", "parameters")
    }
    digest.update(json.dumps(header, sort_keys=True).encode())
    held = {name: getattr(population, name) for name in ("weights", "photos", *HASHED)}
    held |= {"indptr": population.close.indptr, "indices": population.close.indices}
    _add(digest, held)
    return digest.hexdigest()


def plan_hash(plan: Mapping[str, NDArray[Any]]) -> str:
    """Return the SHA-256 of the arrays from which acquaintances follow."""
    digest = hashlib.sha256()
    _add(digest, plan)
    return digest.hexdigest()


def _add(digest: Any, arrays: Mapping[str, NDArray[Any]]) -> None:
    for name, held in arrays.items():
        array = np.ascontiguousarray(held)
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(array.reshape(-1).view(np.uint8).data)
