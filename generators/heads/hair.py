"""Hair of the head: a hairline, shells over the scalp, and strands that fall.

The scalp's grid carries two or three shells whose thickness and edge follow the cut; long hair
falls from the widest part of the head as a curtain of strands, tied hair as a knot. Below the
hairline nothing is drawn, and the edge fades over a centimetre strand by strand.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.heads.identity import Hair, HairStyle, IdentityCode
from generators.heads.mesh import (
    AZIMUTHS,
    HAIR,
    POLARS,
    SCALP,
    SKULL_CENTRE,
    HeadMesh,
    grid_triangles,
    ramp,
)
from generators.heads.noise import field_over, lattice
from generators.heads.pieces import Piece, Points

DAYS = 4
"""Ways in which one person's hair can lie on a day: as usual, fuller, swept back, tied."""


@dataclass(frozen=True)
class Cut:
    """How a style is built, cm where not said otherwise.

    Attributes:
        top, sides: thickness on the crown and at the sides.
        shells: how many shells.
        rise: over which distance from the hairline the thickness is reached.
        curl: 0 strands to 1 curls.
        rough: how uneven the outline is.
    """

    top: float
    sides: float
    shells: int
    rise: float
    curl: float
    rough: float


CUTS: dict[HairStyle, Cut] = {
    "long": Cut(1.0, 0.9, 3, 1.6, 0.0, 0.10),
    "bob": Cut(1.2, 1.1, 3, 1.6, 0.0, 0.10),
    "tied": Cut(0.8, 0.6, 2, 1.8, 0.0, 0.06),
    "crop": Cut(0.22, 0.12, 1, 1.5, 0.6, 0.05),
    "short": Cut(1.0, 0.45, 3, 1.5, 0.0, 0.16),
    "swept": Cut(1.9, 0.40, 3, 2.2, 0.0, 0.14),
    "curls": Cut(2.0, 1.0, 4, 2.0, 1.0, 0.22),
    "afro": Cut(3.2, 2.6, 4, 3.4, 1.0, 0.08),
    "bald": Cut(0.25, 0.25, 1, 1.5, 0.0, 0.05),
}

_LINE_AZIMUTH = np.array([0.0, 0.35, 0.62, 0.85, 1.05, 1.22, 1.38, 1.52, 1.75, 2.3, np.pi])
_LINE_HEIGHT = np.array([10.1, 10.0, 9.6, 8.7, 6.8, 4.6, 2.4, 1.6, -1.2, -4.2, -5.2])
"""Mean hairline: height (cm) by azimuth from the front (rad): brow, temple, ear, nape."""


def curliness(hair: Hair) -> float:
    """Return 0 for strands to 1 for curls."""
    return CUTS[hair.style].curl


def strand_pole(hair: Hair, day: int) -> tuple[float, float]:
    """Return (x, z) on top of the head from which strands run, cm."""
    return (hair.part * (0.4 if day == 2 else 1.0), 1.0 if day != 2 else 7.0)


def has_fringe(hair: Hair, day: int) -> bool:
    """Return whether hair falls over the forehead on that kind of day."""
    return hair.fringe and hair.style in ("long", "bob", "swept") and day not in (2, 3)


def above_hairline(
    place: Points, code: IdentityCode, age: float, day: int, rooted: bool = False
) -> NDArray[np.float32]:
    """Return how far over the hairline places on the mean head lie, cm [...]; negative is bare.

    Hair that falls over the forehead counts as its own lower line, unless `rooted` asks for where
    hair grows from.
    """
    hair = code.hair
    x, y, z = (place[..., i] for i in range(3))
    azimuth = np.arctan2(x, z - SKULL_CENTRE[2])
    away = np.abs(azimuth)
    old = float(np.clip((age - 25) / 45, 0, 1)) * hair.recession
    line = np.interp(away, _LINE_AZIMUTH, _LINE_HEIGHT)
    front = np.clip((1.15 - away) / 0.4, 0, 1)
    temple = np.exp(-(((away - 0.55) / 0.28) ** 2))
    line = line + front * (hair.line + 0.7 * old) + temple * (0.3 + 2.2 * old)
    if hair.style == "bald":
        line = line + np.clip((1.75 - away) / 0.5, 0, 1) * 9.0
    elif has_fringe(hair, day) and not rooted:
        line = line - front * (2.2 + 0.8 * hair.sweep * np.sin(1.4 * azimuth))
    return (y - line).astype(np.float32)


