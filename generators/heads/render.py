"""One photo of one person: the scene put together, lit, seen through the lens and developed."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.backdrop import backdrop
from generators.heads.camera import project, rotation, turned
from generators.heads.develop import develop
from generators.heads.hair import curliness, strand_pole
from generators.heads.head import (
    Grown,
    Head,
    glasses_of,
    hair_of,
    head_at,
    identity_of,
    lenses_of,
    scalp_of,
)
from generators.heads.identity import Portrayed
from generators.heads.lens import glaze, soften
from generators.heads.mesh import HeadMesh, head_mesh
from generators.heads.noise import lattice
from generators.heads.pieces import Points, move_by, vertex_normals
from generators.heads.pigment import Paint
from generators.heads.raster import Scene, Strands, rasterise
from generators.heads.shade import Light, shade
from generators.heads.shot import Lighting, ShotCode, draw_shot
from generators.heads.worn import grow_beard

_SAMPLES = 2
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
    shot = draw_shot(identity_of(who), photo, quality, group)
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
    mesh, year = head_mesh(), round(age)
    head = head_at(who, year, 128 if size <= 64 else 256)
    place = _expressed(mesh, head.place, shot.expression)
    matrix = rotation(shot.pose)
    scene = _scene(mesh, who, year, head, place, shot, matrix)
    marks = turned(place[mesh.landmarks], matrix)
    wide = size * _SAMPLES
    screen, camera = project(scene.place, marks, shot.pose, shot.framing, wide)

    values = lattice()
    pole_x, pole_z = strand_pole(head.code.hair, shot.hair_day)
    curl = curliness(head.code.hair)
    strands = Strands(
        pole_x,
        pole_z,
        curl,
        head.code.hair.wave,
        0.5 if curl > 0.5 else 0.6,
        1.0 if curl > 0.5 else 0.7,
        float(head.code.hair.grain[0]),
    )
    nearness, owner, weight = rasterise(scene, screen, values, strands, wide, False)
    light = _light(scene, strands, shot.lighting, camera, marks.mean(axis=0), size)
    seen = np.repeat(np.repeat(backdrop(shot.backdrop, size), _SAMPLES, 0), _SAMPLES, 1)
    shade(scene, _paint(head, shot), strands, light, values, owner, weight, seen)
    if shot.glasses:
        _glaze(who, year, shot, matrix, marks, strands, light, nearness, seen)
    soften(scene.material, owner, seen)
    return _halved(seen), owner[::_SAMPLES, ::_SAMPLES] >= 0


def _expressed(mesh: HeadMesh, place: Points, expression: dict[str, float]) -> Points:
    moved = place.copy()
    for name, weight in expression.items():
        where, by = mesh.expressions[name]
        move_by(moved, where, by, np.float32(weight))
    return moved


class _Still(NamedTuple):
    """What the photos of a person share that wears the same hair and glasses."""

    tri: NDArray[np.int32]
    material: NDArray[np.int32]
    mean_place: Points
    uv: NDArray[np.float32]
    ao: NDArray[np.float32]
    cover: NDArray[np.float32]
    shell: NDArray[np.float32]


@lru_cache(maxsize=8)
def _still(who: Portrayed, hair_year: int, day: int, glasses: bool) -> _Still:
    mesh = head_mesh()
    pieces = [grown.piece for grown in _worn(who, hair_year, hair_year, day, glasses)]
    pieces = [*grow_beard(mesh, mesh.mean, np.zeros_like(mesh.mean), identity_of(who)), *pieces]
    counts = np.cumsum([len(mesh.mean)] + [len(piece.place) for piece in pieces])
    total = int(counts[-1])
    uv = np.zeros((total, 2), dtype=np.float32)
    uv[: len(mesh.uv)] = mesh.uv
    ao = np.ones(total, dtype=np.float32)
    ao[: len(mesh.ao)] = mesh.ao
    bare = np.zeros(len(mesh.mean), dtype=np.float32)
    return _Still(
        tri=np.concatenate(
            [mesh.tri] + [p.tri + np.int32(start) for p, start in zip(pieces, counts, strict=False)]
        ),
        material=np.concatenate(
            [mesh.material] + [np.full(len(p.tri), p.material, dtype=np.int32) for p in pieces]
        ),
        mean_place=np.concatenate([mesh.mean] + [p.mean_place for p in pieces]),
        uv=uv,
        ao=ao,
        cover=np.concatenate([scalp_of(who, hair_year, day)] + [p.cover for p in pieces]),
        shell=np.concatenate([bare] + [p.shell for p in pieces]),
    )


def _worn(who: Portrayed, year: int, hair_year: int, day: int, glasses: bool) -> list[Grown]:
    """Return what is on a head whatever its expression: hair and glasses."""
    return [*hair_of(who, hair_year, day), *([glasses_of(who, year)] if glasses else [])]


_HAIR_YEARS = 4
"""Hairlines move in steps of so many years, so that photos taken near each other share theirs."""


def _scene(
    mesh: HeadMesh,
    who: Portrayed,
    year: int,
    head: Head,
    place: Points,
    shot: ShotCode,
    matrix: NDArray[np.float32],
) -> Scene:
    """Put head, beard, hair and glasses together and turn them."""
    normal = vertex_normals(place, mesh.tri)
    beard = [
        Grown(piece, vertex_normals(piece.place, piece.tri))
        for piece in grow_beard(mesh, place, normal, head.code)
    ]
    hair_year = year - year % _HAIR_YEARS
    grown = [*beard, *_worn(who, year, hair_year, shot.hair_day, shot.glasses)]
    tangent = [np.zeros_like(place)] + [g.piece.tangent for g in grown]
    return Scene(
        place=turned(np.concatenate([place] + [g.piece.place for g in grown]), matrix),
        normal=np.ascontiguousarray(
            np.concatenate([normal] + [g.normal for g in grown]) @ matrix.T
        ),
        tangent=np.ascontiguousarray(np.concatenate(tangent) @ matrix.T),
        **_still(who, hair_year, shot.hair_day, shot.glasses)._asdict(),
    )


def _paint(head: Head, shot: ShotCode) -> Paint:
    code, skin = head.code, head.skin
    return Paint(
        texture=skin.made_up if shot.lipstick else skin.texture,
        base=skin.base,
        gloss=code.gloss,
        grain=code.grain,
        hair=skin.hair,
        grey=skin.grey,
        hair_shine=0.008 if curliness(code.hair) > 0.5 else 0.065,
        beard=skin.beard,
        iris=code.iris,
        iris_radius=code.iris_radius,
        iris_grain=code.iris_grain,
        cloth=shot.cloth,
        stripes=shot.stripes,
        neckline=shot.neckline,
        frame=code.glasses.colour,
    )


def _light(
    scene: Scene,
    strands: Strands,
    lighting: Lighting,
    camera: NDArray[np.float32],
    middle: NDArray[np.float32],
    size: int,
) -> Light:
    """Return the shot's light with a shadow map seen from the key light."""
    texels = 96 if size <= 64 else 144
    towards = lighting.key_from
    across = np.cross([0, 1, 0], towards)
    across /= np.linalg.norm(across)
    upward = np.cross(towards, across)
    scale = texels / 36
    matrix = np.zeros((3, 4), dtype=np.float32)
    matrix[0, :3], matrix[0, 3] = across * scale, texels / 2 - scale * (across @ middle)
    matrix[1, :3], matrix[1, 3] = -upward * scale, texels / 2 + scale * (upward @ middle)
    matrix[2, :3] = towards
    from_light = np.ascontiguousarray(scene.place @ matrix[:, :3].T + matrix[:, 3])
    shadow, _, _ = rasterise(scene, from_light, lattice(), strands, texels, True)
    return Light(
        key_from=lighting.key_from,
        key=lighting.key,
        fill_from=lighting.fill_from,
        fill=lighting.fill,
        sky=lighting.sky,
        ground=lighting.ground,
        camera=camera,
        shadow=shadow,
        shadow_matrix=matrix,
    )


