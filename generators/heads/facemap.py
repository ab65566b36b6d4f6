"""Where things are on a face: masks over its texture that are the same for everybody.

Places are those of the mean head in centimetres (eyes near y 3.4, mouth near −3.4, chin at −7.6),
so that a mask follows every head that the model can make.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from generators.heads.mesh import head_mesh, jaw_cover, ramp
from generators.heads.noise import field_over, lattice

Mask = NDArray[np.float32]


@dataclass(frozen=True)
class FaceMap:
    """Masks over the texture of a face, float32 [S, S] each, 0 to 1 unless said otherwise.

    Attributes:
        place: float32 [S, S, 3] place on the mean head, cm.
        side: distance from the middle, cm.
        cheek, nose, ear, forehead: where redness and shine sit.
        eye_hollow, upper_lid: skin under and over the eye.
        upper_lash, lower_lash: the rims of the lids.
        lip: the lips.
        beard, moustache, goatee: where hair of the face grows.
    """

    place: NDArray[np.float32]
    side: Mask
    cheek: Mask
    nose: Mask
    ear: Mask
    forehead: Mask
    eye_hollow: Mask
    upper_lid: Mask
    upper_lash: Mask
    lower_lash: Mask
    lip: Mask
    beard: Mask
    moustache: Mask
    goatee: Mask

    def grain(
        self,
        offset: NDArray[np.float32],
        scale: float,
        stretch: tuple[float, float, float] = (1, 1, 1),
    ) -> Mask:
        """Return a smooth random field over the face, mean 0 and variance 1 [S, S].

        Args:
            offset: float32 [3] where the field is read.
            scale: lattice steps a centimetre.
            stretch: factors on `scale` by direction.
        """
        x, y, z = (float(v) for v in offset)
        return _grain(len(self.place), (x, y, z), scale, stretch)


@lru_cache(maxsize=4)
def face_map(size: int) -> FaceMap:
    """Return the masks at `size` texels a side (a divisor of 256).

    Raises:
        FacesUnavailableError: there is no head model.
    """
    mesh = head_mesh()
    step = 256 // size
    middle = slice(step // 2, None, step)
    place = np.ascontiguousarray(mesh.texel_place[middle, middle])
    lip = np.ascontiguousarray(mesh.texel_lip[middle, middle])
    side, y, z = np.abs(place[..., 0]), place[..., 1], place[..., 2]
    front = ramp(z, 5.0, 6.5)
    eye = mesh.mean[mesh.landmarks[42:48], :2]
    off_lip = 1 - np.clip(1.4 * lip, 0, 1)
    moustache = (
        _bump(y, -1.95 - 0.10 * side, 0.62) * ramp(side, 3.3, 2.4) * ramp(z, 8.5, 9.5) * off_lip
    )
    chin = ramp(side, 3.0, 2.2) * ramp(-y, 4.3, 5.0) * ramp(y, -9.4, -8.2) * front
    corners = _bump(side, 2.95, 0.5) * ramp(-y, 2.0, 2.8) * ramp(y, -5.6, -4.4) * front
    return FaceMap(
        place=place,
        side=side,
        cheek=_bump(side, 4.6, 1.7) * _bump(y, 0.2, 1.9) * ramp(z, 2.5, 3.5),
        nose=_bump(side, 0.0, 1.3) * _bump(y, 0.4, 1.2) * ramp(z, 9.5, 10.5),
        ear=ramp(side, 7.2, 8.2),
        forehead=_bump(y, 8.0, 2.4) * ramp(side, 6.5, 4.0),
        eye_hollow=_bump(side, 3.0, 1.5) * _bump(y, 2.1, 0.55) * front,
        upper_lid=_bump(side, 3.1, 1.5) * _bump(y, 4.3, 0.55) * front,
        upper_lash=_along(side, y, eye[[0, 1, 2, 3]] + np.array([0, 0.03], dtype=np.float32), 0.19)
        * front,
        lower_lash=_along(side, y, eye[[0, 5, 4, 3]], 0.11) * front,
        lip=lip,
        beard=jaw_cover(place) * off_lip,
        moustache=moustache,
        goatee=np.clip(chin + corners, 0, 1) * off_lip,
    )


@lru_cache(maxsize=64)
def _grain(
    size: int,
    offset: tuple[float, float, float],
    scale: float,
    stretch: tuple[float, float, float],
) -> Mask:
    """Return a field over the face; kept, since all ages of a person read the same ones."""
    scales = (scale * np.asarray(stretch)).astype(np.float32)
    field = field_over(
        lattice(), face_map(size).place, scales, np.asarray(offset, dtype=np.float32)
    )
    field.flags.writeable = False
    return field


def _bump(x: Mask, centre: float | NDArray[np.floating], width: float) -> Mask:
    return np.exp(-(((x - centre) / np.float32(width)) ** 2))


def _along(x: Mask, y: Mask, corner: NDArray[np.float32], width: float) -> Mask:
    """Return a soft line of half `width` (cm) along the corners [4, 2] of a lid's rim."""
    squared = np.full_like(x, np.inf)
    for a, b in pairwise(corner):
        run = b - a
        t = np.clip(((x - a[0]) * run[0] + (y - a[1]) * run[1]) / (run @ run), 0, 1)
        squared = np.minimum(squared, (x - a[0] - t * run[0]) ** 2 + (y - a[1] - t * run[1]) ** 2)
    return np.exp(-squared / np.float32(width * width))
