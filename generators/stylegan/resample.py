"""Resampling by two with the binomial filter [1, 3, 3, 1] (Karras et al. 2020a, section 4.1).

Filtering is linear and the filter symmetric, so the derivative of a filter is the same filter of
what comes back, and the derivative of halving is doubling. Written as such (`_Filter`, `_Halve`,
`_Double`), derivatives of any order cost what the filter itself costs; left to automatic
differentiation, those of second order (R1, path length) cost two to four times as much on a CPU.
`upfirdn` is the plain definition that tests and benchmarks hold these to.
"""

from __future__ import annotations

from typing import Any

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


def _binomial(images: Tensor, gain: float, pad: int, stride: int = 1) -> Tensor:
    taps = fir()
    kernel = (torch.outer(taps, taps) * gain).to(images)
    channels = images.shape[1]
    kernel = kernel.expand(channels, 1, 4, 4)
    return functional.conv2d(images, kernel, padding=pad, stride=stride, groups=channels)


class _Filter(torch.autograd.Function):
    """The filter times a gain, within a frame of `pad` zeros."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, gain: float, pad: int) -> Tensor:
        ctx.gain, ctx.pad = gain, pad
        return _binomial(images, gain, pad)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None, None]:
        return _Filter.apply(slopes[0], ctx.gain, 3 - ctx.pad), None, None


class _Halve(torch.autograd.Function):
    """Every other pixel of the filtered picture, times a gain."""

    @staticmethod
    def forward(ctx: Any, images: Tensor, gain: float) -> Tensor:
        ctx.gain = gain
        return _binomial(images, gain, pad=1, stride=2)

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None]:
        return _Double.apply(slopes[0], ctx.gain / 4), None


class _Double(torch.autograd.Function):
    """Four times the filter of a picture with zeros between its pixels, times a gain.

    With zeros around, that is what linear interpolation does between pixel centres.
    """

    @staticmethod
    def forward(ctx: Any, images: Tensor, gain: float) -> Tensor:
        ctx.gain = gain
        framed = functional.pad(images if gain == 1 else images * gain, (1, 1, 1, 1))
        wide = functional.interpolate(framed, scale_factor=2, mode="bilinear", align_corners=False)
        return wide[:, :, 2:-2, 2:-2]

    @staticmethod
    def backward(ctx: Any, *slopes: Tensor) -> tuple[Tensor, None]:
        return _Halve.apply(slopes[0], ctx.gain * 4), None


def convolve_up(images: Tensor, weight: Tensor) -> Tensor:
    """Double the side with zeros, convolve and filter.

    Args:
        images: [n, i, h, w].
        weight: [o, i, 3, 3], shared by all images.

    Returns:
        [n, o, 2h, 2w].
    """
    turned = weight.to(images.dtype).transpose(0, 1)
    wide = functional.conv_transpose2d(images, turned, stride=2)
    return _Filter.apply(wide, 4.0, 1)


def convolve_down(images: Tensor, weight: Tensor) -> Tensor:
    """Filter, convolve and halve the side: [n, i, 2h, 2w] by [o, i, 3, 3] to [n, o, h, w]."""
    filtered = _Filter.apply(images, 1.0, 2)
    return functional.conv2d(filtered, weight.to(images.dtype), stride=2)


def enlarge(images: Tensor) -> Tensor:
    """Double the side of pictures [n, c, h, w]; beyond the border lie zeros."""
    return _Double.apply(images, 1.0)


def reduce(images: Tensor) -> Tensor:
    """Halve the side of pictures [n, c, 2h, 2w]; beyond the border lie zeros."""
    return _Halve.apply(images, 1.0)
