"""The head model made ready for drawing: visible parts only, one material a triangle.

From the pack come the vertices that can be seen (skin, mouth, eyes), their texture places and
landmarks, sparse blend shapes, and two surfaces on which hair grows: a grid over the scalp
(azimuth × polar angle about the middle of the skull, ears smoothed away) and the patch of the jaw
that can carry a beard.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel
from generators.heads.pack import HeadAssets, HeadPack, head_model_folder, load_assets, load_pack

FACE, BODY, EYE, TEETH, MOUTH, SCALP, HAIR, BEARD, FRAME = range(9)
"""Materials of triangles. SCALP is hair that lies on the head, HAIR is hair that falls. HAIR and
all after it are seen from both sides, and so is the innermost shell of SCALP."""

_MATERIAL_OF_REGION = {0: FACE, 1: BODY, 2: MOUTH, 3: MOUTH, 4: MOUTH, 5: MOUTH, 6: TEETH}
_MATERIAL_OF_REGION |= {7: EYE, 8: EYE}

SKULL_CENTRE = np.array([0.0, 4.5, -0.5], dtype=np.float32)
"""Middle of the skull, cm: strands and the scalp's grid are measured about it."""
AZIMUTHS, POLARS = 73, 26
"""Size of the scalp's grid; the last azimuth repeats the first at the back of the head."""
LOWEST_POLAR = 2.25
"""Polar angle of the grid's last row, radians from straight up: the nape."""


@dataclass(frozen=True)
class HeadMesh:
    """What is drawn of a head; n visible vertices, centimetres.

    Attributes:
        mean: float32 [n, 3] the mean head.
        modes: float32 [100, n·3] identity modes.
        expressions: name → (int32 [k] vertices moved, float32 [k, 3] how far at weight 1).
        tri: int32 [T, 3].
        material: int32 [T].
        uv: float32 [n, 2] place in the face's texture (0 for other materials).
        ao: float32 [n] ambient occlusion, 1 is open.
        landmarks: int32 [68].
        teeth: int32 [d] vertices of the teeth.
        masculine: float32 [100] unit direction over modes.
        texel_place: float32 [256, 256, 3] place on the mean head of each texel of the face.
        texel_lip: float32 [256, 256] 1 on the lips.
        scalp_tri: int32 [AZIMUTHS·POLARS, 3] and `scalp_weight` float32 of the same shape: each
            point of the scalp's grid as a blend of three vertices.
        scalp_tri_index: int32 [S, 3] triangles of that grid.
        scalp_mean: float32 [AZIMUTHS·POLARS, 3] the grid on the mean head.
        jaw: int32 [j] vertices that can carry a beard.
        jaw_tri: int32 [J, 3] triangles over `jaw`.
    """

    mean: NDArray[np.float32]
    modes: NDArray[np.float32]
    expressions: dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]
    tri: NDArray[np.int32]
    material: NDArray[np.int32]
    uv: NDArray[np.float32]
    ao: NDArray[np.float32]
    landmarks: NDArray[np.int32]
    teeth: NDArray[np.int32]
    masculine: NDArray[np.float32]
    texel_place: NDArray[np.float32]
    texel_lip: NDArray[np.float32]
    scalp_tri: NDArray[np.int32]
    scalp_weight: NDArray[np.float32]
    scalp_tri_index: NDArray[np.int32]
    scalp_mean: NDArray[np.float32]
    jaw: NDArray[np.int32]
    jaw_tri: NDArray[np.int32]


@lru_cache(maxsize=1)
def head_mesh() -> HeadMesh:
    """Return the mesh of the head model that is configured.

    Raises:
        FacesUnavailableError: there is none, or it is not the expected one.
    """
    return build_mesh(load_pack(head_model_folder()), load_assets())


def build_mesh(pack: HeadPack, assets: HeadAssets) -> HeadMesh:
    """Return the drawable mesh of a head model."""
    seen = np.isin(pack.tri_region, list(_MATERIAL_OF_REGION))
    kept = np.unique(pack.tri[seen])
    renumber = np.full(len(pack.mean), -1, dtype=np.int32)
    renumber[kept] = np.arange(len(kept), dtype=np.int32)
    tri = np.ascontiguousarray(renumber[pack.tri[seen]])
    material = np.array(
        [_MATERIAL_OF_REGION[int(region)] for region in pack.tri_region[seen]], dtype=np.int32
    )
    mean = np.ascontiguousarray(pack.mean[kept])
    uv = np.zeros((len(kept), 2), dtype=np.float32)
    on_face = material == FACE
    uv[tri[on_face].ravel()] = pack.uv[pack.tri_uv[seen][on_face].ravel()]

    scalp_tri, scalp_weight = _scalp_grid(mean, tri[(material == FACE) | (material == BODY)])
    of_face = np.zeros(len(mean), dtype=bool)
    of_face[tri[on_face]] = True
    jaw = np.flatnonzero(of_face & (jaw_cover(mean) > 0.01)).astype(np.int32)
    to_jaw = np.full(len(mean), -1, dtype=np.int32)
    to_jaw[jaw] = np.arange(len(jaw), dtype=np.int32)
    jaw_tri = to_jaw[tri[on_face]]
    return HeadMesh(
        mean=mean,
        modes=np.ascontiguousarray(
            pack.identity[:, kept].astype(np.float32).reshape(len(pack.identity), -1)
        ),
        expressions=_sparse_expressions(pack, kept),
        tri=tri,
        material=material,
        uv=uv,
        ao=assets.ao[kept].astype(np.float32),
        landmarks=renumber[pack.landmarks68],
        teeth=np.unique(tri[material == TEETH]),
        masculine=assets.sexdir,
        texel_place=assets.uvpos,
        texel_lip=assets.lip,
        scalp_tri=scalp_tri,
        scalp_weight=scalp_weight,
        scalp_tri_index=np.ascontiguousarray(grid_triangles(AZIMUTHS, POLARS)[:, ::-1]),
        scalp_mean=(mean[scalp_tri] * scalp_weight[:, :, None]).sum(axis=1),
        jaw=jaw,
        jaw_tri=np.ascontiguousarray(jaw_tri[(jaw_tri >= 0).all(axis=1)]),
    )


