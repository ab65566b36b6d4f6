"""What the generator is told of a photo: who, when and how, as one vector."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.heads.codes import IDENTITY_NAMES, SHOT_NAMES, identity_vector, shot_vector
from generators.heads.directions import identity_code
from generators.heads.identity import Portrayed
from generators.heads.shot import draw_shot
from generators.photos import PhotoRows

CODE_NAMES: tuple[str, ...] = tuple(f"identity.{n}" for n in IDENTITY_NAMES) + tuple(
    f"shot.{n}" for n in SHOT_NAMES
)
"""Name of each number of a code, in order."""
NOISE = 16
"""Numbers of noise beside a code: what it leaves open, such as things in the background."""


@dataclass(frozen=True)
class ShotCodes:
    """Photos as codes, all of length n.

    Attributes:
        code: float32 [n, c], named by `CODE_NAMES`.
        noise: float32 [n, NOISE], standard normal.
        blur, noise_level, compression: float64 [n], see `heads.shot.Camera`.
        seed: int64 [n], of the sensor's noise.
    """

    code: NDArray[np.float32]
    noise: NDArray[np.float32]
    blur: NDArray[np.float64]
    noise_level: NDArray[np.float64]
    compression: NDArray[np.float64]
    seed: NDArray[np.int64]


def codes_of(people: Sequence[Portrayed], of: NDArray[np.integer], shots: PhotoRows) -> ShotCodes:
    """Return the codes of photos, each a function of its person and row alone.

    The same draws decide a render of the photo (`heads.render.photo_of`).

    Args:
        people: who.
        of: [n], which of `people` each photo shows.
        shots: the photos; `photo`, `age`, `quality` and `group` decide.
    """
    n = len(shots)
    code = np.empty((n, len(CODE_NAMES)), dtype=np.float32)
    noise = np.empty((n, NOISE), dtype=np.float32)
    camera = np.empty((3, n))
    seed = np.empty(n, dtype=np.int64)
    kept: dict[int, NDArray[np.float32]] = {}
    for i in range(n):
        index = int(of[i])
        who = identity_code(people[index])
        if index not in kept:
            kept[index] = identity_vector(who)
        shot = draw_shot(who, int(shots.photo[i]), float(shots.quality[i]), int(shots.group[i]))
        code[i, : len(IDENTITY_NAMES)] = kept[index]
        code[i, len(IDENTITY_NAMES) :] = shot_vector(who, float(shots.age[i]), shot)
        noise[i] = np.random.default_rng(shot.backdrop).standard_normal(NOISE, dtype=np.float32)
        camera[:, i] = shot.camera.blur, shot.camera.noise, shot.camera.compression
        seed[i] = shot.backdrop
    return ShotCodes(code, noise, camera[0], camera[1], camera[2], seed)
