"""Resampling by two with the binomial filter [1, 3, 3, 1] (Karras et al. 2020a, section 4.1).

Written out, an upsampling convolution sets zeros between pixels, convolves and filters; three
passes over the larger picture. Convolution and filter are both linear, so one kernel of 6 × 6 does
the work of both; its four phases are four kernels of 3 × 3 on the *smaller* picture, whose outputs
are interleaved. Nothing is approximated, borders included. `upfirdn` is the plain definition that
tests and benchmarks hold the fast paths to.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

TAPS = (1.0, 3.0, 3.0, 1.0)
"""The filter, before it is normalised to a sum of one."""


def fir(dtype: torch.dtype = torch.float32) -> Tensor:
    """Return the filter, [4], with a sum of one."""
    taps = torch.tensor(TAPS, dtype=dtype)
    return taps / taps.sum()


def upfirdn(
    images: Tensor, filter_: Tensor, up: int = 1, down: int = 1, pad: tuple[int, int] = (0, 0),
    gain: float = 1.0,
) -> Tensor:  # fmt: skip
    """Upsample with zeros, pad, filter and decimate, in both directions alike.

    Args:
        images: [n, c, h, w].
        filter_: [k], separable, applied as a convolution.
        up, down: whole factors.
        pad: zeros before and after (negative: cut) of the upsampled picture.
        gain: factor on the result.

    Returns:
        [n, c, (h·up + pad − k + 1) / down, the same for w].
    """
    n, c, h, w = images.shape
    if up > 1:
        wide = images.new_zeros(n, c, h, up, w, up)
        wide[:, :, :, 0, :, 0] = images
        images = wide.reshape(n, c, h * up, w * up)
    images = functional.pad(images, (pad[0], pad[1], pad[0], pad[1]))
    kernel = (torch.outer(filter_, filter_).flip(0, 1) * gain).to(images)
    images = functional.conv2d(images, kernel.expand(c, 1, -1, -1), groups=c)
    return images[:, :, ::down, ::down]


def _up_phases() -> Tensor:
    """Return [2, 3, 3] (phase, tap on the small picture, tap of the kernel): up, convolve, filter.

    Pixel 2j + p of the large picture reads pixel j + t − 1 of the small one through kernel tap a
    wherever filter tap a − p + 2 (t − 1) + 1 exists.
    """
    filter_ = 2 * fir()
    phases = torch.zeros(2, 3, 3)
    for p in range(2):
        for t in range(3):
            for a in range(3):
                k = a - p + 2 * (t - 1) + 1
                if 0 <= k <= 3:
                    phases[p, t, a] = filter_[k]
    return phases


def _down_phases() -> Tensor:
    """Return [2, 3, 3] (phase of the large picture, tap on pairs of it, tap of the kernel).

    Pixel j of the small picture reads pixel 2 (j + t − 1) + p of the large one through kernel tap
    a wherever filter tap 2 t + p − a exists.
    """
    filter_ = fir()
    phases = torch.zeros(2, 3, 3)
    for p in range(2):
        for t in range(3):
            for a in range(3):
                k = 2 * t + p - a
                if 0 <= k <= 3:
                    phases[p, t, a] = filter_[k]
    return phases


_UP, _DOWN = _up_phases(), _down_phases()


def up_kernel(weight: Tensor) -> Tensor:
    """Return the kernels [4·o, i, 3, 3] that stand for up, convolve by `weight` and filter."""
    o, i = weight.shape[:2]
    phases = _UP.to(weight)
    return torch.einsum("pua,qvb,oiab->opqiuv", phases, phases, weight).reshape(4 * o, i, 3, 3)


def down_kernel(weight: Tensor) -> Tensor:
    """Return the kernels [o, 4·i, 3, 3] that stand for filter, convolve by `weight` and halve."""
    o, i = weight.shape[:2]
    phases = _DOWN.to(weight)
    return torch.einsum("pua,qvb,oiab->oipquv", phases, phases, weight).reshape(o, 4 * i, 3, 3)


def convolve_up(images: Tensor, weight: Tensor) -> Tensor:
    """Convolve while doubling the side: [n, i, h, w] by [o, i, 3, 3] to [n, o, 2h, 2w]."""
    phases = functional.conv2d(images, up_kernel(weight).to(images.dtype), padding=1)
    return functional.pixel_shuffle(phases, 2)


def convolve_down(images: Tensor, weight: Tensor) -> Tensor:
    """Convolve while halving the side: [n, i, 2h, 2w] by [o, i, 3, 3] to [n, o, h, w]."""
    pairs = functional.pixel_unshuffle(images, 2)
    return functional.conv2d(pairs, down_kernel(weight).to(images.dtype), padding=1)


def enlarge(images: Tensor) -> Tensor:
    """Double the side of pictures [n, c, h, w]; beyond the border lie zeros.

    With zeros around, the filter is what linear interpolation does between pixel centres.
    """
    framed = functional.pad(images, (1, 1, 1, 1))
    wide = functional.interpolate(framed, scale_factor=2, mode="bilinear", align_corners=False)
    return wide[:, :, 2:-2, 2:-2]


def reduce(images: Tensor) -> Tensor:
    """Halve the side of pictures [n, c, 2h, 2w]; beyond the border lie zeros.

    [1, 3, 3, 1] is [1, 1] three times over: two means of neighbours, then a mean of pairs.
    """
    framed = functional.pad(images, (1, 1, 1, 1))
    once = functional.avg_pool2d(framed, 2, stride=1)
    twice = functional.avg_pool2d(once, 2, stride=1)
    return functional.avg_pool2d(twice, 2)
