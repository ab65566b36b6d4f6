"""What happens to an image's frequencies and pixels: filtering, noise and cutout.

Karras et al. 2020b, appendix B, "image-space filtering" and "image-space corruptions".
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generators.stylegan.augment_draws import Draws, probability
from generators.stylegan.augment_linear import two_sided
from generators.stylegan.augment_settings import AugmentSettings
from generators.stylegan.augment_wavelets import band_matrices

EXPECTED_POWER = np.array([10.0, 1.0, 1.0, 1.0]) / 13.0
"""Share of an image's power in each band, lowest first, for a 1/f spectrum (2020b, appendix B)."""


def draw_gains(
    p: float, settings: AugmentSettings, draws: Draws
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return each image's gain in each band, [n, 4], and whether any was drawn for it, [n].

    Args:
        p: strength of augmentation, 0 to 1.
        settings: how often each operation comes and how strong it is.
        draws: random numbers.
    """
    bands = len(EXPECTED_POWER)
    gains = np.ones((draws.images, bands))
    touched = np.zeros(draws.images, dtype=np.bool_)
    for band in range(bands):
        drawn = draws.happens(probability(p, settings.filtering))
        factors = np.ones((draws.images, bands))
        factors[:, band] = np.exp2(settings.filtering_octaves * draws.normal() * drawn)
        # The power of an image with the expected spectrum stays what it was.
        gains *= factors / np.sqrt(factors**2 @ EXPECTED_POWER)[:, None]
        touched |= drawn
    return gains, touched


def apply_gains(images: Tensor, gains: NDArray[np.float64]) -> Tensor:
    """Amplify the bands of frequency along both axes, with mirrored borders.

    Args:
        images: [n, channels, size, size].
        gains: [n, 4], lowest band first.
    """
    matrix = np.tensordot(gains, band_matrices(images.shape[-1]), axes=1)
    filters = torch.from_numpy(matrix).to(images)
    return two_sided(filters, images, filters)


def draw_noise(p: float, settings: AugmentSettings, draws: Draws) -> NDArray[np.float64]:
    """Return the standard deviation of each image's noise, [n]: half-normal where drawn, else 0."""
    drawn = draws.happens(probability(p, settings.noise))
    return np.abs(settings.noise_deviation * draws.normal()) * drawn


def apply_noise(images: Tensor, deviation: NDArray[np.float64], rng: torch.Generator) -> Tensor:
    """Add white noise, independent in every pixel and channel.

    Args:
        images: [n, channels, height, width].
        deviation: [n].
        rng: where the noise comes from.
    """
    noise = torch.randn(images.shape, generator=rng, device=rng.device, dtype=images.dtype)
    spread = torch.from_numpy(deviation)[:, None, None, None].to(images)
    return torch.addcmul(images, noise.to(images.device), spread)


def draw_cutout(
    p: float, settings: AugmentSettings, draws: Draws
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return the middle of each image's cutout as shares of width and height, [n, 2], and whether
    it was drawn, [n].
    """
    drawn = draws.happens(probability(p, settings.cutout))
    return np.stack([draws.uniform(), draws.uniform()], axis=1), drawn


def apply_cutout(images: Tensor, middle: NDArray[np.float64], side: float) -> Tensor:
    """Set a square of each image to 0; the part of it beyond the border falls away.

    Args:
        images: [n, channels, size, size].
        middle: [n, 2], as shares of the width and of the height.
        side: as a share of the width.
    """
    size = images.shape[-1]
    first = np.rint((middle - side / 2) * size)
    last = np.rint((middle + side / 2) * size)
    pixel = np.arange(size)
    inside = (pixel >= first[:, :, None]) & (pixel < last[:, :, None])
    cut = torch.from_numpy(inside[:, 1, :, None] & inside[:, 0, None, :])[:, None]
    return images.masked_fill(cut.to(images.device), 0.0)
