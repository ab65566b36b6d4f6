"""The skin of a face as a texture: tone, blood, marks, lids, wrinkles, brows, beard, lips.

Everything is procedural: the head model has no colours. Colours are linear RGB reflectances. The
ten tones follow the order of the Monk Skin Tone scale; its swatches are flat display colours that
look grey on a lit head at both ends, so each tone has a reflectance chosen by eye with the warmth
of skin (an assumption), rising strictly in luminance from tone 10 to tone 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.heads.facemap import FaceMap, Mask, face_map
from generators.heads.identity import IdentityCode
from generators.heads.mesh import ramp

Colour = NDArray[np.float32]

_TONE_SRGB = np.array(
    [
        (244, 203, 177), (238, 194, 165), (230, 184, 152), (217, 171, 138), (198, 151, 117),
        (168, 121, 90), (138, 97, 72), (111, 77, 59), (88, 61, 48), (70, 49, 40),
    ],
    dtype=np.float64,
)  # fmt: skip
LUMINANCE = np.array([0.2126, 0.7152, 0.0722])
"""Weights of linear RGB in luminance (Rec. ITU-R BT.709)."""


@dataclass(frozen=True)
class Skin:
    """A face's colours at an age.

    Attributes:
        base: float32 [3] reflectance of plain skin.
        texture: float32 [S, S, 4] reflectance and shine; without lipstick.
        made_up: the same with lipstick.
        hair: float32 [3] colour of the hair of the head at that age.
        grey: share of grey, 0 to 1.
        beard: float32 [3] colour of the beard at that age.
    """

    base: Colour
    texture: NDArray[np.float32]
    made_up: NDArray[np.float32]
    hair: Colour
    grey: float
    beard: Colour


def linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return linear light for sRGB values in 0..1 (IEC 61966-2-1)."""
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def tone_reflectance(tone: float) -> NDArray[np.float64]:
    """Return the linear RGB reflectance of a tone, 1 to 10, fractions between neighbours."""
    at = np.arange(1, len(_TONE_SRGB) + 1)
    colours = np.log(linear(_TONE_SRGB / 255))
    return np.exp(np.array([np.interp(tone, at, colours[:, c]) for c in range(3)]))


def agedness(code: IdentityCode, age: float) -> float:
    """Return how old a person looks, 0 (to about 28) to 1 (from about 75)."""
    return float(np.clip((age - 28) / 47 * code.ageing, 0, 1))


def base_colour(code: IdentityCode) -> Colour:
    """Return the linear RGB reflectance [3] of a person's plain skin."""
    return (tone_reflectance(code.who.tone + code.shade) * code.warmth).astype(np.float32)


def greyness(code: IdentityCode, age: float) -> float:
    """Return the share of grey in a person's hair at an age, 0 to 1."""
    return float(np.clip((age - code.hair.grey_from) / 26, 0, 1))


def hair_colour(code: IdentityCode, age: float) -> Colour:
    """Return the linear RGB [3] of the hair of a person's head at an age."""
    return _greyed(code.hair.colour, greyness(code, age), 0.30)


def beard_colour(code: IdentityCode, base: Colour, age: float) -> Colour:
    """Return a beard's colour: stubble is always darker than the skin, a grown beard may grey."""
    grey = greyness(code, age)
    grown = code.beard not in ("none", "stubble")
    limit = 0.4 + (4.0 * max(0.0, grey - 0.35) if grown else 0.0)
    return _below(_greyed(code.hair.natural, 0.75 * grey, 0.20), base, limit)


def paint_skin(code: IdentityCode, age: float, size: int) -> Skin:
    """Return the skin of a person at an age.

    Args:
        code: the person.
        age: years.
        size: texels a side, a divisor of 256.
    """
    where = face_map(size)
    old = agedness(code, age)
    base = base_colour(code)
    darkness = 1 - min(1.0, float(base @ LUMINANCE) / 0.6)
    texture = np.empty((size, size, 4), dtype=np.float32)
    texture[..., :3] = base
    grain = [where.grain(code.grain + shift, scale) for shift, scale in _GRAINS]
    _blood_and_mottle(texture, code, where, grain, old, darkness)
    _marks(texture, code, where, old, darkness)
    _lids(texture, code, where, old)
    _wrinkles(texture, code, where, grain, old)
    # The same shine shows more on a dark ground.
    texture[..., 3] = code.gloss * (1 - 0.45 * darkness) * (1 + 0.12 * np.clip(grain[2], -2, 2))
    texture[..., 3] *= 1 + 0.5 * where.forehead + 0.6 * where.nose

    grey = greyness(code, age)
    hair = hair_colour(code, age)
    beard = beard_colour(code, base, age)
    _beard(texture, code, where, beard)
    _brows(texture, code, where, _brow_colour(code, base, grey))
    plain = _lips(texture, where, _lip_colour(code, base, darkness), 0.30)
    painted = _lips(texture, where, _lipstick(code, base), 0.45) if code.makeup > 0 else plain
    return Skin(
        base=base,
        texture=plain,
        made_up=painted,
        hair=hair,
        grey=grey,
        beard=beard,
    )