def painted_scalp(mesh: HeadMesh, code: IdentityCode, age: float, day: int) -> NDArray[np.float32]:
    """Return how densely hair colours the skin itself at each vertex of the head, 0 to 1 [n]."""
    over = above_hairline(mesh.mean, code, age, day, rooted=True)
    density = 0.5 if code.hair.style == "bald" else 0.92
    x, y, z = (mesh.mean[:, i] for i in range(3))
    ear = (np.abs(x) > 7.55) & (y < 5.6) & (z > -2.6) & (z < 3.2)
    return np.where(ear, 0, density * ramp(over, -0.3, 1.0)).astype(np.float32)


def grow_hair(
    mesh: HeadMesh, head: Points, code: IdentityCode, age: float, day: int
) -> list[Piece]:
    """Return the pieces of a person's hair on one kind of day.

    Args:
        mesh: the head model.
        head: float32 [n, 3] the person's head without expression.
        code: the person.
        age: years.
        day: 0 to `DAYS` − 1.
    """
    skin = _scalp(mesh, head)
    outer = _scalp_shells(mesh, skin, code, age, day)
    pieces = outer
    style = code.hair.style
    if style in ("long", "bob") and not (style == "long" and day == 3):
        pieces = [*pieces, *_curtain(outer[0], code, day)]
    elif style in ("long", "tied"):
        pieces = [*pieces, _knot(skin, code)]
    return pieces


