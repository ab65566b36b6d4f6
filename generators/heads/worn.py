"""What else is on a head: the strands of a full beard, and glasses."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.identity import Glasses, IdentityCode
from generators.heads.mesh import BEARD, FRAME, HeadMesh, jaw_cover
from generators.heads.pieces import Piece, Points


def grow_beard(mesh: HeadMesh, head: Points, normal: Points, code: IdentityCode) -> list[Piece]:
    """Return the shells of a beard over the jaw, none for beards that are only painted.

    Args:
        mesh: the head model.
        head: float32 [n, 3] the head with its expression.
        normal: float32 [n, 3] its normals.
        code: the person.
    """
    length = {"short beard": 0.22, "full beard": code.beard_length}.get(code.beard, 0.0)
    if length == 0:
        return []
    mean = mesh.mean[mesh.jaw]
    grown = jaw_cover(mean)
    pieces = []
    # The inner shell is nearly closed, so that no skin shines through a full beard.
    for height, shell, closed in ((0.4, 0.0, 0.45), (0.75, 0.5, 0.1), (1.05, 1.0, -0.15)):
        place = head[mesh.jaw] + normal[mesh.jaw] * (0.55 * length * height * grown)[:, None]
        place[:, 1] -= 0.6 * length * height * grown
        pieces.append(
            Piece(
                place=place,
                mean_place=mean,
                tangent=np.tile(np.array([0, -1, 0.3], dtype=np.float32), (len(mean), 1)),
                tri=mesh.jaw_tri,
                material=BEARD,
                cover=(grown * (1.6 * code.beard_density + closed) - 0.15).astype(np.float32),
                shell=np.full(len(mean), shell, dtype=np.float32),
            )
        )
    return pieces


class Fit(NamedTuple):
    """Where glasses sit on a head, cm: depth and height of the lenses, their |x|, the ears' |x|."""

    front: float
    level: float
    middle: float
    ear: float


def _fitted(mesh: HeadMesh, head: Points) -> Fit:
    mark = head[mesh.landmarks]
    return Fit(
        front=float(max(mark[[37, 44], 2].max() + 0.9, mark[27, 2] - 0.2)),
        level=float(mark[36:48, 1].mean()) - 0.15,
        middle=float(np.abs(mark[[36, 39, 42, 45], 0]).mean()),
        ear=float(np.abs(head[:, 0][mesh.mean[:, 1] > -2].max())) - 1.45,
    )


def _rim(glasses: Glasses, turn: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Return x and y of a lens's rim about its middle, a superellipse."""
    power = 2 / glasses.squareness
    return (
        glasses.half_width * np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** power,
        glasses.half_height * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** power,
    )


def fit_lenses(mesh: HeadMesh, head: Points, glasses: Glasses) -> Piece:
    """Return the two lenses of a person's glasses: slightly domed, facing the camera."""
    front, level, middle, _ = _fitted(mesh, head)
    round_x, round_y = _rim(glasses, np.linspace(0, 2 * np.pi, 24, endpoint=False))
    places, tris = [], []
    spokes = np.arange(24)
    for n, side in enumerate((-1.0, 1.0)):
        x = np.concatenate([[0.0], round_x]) + side * middle
        y = np.concatenate([[0.0], round_y]) + level
        z = front - 0.05 * (np.abs(x) - 2) ** 2
        z[0] += 0.12
        places.append(np.stack([x, y, z], axis=1))
        fan = np.stack([0 * spokes, 1 + spokes, 1 + (spokes + 1) % 24], axis=1)
        tris.append(fan + n * 25)
    place = np.concatenate(places).astype(np.float32)
    return Piece(
        place=place,
        mean_place=place,
        tangent=np.zeros_like(place),
        tri=np.concatenate(tris).astype(np.int32),
        material=FRAME,
        cover=np.full(len(place), 2.0, dtype=np.float32),
        shell=np.zeros(len(place), dtype=np.float32),
    )


def wear_glasses(mesh: HeadMesh, head: Points, glasses: Glasses) -> Piece:
    """Return the frame of a person's glasses, fitted to the head."""
    front, level, middle, ear = _fitted(mesh, head)
    turn = np.linspace(0, 2 * np.pi, 25)
    round_x, round_y = _rim(glasses, turn)
    hinge, bridge = middle + glasses.half_width, middle - glasses.half_width
    paths = []
    for side in (-1.0, 1.0):
        x = side * middle + round_x
        paths.append(np.stack([x, level + round_y, front - 0.05 * (np.abs(x) - 2) ** 2], axis=1))
        paths.append(
            np.array(
                [
                    [side * hinge, level + 0.3, front - 0.5],
                    [side * (hinge + 0.75 * (ear - hinge)), level + 0.4, front - 4.5],
                    [side * ear, level + 0.2, 1.0],
                    [side * (ear - 0.3), level - 0.2, -0.5],
                ]
            )
        )
    paths.append(
        np.array(
            [
                [-bridge, level + 0.3, front],
                [0, level + 0.5, front + 0.25],
                [bridge, level + 0.3, front],
            ]
        )
    )
    tubes = [_tube(path, glasses.gauge) for path in paths]
    starts = np.cumsum([0] + [len(place) for place, _ in tubes])
    place = np.concatenate([place for place, _ in tubes]).astype(np.float32)
    tri = np.concatenate([t + start for (_, t), start in zip(tubes, starts, strict=False)])
    return Piece(
        place=place,
        mean_place=place,
        tangent=np.zeros_like(place),
        tri=tri.astype(np.int32),
        material=FRAME,
        cover=np.full(len(place), 2.0, dtype=np.float32),
        shell=np.zeros(len(place), dtype=np.float32),
    )


def _tube(
    path: NDArray[np.float64], radius: float, corners: int = 5
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return (vertices, triangles) of a tube along a path [k, 3]."""
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-9
    helper = np.where(np.abs(along[:, 1:2]) < 0.9, [[0.0, 1.0, 0.0]], [[1.0, 0.0, 0.0]])
    first = np.cross(along, helper)
    first /= np.linalg.norm(first, axis=1, keepdims=True)
    second = np.cross(along, first)
    turn = np.arange(corners) * 2 * np.pi / corners
    ring = np.cos(turn)[:, None] * first[:, None] + np.sin(turn)[:, None] * second[:, None]
    vertices = (path[:, None] + radius * ring).reshape(-1, 3)
    i, j = np.meshgrid(np.arange(len(path) - 1), np.arange(corners), indexing="ij")
    here, beside = i * corners + j, i * corners + (j + 1) % corners
    first_half = np.stack([here, beside, here + corners], axis=-1).reshape(-1, 3)
    second_half = np.stack([beside, beside + corners, here + corners], axis=-1).reshape(-1, 3)
    return vertices, np.concatenate([first_half, second_half])
