"""The random numbers of one batch of augmentations, all drawn at once."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

UNIFORMS = 32
"""Uniform numbers set aside for an image: a few more than the operations use."""

NORMALS = 16
"""Normal numbers set aside for an image."""


class Draws:
    """Random numbers for each image of a batch, dealt row by row.

    How many are drawn depends on the number of images alone, so whether an operation is on, or
    happens, moves no number of another. They are plain NumPy arrays: the matrices that they become
    are a few numbers an image, which a device would only slow down.

    Args:
        images: how many images.
        rng: where the numbers come from; its state moves on.
    """

    def __init__(self, images: int, rng: torch.Generator) -> None:
        uniforms = torch.empty((UNIFORMS, images), dtype=torch.float64, device=rng.device)
        normals = torch.empty((NORMALS, images), dtype=torch.float64, device=rng.device)
        self._uniforms = uniforms.uniform_(generator=rng).cpu().numpy()
        self._normals = normals.normal_(generator=rng).cpu().numpy()
        self._dealt = [0, 0]
        self.images = images

    def uniform(self, low: float = 0.0, high: float = 1.0) -> NDArray[np.float64]:
        """Return the next uniform numbers from `low` to below `high`, [images]."""
        row = self._uniforms[self._dealt[0]]
        self._dealt[0] += 1
        return np.asarray(low + (high - low) * row)

    def normal(self) -> NDArray[np.float64]:
        """Return the next standard normal numbers, [images]."""
        row = self._normals[self._dealt[1]]
        self._dealt[1] += 1
        return np.asarray(row)

    def happens(self, probability: float) -> NDArray[np.bool_]:
        """Return for each image whether something of that probability happens, [images]."""
        return np.asarray(self.uniform() < probability)


def probability(p: float, multiplier: float) -> float:
    """Return the probability of an operation: p × multiplier, 1 at most."""
    return min(1.0, p * multiplier)
