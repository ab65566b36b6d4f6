"""Smooth random fields in space: the grain of skin, the strands of hair, the weave of cloth.

A field is one fixed lattice of 64³ values, read with trilinear interpolation and repeated in every
direction; people and photos differ by where they read it. Requires numba, like every module here
that draws.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.keyed import Streams

PERIOD = 64
"""Lattice points in each direction before the field repeats."""


@lru_cache(maxsize=1)
def lattice() -> NDArray[np.float32]:
    """Return the lattice: float32 [64, 64, 64], mean 0, variance 1, smoothed over one neighbour."""
    words = Streams(0, 0, ("lattice",)).generator("lattice")
    field = words.normal(size=(PERIOD, PERIOD, PERIOD))
    for axis in range(3):
        field = (np.roll(field, 1, axis) + 2 * field + np.roll(field, -1, axis)) / 4
    return ((field - field.mean()) / field.std()).astype(np.float32)


@kernel
def field_at(values: NDArray[np.float32], x: float, y: float, z: float) -> float:
    """Return the field at one place, in units of lattice steps."""
    fx = math.floor(x)
    fy = math.floor(y)
    fz = math.floor(z)
    i = int(fx) & 63
    j = int(fy) & 63
    k = int(fz) & 63
    x -= fx
    y -= fy
    z -= fz
    a = (i + 1) & 63
    b = (j + 1) & 63
    c = (k + 1) & 63
    near = (values[i, j, k] * (1 - x) + values[a, j, k] * x) * (1 - y) + (
        values[i, b, k] * (1 - x) + values[a, b, k] * x
    ) * y
    far = (values[i, j, c] * (1 - x) + values[a, j, c] * x) * (1 - y) + (
        values[i, b, c] * (1 - x) + values[a, b, c] * x
    ) * y
    return near * (1 - z) + far * z


@kernel
def field_over(
    values: NDArray[np.float32],
    places: NDArray[np.float32],
    scale: NDArray[np.float32],
    offset: NDArray[np.float32],
) -> NDArray[np.float32]:
    """Return the field at `places · scale + offset`.

    Args:
        values: the lattice.
        places: float32 [H, W, 3].
        scale: float32 [3] lattice steps a unit of length.
        offset: float32 [3] lattice steps.

    Returns:
        float32 [H, W].
    """
    out = np.empty(places.shape[:2], np.float32)
    for i in range(places.shape[0]):
        for j in range(places.shape[1]):
            out[i, j] = field_at(
                values,
                places[i, j, 0] * scale[0] + offset[0],
                places[i, j, 1] * scale[1] + offset[1],
                places[i, j, 2] * scale[2] + offset[2],
            )
    return out
