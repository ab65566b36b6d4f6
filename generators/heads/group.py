"""Photos of several people: each drawn in the same light before the same background.

People stand in rows, those behind higher and half a place to the side, and are drawn from the back
to the front. The head model ends at the collar; shoulders are added here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from generators.heads.backdrop import backdrop
from generators.heads.camera import rotation, turned
from generators.heads.develop import develop
from generators.heads.directions import identity_code
from generators.heads.identity import Portrayed
from generators.heads.mesh import BODY, grid_triangles
from generators.heads.pieces import Points, vertex_normals
from generators.heads.posed import Posed, light_on, pose
from generators.heads.raster import Scene
from generators.heads.render import SAMPLES, draw, halved
from generators.heads.shot import Pose, ShotCode, draw_shot
from generators.promises import refuse_minor

LARGEST = 30
"""Most people in one photo; more would have faces of a few pixels."""
_SPACE, _RISE, _MARGIN = 36.0, 23.0, 25.0
"""Between neighbours, from row to row, and from the outer faces to the edge, cm. Assumptions."""
_DISTANCE = 250.0
"""From the lens to each face, cm."""
_FACE = 27.0
"""Side of the frame of a portrait on a face, cm."""


@dataclass(frozen=True)
class GroupPhoto:
    """A photo of several people.

    Attributes:
        picture: float32 [size, size, 3] in 0..1, sRGB.
        boxes: float32 [n, 4] left, top, right, bottom of each face in pixels, from the chin to
            the upper forehead and from cheek to cheek, in the order of the people; faces of the
            front row may hide a part of what is in a box behind.
    """

    picture: NDArray[np.float32]
    boxes: NDArray[np.float32]


def group_photo_of(
    people: Sequence[Portrayed], photo: int, ages: Sequence[float], quality: float, size: int
) -> GroupPhoto:
    """Return one photo of several people, a function of the arguments alone.

    Args:
        people: who is in it, 1 to `LARGEST`; the first stands at the front on the left.
        photo: id of the photo.
        ages: age of each on the capture day, years.
        quality: 0 to 1; 1 is sharp, well lit and frontal.
        size: pixels a side, a multiple of 8.

    Raises:
        ValueError: nobody, too many, the same person twice, or not one age for each.
        UnderageError: somebody in it is under 18; nothing is drawn then.
        FacesUnavailableError: there is no head model, or it is not the expected one.
    """
    if not 1 <= len(people) <= LARGEST:
        raise ValueError(f"a group photo shows 1 to {LARGEST} people, found {len(people)}")
    if len(set(people)) < len(people):
        raise ValueError("a person is in a group photo once, found the same one twice")
    if len(ages) != len(people):
        raise ValueError(f"{len(people)} people need as many ages, found {len(ages)}")
    for age in ages:
        refuse_minor(photo, age)
    shared = draw_shot(identity_code(people[0]), photo, quality, 1)
    spots, scale = _spots(len(people), size * SAMPLES)
    seen = np.repeat(np.repeat(backdrop(shared.backdrop, size), SAMPLES, 0), SAMPLES, 1)
    there = np.zeros(seen.shape[:2], dtype=bool)
    boxes = np.empty((len(people), 4), dtype=np.float32)
    for i in reversed(range(len(people))):
        shot = draw_shot(identity_code(people[i]), photo, quality, 1)
        stance = shot.pose._replace(distance=_DISTANCE)
        shot = replace(shot, lighting=shared.lighting, pose=stance)
        owner, boxes[i] = _draw_one(people[i], ages[i], shot, spots[i], scale, seen)
        there |= owner >= 0
    light = halved(seen)
    picture = develop(light, there[::SAMPLES, ::SAMPLES], shared.camera, shared.backdrop)
    return GroupPhoto(picture=picture, boxes=np.clip(boxes / SAMPLES, 0, size))


def _spots(count: int, wide: int) -> tuple[NDArray[np.float64], float]:
    """Return where the faces are [count, 2], and samples a centimetre; the front row first."""
    rows = 1 if count <= 3 else 2 if count <= 10 else 3
    columns = math.ceil(count / rows)
    across = (columns - 1 + (0.5 if rows > 1 else 0)) * _SPACE + 2 * _MARGIN
    scale = wide / across
    lowest = 0.47 * wide + 0.5 * (rows - 1) * _RISE * scale
    spots = []
    for row in range(rows):
        here = len(range(row * columns, min(count, (row + 1) * columns)))
        # A full row stands between the heads of the row before it; a shorter one does by itself.
        shift = 0.25 * (1 if row % 2 else -1) if rows > 1 and here == columns else 0.0
        for column in range(here):
            right = wide / 2 + (column - (here - 1) / 2 + shift) * _SPACE * scale
            spots.append((right, lowest - row * _RISE * scale))
    return np.array(spots), scale


def _draw_one(
    who: Portrayed,
    age: float,
    shot: ShotCode,
    spot: NDArray[np.float64],
    scale: float,
    seen: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Draw one person with the middle of the face at a spot; return (owner, box in samples)."""
    side = scale * _FACE / SAMPLES
    posed = pose(who, age, shot, 128 if side <= 64 else 256)
    posed = replace(posed, scene=_with_shoulders(posed, shot))
    middle = posed.marks.mean(axis=0)
    camera = (middle + np.array([0, 0, _DISTANCE])).astype(np.float32)

    def through_lens(world: Points) -> Points:
        depth = camera[2] - world[:, 2]
        screen = np.empty_like(world)
        screen[:, 0] = spot[0] + scale * _DISTANCE * (world[:, 0] - middle[0]) / depth
        screen[:, 1] = spot[1] - scale * _DISTANCE * (world[:, 1] - middle[1]) / depth
        screen[:, 2] = 1000 / depth
        return screen

    light = light_on(posed, shot.lighting, camera, round(side))
    owner = draw(posed, shot, through_lens, light, seen)
    marks = through_lens(posed.marks)[:, :2]
    (left, top), (right, bottom) = marks.min(axis=0), marks.max(axis=0)
    # The marks end at the brows; a third of their height more is the upper forehead.
    top -= (bottom - top) / 3
    return owner, np.array([left, top, right, bottom], dtype=np.float32)