_GRAINS = ((0.0, 0.6), (9.0, 2.2), (21.0, 4.0))
"""(shift, steps a cm) of the broad, middle and fine grain of the skin."""


def _tint(texture: NDArray[np.float32], mask: Mask, towards: tuple[float, ...], k: float) -> None:
    """Multiply the colour by `towards` where the mask is 1, in the measure of `k`."""
    for channel in range(3):
        texture[..., channel] *= 1 - mask * np.float32(k * (1 - towards[channel]))


def _over(texture: NDArray[np.float32], mask: Mask, colour: NDArray[np.float32]) -> None:
    """Lay a colour, [3] or [S, S, 3], over the texture."""
    texture[..., :3] += mask[..., None] * (colour - texture[..., :3])


def _blood_and_mottle(
    texture: NDArray[np.float32],
    code: IdentityCode,
    where: FaceMap,
    grain: list[Mask],
    old: float,
    darkness: float,
) -> None:
    red = code.ruddiness * (1 - 0.6 * darkness)
    flushed = np.clip(where.cheek + 0.9 * where.nose + 0.7 * where.ear, 0, 1)
    _tint(texture, flushed, (1.08, 0.70, 0.66), 0.3 * (1 - darkness) + 0.6 * red)
    _tint(texture, np.clip(0.5 + 0.35 * grain[0], 0, 1), (1.05, 0.96, 0.93), 0.3)
    _tint(texture, np.clip(0.5 + 0.4 * grain[1], 0, 1), (0.94, 0.91, 0.90), 0.2 + 0.3 * old)
    _tint(texture, np.clip(0.3 * grain[2], 0, 1), (0.9, 0.86, 0.84), 0.2 + 0.35 * old)


def _marks(
    texture: NDArray[np.float32], code: IdentityCode, where: FaceMap, old: float, darkness: float
) -> None:
    if code.freckles > 0:
        spots = ramp(where.grain(code.grain + 33, 3.2), 0.9, 1.5)
        reach = np.clip(where.cheek + where.nose + 0.4 * where.forehead, 0, 1)
        _tint(texture, spots * reach, (0.72, 0.55, 0.42), code.freckles)
    if old > 0.4:
        spots = ramp(where.grain(code.grain + 3, 2.4), 1.6, 2.2)
        _tint(texture, spots, (0.74, 0.62, 0.52), 0.35 * old * (1 - 0.5 * darkness))
    for x, y, radius, depth in code.moles:
        far = (where.place[..., 0] - x) ** 2 + (where.place[..., 1] - y) ** 2
        spot = np.exp(-far / radius**2) * ramp(where.place[..., 2], 2.5, 3.5)
        _tint(texture, spot, (0.32, 0.23, 0.20), depth)


def _lids(texture: NDArray[np.float32], code: IdentityCode, where: FaceMap, old: float) -> None:
    _tint(texture, where.eye_hollow, (0.80, 0.71, 0.73), 0.3 + 0.3 * old)
    shadowed = 0.35 + (0.4 if code.makeup > 0.5 else 0.0)
    _tint(texture, where.upper_lid, (0.86, 0.75, 0.72), shadowed)
    lashes = np.clip(0.85 + 0.3 * where.grain(code.grain + 27, 5.0, (1.6, 0.4, 1.0)), 0.3, 1)
    made_up = code.masculine < 0
    _tint(texture, where.upper_lash * lashes, (0.10, 0.085, 0.08), 1.0 if made_up else 0.85)
    _tint(texture, where.lower_lash * lashes, (0.30, 0.24, 0.22), 0.7 if made_up else 0.5)


def _wrinkles(
    texture: NDArray[np.float32], code: IdentityCode, where: FaceMap, grain: list[Mask], old: float
) -> None:
    """Darken the creases of forehead, brow, nose to mouth, eye corners and bags."""
    if old == 0:
        return
    side, y, z = where.side, where.place[..., 1], where.place[..., 2]
    phase = float(code.grain[0])
    front = ramp(z, 5.5, 6.5)
    wavy = y + 0.25 * np.cos(0.8 * side + phase) + 0.15 * grain[0]
    lines = ramp(np.cos(5.6 * wavy), 0.82, 1.0) * np.exp(-(((y - 8) / 1.5) ** 2))
    depth = 0.7 * lines * ramp(side, 5.2, 3.7)
    fold = side - (2.0 - 0.42 * (y + 0.2) + 0.12 * grain[0])
    depth += np.exp(-((fold / 0.18) ** 2)) * ramp(y, 0.8, -0.2) * ramp(y, -5.0, -3.4) * front
    out_x, out_y = side - 4.6, y - 3.3
    feet = ramp(np.cos(11 * np.arctan2(out_y, out_x) + phase), 0.6, 1.0)
    depth += 0.7 * feet * np.exp(-(((np.hypot(out_x, out_y) - 0.9) / 0.45) ** 2)) * (out_x > 0)
    bag = np.hypot((side - 3.1) / 1.5, (y - 3.0) / 1.35) - 1
    depth += 0.8 * np.exp(-((bag / 0.1) ** 2)) * ramp(y, 2.7, 2.4) * front
    frown = np.exp(-(((side - 0.45) / 0.12) ** 2)) * ramp(y, 5.0, 5.6) * ramp(y, 7.6, 6.8)
    depth += 0.6 * frown * front
    _tint(texture, np.clip(depth, 0, 1), (0.54, 0.44, 0.40), 0.75 * old)


