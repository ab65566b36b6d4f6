"""Augmentation of what a discriminator sees (Karras et al. 2020b, sections 2 and 3, appendix B).

Every image, real or generated, passes through the same random pipeline before the discriminator
sees it: pixel blitting, general geometry, colour, filtering, noise, cutout, always in this order,
each operation with probability p. As long as p is below 1 each step is invertible as a map between
distributions of images, so the generator is still led to the distribution of the training images
and not to that of augmented ones (section 2.2). `augment` is the pipeline; `AdaptiveProbability`
finds p.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from generators.stylegan.augment_adaptive import AdaptiveProbability
from generators.stylegan.augment_colour import apply_colour, draw_colour
from generators.stylegan.augment_draws import Draws
from generators.stylegan.augment_filters import (
    apply_cutout,
    apply_gains,
    apply_noise,
    draw_cutout,
    draw_gains,
    draw_noise,
)
from generators.stylegan.augment_geometry import apply_geometry, draw_geometry, replace_rows
from generators.stylegan.augment_settings import (
    ALL,
    BGC,
    BLIT,
    COLOUR,
    COLOURS,
    CUTOUT,
    FACES,
    FILTER,
    GEOMETRY,
    NOISE,
    AugmentSettings,
    only,
)

__all__ = [
    "ALL",
    "BGC",
    "BLIT",
    "COLOUR",
    "CUTOUT",
    "FACES",
    "FILTER",
    "GEOMETRY",
    "NOISE",
    "AdaptiveProbability",
    "AugmentSettings",
    "augment",
    "only",
]


def augment(images: Tensor, p: float, settings: AugmentSettings, rng: torch.Generator) -> Tensor:
    """Return the images, each augmented at random on its own.

    Differentiable in the images to any order. The same state of `rng` gives the same augmentations.
    An image for which nothing is drawn keeps its values to the bit, and with p = 0 the images
    themselves come back. 16-bit images are augmented in 32 bits and given back in theirs; autocast
    has no effect.

    Args:
        images: [n, channels, size, size], floating point, values from −1 to 1. Colour operations
            need 3 channels or 1.
        p: strength of augmentation, 0 to 1: the probability of each operation whose multiplier in
            `settings` is 1.
        settings: how often each operation comes and how strong it is; `BGC` is the paper's choice.
        rng: on the processor or on the images' device; its state moves on, unless p is 0.

    Returns:
        [n, channels, size, size], of the images' type and device. Values may leave −1 … 1.

    Raises:
        ValueError: images of another shape or type, or p outside 0 to 1.

    Example:
        >>> rng = torch.Generator().manual_seed(7)
        >>> augment(torch.zeros(2, 3, 16, 16), 0.5, BGC, rng).shape
        torch.Size([2, 3, 16, 16])
    """
    _check(images, p, settings)
    if p == 0.0 or len(images) == 0:
        return images
    wide = images if images.dtype == torch.float64 else images.float()
    return _augment(wide, p, settings, rng).to(images.dtype)


def _augment(x: Tensor, p: float, settings: AugmentSettings, rng: torch.Generator) -> Tensor:
    draws = Draws(len(x), rng)
    x = apply_geometry(x, draw_geometry(x.shape[-1], p, settings, draws))
    colours, drawn = draw_colour(p, settings, draws)
    x = replace_rows(x, drawn, lambda part, at: apply_colour(part, colours[at]))
    gains, drawn = draw_gains(p, settings, draws)
    x = replace_rows(x, drawn, lambda part, at: apply_gains(part, gains[at]))
    deviations = draw_noise(p, settings, draws)
    x = replace_rows(x, deviations > 0.0, lambda part, at: apply_noise(part, deviations[at], rng))
    middles, drawn = draw_cutout(p, settings, draws)
    side = settings.cutout_size
    return replace_rows(x, drawn, lambda part, at: apply_cutout(part, middles[at], side))


def _check(images: Tensor, p: float, settings: AugmentSettings) -> None:
    shape = tuple(images.shape)
    if len(shape) != 4 or shape[2] != shape[3] or shape[2] < 2:
        raise ValueError(f"images are [n, channels, size, size], 2 pixels or more; found {shape}")
    if not images.is_floating_point():
        raise ValueError(f"images are floating point; found {images.dtype}")
    if not (math.isfinite(p) and 0.0 <= p <= 1.0):
        raise ValueError(f"p lies between 0 and 1; found {p}")
    if shape[1] not in (1, 3) and any(getattr(settings, name) > 0.0 for name in COLOURS):
        raise ValueError(f"colour operations need 3 channels or 1; found {shape[1]}")