_TORSO = np.array(
    [(-11.0, 4.6, 3.6), (-12.2, 7.0, 4.4), (-13.6, 11.5, 5.8), (-15.4, 16.0, 7.4),
     (-18.0, 19.2, 8.8), (-22.0, 21.0, 10.0), (-30.0, 21.6, 10.8), (-260.0, 22.0, 11.5)]
)  # fmt: skip
"""Height, half width and half depth of the trunk from the neck down, cm."""


def _with_shoulders(posed: Posed, shot: ShotCode) -> Scene:
    """Return the person's scene with neck, shoulders and chest below the collar."""
    columns = 33
    turn = np.linspace(0, 2 * np.pi, columns)
    wider = 1 + 0.08 * posed.head.code.masculine
    place = np.stack(
        [
            wider * _TORSO[:, 1:2] * np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.8,
            np.repeat(_TORSO[:, :1], columns, axis=1),
            _TORSO[:, 2:3] * np.cos(turn) - 3.0,
        ],
        axis=-1,
    )
    mean_place = place.reshape(-1, 3).astype(np.float32)
    tri = np.ascontiguousarray(grid_triangles(columns, len(_TORSO))[:, ::-1])
    # The trunk follows half of the head's turn to the side, and no nod.
    matrix = rotation(Pose(0.5 * shot.pose.yaw, 0.0, 0.0, shot.pose.distance))
    moved = turned(mean_place, matrix)
    scene, count = posed.scene, len(moved)

    def more(values: NDArray[np.float32], added: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.concatenate([values, added.astype(np.float32)])

    return Scene(
        tri=np.concatenate([scene.tri, tri + np.int32(len(scene.place))]),
        material=np.concatenate([scene.material, np.full(len(tri), BODY, dtype=np.int32)]),
        place=more(scene.place, moved),
        normal=more(scene.normal, vertex_normals(moved, tri)),
        tangent=more(scene.tangent, np.zeros((count, 3))),
        mean_place=more(scene.mean_place, mean_place),
        uv=more(scene.uv, np.zeros((count, 2))),
        ao=more(scene.ao, np.full(count, 0.85)),
        cover=more(scene.cover, np.zeros(count)),
        shell=more(scene.shell, np.zeros(count)),
    )