def _sparse_expressions(
    pack: HeadPack, kept: NDArray[np.integer]
) -> dict[str, tuple[NDArray[np.int32], NDArray[np.float32]]]:
    """Return each blend shape as the vertices that it moves by more than 0.02 mm."""
    sparse = {}
    for name, shape in zip(pack.expression_names, pack.expression, strict=True):
        moved = shape[kept].astype(np.float32)
        where = np.flatnonzero(np.abs(moved).max(axis=1) > 2e-3)
        sparse[str(name)] = (where.astype(np.int32), moved[where])
    return sparse


def grid_triangles(columns: int, rows: int) -> NDArray[np.int32]:
    """Return the triangles of a grid whose point (row, column) has the index row·columns + column.

    Returns:
        int32 [2·(rows − 1)·(columns − 1), 3].
    """
    row, column = np.meshgrid(np.arange(rows - 1), np.arange(columns - 1), indexing="ij")
    corner = (row * columns + column).ravel()
    first = np.stack([corner, corner + 1, corner + columns], axis=1)
    second = np.stack([corner + 1, corner + columns + 1, corner + columns], axis=1)
    return np.concatenate([first, second]).astype(np.int32)


def ramp(x: NDArray[np.floating], low: float, high: float) -> NDArray[np.float32]:
    """Return a smooth step of `x`: 0 up to `low`, 1 from `high`; falling where low > high."""
    t = np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1)
    return np.asarray(t * t * (3 - 2 * t), dtype=np.float32)


def jaw_cover(place: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return where a full beard grows, 0 to 1, for places on the mean head [..., 3], cm.

    Cheeks below a line that rises to the ear, chin and jaw down to the throat; not the moustache.
    """
    side = np.abs(place[..., 0])
    y, z = place[..., 1], place[..., 2]
    cheek_line = -1.9 + 0.62 * np.maximum(0, side - 2.4)
    below = ramp(cheek_line - y, -0.2, 1.3)
    beside_mouth = np.clip(ramp(-y, 4.0, 5.2) + ramp(side, 2.6, 3.9), 0, 1)
    throat = ramp(y, -10.2, -8.4)
    return below * beside_mouth * throat * ramp(z, -0.6, 1.2) * ramp(side, 7.7, 7.1)


def _scalp_grid(
    mean: NDArray[np.float32], tri: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the skin under each direction of the scalp's grid, as triangles and weights.

    Where several layers lie under a direction (the ear over the skull) the innermost counts.
    """
    azimuth = np.linspace(-np.pi, np.pi, AZIMUTHS)
    polar = np.linspace(0.02, LOWEST_POLAR, POLARS)
    theta, phi = np.meshgrid(polar, azimuth, indexing="ij")
    rays = np.stack(
        [np.sin(theta) * np.sin(phi), np.cos(theta), np.sin(theta) * np.cos(phi)], axis=-1
    )
    return _innermost_hits(
        (mean - SKULL_CENTRE).astype(np.float64), tri, rays.reshape(-1, 3).copy()
    )


@kernel
def _innermost_hits(
    vertices: NDArray[np.float64], tri: NDArray[np.int32], rays: NDArray[np.float64]
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Return the nearest triangle along each ray from the origin and the weights of its corners.

    Crossing by Möller and Trumbore 1997, "Fast, minimum storage ray-triangle intersection". A
    triangle is passed over where it lies nearer than 4 cm (gullet and inner ear are no scalp).
    """
    corners = np.zeros((len(rays), 3), np.int32)
    weights = np.zeros((len(rays), 3), np.float32)
    nearest = np.full(len(rays), 1e9)
    for t in range(len(tri)):
        a = vertices[tri[t, 0]]
        u = vertices[tri[t, 1]] - a
        v = vertices[tri[t, 2]] - a
        middle = a + (u + v) / 3
        reach = np.sqrt(max((u * u).sum(), (v * v).sum()))
        length = np.sqrt((middle * middle).sum())
        for r in range(len(rays)):
            d = rays[r]
            along = d[0] * middle[0] + d[1] * middle[1] + d[2] * middle[2]
            if along < 4.0 or length * length - along * along > reach * reach:
                continue
            p = np.cross(d, v)
            det = (u * p).sum()
            if abs(det) < 1e-12:
                continue
            w1 = -(a * p).sum() / det
            q = np.cross(-a, u)
            w2 = (d * q).sum() / det
            far = (v * q).sum() / det
            if w1 < -1e-4 or w2 < -1e-4 or w1 + w2 > 1 + 1e-4:
                continue
            if far < 4.0 or far >= nearest[r]:
                continue
            nearest[r] = far
            corners[r] = tri[t]
            weights[r, 0] = 1 - w1 - w2
            weights[r, 1] = w1
            weights[r, 2] = w2
    return corners, weights
