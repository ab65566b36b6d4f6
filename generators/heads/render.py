"""One photo of one person: the scene seen through the lens, lit and developed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from generators.heads.backdrop import backdrop
from generators.heads.camera import project
from generators.heads.develop import develop
from generators.heads.directions import identity_code
from generators.heads.identity import Portrayed
from generators.heads.lens import glaze, soften
from generators.heads.noise import lattice
from generators.heads.pieces import Points
from generators.heads.posed import Posed, lenses, light_on, paint, pose
from generators.heads.raster import rasterise
from generators.heads.shade import Light, shade
from generators.heads.shot import ShotCode, draw_shot

SAMPLES = 2
"""Samples a pixel in each direction."""


def photo_of(
    who: Portrayed, photo: int, age: float, quality: float, group: int, size: int
) -> NDArray[np.float32]:
    """Return one photo of a person, a function of the arguments alone.

    Args:
        who: the person.
        photo: id of the photo.
        age: age on the capture day, years.
        quality: 0 to 1; 1 is sharp, well lit and frontal.
        group: number of faces in the photo.
        size: pixels a side.

    Returns:
        float32 [size, size, 3] in 0..1, sRGB.

    Raises:
        FacesUnavailableError: there is no head model, or it is not the expected one.
    """
    shot = draw_shot(identity_code(who), photo, quality, group)
    return render(who, age, shot, size)


def render(who: Portrayed, age: float, shot: ShotCode, size: int) -> NDArray[np.float32]:
    """Return a person at an age in a given shot; see `photo_of`."""
    light, head = seen_light(who, age, shot, size)
    return develop(light, head, shot.camera, shot.backdrop)


def seen_light(
    who: Portrayed, age: float, shot: ShotCode, size: int
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Return the light that reaches the camera: float32 [size, size, 3] linear RGB, and bool
    [size, size] where the head with its hair, glasses and clothes is. See `photo_of`.
    """
    posed = pose(who, age, shot, 128 if size <= 64 else 256)
    wide = size * SAMPLES

    def through_lens(world: Points) -> Points:
        return project(world, posed.marks, shot.pose, shot.framing, wide)[0]

    _, camera = project(posed.marks, posed.marks, shot.pose, shot.framing, wide)
    light = light_on(posed, shot.lighting, camera, size)
    seen = np.repeat(np.repeat(backdrop(shot.backdrop, size), SAMPLES, 0), SAMPLES, 1)
    owner = draw(posed, shot, through_lens, light, seen)
    return halved(seen), owner[::SAMPLES, ::SAMPLES] >= 0


def draw(
    posed: Posed,
    shot: ShotCode,
    through_lens: Callable[[Points], Points],
    light: Light,
    seen: NDArray[np.float32],
) -> NDArray[np.int32]:
    """Draw a posed person over the light `seen`, in place.

    Args:
        posed: the person in the shot.
        shot: the shot.
        through_lens: from turned places [n, 3], cm, to x, y in samples of `seen` and nearness.
        light: the light with its shadow map.
        seen: float32 [W, W, 3] linear RGB, the background or what has been drawn so far.

    Returns:
        int32 [W, W]: the triangle seen in each sample, −1 where the person is not.
    """
    values, wide = lattice(), len(seen)
    scene, strands = posed.scene, posed.strands
    nearness, owner, weight = rasterise(
        scene, through_lens(scene.place), values, strands, wide, False
    )
    shade(scene, paint(posed, shot), strands, light, values, owner, weight, seen)
    if shot.glasses:
        glass = lenses(posed)
        over = rasterise(glass, through_lens(glass.place), values, strands, wide, False)
        glaze(glass.place, glass.normal, glass.tri, light, nearness, *over, seen)
    soften(scene.material, owner, seen)
    return owner


def halved(wide: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean over the samples of each pixel."""
    n = SAMPLES
    total = sum((wide[i::n, j::n] for i in range(n) for j in range(n)), np.float32(0))
    return np.asarray(total / np.float32(n * n))
