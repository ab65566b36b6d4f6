"""Reading the two things that the head model's Wavefront OBJ files hold: vertices and faces.

Only the lines `v`, `vt`, `usemtl` and `f` (with `vertex/uv` corners) mean something here; other
lines are passed over. Faces of more than three corners are fanned into triangles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import FacesUnavailableError


@dataclass(frozen=True)
class Surface:
    """A mesh with texture corners.

    Attributes:
        vertices: float64 [V, 3].
        uv: float64 [U, 2] texture corners.
        tri: int64 [T, 3] vertices of each triangle.
        tri_uv: int64 [T, 3] texture corners of each triangle.
        tri_material: int64 [T] index into `materials`.
        tri_polygon: int64 [T] which `f` line the triangle came from.
        materials: material names in order of appearance.
    """

    vertices: NDArray[np.float64]
    uv: NDArray[np.float64]
    tri: NDArray[np.int64]
    tri_uv: NDArray[np.int64]
    tri_material: NDArray[np.int64]
    tri_polygon: NDArray[np.int64]
    materials: tuple[str, ...]


def read_vertices(content: bytes, name: str) -> NDArray[np.float64]:
    """Return the `v` lines of an OBJ file as float64 [V, 3].

    Args:
        content: the file.
        name: what to call it in an error.

    Raises:
        FacesUnavailableError: the file has no vertices or they are not triples of numbers.
    """
    rows = [line[2:] for line in content.splitlines() if line.startswith(b"v ")]
    try:
        vertices = np.array(b" ".join(rows).split(), dtype=np.float64).reshape(-1, 3)
    except ValueError:
        vertices = np.empty((0, 3))
    if len(vertices) == 0 or len(vertices) != len(rows):
        raise FacesUnavailableError(f"{name} is not a mesh as expected: odd vertices")
    return vertices


def read_surface(content: bytes, name: str) -> Surface:
    """Return the vertices, texture corners and triangles of an OBJ file.

    Args:
        content: the file.
        name: what to call it in an error.

    Raises:
        FacesUnavailableError: a line is not what the format says.
    """
    uv: list[list[float]] = []
    tri: list[tuple[int, int, int]] = []
    tri_uv: list[tuple[int, int, int]] = []
    material_of: list[int] = []
    polygon_of: list[int] = []
    materials: list[str] = []
    material = -1
    polygon = 0
    try:
        for line in content.decode().splitlines():
            word, _, rest = line.partition(" ")
            if word == "vt":
                uv.append([float(x) for x in rest.split()[:2]])
            elif word == "usemtl":
                if rest.strip() not in materials:
                    materials.append(rest.strip())
                material = materials.index(rest.strip())
            elif word == "f":
                corners = [corner.split("/") for corner in rest.split()]
                v = [int(corner[0]) - 1 for corner in corners]
                t = [int(corner[1]) - 1 for corner in corners]
                for k in range(1, len(corners) - 1):
                    tri.append((v[0], v[k], v[k + 1]))
                    tri_uv.append((t[0], t[k], t[k + 1]))
                    material_of.append(material)
                    polygon_of.append(polygon)
                polygon += 1
    except (ValueError, IndexError):
        raise FacesUnavailableError(f"{name} is not a mesh as expected: odd faces") from None
    return Surface(
        vertices=read_vertices(content, name),
        uv=np.array(uv, dtype=np.float64).reshape(-1, 2),
        tri=np.array(tri, dtype=np.int64).reshape(-1, 3),
        tri_uv=np.array(tri_uv, dtype=np.int64).reshape(-1, 3),
        tri_material=np.array(material_of, dtype=np.int64),
        tri_polygon=np.array(polygon_of, dtype=np.int64),
        materials=tuple(materials),
    )
