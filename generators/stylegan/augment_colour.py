"""Colours: brightness, contrast, luma flip, hue and saturation as one homogeneous matrix an image.

Karras et al. 2020b, appendix B. Colours are points in red, green and blue, and luma is the
direction (1, 1, 1) / √3 in which all greys lie.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generators.stylegan.augment_draws import Draws, probability
from generators.stylegan.augment_linear import linear
from generators.stylegan.augment_settings import AugmentSettings

Matrices = NDArray[np.float64]

GREY = np.full((3, 3), 1.0 / 3.0)
"""Projection on the luma axis, v vᵀ."""

_CROSS = np.array([[0.0, -1.0, 1.0], [1.0, 0.0, -1.0], [-1.0, 1.0, 0.0]]) / np.sqrt(3.0)
"""The cross product with the luma axis."""


def draw_colour(
    p: float, settings: AugmentSettings, draws: Draws
) -> tuple[Matrices, NDArray[np.bool_]]:
    """Return each image's colour matrix, [n, 4, 4], and whether an operation was drawn for it, [n].

    Args:
        p: strength of augmentation, 0 to 1.
        settings: how often each operation comes and how strong it is.
        draws: random numbers.
    """
    drawn = draws.happens(probability(p, settings.brightness))
    matrix = brightness(settings.brightness_deviation * draws.normal() * drawn)
    touched = drawn
    drawn = draws.happens(probability(p, settings.contrast))
    matrix = contrast(np.exp2(settings.contrast_octaves * draws.normal() * drawn)) @ matrix
    touched = touched | drawn
    flipped = draws.happens(probability(p, settings.luma_flip)) & (draws.uniform() < 0.5)
    matrix = luma_flip(flipped) @ matrix
    touched = touched | flipped
    drawn = draws.happens(probability(p, settings.hue))
    angle = draws.uniform(-settings.hue_max * np.pi, settings.hue_max * np.pi)
    matrix = hue(angle * drawn) @ matrix
    touched = touched | drawn
    drawn = draws.happens(probability(p, settings.saturation))
    matrix = saturation(np.exp2(settings.saturation_octaves * draws.normal() * drawn)) @ matrix
    return matrix, touched | drawn


def brightness(added: NDArray[np.float64]) -> Matrices:
    """Return matrices that add `added` [n] to every channel."""
    matrix = _homogeneous(np.tile(np.eye(3), (len(added), 1, 1)))
    matrix[:, :3, 3] = added[:, None]
    return matrix


def contrast(factor: NDArray[np.float64]) -> Matrices:
    """Return matrices that multiply every channel by `factor` [n]."""
    return _homogeneous(factor[:, None, None] * np.eye(3))


def luma_flip(flipped: NDArray[np.bool_]) -> Matrices:
    """Return, where `flipped` [n], the Householder reflection I − 2 v vᵀ; else the identity."""
    return _homogeneous(np.eye(3) - 2.0 * flipped[:, None, None] * GREY)


def hue(angle: NDArray[np.float64]) -> Matrices:
    """Return rotations by `angle` [n], in radians, about the luma axis (Rodrigues' formula)."""
    cosine, sine = np.cos(angle)[:, None, None], np.sin(angle)[:, None, None]
    return _homogeneous(cosine * np.eye(3) + sine * _CROSS + (1.0 - cosine) * GREY)


def saturation(factor: NDArray[np.float64]) -> Matrices:
    """Return matrices that multiply the distance from the luma axis by `factor` [n]."""
    return _homogeneous(GREY + factor[:, None, None] * (np.eye(3) - GREY))


def apply_colour(images: Tensor, matrices: Matrices) -> Tensor:
    """Apply colour matrices.

    An image of one channel is a grey one: it is taken through the matrix as three equal channels,
    and its luma is kept, so that hue and saturation leave it alone.

    Args:
        images: [n, 3 or 1, height, width].
        matrices: [n, 4, 4].
    """
    turn, move = matrices[:, :3, :3], matrices[:, :3, 3:]
    if images.shape[1] == 1:
        turn = turn.sum(axis=(1, 2), keepdims=True) / 3.0
        move = move.mean(axis=1, keepdims=True)
    factors, terms = (torch.from_numpy(part).to(images) for part in (turn, move))
    turned = linear(images.flatten(2), lambda x: factors @ x, lambda y: factors.mT @ y)
    return (turned + terms).view_as(images)


def _homogeneous(linear: Matrices) -> Matrices:
    matrix = np.tile(np.eye(4), (len(linear), 1, 1))
    matrix[:, :3, :3] = linear
    return matrix