def _glaze(
    who: Portrayed,
    year: int,
    shot: ShotCode,
    matrix: NDArray[np.float32],
    marks: Points,
    strands: Strands,
    light: Light,
    nearness: NDArray[np.float32],
    seen: NDArray[np.float32],
) -> None:
    """Lay the lenses of a person's glasses over the light `seen`, in place."""
    lenses = lenses_of(who, year)
    piece = lenses.piece
    place = turned(piece.place, matrix)
    normal = np.ascontiguousarray(lenses.normal @ matrix.T)
    count = len(place)
    scene = Scene(
        tri=piece.tri,
        material=np.full(len(piece.tri), piece.material, dtype=np.int32),
        place=place,
        normal=normal,
        tangent=piece.tangent,
        mean_place=piece.mean_place,
        uv=np.zeros((count, 2), dtype=np.float32),
        ao=np.ones(count, dtype=np.float32),
        cover=piece.cover,
        shell=piece.shell,
    )
    screen, _ = project(place, marks, shot.pose, shot.framing, len(seen))
    near, owner, weight = rasterise(scene, screen, lattice(), strands, len(seen), False)
    glaze(place, normal, piece.tri, light, nearness, near, owner, weight, seen)


def _halved(wide: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean over the samples of each pixel."""
    n = _SAMPLES
    total = sum((wide[i::n, j::n] for i in range(n) for j in range(n)), np.float32(0))
    return np.asarray(total / np.float32(n * n))
