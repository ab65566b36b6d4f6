"""Where pixels go: flips, quarter turns and translations, and general affine transformations.

Karras et al. 2020b, appendix B. All operations of one image become one matrix that takes a place in
the image to its place in the augmented image. Places are in pixels from the middle of the image, x
to the right and y down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generators.stylegan.augment_draws import Draws, probability
from generators.stylegan.augment_settings import AugmentSettings
from generators.stylegan.augment_warp import warp_straight, warp_turned
from generators.stylegan.augment_wavelets import mirrored

_Change = Callable[[Tensor, NDArray[np.int64]], Tensor]


@dataclass(frozen=True)
class Geometry:
    """What happens to the geometry of each image of a batch.

    Attributes:
        blit: [n, 3, 3] int64, homogeneous: flips and quarter turns about the middle, then a
            translation by whole pixels.
        affine: [n, 3, 3] float64, homogeneous: the general transformation that comes after it.
        blitted: [n], whether `blit` is anything but the identity.
        warped: [n], whether a general operation was drawn.
        turned: [n], whether the general operations drawn include a rotation.
    """

    blit: NDArray[np.int64]
    affine: NDArray[np.float64]
    blitted: NDArray[np.bool_]
    warped: NDArray[np.bool_]
    turned: NDArray[np.bool_]


def draw_geometry(size: int, p: float, settings: AugmentSettings, draws: Draws) -> Geometry:
    """Return the geometry of each image, drawn.

    Args:
        size: pixels a side.
        p: strength of augmentation, 0 to 1.
        settings: how often each operation comes and how strong it is.
        draws: random numbers.
    """
    blit = _draw_blit(size, p, settings, draws)
    affine = _identity(draws.images)

    drawn = draws.happens(probability(p, settings.scale))
    scale = np.exp2(settings.scale_octaves * draws.normal() * drawn)
    affine = _diagonal(scale, scale) @ affine
    warped = drawn

    # Two rotations, either of which makes the image turned: 1 − (1 − q)² = p.
    once = 1.0 - np.sqrt(1.0 - probability(p, settings.rotation))
    before = draws.happens(once)
    affine = _rotation(_angle(settings.rotation_max, draws) * before) @ affine

    drawn = draws.happens(probability(p, settings.stretch))
    stretch = np.exp2(settings.stretch_octaves * draws.normal() * drawn)
    affine = _diagonal(stretch, 1.0 / stretch) @ affine
    warped = warped | drawn

    after = draws.happens(once)
    affine = _rotation(_angle(settings.rotation_max, draws) * after) @ affine
    turned = before | after

    drawn = draws.happens(probability(p, settings.shift))
    reach = settings.shift_deviation * size * drawn
    affine = _translation(reach * draws.normal(), reach * draws.normal()) @ affine
    return Geometry(
        blit=blit,
        affine=affine,
        blitted=(blit != np.eye(3, dtype=np.int64)).any(axis=(1, 2)),
        warped=warped | drawn | turned,
        turned=turned,
    )


def apply_geometry(images: Tensor, geometry: Geometry) -> Tensor:
    """Move each image as drawn; an image without a drawn operation keeps its values to the bit.

    Flips, quarter turns and whole translations alone only move pixels. Anything else goes through
    the wavelet resampling of `augment_warp`, in one pass with the image's flips and turns.

    Args:
        images: [n, channels, size, size].
        geometry: of n images.
    """
    only_blitted = geometry.blitted & ~geometry.warped
    images = replace_rows(images, only_blitted, lambda x, at: apply_blit(x, geometry.blit[at]))
    if not geometry.warped.any():
        return images
    back = np.linalg.inv(geometry.affine @ geometry.blit).astype(np.float64)
    straight = geometry.warped & ~geometry.turned
    images = replace_rows(images, straight, lambda x, at: warp_straight(x, back[at]))
    return replace_rows(images, geometry.turned, lambda x, at: warp_turned(x, back[at]))


def apply_blit(images: Tensor, blit: NDArray[np.int64]) -> Tensor:
    """Flip, turn and translate by whole pixels, with mirrored borders: values are only moved.

    Args:
        images: [n, channels, size, size].
        blit: [n, 3, 3], as in `Geometry`.
    """
    size = images.shape[-1]
    # Twice the place from the middle is a whole number for odd sizes and for even ones.
    place = 2 * np.arange(size, dtype=np.int64) - (size - 1)
    x = place[None, None, :] - 2 * blit[:, 0, 2, None, None]
    y = place[None, :, None] - 2 * blit[:, 1, 2, None, None]
    linear = blit[:, :2, :2, None, None]
    # The inverse of a signed permutation is its transpose.
    from_x = (linear[:, 0, 0] * x + linear[:, 1, 0] * y + size - 1) // 2
    from_y = (linear[:, 0, 1] * x + linear[:, 1, 1] * y + size - 1) // 2
    source = torch.from_numpy(mirrored(from_y, size) * size + mirrored(from_x, size))
    source = source.flatten(1)[:, None].to(images.device).expand(-1, images.shape[1], -1)
    return images.flatten(2).gather(2, source).view_as(images)


def replace_rows(images: Tensor, chosen: NDArray[np.bool_], change: _Change) -> Tensor:
    """Return the images with the chosen ones replaced by what `change` makes of them.

    Args:
        images: [n, …].
        chosen: [n].
        change: a function of the chosen images and of their numbers.
    """
    if not chosen.any():
        return images
    at = np.flatnonzero(chosen)
    if len(at) == len(chosen):
        return change(images, at)
    rows = torch.from_numpy(at).to(images.device)
    return images.index_copy(0, rows, change(images.index_select(0, rows), at))


def _draw_blit(
    size: int, p: float, settings: AugmentSettings, draws: Draws
) -> NDArray[np.int64]:  # fmt: skip
    flip = draws.happens(probability(p, settings.x_flip)) & (draws.uniform() < 0.5)
    turns = draws.happens(probability(p, settings.quarter_turn)) * np.floor(draws.uniform(0, 4))
    drawn = draws.happens(probability(p, settings.whole_shift))
    reach = settings.whole_shift_max
    shift_x = np.rint(draws.uniform(-reach, reach) * size) * drawn
    shift_y = np.rint(draws.uniform(-reach, reach) * size) * drawn
    cosine = np.array([1, 0, -1, 0])[turns.astype(np.int64)]
    sine = np.array([0, 1, 0, -1])[turns.astype(np.int64)]
    sign = np.where(flip, -1, 1)
    blit = np.zeros((draws.images, 3, 3), dtype=np.int64)
    blit[:, 0, 0] = cosine * sign
    blit[:, 0, 1] = -sine
    blit[:, 1, 0] = sine * sign
    blit[:, 1, 1] = cosine
    blit[:, 0, 2] = shift_x
    blit[:, 1, 2] = shift_y
    blit[:, 2, 2] = 1
    return blit


def _angle(most: float, draws: Draws) -> NDArray[np.float64]:
    return draws.uniform(-most * np.pi, most * np.pi)


def _identity(images: int) -> NDArray[np.float64]:
    return np.tile(np.eye(3), (images, 1, 1))


def _diagonal(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = _identity(len(x))
    matrix[:, 0, 0] = x
    matrix[:, 1, 1] = y
    return matrix


def _rotation(angle: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = _identity(len(angle))
    matrix[:, 0, 0] = matrix[:, 1, 1] = np.cos(angle)
    matrix[:, 1, 0] = np.sin(angle)
    matrix[:, 0, 1] = -matrix[:, 1, 0]
    return matrix


def _translation(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.float64]:
    matrix = _identity(len(x))
    matrix[:, 0, 2] = x
    matrix[:, 1, 2] = y
    return matrix
