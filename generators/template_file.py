"""A fitted `TemplateDistribution` as a file: safetensors with its card, read without torch.

The card says which encoder and which photos it was fitted to, and how scores of templates drawn
from it compare with those of people it was not fitted to.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from generators.errors import EffaceError, Fault
from generators.template_fit import ScoreQuantile
from generators.templates import TemplateDistribution

SHIPPED = Path(__file__).parent / "data" / "templates-64.safetensors"
"""The distribution that comes with the project, fitted to its encoder and its generator."""
FORMAT = "efface-templates-1"
MOST_BYTES = 64 * 2**20
"""Larger files are refused before they are read."""
_NEGATIVE = 1e-6
"""By how much, in terms of its trace, rounding may make a covariance's least value negative."""


@dataclass(frozen=True)
class TemplateCard:
    """What a distribution was fitted to and how well.

    Attributes:
        encoder: name of the encoder.
        digests: SHA-256 of the weights that drew and encoded the photos, by file name.
        people: how many it was fitted to.
        photos: of each.
        seed: of the people and the photos.
        text: words for the reader.
        check: quantiles of scores, real and fitted, of people it was not fitted to.
    """

    encoder: str
    digests: Mapping[str, str]
    people: int
    photos: int
    seed: int
    text: str
    check: tuple[ScoreQuantile, ...]


def templates_bytes(distribution: TemplateDistribution, card: TemplateCard) -> bytes:
    """Return the content of a distribution's file."""
    told = {"format": FORMAT, "card": json.dumps(dataclasses.asdict(card), allow_nan=False)}
    arrays = {
        "kinds": distribution.kinds,
        "shares": distribution.shares,
        "between": distribution.between,
        "within": distribution.within,
        "sigma": np.array([distribution.sigma]),
    }
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()}, told)


def read_templates(path: Path = SHIPPED) -> tuple[TemplateDistribution, TemplateCard]:
    """Read a distribution's file.

    Raises:
        EffaceError: there is no such file, or it is not whole, not of this format, or its arrays
            describe no distribution.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(path, "this file is too large for a distribution of templates")
        with safe_open(path, "np") as file:
            told = file.metadata() or {}
            arrays = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except OSError as error:
        why = error.strerror or error
        raise _refused(path, f"the distribution of templates cannot be read: {why}") from None
    except SafetensorError:
        raise _refused(path, "this is no safetensors file, or it is cut short") from None
    if told.get("format") != FORMAT:
        raise _refused(path, "this is no distribution of templates", told.get("format"), FORMAT)
    try:
        card = _card(json.loads(told["card"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refused(path, "the card of this distribution cannot be read") from None
    if not _describes(arrays):
        raise _refused(path, "the arrays describe no distribution of templates")
    sigma = float(arrays.pop("sigma")[0])
    return TemplateDistribution(**arrays, sigma=sigma), card


def _describes(arrays: Mapping[str, NDArray[Any]]) -> bool:
    """Return whether arrays are those of a distribution: shapes, types, shares, covariances."""
    kinds = arrays.get("kinds", np.zeros(0))
    if kinds.ndim != 2 or 0 in kinds.shape:
        return False
    k, d = kinds.shape
    shapes = {"kinds": (k, d), "shares": (k,), "between": (d, d), "within": (d, d), "sigma": (1,)}
    return (
        {name: array.shape for name, array in arrays.items()} == shapes
        and all(
            array.dtype == (np.float32 if name == "kinds" else np.float64)
            for name, array in arrays.items()
        )
        and all(bool(np.isfinite(array).all()) for array in arrays.values())
        and float(arrays["sigma"][0]) >= 0
        and bool((arrays["shares"] >= 0).all())
        and abs(float(arrays["shares"].sum()) - 1) < 1e-9
        and all(_is_covariance(arrays[name]) for name in ("between", "within"))
    )


def _is_covariance(matrix: NDArray[np.float64]) -> bool:
    least = float(np.linalg.eigvalsh(matrix)[0])
    return bool(np.allclose(matrix, matrix.T)) and least >= -_NEGATIVE * float(np.trace(matrix))


def _card(told: dict[str, Any]) -> TemplateCard:
    return TemplateCard(
        encoder=str(told["encoder"]),
        digests={str(name): str(digest) for name, digest in told["digests"].items()},
        people=int(told["people"]),
        photos=int(told["photos"]),
        seed=int(told["seed"]),
        text=str(told["text"]),
        check=tuple(
            ScoreQuantile(
                str(row["scores"]), float(row["quantile"]), float(row["real"]), float(row["fitted"])
            )
            for row in told["check"]
        ),
    )


def _refused(
    path: Path, message: str, found: str | None = None, expected: str | None = None
) -> EffaceError:
    return EffaceError(Fault(message, file=str(path), found=found, expected=expected))
