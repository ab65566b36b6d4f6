"""Pieces: surfaces that are put on a head (hair, beard, glasses), and how they are grown.

Hair is drawn as a few shells over one another whose gaps are strands of a noise field: `cover` says
how much grows at a vertex (0 bare, from 1 closed) and `shell` how far out it lies (0 root, 1 tip).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.heads.kernel import kernel

Points = NDArray[np.float32]


@dataclass(frozen=True)
class Piece:
    """A surface on a head; k vertices, centimetres, in the head's own frame.

    Attributes:
        place: float32 [k, 3].
        mean_place: float32 [k, 3] where on the mean head it reads strands; the same for all days.
        tangent: float32 [k, 3] direction of the strands (any length; 0 where there are none).
        tri: int32 [t, 3].
        material: one of the materials in `mesh.py`.
        cover: float32 [k] see the module.
        shell: float32 [k] see the module.
    """

    place: Points
    mean_place: Points
    tangent: Points
    tri: NDArray[np.int32]
    material: int
    cover: NDArray[np.float32]
    shell: NDArray[np.float32]


@kernel
def vertex_normals(place: Points, tri: NDArray[np.int32]) -> Points:
    """Return unit normals at vertices [n, 3], weighted by the area of the triangles around."""
    normal = np.zeros_like(place)
    for t in range(tri.shape[0]):
        a = tri[t, 0]
        b = tri[t, 1]
        c = tri[t, 2]
        ux = place[b, 0] - place[a, 0]
        uy = place[b, 1] - place[a, 1]
        uz = place[b, 2] - place[a, 2]
        vx = place[c, 0] - place[a, 0]
        vy = place[c, 1] - place[a, 1]
        vz = place[c, 2] - place[a, 2]
        nx = uy * vz - uz * vy
        ny = uz * vx - ux * vz
        nz = ux * vy - uy * vx
        for corner in (a, b, c):
            normal[corner, 0] += nx
            normal[corner, 1] += ny
            normal[corner, 2] += nz
    for i in range(normal.shape[0]):
        x = normal[i, 0]
        y = normal[i, 1]
        z = normal[i, 2]
        length = np.sqrt(x * x + y * y + z * z) + 1e-9
        normal[i, 0] = x / length
        normal[i, 1] = y / length
        normal[i, 2] = z / length
    return normal


@kernel
def move_by(
    place: Points, where: NDArray[np.int32], by: NDArray[np.float32], weight: np.float32
) -> None:
    """Move the vertices `where` [k] of `place` [n, 3] by `weight` · `by` [k, 3], in place."""
    for i in range(where.shape[0]):
        v = where[i]
        place[v, 0] += weight * by[i, 0]
        place[v, 1] += weight * by[i, 1]
        place[v, 2] += weight * by[i, 2]


@kernel
def blend_modes(mean: Points, modes: NDArray[np.float32], weights: NDArray[np.float32]) -> Points:
    """Return mean + Σ weight · mode, in an order that never changes.

    Args:
        mean: float32 [n, 3].
        modes: float32 [m, n·3].
        weights: float32 [m].
    """
    out = mean.copy().reshape(-1)
    for m in range(modes.shape[0]):
        w = weights[m]
        row = modes[m]
        for i in range(out.shape[0]):
            out[i] += w * row[i]
    return out.reshape(mean.shape)
