"""StyleGAN2's passes as the papers draw them, over the networks of `generators.stylegan`.

Each image gets weights of its own, convolved in groups; doubling sets zeros between pixels and
filters; halving filters and then leaves out every other pixel (Karras et al. 2020a, figure 2 and
appendix B). Parameters are those of the networks that are passed in, so tests hold the fast passes
to these and benchmarks time one beside the other.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from generators.stylegan.discriminator import Block, Discriminator, spread_among
from generators.stylegan.generator import Synthesis
from generators.stylegan.layers import Convolution, StyledConvolution, ToColour
from generators.stylegan.resample import fir, upfirdn

SLOPE, GAIN, EPSILON = 0.2, math.sqrt(2), 1e-8


def convolve_up(images: Tensor, weight: Tensor, groups: int = 1) -> Tensor:
    """Double the side: zeros between pixels, weights [o, i/groups, 3, 3], filter."""
    o, i = weight.shape[0] // groups, weight.shape[1]
    turned = weight.reshape(groups, o, i, 3, 3).transpose(1, 2).reshape(groups * i, o, 3, 3)
    wide = functional.conv_transpose2d(images, turned, stride=2, groups=groups)
    return upfirdn(wide, fir(images.dtype), pad=(1, 1), gain=4)


def convolve_down(images: Tensor, weight: Tensor) -> Tensor:
    """Halve the side: filter, weights [o, i, k, k] at every other pixel."""
    kernel = weight.shape[-1]
    pad = 2 if kernel == 3 else 1
    filtered = upfirdn(images, fir(images.dtype), pad=(pad, pad))
    return functional.conv2d(filtered, weight, stride=2)


def enlarge(images: Tensor) -> Tensor:
    """Double the side of pictures."""
    return upfirdn(images, fir(images.dtype), up=2, pad=(2, 1), gain=4)


def modulated(x: Tensor, weight: Tensor, style: Tensor, demodulate: bool, up: bool) -> Tensor:
    """Convolve each image with weights of its own (2020a, equations 1 to 3).

    Args:
        x: [n, i, h, w].
        weight: [o, i, k, k].
        style: [n, i].
        demodulate: whether each image's weights are brought to a norm of one.
        up: whether the side is doubled.
    """
    n, i, h, w = x.shape
    o, _, k, _ = weight.shape
    own = weight[None] * style[:, None, :, None, None]
    if demodulate:
        own = own * torch.rsqrt(own.square().sum((2, 3, 4), keepdim=True) + EPSILON)
    own = own.reshape(n * o, i, k, k).to(x.dtype)
    joined = x.reshape(1, n * i, h, w)
    if up:
        y = convolve_up(joined, own, groups=n)
    else:
        y = functional.conv2d(joined, own, padding=k // 2, groups=n)
    return y.reshape(n, o, *y.shape[2:])


def styled(layer: StyledConvolution, x: Tensor, w: Tensor, noise: Tensor | None) -> Tensor:
    """Return what `StyledConvolution` returns."""
    y = modulated(x, layer.weight, layer.style(w), demodulate=True, up=layer.up)
    if noise is not None:
        y = y + (noise * layer.noise_strength).to(y.dtype)
    return rectified(y + layer.bias.to(y.dtype)[:, None, None], layer.clamp)


def rectified(x: Tensor, clamp: float | None, gain: float = 1.0) -> Tensor:
    """Return the leaky rectifier times √2, clamped to ± `clamp`, all times `gain`."""
    y = functional.leaky_relu(x, SLOPE) * (GAIN * gain)
    return y if clamp is None else y.clamp(-clamp * gain, clamp * gain)


def coloured(layer: ToColour, x: Tensor, w: Tensor) -> Tensor:
    """Return what `ToColour` returns."""
    style = layer.style(w) * layer.weight_gain
    y = modulated(x, layer.weight, style, demodulate=False, up=False)
    y = y + layer.bias.to(y.dtype)[:, None, None]
    return y if layer.clamp is None else y.clamp(-layer.clamp, layer.clamp)


def synthesise(
    net: Synthesis, w: Tensor, noise: str = "random", dtype: torch.dtype = torch.float32,
    rng: torch.Generator | None = None,
) -> Tensor:  # fmt: skip
    """Return what `Synthesis` returns for w [n, styles, w_dim], noise drawn in the same order."""
    n = w.shape[0]
    x = net.constant.expand(n, -1, -1, -1)
    picture: Tensor | None = None
    at = 0
    full = len(net.blocks) - net.settings.sixteen_bit
    for index, block in enumerate(net.blocks):
        x = x.to(dtype if index >= full else torch.float32)
        for layer in (block.first, block.second):
            if layer is not None:
                x = styled(layer, x, w[:, at], _noise(layer, n, noise, rng))
                at += 1
        colour = coloured(block.colour, x, w[:, at]).float()
        picture = colour if picture is None else enlarge(picture) + colour
    assert picture is not None
    return picture


def _noise(
    layer: StyledConvolution, n: int, kind: str, rng: torch.Generator | None
) -> Tensor | None:
    if kind == "none":
        return None
    if kind == "const":
        return layer.noise_const[None, None]
    return torch.randn(n, 1, *layer.noise_const.shape, generator=rng)


def convolved(layer: Convolution, x: Tensor, gain: float = 1.0, linear: bool = False) -> Tensor:
    """Return what `Convolution` returns."""
    weight = (layer.weight * layer.weight_gain).to(x.dtype)
    if layer.down:
        y = convolve_down(x, weight)
    else:
        y = functional.conv2d(x, weight, padding=layer.kernel // 2)
    if layer.bias is not None:
        y = y + layer.bias.to(y.dtype)[:, None, None]
    return y * gain if linear else rectified(y, layer.clamp, gain)


def halved(block: Block, x: Tensor) -> Tensor:
    """Return what a residual `Block` returns."""
    assert block.straight is not None
    half = math.sqrt(0.5)
    straight = convolved(block.straight, x, half, linear=True)
    return straight + convolved(block.second, convolved(block.first, x), half)


def judge(
    net: Discriminator, images: Tensor, c: Tensor | None = None,
    dtype: torch.dtype = torch.float32,
) -> Tensor:  # fmt: skip
    """Return the logits [n, 1] that `Discriminator` returns."""
    sixteen = net.settings.sixteen_bit
    # The layout in which these passes are fastest.
    images = images.contiguous(memory_format=torch.channels_last)
    x = convolved(net.colour, images.to(dtype if sixteen else torch.float32))
    for index, block in enumerate(net.blocks):
        x = halved(block, x.to(dtype if index < sixteen else torch.float32))
    x = convolved(net.convolution, spread_among(x.float(), net.settings.group))
    x = net.output(rectified(net.dense(x.flatten(1)), None))
    if net.label is None:
        return x
    wanted = net.label(None, c)
    return (x * wanted).sum(1, keepdim=True) / math.sqrt(wanted.shape[1])
