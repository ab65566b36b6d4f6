"""A person put together for one shot: expression, hair of the day, beard, glasses, light."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from generators.heads.camera import rotation, turned
from generators.heads.directions import identity_code
from generators.heads.hair import curliness, strand_pole
from generators.heads.head import (
    Grown,
    Head,
    glasses_of,
    hair_of,
    head_at,
    lenses_of,
    scalp_of,
)
from generators.heads.identity import Portrayed
from generators.heads.mesh import HeadMesh, head_mesh
from generators.heads.noise import lattice
from generators.heads.pieces import Points, move_by, vertex_normals
from generators.heads.pigment import Paint
from generators.heads.raster import Scene, Strands, rasterise
from generators.heads.shade import Light
from generators.heads.shot import Lighting, ShotCode
from generators.heads.worn import grow_beard


@dataclass(frozen=True)
class Posed:
    """A person in a shot, ready to be drawn.

    Attributes:
        who: the person.
        year: age, whole years.
        head: shape and colours.
        matrix: float32 [3, 3] how the head is turned.
        marks: float32 [68, 3] turned landmarks, cm.
        scene: everything that is drawn, turned.
        strands: how the hair is cut out.
    """

    who: Portrayed
    year: int
    head: Head
    matrix: NDArray[np.float32]
    marks: Points
    scene: Scene
    strands: Strands


def pose(who: Portrayed, age: float, shot: ShotCode, texture: int) -> Posed:
    """Return a person at an age in a shot; `texture` is texels a side of the face."""
    mesh, year = head_mesh(), round(age)
    head = head_at(who, year, texture)
    place = _expressed(mesh, head.place, shot.expression)
    matrix = rotation(shot.pose)
    hair = head.code.hair
    pole_x, pole_z = strand_pole(hair, shot.hair_day)
    curl = curliness(hair)
    return Posed(
        who=who,
        year=year,
        head=head,
        matrix=matrix,
        marks=turned(place[mesh.landmarks], matrix),
        scene=_scene(mesh, who, year, head, place, shot, matrix),
        strands=Strands(
            pole_x,
            pole_z,
            curl,
            hair.wave,
            0.5 if curl > 0.5 else 0.6,
            1.0 if curl > 0.5 else 0.7,
            float(hair.grain[0]),
        ),
    )


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
    pieces = [*grow_beard(mesh, mesh.mean, np.zeros_like(mesh.mean), identity_code(who)), *pieces]
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


def lenses(posed: Posed) -> Scene:
    """Return the lenses of a person's glasses as a scene of their own."""
    grown = lenses_of(posed.who, posed.year)
    piece, count = grown.piece, len(grown.piece.place)
    return Scene(
        tri=piece.tri,
        material=np.full(len(piece.tri), piece.material, dtype=np.int32),
        place=turned(piece.place, posed.matrix),
        normal=np.ascontiguousarray(grown.normal @ posed.matrix.T),
        tangent=piece.tangent,
        mean_place=piece.mean_place,
        uv=np.zeros((count, 2), dtype=np.float32),
        ao=np.ones(count, dtype=np.float32),
        cover=piece.cover,
        shell=piece.shell,
    )


def paint(posed: Posed, shot: ShotCode) -> Paint:
    """Return the colours of a person in a shot."""
    code, skin = posed.head.code, posed.head.skin
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


def light_on(posed: Posed, lighting: Lighting, camera: NDArray[np.float32], size: int) -> Light:
    """Return the shot's light with a shadow map seen from the key light.

    Args:
        posed: the person.
        lighting: the lights.
        camera: float32 [3] its place, cm.
        size: pixels a side of a picture that the face fills; larger ones get a finer map.
    """
    texels = 96 if size <= 64 else 144
    towards = lighting.key_from
    across = np.cross([0, 1, 0], towards)
    across /= np.linalg.norm(across)
    upward = np.cross(towards, across)
    middle = posed.marks.mean(axis=0)
    scale = texels / 36
    matrix = np.zeros((3, 4), dtype=np.float32)
    matrix[0, :3], matrix[0, 3] = across * scale, texels / 2 - scale * (across @ middle)
    matrix[1, :3], matrix[1, 3] = -upward * scale, texels / 2 + scale * (upward @ middle)
    matrix[2, :3] = towards
    from_light = np.ascontiguousarray(posed.scene.place @ matrix[:, :3].T + matrix[:, 3])
    shadow, _, _ = rasterise(posed.scene, from_light, lattice(), posed.strands, texels, True)
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
