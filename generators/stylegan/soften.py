"""A Gaussian blur of images, for the first part of a training."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional


def soften(images: Tensor, sigma: float) -> Tensor:
    """Return images [n, c, h, w] blurred by `sigma` pixels; as they are below a fifth of one."""
    if sigma < 0.2:
        return images
    reach = min(math.ceil(3 * sigma), images.shape[2] - 1)
    at = torch.arange(-reach, reach + 1, dtype=images.dtype, device=images.device)
    kernel = torch.exp(-(at**2) / (2 * sigma**2))
    kernel = (kernel / kernel.sum()).expand(images.shape[1], 1, 1, -1)
    groups = images.shape[1]
    framed = functional.pad(images, (reach, reach, reach, reach), mode="reflect")
    across = functional.conv2d(framed, kernel, groups=groups)
    return functional.conv2d(across, kernel.transpose(2, 3), groups=groups)