_WHITE = np.array([1.0, 0.965, 0.92])
"""White hair is a little warm."""


def _greyed(colour: Colour, grey: float, white: float) -> Colour:
    share = np.float32(0.85 * grey)
    return (colour * (1 - share) + white * _WHITE * share).astype(np.float32)


def _below(colour: Colour, base: Colour, factor: float) -> Colour:
    """Return the colour, darkened where needed to at most `factor` of the skin's luminance."""
    limit = factor * float(base @ LUMINANCE)
    return (colour * min(1.0, limit / float(colour @ LUMINANCE))).astype(np.float32)


def _brow_colour(code: IdentityCode, base: Colour, grey: float) -> Colour:
    return _below(_greyed(code.hair.natural, 0.6 * grey, 0.25), base, 0.35)


def _beard(
    texture: NDArray[np.float32], code: IdentityCode, where: FaceMap, colour: Colour
) -> None:
    """Paint the beard's ground; a full beard has strands over it (`hair.py`)."""
    if code.who.sex != "male":
        return
    all_over = np.clip(where.beard + where.moustache + where.goatee, 0, 1)
    mask, cover = {
        "none": (all_over, 0.10),
        "stubble": (all_over, 0.34),
        "moustache": (where.moustache, 0.88),
        "goatee": (np.clip(where.moustache + where.goatee, 0, 1), 0.85),
        "short beard": (all_over, 0.80),
        "full beard": (all_over, 0.92),
    }[code.beard]
    strands = where.grain(code.grain + 15, 3.5, (1.4, 0.7, 1.0))
    mask = np.clip(mask * cover * code.beard_density * (0.92 + 0.2 * strands), 0, 0.96)
    shades = colour * np.clip(0.95 + 0.25 * strands, 0.4, 1.8)[..., None]
    _over(texture, mask, shades)
    texture[..., 3] *= 1 - 0.8 * mask


_BROW_X = np.array([0.9, 1.17, 2.3, 3.79, 4.9, 5.82, 6.3])
_BROW_Y = np.array([5.52, 5.73, 6.02, 6.08, 5.77, 5.02, 4.62])
"""Middle line of the mean head's brows, cm (through its landmarks 22 to 26, lowered by 2 mm)."""


def _brows(
    texture: NDArray[np.float32], code: IdentityCode, where: FaceMap, colour: Colour
) -> None:
    brow, side, y = code.brows, where.side, where.place[..., 1]
    along = (side - 1.15 - brow.inner) / (brow.outer - 1.15 - brow.inner)
    line = np.interp(side, _BROW_X, _BROW_Y) + brow.rise
    line = line + brow.arch * np.exp(-(((side - 4.2) / 1.2) ** 2))
    half = brow.thickness * np.interp(along, [-0.05, 0.1, 0.5, 1.0], [0.5, 0.95, 0.85, 0.15])
    strands = where.grain(code.grain + 5, 4.6, (1.6, 0.6, 1.0))
    inside = (half - np.abs(y - line) + 0.045 * strands).astype(np.float32)
    ends = ramp(along, -0.06, 0.10) * ramp(along, 1.04, 0.90) * ramp(where.place[..., 2], 4.5, 5.5)
    hairs = np.clip(0.88 + 0.2 * strands, 0.45, 1)
    mask = ramp(inside, -0.2, 0.14) * ends * brow.density * hairs
    _over(texture, mask.astype(np.float32), colour)
    texture[..., 3] *= 1 - 0.85 * mask


def _lip_colour(code: IdentityCode, base: Colour, darkness: float) -> Colour:
    pale = np.array([0.90, 0.56, 0.54])
    deep = np.array([0.86, 0.68, 0.68])
    towards = pale + (deep - pale) * darkness
    return (base * (1 - code.lip_depth * (1 - towards))).astype(np.float32)


def _lipstick(code: IdentityCode, base: Colour) -> Colour:
    return (0.35 * base + 0.65 * code.lipstick * (0.5 + base.mean())).astype(np.float32)


def _lips(
    texture: NDArray[np.float32], where: FaceMap, colour: Colour, shine: float
) -> NDArray[np.float32]:
    painted = texture.copy()
    _over(painted, np.clip(1.1 * where.lip, 0, 0.95), colour)
    painted[..., 3] += where.lip * (shine - painted[..., 3])
    return painted
