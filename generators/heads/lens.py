"""What is laid over the drawn picture: the lenses of glasses, and soft ends of hair."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.heads.mesh import BEARD, HAIR, SCALP
from generators.heads.shade import Light

_SCALP, _HAIR, _BEARD = SCALP, HAIR, BEARD


@kernel
def glaze(
    place: NDArray[np.float32],
    normal: NDArray[np.float32],
    tri: NDArray[np.int32],
    light: Light,
    nearness: NDArray[np.float32],
    lens_nearness: NDArray[np.float32],
    owner: NDArray[np.int32],
    weight: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Lay glass over what is seen through it.

    A lens passes 94 % of the light and mirrors a little more where it is seen from the side, after
    Schlick 1994, "An inexpensive BRDF model for physically based rendering"; the mirrored world is
    the light of the sky from above, and the key light as a bright patch.

    Args:
        place, normal: float32 [k, 3] turned vertices of the lenses and their normals.
        tri: int32 [t, 3].
        light: the light of the shot.
        nearness: float32 [W, W] of what lies behind.
        lens_nearness, owner, weight: the buffers of `rasterise` for the lenses alone.
        out: float32 [W, W, 3] linear RGB; changed where a lens is.
    """
    for py in range(owner.shape[0]):
        for px in range(owner.shape[1]):
            t = owner[py, px]
            if t < 0 or lens_nearness[py, px] <= nearness[py, px]:
                continue
            a = tri[t, 0]
            b = tri[t, 1]
            c = tri[t, 2]
            wa = weight[py, px, 0]
            wb = weight[py, px, 1]
            wc = 1 - wa - wb
            nx = wa * normal[a, 0] + wb * normal[b, 0] + wc * normal[c, 0]
            ny = wa * normal[a, 1] + wb * normal[b, 1] + wc * normal[c, 1]
            nz = wa * normal[a, 2] + wb * normal[b, 2] + wc * normal[c, 2]
            length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
            nx /= length
            ny /= length
            nz /= length
            vx = light.camera[0] - (wa * place[a, 0] + wb * place[b, 0] + wc * place[c, 0])
            vy = light.camera[1] - (wa * place[a, 1] + wb * place[b, 1] + wc * place[c, 1])
            vz = light.camera[2] - (wa * place[a, 2] + wb * place[b, 2] + wc * place[c, 2])
            length = math.sqrt(vx * vx + vy * vy + vz * vz)
            vx /= length
            vy /= length
            vz /= length
            facing = nx * vx + ny * vy + nz * vz
            if facing < 0:
                nx = -nx
                ny = -ny
                nz = -nz
                facing = -facing
            mirrored = 0.05 + 0.95 * (1 - facing) ** 5
            rx = 2 * facing * nx - vx
            ry = 2 * facing * ny - vy
            rz = 2 * facing * nz - vz
            towards = rx * light.key_from[0] + ry * light.key_from[1] + rz * light.key_from[2]
            lamp = min(1.0, max(0.0, (towards - 0.93) / 0.06))
            sky = 0.35 + 1.1 * min(1.0, max(0.0, (ry + 0.1) * 3.0))
            for q in range(3):
                glow = sky * light.sky[q] + 1.3 * lamp * light.key[q]
                out[py, px, q] = 0.94 * out[py, px, q] + mirrored * glow


@kernel
def soften(material: NDArray[np.int32], owner: NDArray[np.int32], out: NDArray[np.float32]) -> None:
    """Blur the ends of hair over one sample: a strand is thinner than one.

    Args:
        material: int32 [T] of the triangles.
        owner: int32 [W, W] triangle in each sample, −1 for none.
        out: float32 [W, W, 3] linear RGB; changed where hair meets anything else.
    """
    size = owner.shape[0]
    seen = out.copy()
    for py in range(1, size - 1):
        for px in range(1, size - 1):
            hairs = 0
            for j in range(-1, 2):
                for i in range(-1, 2):
                    t = owner[py + j, px + i]
                    if t >= 0 and material[t] in (_SCALP, _HAIR, _BEARD):
                        hairs += 1
            if hairs == 0 or hairs == 9:
                continue
            for q in range(3):
                total = np.float32(0)
                for j in range(-1, 2):
                    for i in range(-1, 2):
                        total += seen[py + j, px + i, q]
                out[py, px, q] = total / np.float32(9)
