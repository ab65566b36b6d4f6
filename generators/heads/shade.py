"""Light on the head: a key light with a shadow map, a fill, sky and ground.

Skin lets red light further round the edge of a shadow than green and blue, a cheap stand-in for
scattering under the skin; hair shines along its strands after Kajiya and Kay 1989, "Rendering fur
with three dimensional textures". Everything else is Blinn's highlight on a matte ground.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.heads.mesh import BEARD, BODY, EYE, FACE, MOUTH, SCALP, TEETH
from generators.heads.noise import field_at
from generators.heads.pigment import (
    Paint,
    body_pigment,
    cloth_pigment,
    eye_pigment,
    face_pigment,
    hair_pigment,
)
from generators.heads.raster import Scene, Strands

_FACE, _BODY, _EYE, _TEETH, _MOUTH, _BEARD = FACE, BODY, EYE, TEETH, MOUTH, BEARD
_SCALP = SCALP


class Light(NamedTuple):
    """The light of a shot (`shot.Lighting`) with its shadow map and the camera's place.

    Attributes:
        key_from, key, fill_from, fill, sky, ground: float32 [3] each.
        camera: float32 [3], cm.
        shadow: float32 [M, M] depth towards the key light, cm; M = 0 for no shadows.
        shadow_matrix: float32 [3, 4] from world to column, row and depth of the map.
    """

    key_from: NDArray[np.float32]
    key: NDArray[np.float32]
    fill_from: NDArray[np.float32]
    fill: NDArray[np.float32]
    sky: NDArray[np.float32]
    ground: NDArray[np.float32]
    camera: NDArray[np.float32]
    shadow: NDArray[np.float32]
    shadow_matrix: NDArray[np.float32]


@kernel
def lit_share(light: Light, x: float, y: float, z: float) -> float:
    """Return the share of the key light that reaches a place, over 3 × 3 texels of the map."""
    size = light.shadow.shape[0]
    m = light.shadow_matrix
    column = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
    row = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
    depth = m[2, 0] * x + m[2, 1] * y + m[2, 2] * z + m[2, 3]
    reached = 0.0
    looked = 0.0
    for j in range(-1, 2):
        for i in range(-1, 2):
            c = int(column + 1.3 * i)
            r = int(row + 1.3 * j)
            if 0 <= c < size and 0 <= r < size:
                looked += 1
                if light.shadow[r, c] < depth + 0.75:
                    reached += 1
    return reached / looked if looked > 0 else 1.0


@kernel
def shade(
    scene: Scene,
    paint: Paint,
    strands: Strands,
    light: Light,
    values: NDArray[np.float32],
    owner: NDArray[np.int32],
    weight: NDArray[np.float32],
    out: NDArray[np.float32],
) -> None:
    """Write the light that each drawn pixel sends to the camera.

    Args:
        scene, paint, strands, light: what is seen and how.
        values: the noise lattice.
        owner, weight: the buffers of `rasterise`.
        out: float32 [W, W, 3] linear RGB, holds the background; changed where a head is.
    """
    size = owner.shape[0]
    for py in range(size):
        for px in range(size):
            t = owner[py, px]
            if t < 0:
                continue
            a = scene.tri[t, 0]
            b = scene.tri[t, 1]
            c = scene.tri[t, 2]
            wa = weight[py, px, 0]
            wb = weight[py, px, 1]
            wc = 1 - wa - wb
            material = scene.material[t]
            n = scene.normal
            nx = wa * n[a, 0] + wb * n[b, 0] + wc * n[c, 0]
            ny = wa * n[a, 1] + wb * n[b, 1] + wc * n[c, 1]
            nz = wa * n[a, 2] + wb * n[b, 2] + wc * n[c, 2]
            length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
            nx /= length
            ny /= length
            nz /= length
            m = scene.mean_place
            mx = wa * m[a, 0] + wb * m[b, 0] + wc * m[c, 0]
            my = wa * m[a, 1] + wb * m[b, 1] + wc * m[c, 1]
            mz = wa * m[a, 2] + wb * m[b, 2] + wc * m[c, 2]
            p = scene.place
            x = wa * p[a, 0] + wb * p[b, 0] + wc * p[c, 0]
            y = wa * p[a, 1] + wb * p[b, 1] + wc * p[c, 1]
            z = wa * p[a, 2] + wb * p[b, 2] + wc * p[c, 2]
            vx = light.camera[0] - x
            vy = light.camera[1] - y
            vz = light.camera[2] - z
            length = math.sqrt(vx * vx + vy * vy + vz * vz)
            vx /= length
            vy /= length
            vz /= length
            cover = wa * scene.cover[a] + wb * scene.cover[b] + wc * scene.cover[c]
            open_sky = wa * scene.ao[a] + wb * scene.ao[b] + wc * scene.ao[c]

            skin = False
            strand = False
            sharpness = 18.0
            wrap = 0.25
            if material <= _BODY:
                skin = True
                if my < paint.neckline - 0.12 * abs(mx):
                    red, green, blue, shine = cloth_pigment(values, paint, mx, my, mz)
                    skin = False
                elif material == _FACE:
                    u = wa * scene.uv[a, 0] + wb * scene.uv[b, 0] + wc * scene.uv[c, 0]
                    v = wa * scene.uv[a, 1] + wb * scene.uv[b, 1] + wc * scene.uv[c, 1]
                    red, green, blue, shine = face_pigment(paint, u, v)
                else:
                    red, green, blue, shine = body_pigment(values, paint, mx, my, mz)
                if skin and cover > 0.01:
                    grain = field_at(values, 7 * mx, 4 * my, 7 * mz)
                    k = min(0.96, max(0.0, cover * (1 + 0.25 * grain * (1 - cover))))
                    red += k * (0.8 * paint.hair[0] - red)
                    green += k * (0.8 * paint.hair[1] - green)
                    blue += k * (0.8 * paint.hair[2] - blue)
                    shine *= 1 - 0.8 * k
            elif material == _EYE:
                red, green, blue, shine = eye_pigment(values, paint, mx, my, mz)
                sharpness = 90.0
                wrap = 0.4
                open_sky = 0.15 + 0.60 * open_sky
            elif material == _TEETH:
                red, green, blue, shine = 0.50, 0.45, 0.375, 0.15
                sharpness = 40.0
                open_sky = 0.45 + 0.35 * open_sky
            elif material == _MOUTH:
                red, green, blue, shine = 0.20, 0.045, 0.05, 0.1
                open_sky = 0.15 + 0.45 * open_sky
            elif material <= _BEARD:
                strand = True
                beard = material == _BEARD
                red, green, blue, aside = hair_pigment(values, paint, strands, mx, my, mz, beard)
                shine = 0.004 if beard else paint.hair_shine
                high = wa * scene.shell[a] + wb * scene.shell[b] + wc * scene.shell[c]
                facing = nx * vx + ny * vy + nz * vz
                # Strands stand in each other's shade.
                open_sky = 0.50 * (0.62 + 0.38 * high) if material == _SCALP else 0.62 + 0.38 * high
                if strands.curl > 0.5:
                    # Between tufts it is dark.
                    open_sky *= min(1.15, max(0.4, 0.85 + 0.22 * aside))
                if facing < 0:
                    nx = -nx
                    ny = -ny
                    nz = -nz
                    open_sky *= 0.45 if not beard else 1.0
                nx += 0.18 * aside
                ny += 0.06 * aside
                length = math.sqrt(nx * nx + ny * ny + nz * nz) + 1e-9
                nx /= length
                ny /= length
                nz /= length
            else:
                red, green, blue, shine = paint.frame[0], paint.frame[1], paint.frame[2], 0.5
                sharpness = 40.0

            lit = lit_share(light, x, y, z) if light.shadow.shape[0] > 0 else 1.0
            if material in (_TEETH, _MOUTH):
                # The map is too coarse for the gap between the lips.
                lit = 0.5 + 0.5 * lit
            facing_key = nx * light.key_from[0] + ny * light.key_from[1] + nz * light.key_from[2]
            fill = nx * light.fill_from[0] + ny * light.fill_from[1] + nz * light.fill_from[2]
            fill = max(0.0, (fill + 0.3) / 1.3)
            up = 0.5 + 0.5 * ny
            hx = light.key_from[0] + vx
            hy = light.key_from[1] + vy
            hz = light.key_from[2] + vz
            length = math.sqrt(hx * hx + hy * hy + hz * hz) + 1e-9
            hx /= length
            hy /= length
            hz /= length
            grazing = 1 - max(0.0, nx * vx + ny * vy + nz * vz)
            fresnel = 0.04 + 0.96 * grazing**5
            if strand:
                q = scene.tangent
                tx = wa * q[a, 0] + wb * q[b, 0] + wc * q[c, 0]
                ty = wa * q[a, 1] + wb * q[b, 1] + wc * q[c, 1]
                tz = wa * q[a, 2] + wb * q[b, 2] + wc * q[c, 2]
                along = tx * nx + ty * ny + tz * nz
                tx -= along * nx
                ty -= along * ny
                tz -= along * nz
                length = math.sqrt(tx * tx + ty * ty + tz * tz) + 1e-9
                half = (tx * hx + ty * hy + tz * hz) / length
                highlight = shine * math.sqrt(max(0.0, 1 - half * half)) ** 28 * lit * open_sky
                highlight *= max(0.0, min(1.0, facing_key + 0.4))
            else:
                bright = max(0.0, nx * hx + ny * hy + nz * hz) ** sharpness
                highlight = shine * bright * (sharpness + 8) / 40 * lit * (0.25 + fresnel)
                if material == _EYE:
                    # The lids' shadow, too coarse here, would put out the light in every eye.
                    highlight = shine * bright * 1.3
            sheen = 0.0 if strand else shine * fresnel * 0.22 * open_sky * max(0.0, 0.5 * ny + 0.5)
            for q3 in range(3):
                albedo = red if q3 == 0 else (green if q3 == 1 else blue)
                reach = wrap
                sky = open_sky
                if skin:
                    reach = 0.40 if q3 == 0 else (0.20 if q3 == 1 else 0.13)
                    sky = open_sky**0.75 if q3 == 0 else open_sky
                key = max(0.0, (facing_key + reach) / (1 + reach))
                passed = lit + 0.06 * (1 - lit) if skin and q3 == 0 else lit
                around = light.sky[q3] * up + light.ground[q3] * (1 - up) + light.fill[q3] * fill
                out[py, px, q3] = (
                    albedo * (light.key[q3] * key * passed + around * sky)
                    + highlight * light.key[q3]
                    + sheen * light.sky[q3]
                )