def _scalp(mesh: HeadMesh, head: Points) -> Points:
    """Return the scalp's grid on a head, float32 [POLARS, AZIMUTHS, 3], without the ears."""
    grid = (head[mesh.scalp_tri] * mesh.scalp_weight[:, :, None]).sum(axis=1) - SKULL_CENTRE
    grid = grid.reshape(POLARS, AZIMUTHS, 3)
    azimuth = np.linspace(-np.pi, np.pi, AZIMUTHS)
    radius = np.linalg.norm(grid, axis=2) + 1e-6
    smooth = radius.copy()
    ear = (np.abs(azimuth) > 1.05) & (np.abs(azimuth) < 2.0)
    for side in (azimuth < 0, azimuth > 0):
        inside = ear & side
        at, known = azimuth[inside], azimuth[~ear & side]
        for row in range(POLARS // 2, POLARS):
            smooth[row, inside] = np.interp(at, known, radius[row, ~ear & side])
    return (grid * (smooth / radius)[..., None] + SKULL_CENTRE).astype(np.float32)


def _scalp_shells(
    mesh: HeadMesh, skin: Points, code: IdentityCode, age: float, day: int
) -> list[Piece]:
    hair, cut = code.hair, CUTS[code.hair.style]
    mean = mesh.scalp_mean.reshape(POLARS, AZIMUTHS, 3)
    over = above_hairline(mean, code, age, day)
    outward = skin - SKULL_CENTRE
    outward = outward / (np.linalg.norm(outward, axis=2, keepdims=True) + 1e-6)
    up = ramp(outward[..., 1], -0.1, 0.75)
    thick = (cut.sides + (cut.top - cut.sides) * up) * hair.bulk * (1.12 if day == 1 else 1.0)
    if hair.style == "swept":
        # The front stands up and leans to one side.
        thick = thick * (1 + 0.45 * outward[..., 2] + 0.25 * hair.sweep * outward[..., 0])
    if hair.style in ("long", "bob", "short") and day != 2:
        parted = np.exp(-(((mean[..., 0] - hair.part) / 0.7) ** 2)) * ramp(mean[..., 1], 8, 11)
        thick = thick * (1 - 0.4 * parted)
    lumps = field_over(
        lattice(),
        np.ascontiguousarray(mean),
        np.full(3, 0.42 if cut.curl > 0.5 else 0.22, dtype=np.float32),
        hair.grain,
    )
    fringe = has_fringe(hair, day)
    root = 0.30 if fringe else 0.0
    grown = root + (1 - root) * ramp(over, -0.2, cut.rise)
    thick = np.clip(thick * grown * (1 + cut.rough * lumps), 0.03, None)
    # Locks of a fringe end at different heights, cut by the strands themselves.
    cover = np.clip((over + 0.25) / (1.7 if fringe else 1.1), -1, 1.6)
    pole_x, pole_z = strand_pole(hair, day)
    pole = np.array([pole_x, 14.5, pole_z], dtype=np.float32)
    pieces = []
    # The outermost first: what lies under it is then passed over without reading its strands.
    for i in reversed(range(cut.shells)):
        height = (i + 1) / cut.shells
        # Strands hang: outer shells sag a little at the sides.
        place = skin + outward * (0.05 + thick * height)[..., None]
        pieces.append(
            Piece(
                place=place.reshape(-1, 3).astype(np.float32),
                mean_place=mesh.scalp_mean,
                tangent=(mean - pole).reshape(-1, 3).astype(np.float32),
                tri=mesh.scalp_tri_index,
                material=SCALP,
                cover=cover.ravel().astype(np.float32),
                shell=np.full(cover.size, 0.0 if i == 0 else height, dtype=np.float32),
            )
        )
    return pieces


_CURTAIN_ROW = 15
"""Row of the scalp's grid from which long hair falls: about the widest part of the head."""


def _curtain(shell: Piece, code: IdentityCode, day: int) -> list[Piece]:
    """Return two sheets of strands that fall from the outer shell around the sides and back."""
    hair = code.hair
    columns, rows = 65, 16
    behind_ears = day in (1, 3)
    start = 1.45 if behind_ears else 1.02 + 0.12 * hair.sweep
    azimuth = np.linspace(start, 2 * np.pi - start, columns)
    ring = shell.place.reshape(POLARS, AZIMUTHS, 3)[_CURTAIN_ROW]
    ring_azimuth = np.linspace(-np.pi, np.pi, AZIMUTHS)
    turned = np.where(azimuth > np.pi, azimuth - 2 * np.pi, azimuth)
    top = np.stack([np.interp(turned, ring_azimuth, ring[:, i]) for i in range(3)], axis=1)
    fall = np.linspace(0, 1, rows)[:, None]
    y = top[:, 1] + (hair.length - 0.8 - top[:, 1]) * fall
    # Out over the ears, then in towards the neck; long hair rests on the shoulders.
    swell = 0.9 * np.exp(-(((y - 1.0) / 4.0) ** 2)) * hair.bulk
    tuck = 1.6 * ramp(y, -3.0, -9.0) * (np.cos(azimuth) < -0.2)
    wave = hair.wave * 0.45 * np.sin(0.9 * y + 3 * azimuth + hair.grain[0]) * ramp(y, 8.0, 2.0)
    strands = []
    for inset, height in ((0.55, 0.0), (0.0, 0.8)):
        out = swell - tuck + wave - inset
        radial = np.stack([np.sin(turned), np.zeros(columns), np.cos(turned)], axis=1)
        place = (
            np.broadcast_to(top, (rows, columns, 3))
            + out[..., None] * radial * ramp(fall, 0, 0.25)[..., None]
        )
        place[..., 1] = y
        edge = np.minimum(azimuth - start, 2 * np.pi - start - azimuth)
        place[..., 2] += 1.6 * ramp(fall, 0.1, 0.9) * ramp(edge, 0.5, 0.0)
        tip = (y - hair.length) / 1.6
        side = edge / 0.16 + 0.15
        cover = np.clip(np.minimum(tip, side), -1, 1.6)
        strands.append(
            Piece(
                place=place.reshape(-1, 3).astype(np.float32),
                mean_place=place.reshape(-1, 3).astype(np.float32),
                tangent=np.tile(np.array([0, -1, 0], dtype=np.float32), (rows * columns, 1)),
                tri=grid_triangles(columns, rows),
                material=HAIR,
                cover=cover.ravel().astype(np.float32),
                shell=np.full(rows * columns, height, dtype=np.float32),
            )
        )
    return strands


def _knot(skin: Points, code: IdentityCode) -> Piece:
    """Return hair tied together at the back of the head, high or low."""
    columns, rows = 17, 10
    theta = np.linspace(0, np.pi, rows)[:, None]
    phi = np.linspace(0, 2 * np.pi, columns)[None, :]
    ball = np.stack(
        [np.sin(theta) * np.sin(phi), np.cos(theta) + 0 * phi, np.sin(theta) * np.cos(phi)], axis=-1
    )
    high = code.hair.sweep > 0
    crown, back = skin[1, 0], skin[POLARS // 2, 0]
    centre = crown + np.array([0, 1.0, -3.5]) if high else back + np.array([0, 0, -1.2])
    size = np.array([2.7, 2.3, 2.6]) * code.hair.bulk
    place = (ball * size + centre).reshape(-1, 3).astype(np.float32)
    across = np.cross(ball, np.array([0.3, 0.2, 1.0])).reshape(-1, 3)
    return Piece(
        place=place,
        mean_place=place,
        tangent=across.astype(np.float32),
        tri=grid_triangles(columns, rows),
        material=HAIR,
        cover=np.full(len(place), 1.6, dtype=np.float32),
        shell=np.zeros(len(place), dtype=np.float32),
    )
