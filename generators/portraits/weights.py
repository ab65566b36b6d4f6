"""The generator's weights: what makes a file one of a generator of photos."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generators.errors import EffaceError, Fault
from generators.portraits.codes import CODE_NAMES, NOISE
from generators.stylegan.generator import Generator
from generators.stylegan.weights import load_weights

CODES_KEY = "codes"
"""Key of the card under which the digest of the codes' names stands."""


def codes_digest() -> str:
    """Return the sha256 of the names of a code's numbers, in order."""
    return hashlib.sha256("\n".join(CODE_NAMES).encode()).hexdigest()


def read_portrait_weights(path: Path) -> tuple[Generator, Mapping[str, Any]]:
    """Read a generator that was trained on the codes of render sets, and its card.

    Imported weights have no such codes, so they never become a face source.

    Raises:
        EffaceError: the file cannot be read (`load_weights`), or it is not a generator of this
            version's codes.
    """
    weights = load_weights(path)
    settings = weights.average.settings
    shape = (settings.mapping, settings.c_dim, settings.z_dim)
    if shape != ("code", len(CODE_NAMES), NOISE) or weights.card.get(CODES_KEY) != codes_digest():
        raise EffaceError(
            Fault(
                "these weights are not of a generator of photos of people",
                file=str(path),
                found=f"{settings.mapping} mapping, {settings.c_dim} numbers beside z",
                expected="weights that `efface faces train --config paired` of this version wrote",
            )
        )
    return weights.average, weights.card
