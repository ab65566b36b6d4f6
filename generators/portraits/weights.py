"""The generator's weights: what makes a file one of a generator of photos."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from generators.errors import EffaceError, Fault
from generators.heads.identity import Portrayed
from generators.photos import PhotoRows
from generators.portraits.codes import CODE_NAMES, NOISE, codes_of
from generators.stylegan.generator import Generator
from generators.stylegan.weights import load_weights

CODES_KEY = "codes"
"""Key of the card under which `codes_digest` stands."""
_EXAMPLES = (
    (Portrayed(1, "female", 2), 24.0),
    (Portrayed(2, "male", 9), 68.0),
    (Portrayed(3, "female", 6), 71.0),
    (Portrayed(4, "male", 4), 40.0),
)
"""People and their age in one photo: both sexes, light and dark, before and after grey hair."""
_NEAR = 1e-3
"""Codes this near are the same: processors differ in the last bits of logarithms and roots, which
a hash of the numbers would not forgive."""


def codes_digest() -> dict[str, Any]:
    """Return what a code is in this version, as JSON values.

    `names` is the sha256 of the names of a code's numbers in order, `examples` the codes of four
    fixed photos to four places: a number whose name stays while its scale or meaning changes shows
    there.
    """
    names = hashlib.sha256("\n".join(CODE_NAMES).encode()).hexdigest()
    return {"names": names, "examples": [[round(x, 4) for x in row] for row in _examples()]}


@lru_cache(maxsize=1)
def _examples() -> list[list[float]]:
    n = len(_EXAMPLES)
    photos = PhotoRows(
        photo=np.arange(n, dtype=np.int64),
        person=np.arange(n, dtype=np.int64),
        day=np.zeros(n, dtype=np.int32),
        age=np.array([age for _, age in _EXAMPLES], dtype=np.float32),
        quality=np.full(n, 0.5, dtype=np.float32),
        group=np.ones(n, dtype=np.int16),
    )
    codes = codes_of([who for who, _ in _EXAMPLES], np.arange(n), photos).code
    told: list[list[float]] = codes.astype(np.float64).tolist()
    return told


def _other_codes(told: object) -> str | None:
    """Return how the codes that a card tells of differ from this version's; None if they do not."""
    now = codes_digest()
    if not isinstance(told, dict) or told.get("names") != now["names"]:
        return "codes of other numbers"
    try:
        examples = np.array(told.get("examples"), dtype=np.float64)
    except (ValueError, TypeError):
        return "no examples of codes"
    wanted = np.array(now["examples"])
    if examples.shape != wanted.shape:
        return "no examples of codes"
    apart = ~(np.abs(examples - wanted) <= _NEAR).all(0)
    return f"another {CODE_NAMES[int(apart.argmax())]}" if apart.any() else None


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
    other: str | None = f"{settings.mapping} mapping, {settings.c_dim} numbers beside z"
    if shape == ("code", len(CODE_NAMES), NOISE):
        other = _other_codes(weights.card.get(CODES_KEY))
    if other is not None:
        raise EffaceError(
            Fault(
                "these weights are not of a generator of photos of people",
                file=str(path),
                found=other,
                expected="weights that `efface faces train --config paired` of this version wrote",
            )
        )
    return weights.average, weights.card
