"""Identity and shot codes as vectors of fixed length: what a generator of faces is told.

A renderer knows the truth about each of its pictures. Both vectors hold it in units of about one:
colours as cube roots of linear RGB (near to how light they look), kinds as 0 or 1 each, angles
(radians), lengths and all else shifted and scaled by the constants here. Left out are the places
in noise fields (`grain`), which no picture tells, and the camera's blur, noise and compression,
which are put on a finished picture (`develop.degraded`). What changes with age stands in the shot
vector, so that the identity vector of a person is one for life. Neither needs the head model.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from generators.heads.backdrop import backdrop
from generators.heads.hair import DAYS, has_fringe
from generators.heads.identity import Beard, HairStyle, IdentityCode
from generators.heads.shot import EXPRESSION_SHAPES, ShotCode
from generators.heads.skin import agedness, base_colour, beard_colour, greyness, hair_colour

MODES = 100
"""Identity modes of the head model."""
MOLES = 3
"""How many moles are told, the deepest first."""
BACKDROP_CELLS = 6
"""Cells a side of the coarse picture of the background."""

_STYLES: tuple[str, ...] = get_args(HairStyle)
_BEARDS: tuple[str, ...] = get_args(Beard)
_RGB = ("red", "green", "blue")
_XYZ = ("x", "y", "z")
_ONE = ("",)

_IDENTITY: Mapping[str, tuple[str, ...]] = {
    "mode": tuple(str(i) for i in range(MODES)),
    "masculine": _ONE,
    "male": _ONE,
    "skin": ("tone", "shade", *(f"warmth_{c}" for c in _RGB), *_RGB, "gloss", "ruddiness"),
    "freckles": _ONE,
    "ageing": _ONE,
    "lips": ("depth", "makeup", *_RGB),
    "hair_style": _STYLES,
    "hair_colour": _RGB,
    "natural_hair": _RGB,
    "hair": ("grey_from", "bulk", "line", "recession", "fringe", "sweep", "part", "wave", "length"),
    "brows": ("rise", "arch", "thickness", "density", "inner", "outer"),
    "glasses": ("worn", "half_width", "half_height", "squareness", "gauge", *_RGB),
    "beard": _BEARDS,
    "beard_cut": ("density", "length"),
    "iris": (*_RGB, "radius"),
    "lid_rest": _ONE,
    "mole": tuple(f"{i}_{what}" for i in range(MOLES) for what in ("x", "y", "radius", "depth")),
}

_SHOT: Mapping[str, tuple[str, ...]] = {
    "age": ("years", "aged", "grey", "receded"),
    "hair_now": _RGB,
    "beard_now": _RGB,
    "pose": ("yaw", "pitch", "roll", "distance"),
    "framing": ("right", "down", "zoom", "turn"),
    "key_from": _XYZ,
    "key": _RGB,
    "fill_from": ("x", "z"),
    "fill": _RGB,
    "sky": _RGB,
    "ground": _RGB,
    "exposure": _ONE,
    "balance": _RGB,
    "expression": EXPRESSION_SHAPES,
    "hair_day": tuple(str(i) for i in range(DAYS)),
    "fringe": _ONE,
    "glasses": ("worn", *_RGB),
    "lipstick": ("worn", *_RGB),
    "cloth": (*_RGB, "stripes", "neckline"),
    "backdrop": tuple(
        f"{row}_{column}_{c}"
        for row in range(BACKDROP_CELLS)
        for column in range(BACKDROP_CELLS)
        for c in _RGB
    ),
}


def _names(layout: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(f"{block}_{part}" if part else block for block in layout for part in layout[block])


IDENTITY_NAMES: tuple[str, ...] = _names(_IDENTITY)
"""Name of each entry of an identity vector."""
SHOT_NAMES: tuple[str, ...] = _names(_SHOT)
"""Name of each entry of a shot vector."""

_Values = Sequence[float] | NDArray[np.floating]


def identity_vector(code: IdentityCode) -> NDArray[np.float32]:
    """Return what stays with a person as float32 [k], named by `IDENTITY_NAMES`."""
    hair, brows, glasses = code.hair, code.brows, code.glasses
    values: dict[str, _Values] = {
        "mode": code.modes,
        "masculine": (code.masculine,),
        "male": (float(code.who.sex == "male"),),
        "skin": (
            (code.who.tone - 5.5) / 3,
            2 * code.shade,
            *(20 * np.log(code.warmth)),
            *_colour(base_colour(code)),
            5 * code.gloss,
            code.ruddiness,
        ),
        "freckles": (code.freckles,),
        "ageing": (4 * (code.ageing - 1),),
        "lips": (code.lip_depth, code.makeup, *_colour(code.lipstick)),
        "hair_style": _one_of(_STYLES, hair.style),
        "hair_colour": _colour(hair.colour),
        "natural_hair": _colour(hair.natural),
        "hair": (
            (hair.grey_from - 49) / 10,
            4 * (hair.bulk - 1),
            2 * hair.line,
            hair.recession,
            float(hair.fringe),
            hair.sweep,
            hair.part / 2.6,
            hair.wave,
            (hair.length + 8) / 4,
        ),
        "brows": (
            5 * brows.rise,
            5 * brows.arch,
            8 * (brows.thickness - 0.35),
            4 * (brows.density - 0.8),
            4 * brows.inner,
            3 * (brows.outer - 5.65),
        ),
        "glasses": (
            glasses.worn,
            5 * (glasses.half_width - 2.15),
            4 * (glasses.half_height - 1.5),
            glasses.squareness - 3.25,
            20 * (glasses.gauge - 0.115),
            *_colour(glasses.colour),
        ),
        "beard": _one_of(_BEARDS, code.beard),
        "beard_cut": (4 * (code.beard_density - 0.875), 2 * (code.beard_length - 1.25)),
        "iris": (*_colour(code.iris), 30 * (code.iris_radius - 0.6)),
        "lid_rest": (10 * (code.lid_rest - 0.15),),
        "mole": _told_moles(code.moles),
    }
    return _laid_out(_IDENTITY, values, len(IDENTITY_NAMES))


def shot_vector(code: IdentityCode, age: float, shot: ShotCode) -> NDArray[np.float32]:
    """Return what differs between photos as float32 [m], named by `SHOT_NAMES`.

    Args:
        code: the person, whose ageing, glasses and lipstick show.
        age: years; rounded, as the renderer does.
        shot: the shot.
    """
    year = round(age)
    light, pose = shot.lighting, shot.pose
    glasses, lipstick = float(shot.glasses), float(shot.lipstick)
    values: dict[str, _Values] = {
        "age": (
            (year - 45) / 20,
            agedness(code, year),
            greyness(code, year),
            min(1.0, max(0.0, (year - 25) / 45)) * code.hair.recession,
        ),
        "hair_now": _colour(hair_colour(code, year)),
        "beard_now": _colour(beard_colour(code, base_colour(code), year)),
        "pose": (2 * pose.yaw, 4 * pose.pitch, 8 * pose.roll, (pose.distance - 110) / 30),
        "framing": 60 * np.array(shot.framing),
        "key_from": light.key_from,
        "key": _lit(light.key),
        "fill_from": light.fill_from[[0, 2]],
        "fill": _lit(light.fill),
        "sky": _lit(light.sky),
        "ground": _lit(light.ground),
        "exposure": (5 * shot.camera.exposure,),
        "balance": 20 * np.log(shot.camera.balance),
        "expression": [
            (5 if name.startswith("eyeLook") else 2) * shot.expression.get(name, 0.0)
            for name in EXPRESSION_SHAPES
        ],
        "hair_day": [float(shot.hair_day == day) for day in range(DAYS)],
        "fringe": (float(has_fringe(code.hair, shot.hair_day)),),
        "glasses": (glasses, *(glasses * _colour(code.glasses.colour))),
        "lipstick": (lipstick, *(lipstick * _colour(code.lipstick))),
        "cloth": (*_colour(shot.cloth), shot.stripes / 3, shot.neckline + 11),
        "backdrop": 3 * (coarse_backdrop(shot.backdrop).ravel() - 0.5),
    }
    return _laid_out(_SHOT, values, len(SHOT_NAMES))


@lru_cache(maxsize=4096)
def coarse_backdrop(seed: int) -> NDArray[np.float32]:
    """Return a background as cube roots of linear RGB, float32 [6, 6, 3], read-only."""
    wide = 24
    cells = backdrop(seed, wide).reshape(BACKDROP_CELLS, 4, BACKDROP_CELLS, 4, 3)
    coarse = _seen(cells.mean(axis=(1, 3)))
    coarse.setflags(write=False)
    return coarse


def _seen(linear: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return cube roots of linear RGB, as L* of CIELAB goes with luminance."""
    return np.cbrt(linear, dtype=np.float32)


def _colour(linear: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return a reflectance in units of about one."""
    return 3 * (_seen(linear) - np.float32(0.5))


def _lit(linear: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return the strength of a light in units of about one."""
    return 8 * (_seen(linear) - np.float32(0.8))


def _one_of(kinds: tuple[str, ...], kind: str) -> list[float]:
    return [float(each == kind) for each in kinds]


def _told_moles(moles: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the deepest moles, [`MOLES` * 4]; zeros where there are fewer."""
    told = np.zeros((MOLES, 4), dtype=np.float32)
    deepest = moles[np.argsort(-moles[:, 3], kind="stable")[:MOLES]]
    told[: len(deepest)] = deepest * np.array([0.2, 0.2, 6, 1], dtype=np.float32)
    return told.ravel()


def _laid_out(
    layout: Mapping[str, tuple[str, ...]], values: Mapping[str, _Values], length: int
) -> NDArray[np.float32]:
    vector = np.empty(length, dtype=np.float32)
    start = 0
    for block, parts in layout.items():
        end = start + len(parts)
        vector[start:end] = values[block]
        start = end
    return vector
