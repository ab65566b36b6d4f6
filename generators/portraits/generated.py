"""Photos drawn by the trained generator: the face source that needs no head model."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from generators.faces import refuse_minors
from generators.heads.develop import degraded_batch
from generators.heads.identity import Portrayed
from generators.photos import PhotoRows
from generators.portraits.codes import codes_of
from generators.portraits.shipped import SHIPPED
from generators.portraits.weights import read_portrait_weights

_BATCH = 64
"""Images made at once: always so many, so that a picture does not depend on its neighbours."""


class GeneratedFaces:
    """Photos from a StyleGAN2 that learnt from renders (`docs/faces.md`, model card).

    The generator makes the clean picture; the camera's blur and noise and the web's compression,
    which the shot names, are put on it as on a render.

    Args:
        weights: a weights file; those that ship with the project by default.

    Raises:
        EffaceError: the file is not there, not whole, or not of this kind.
    """

    name = "generated"

    def __init__(self, weights: Path = SHIPPED) -> None:
        self.generator, self.card = read_portrait_weights(weights)
        self.resolution = self.generator.settings.resolution

    def photos(self, person: Portrayed, shots: PhotoRows) -> NDArray[np.float32]:
        """Return photos of one person; see `FaceSource.photos`."""
        return self.photos_of([person], np.zeros(len(shots), dtype=np.int64), shots)

    def photos_of(
        self, people: Sequence[Portrayed], of: NDArray[np.integer], shots: PhotoRows
    ) -> NDArray[np.float32]:
        """Return photos of several people at once; see `FaceSource.photos_of`."""
        refuse_minors(shots)
        codes = codes_of(people, of, shots)
        clean = self.clean(codes.code, codes.noise)
        pictures = degraded_batch(
            clean, codes.blur, codes.noise_level, codes.compression, codes.seed
        )
        return np.ascontiguousarray(pictures.transpose(0, 3, 1, 2))

    def clean(self, code: NDArray[np.float32], noise: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return pictures before camera and web, float32 [n, R, R, 3] in 0..1.

        Args:
            code: float32 [n, c], named by `codes.CODE_NAMES`.
            noise: float32 [n, `codes.NOISE`].
        """
        n, side = len(code), self.resolution
        out = np.empty((n, side, side, 3), dtype=np.float32)
        for start in range(0, n, _BATCH):
            end = min(start + _BATCH, n)
            c = np.zeros((_BATCH, code.shape[1]), dtype=np.float32)
            z = np.zeros((_BATCH, noise.shape[1]), dtype=np.float32)
            c[: end - start], z[: end - start] = code[start:end], noise[start:end]
            with torch.inference_mode():
                made = self.generator(torch.from_numpy(z), torch.from_numpy(c), noise="none")
            seen = made[: end - start].add(1).div(2).clamp(0, 1).permute(0, 2, 3, 1)
            out[start:end] = seen.numpy()
        return out
