"""Drawing triangles: which one is nearest in each pixel, and where in it the pixel lies.

A depth buffer with one sample a pixel; pictures are drawn at twice their size and averaged. Hair is
cut out strand by strand while it is drawn. The same code draws the shadow map.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.heads.mesh import BEARD, BODY, FACE, HAIR, SCALP
from generators.heads.noise import field_at

_FACE, _BODY, _SCALP, _HAIR, _BEARD = FACE, BODY, SCALP, HAIR, BEARD


class Scene(NamedTuple):
    """Everything in front of the camera; n vertices, T triangles.

    Attributes:
        tri: int32 [T, 3].
        material: int32 [T], see `mesh.py`.
        place: float32 [n, 3] turned, cm.
        normal: float32 [n, 3] turned, unit.
        tangent: float32 [n, 3] turned direction of strands.
        mean_place: float32 [n, 3] the same point on the mean head.
        uv: float32 [n, 2] place in the face's texture.
        ao: float32 [n] ambient occlusion.
        cover, shell: float32 [n], see `pieces.py`; on skin, `cover` is how densely hair colours it.
    """

    tri: NDArray[np.int32]
    material: NDArray[np.int32]
    place: NDArray[np.float32]
    normal: NDArray[np.float32]
    tangent: NDArray[np.float32]
    mean_place: NDArray[np.float32]
    uv: NDArray[np.float32]
    ao: NDArray[np.float32]
    cover: NDArray[np.float32]
    shell: NDArray[np.float32]


class Strands(NamedTuple):
    """How hair reads the noise field.

    Attributes:
        pole_x, pole_z: point on top of the head from which strands run, cm.
        curl: 0 strands to 1 curls.
        wave: 0 straight to 1 wavy.
        open: how far the outer shell opens into single strands.
        fuzz: how much further it opens where it is seen from the side, so that outlines are soft.
        grain: offset in the field.
    """

    pole_x: float
    pole_z: float
    curl: float
    wave: float
    open: float
    fuzz: float
    grain: float


@kernel
def strand_at(
    values: NDArray[np.float32], x: float, y: float, z: float, strands: Strands, beard: bool
) -> float:
    """Return the strand field (mean 0, variance about 1) at a place on the mean head."""
    g = strands.grain
    if beard:
        fine = field_at(values, 7.3 * x, 2.6 * y + g, 7.3 * z)
        return 0.7 * field_at(values, 4.1 * x + g, 1.7 * y, 4.1 * z) + 0.7 * fine
    if strands.curl > 0.5:
        tuft = field_at(values, 1.5 * x, 1.5 * y, 1.5 * z + g)
        coarse = field_at(values, 3.4 * x + g, 3.4 * y, 3.4 * z)
        fine = field_at(values, 8.3 * x, 8.3 * y + g, 8.3 * z)
        return 0.6 * tuft + 0.55 * coarse + 0.6 * fine
    # 128 and 384 cells a turn: multiples of the field's period, so that no seam shows.
    turn = math.atan2(x - strands.pole_x, z - strands.pole_z) * (64.0 / math.pi)
    if strands.wave > 0:
        turn += 1.6 * strands.wave * math.sin(1.3 * y + g)
    broad = field_at(values, turn, 0.30 * y + g, g)
    return 0.65 * broad + 0.75 * field_at(values, 3.0 * turn, 0.25 * y, g)


@kernel
def rasterise(
    scene: Scene,
    screen: NDArray[np.float32],
    values: NDArray[np.float32],
    strands: Strands,
    size: int,
    shadow: bool,
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.float32]]:
    """Draw a scene into three buffers of `size` × `size` pixels.

    Args:
        scene: what to draw.
        screen: float32 [n, 3] x, y (pixels) and nearness of each vertex.
        values: the noise lattice.
        strands: how hair is cut out.
        size: pixels a side.
        shadow: whether a shadow map is drawn (only skin and hair cast shadows).

    Returns:
        nearness: float32 [size, size], larger is nearer.
        owner: int32 [size, size] index of the nearest triangle, −1 for none.
        weight: float32 [size, size, 2] weights of its first two corners.
    """
    nearness = np.full((size, size), np.float32(-1e9), np.float32)
    owner = np.full((size, size), np.int32(-1), np.int32)
    weight = np.zeros((size, size, 2), np.float32)
    for t in range(scene.tri.shape[0]):
        material = scene.material[t]
        if shadow and material not in (_FACE, _BODY, _SCALP, _HAIR, _BEARD):
            continue
        a = scene.tri[t, 0]
        b = scene.tri[t, 1]
        c = scene.tri[t, 2]
        x0, y0 = screen[a, 0], screen[a, 1]
        x1, y1 = screen[b, 0], screen[b, 1]
        x2, y2 = screen[c, 0], screen[c, 1]
        area = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        if area == 0 or (area > 0 and material < _SCALP):
            continue
        if area > 0 and material == _SCALP and scene.shell[a] > 0:
            continue
        # Most triangles lie between the middles of pixels; these leave here.
        left = math.ceil(max(min(x0, min(x1, x2)) - np.float32(0.5), np.float32(0)))
        right = math.floor(min(max(x0, max(x1, x2)) - np.float32(0.5), np.float32(size - 1)))
        top = math.ceil(max(min(y0, min(y1, y2)) - np.float32(0.5), np.float32(0)))
        bottom = math.floor(min(max(y0, max(y1, y2)) - np.float32(0.5), np.float32(size - 1)))
        if left > right or top > bottom:
            continue
        strandy = material in (_SCALP, _HAIR, _BEARD)
        if strandy and max(scene.cover[a], max(scene.cover[b], scene.cover[c])) <= 0:
            continue
        inverse = 1.0 / area
        for y in range(top, bottom + 1):
            for x in range(left, right + 1):
                px = x + 0.5
                py = y + 0.5
                w0 = ((x1 - px) * (y2 - py) - (x2 - px) * (y1 - py)) * inverse
                w1 = ((x2 - px) * (y0 - py) - (x0 - px) * (y2 - py)) * inverse
                w2 = 1 - w0 - w1
                if w0 < 0 or w1 < 0 or w2 < 0:
                    continue
                near = w0 * screen[a, 2] + w1 * screen[b, 2] + w2 * screen[c, 2]
                if near <= nearness[y, x]:
                    continue
                if strandy:
                    grown = w0 * scene.cover[a] + w1 * scene.cover[b] + w2 * scene.cover[c]
                    high = w0 * scene.shell[a] + w1 * scene.shell[b] + w2 * scene.shell[c]
                    need = 0.4 + strands.open * high
                    if grown < need - 1.2:
                        continue
                    if not shadow:
                        nz = scene.normal
                        facing = abs(w0 * nz[a, 2] + w1 * nz[b, 2] + w2 * nz[c, 2])
                        need += strands.fuzz * high * max(0.0, 1 - 1.7 * facing)
                    m = scene.mean_place
                    n = 0.0
                    # The field hardly ever goes below −3.5.
                    if not shadow and grown < need + 1.4:
                        n = strand_at(
                            values,
                            w0 * m[a, 0] + w1 * m[b, 0] + w2 * m[c, 0],
                            w0 * m[a, 1] + w1 * m[b, 1] + w2 * m[c, 1],
                            w0 * m[a, 2] + w1 * m[b, 2] + w2 * m[c, 2],
                            strands,
                            material == _BEARD,
                        )
                    if grown + 0.4 * n < need:
                        continue
                nearness[y, x] = near
                owner[y, x] = t
                weight[y, x, 0] = w0
                weight[y, x, 1] = w1
    return nearness, owner, weight
