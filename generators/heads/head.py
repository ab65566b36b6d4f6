"""One person's head at an age: shape, skin, hair of the day, glasses; kept for the next photo.

Ages are rounded to whole years here, so that photos of one year share their work.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from generators.heads.directions import identity_code
from generators.heads.hair import grow_hair, painted_scalp
from generators.heads.identity import IdentityCode, Portrayed
from generators.heads.mesh import HeadMesh, head_mesh
from generators.heads.pieces import Piece, Points, blend_modes, vertex_normals
from generators.heads.skin import Skin, agedness, paint_skin
from generators.heads.worn import fit_lenses, wear_glasses


@dataclass(frozen=True)
class Grown:
    """A piece with its unit normals, float32 [k, 3]."""

    piece: Piece
    normal: Points


@dataclass(frozen=True)
class Head:
    """A person at an age, without expression.

    Attributes:
        code: the person.
        place: float32 [n, 3] vertices, cm.
        skin: its colours.
    """

    code: IdentityCode
    place: Points
    skin: Skin


@lru_cache(maxsize=8)
def _young_shape(who: Portrayed) -> Points:
    mesh = head_mesh()
    place = blend_modes(mesh.mean, mesh.modes, identity_code(who).modes)
    # Unusual heads have teeth that come through closed lips; set back, they never do.
    place[mesh.teeth, 2] -= np.float32(0.35)
    return place


@lru_cache(maxsize=16)
def head_at(who: Portrayed, year: int, texture: int) -> Head:
    """Return a person's head at an age of whole years; `texture` is texels a side."""
    mesh, code = head_mesh(), identity_code(who)
    place = _sagged(mesh, _young_shape(who), agedness(code, year))
    return Head(code=code, place=place, skin=paint_skin(code, year, texture))


@lru_cache(maxsize=32)
def hair_of(who: Portrayed, year: int, day: int) -> tuple[Grown, ...]:
    """Return the hair of a person at an age on one kind of day; sagging does not reach it."""
    pieces = grow_hair(head_mesh(), _young_shape(who), identity_code(who), year, day)
    return tuple(Grown(piece, vertex_normals(piece.place, piece.tri)) for piece in pieces)


@lru_cache(maxsize=32)
def scalp_of(who: Portrayed, year: int, day: int) -> NDArray[np.float32]:
    """Return how densely hair colours the skin at each vertex, 0 to 1 [n]."""
    return painted_scalp(head_mesh(), identity_code(who), year, day)


@lru_cache(maxsize=16)
def glasses_of(who: Portrayed, year: int) -> Grown:
    """Return a person's glasses, fitted to the head at an age."""
    mesh, code = head_mesh(), identity_code(who)
    head = _sagged(mesh, _young_shape(who), agedness(code, year))
    piece = wear_glasses(mesh, head, code.glasses)
    return Grown(piece, vertex_normals(piece.place, piece.tri))


@lru_cache(maxsize=16)
def lenses_of(who: Portrayed, year: int) -> Grown:
    """Return the lenses of a person's glasses, fitted to the head at an age."""
    mesh, code = head_mesh(), identity_code(who)
    head = _sagged(mesh, _young_shape(who), agedness(code, year))
    piece = fit_lenses(mesh, head, code.glasses)
    return Grown(piece, vertex_normals(piece.place, piece.tri))


def _sagged(mesh: HeadMesh, place: Points, old: float) -> Points:
    """Return a head whose jowls have sunk by up to 5 mm and whose lids and nose tip by less."""
    x, y, z = (mesh.mean[:, i] for i in range(3))
    jowl = np.exp(-(((np.abs(x) - 4.6) / 1.6) ** 2) - ((y + 5.2) / 1.8) ** 2) * (z > 3)
    tip = np.exp(-((x / 1.3) ** 2) - ((y - 0.2) / 1.2) ** 2) * (z > 11)
    sunk = place.copy()
    sunk[:, 1] -= np.float32(old) * (0.5 * jowl + 0.25 * tip)
    sunk[:, 0] += np.float32(0.25 * old) * jowl * np.sign(x)
    return sunk
