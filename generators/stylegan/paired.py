"""The paired term: a generated image set beside the image whose code it was generated from.

Where the truth of every code is known (a renderer drew it), the generator can be taught directly
before, and beside, the adversarial game: by absolute differences at several scales, and by the
features of a network that looks at what matters. An L1 pyramid alone gives clear but soft images;
the adversarial term then sharpens them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional


class Guide(Protocol):
    """A frozen network whose features say what matters in an image."""

    def __call__(self, images: Tensor) -> tuple[Sequence[Tensor], Tensor]:
        """Return feature maps, and one unit vector [n, d] an image, of images in −1..1."""
        ...


@dataclass(frozen=True)
class PairedSettings:
    """How strongly pairs teach.

    Attributes:
        focus: (x, y) of the middle of what matters, shares of the side from the left and the top.
        reach: width of the Gaussian around it, shares of the side.
        beyond: weight of a pixel far from it, against 1.5 in its middle.
        scales: side of the squares over whose means differences are taken too.
        features: weight of the feature maps' differences.
        vector: weight of one minus the cosine of the two vectors.
        guide_every: the guide is asked in one of this many steps.
    """

    focus: tuple[float, float] = (0.5, 0.55)
    reach: float = 0.3
    beyond: float = 0.4
    scales: tuple[int, ...] = (2, 4, 8)
    features: float = 0.5
    vector: float = 1.0
    guide_every: int = 2


def weights(settings: PairedSettings, side: int) -> Tensor:
    """Return the weight of each pixel, [1, 1, side, side], with a mean of one."""
    at = (torch.arange(side) + 0.5) / side
    x, y = at - settings.focus[0], at - settings.focus[1]
    near = torch.exp(-(y[:, None] ** 2 + x[None] ** 2) / (2 * settings.reach**2))
    weight = settings.beyond + (1.5 - settings.beyond) * near
    return (weight / weight.mean())[None, None]


def pyramid(made: Tensor, truth: Tensor, weight: Tensor, scales: Sequence[int]) -> Tensor:
    """Return the weighted mean absolute difference, summed over pixels and coarser means."""
    apart = made - truth
    loss = (apart.abs() * weight).mean()
    for scale in scales:
        coarse = functional.avg_pool2d(apart, scale)
        loss = loss + (coarse.abs() * functional.avg_pool2d(weight, scale)).mean()
    return loss


def guided(made: Tensor, truth: Tensor, guide: Guide, settings: PairedSettings) -> Tensor:
    """Return the guide's term; gradients flow into `made` alone."""
    maps, vector = guide(made)
    with torch.no_grad():
        true_maps, true_vector = guide(truth)
    loss = settings.vector * (1 - (vector * true_vector).sum(1)).mean()
    for a, b in zip(maps, true_maps, strict=True):
        loss = loss + settings.features * (a.float() - b.float()).abs().mean()
    return loss
