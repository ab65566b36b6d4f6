"""What colour a point of the head has before any light falls on it, material by material."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.heads.noise import field_at
from generators.heads.raster import Strands, strand_at

Pigment = tuple[float, float, float, float]
"""Linear RGB and shine."""

_EYE_X, _EYE_Y, _EYE_FRONT = 3.1, 3.60, 8.2
"""Middle of the mean eyeballs' pupils (|x|, y) and the depth behind which there is no iris, cm."""
_PUPIL = 0.24


class Paint(NamedTuple):
    """Colours of one person in one photo; linear RGB.

    Attributes:
        texture: float32 [S, S, 4] colour and shine of the face.
        base: float32 [3] plain skin; `gloss` its shine; `grain` float32 [3] offset of its field.
        hair: float32 [3]; `grey` share of grey strands; `hair_shine`.
        beard: float32 [3].
        iris: float32 [3]; `iris_radius` cm; `iris_grain` offset in the field.
        cloth: float32 [3]; `stripes` a cm; `neckline` cm on the head's y axis.
        frame: float32 [3] glasses.
    """

    texture: NDArray[np.float32]
    base: NDArray[np.float32]
    gloss: float
    grain: NDArray[np.float32]
    hair: NDArray[np.float32]
    grey: float
    hair_shine: float
    beard: NDArray[np.float32]
    iris: NDArray[np.float32]
    iris_radius: float
    iris_grain: float
    cloth: NDArray[np.float32]
    stripes: float
    neckline: float
    frame: NDArray[np.float32]


@kernel
def face_pigment(paint: Paint, u: float, v: float) -> Pigment:
    """Return the texture of the face at (u, v), bilinear."""
    size = paint.texture.shape[0]
    x = min(max(u * size - 0.5, 0.0), size - 1.001)
    y = min(max(v * size - 0.5, 0.0), size - 1.001)
    i = int(x)
    j = int(y)
    fx = x - i
    fy = y - j
    t = paint.texture
    w00 = (1 - fx) * (1 - fy)
    w10 = fx * (1 - fy)
    w01 = (1 - fx) * fy
    w11 = fx * fy
    r = t[j, i, 0] * w00 + t[j, i + 1, 0] * w10 + t[j + 1, i, 0] * w01 + t[j + 1, i + 1, 0] * w11
    g = t[j, i, 1] * w00 + t[j, i + 1, 1] * w10 + t[j + 1, i, 1] * w01 + t[j + 1, i + 1, 1] * w11
    b = t[j, i, 2] * w00 + t[j, i + 1, 2] * w10 + t[j + 1, i, 2] * w01 + t[j + 1, i + 1, 2] * w11
    s = t[j, i, 3] * w00 + t[j, i + 1, 3] * w10 + t[j + 1, i, 3] * w01 + t[j + 1, i + 1, 3] * w11
    return r, g, b, s


@kernel
def body_pigment(
    values: NDArray[np.float32], paint: Paint, x: float, y: float, z: float
) -> Pigment:
    """Return plain skin with a broad grain."""
    m = 0.97 + 0.035 * field_at(values, 1.3 * x + paint.grain[0], 1.3 * y, 1.3 * z)
    return paint.base[0] * m, paint.base[1] * m, paint.base[2] * m, 0.6 * paint.gloss


@kernel
def cloth_pigment(
    values: NDArray[np.float32], paint: Paint, x: float, y: float, z: float
) -> Pigment:
    """Return cloth, plain or striped."""
    m = 1 + 0.06 * field_at(values, 0.8 * x, 0.8 * y, 0.8 * z)
    if paint.stripes > 0 and math.sin(y * paint.stripes) > 0.3:
        m *= 0.55
    return paint.cloth[0] * m, paint.cloth[1] * m, paint.cloth[2] * m, 0.02


@kernel
def eye_pigment(values: NDArray[np.float32], paint: Paint, x: float, y: float, z: float) -> Pigment:
    """Return pupil, iris with its spokes and dark rim, or the white of the eye."""
    dx = abs(x) - _EYE_X
    dy = y - _EYE_Y
    radius = math.sqrt(dx * dx + dy * dy)
    if z < _EYE_FRONT:
        radius = 9.0
    if radius < _PUPIL:
        return 0.008, 0.008, 0.008, 0.8
    if radius < paint.iris_radius:
        k = (radius - _PUPIL) / (paint.iris_radius - _PUPIL)
        spokes = field_at(values, 9 * math.atan2(dy, dx) + paint.iris_grain, 2 * radius, 0.0)
        m = (0.8 + 0.22 * spokes) * (1.2 - 0.75 * k * k * k)
        return paint.iris[0] * m, paint.iris[1] * m, paint.iris[2] * m, 0.8
    k = min(1.0, (radius - paint.iris_radius) * 9)
    corner = min(1.0, max(0.0, (abs(dx) - 0.9) * 1.6))
    # The eye's white is a little darker in deeper faces: less light comes back from around it.
    light = min(1.0, 2.5 * paint.base[1])
    r = 0.07 + (0.17 + 0.16 * light) * k
    return r, r * (0.92 - 0.14 * corner), r * (0.88 - 0.18 * corner), 0.08


@kernel
def hair_pigment(
    values: NDArray[np.float32],
    paint: Paint,
    strands: Strands,
    x: float,
    y: float,
    z: float,
    beard: bool,
) -> tuple[float, float, float, float]:
    """Return the colour of a strand and how far it lies to one side (for its normal)."""
    n = strand_at(values, x, y, z, strands, beard)
    m = min(1.6, max(0.4, 0.95 + (0.16 if beard else 0.24) * n))
    if beard:
        return paint.beard[0] * m, paint.beard[1] * m, paint.beard[2] * m, n
    r = paint.hair[0] * m
    g = paint.hair[1] * m
    b = paint.hair[2] * m
    if paint.grey > 0.02:
        white = min(1.0, max(0.0, (n - 1.7 + 2.2 * paint.grey) * 1.4)) * 0.3
        r += white * (0.27 - r)
        g += white * (0.26 - g)
        b += white * (0.25 - b)
    return r, g, b, n
