"""The layers of StyleGAN2: equalised learning rate, modulation and demodulation, noise.

A modulated convolution scales the input maps by the style, convolves with weights that all images
share, and divides by the norm that the styled weights would have had (Karras et al. 2020a,
equations 1 to 3). Scaling the activations instead of the weights is the same sum in another order
and needs no convolution in groups, which is what makes it fast on a CPU.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from generators.stylegan.resample import convolve_down, convolve_up, reduce

SLOPE = 0.2
"""Negative slope of the leaky rectifier (2020a)."""
GAIN = math.sqrt(2)
"""Keeps the variance of activations behind the rectifier (2020a)."""


def rectify(x: Tensor, clamp: float | None = None) -> Tensor:
    """Return the leaky rectifier of x, clamped where asked; its gain is already in x.

    The rectifier is homogeneous, so √2 is multiplied into what comes before it.
    """
    x = functional.leaky_relu(x, SLOPE)
    return x if clamp is None else x.clamp(-clamp, clamp)


class Linear(nn.Module):
    """A fully connected layer whose weights are scaled as they are used (equalised rate).

    Args:
        inputs, outputs: sizes.
        bias: where the bias starts.
        rate: learning rate against the optimiser's.
    """

    def __init__(self, inputs: int, outputs: int, bias: float = 0.0, rate: float = 1.0) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs) / rate)
        self.bias = nn.Parameter(torch.full((outputs,), bias / rate))
        self.weight_gain = rate / math.sqrt(inputs)
        self.bias_gain = rate

    def forward(self, x: Tensor, gain: float = 1.0) -> Tensor:
        """Return `gain` times the layer of x, [n, inputs] → [n, outputs]."""
        weight = self.weight * (self.weight_gain * gain)
        return functional.linear(x, weight, self.bias * (self.bias_gain * gain))


class Convolution(nn.Module):
    """A convolution of the discriminator with equalised rate and, where asked, the rectifier.

    Args:
        inputs, outputs: feature maps.
        kernel: 1 or 3 pixels.
        down: whether the side is halved, behind the binomial filter.
        bias: whether there is one.
        clamp: see `rectify`.
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, down: bool = False, bias: bool = True,
        clamp: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.bias = nn.Parameter(torch.zeros(outputs)) if bias else None
        self.weight_gain = 1 / math.sqrt(inputs * kernel * kernel)
        self.kernel, self.down, self.clamp = kernel, down, clamp

    def forward(self, x: Tensor, gain: float = 1.0, rectified: bool = True) -> Tensor:
        """Return the layer of x, [n, inputs, h, w]; `gain` scales the result."""
        scale = gain * (GAIN if rectified else 1.0)
        weight = self.weight * (self.weight_gain * scale)
        if self.down and self.kernel == 3:
            x = convolve_down(x, weight)
        else:
            x = reduce(x) if self.down else x
            x = functional.conv2d(x, weight.to(x.dtype), padding=self.kernel // 2)
        if self.bias is not None:
            x = x + (self.bias * scale).to(x.dtype)[:, None, None]
        if not rectified:
            return x
        return rectify(x, None if self.clamp is None else self.clamp * gain)


class StyledConvolution(nn.Module):
    """A modulated and demodulated convolution with noise, bias and rectifier.

    Args:
        inputs, outputs: feature maps.
        w_dim: size of w.
        resolution: pixels a side behind it.
        up: whether the side is doubled.
        clamp: see `rectify`.
    """

    noise_const: Tensor

    def __init__(
        self, inputs: int, outputs: int, w_dim: int, resolution: int, *, up: bool = False,
        clamp: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.style = Linear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, 3, 3))
        self.noise_strength = nn.Parameter(torch.zeros(()))
        self.bias = nn.Parameter(torch.zeros(outputs))
        self.register_buffer("noise_const", torch.randn(resolution, resolution))
        self.weight_gain = 1 / math.sqrt(inputs * 9)
        self.up, self.clamp = up, clamp

    def forward(self, x: Tensor, w: Tensor, noise: Tensor | None, gain: float = 1.0) -> Tensor:
        """Return the layer of x; `gain` scales the result.

        Args:
            x: [n, inputs, h, w].
            w: [n, w_dim].
            noise: [n or 1, 1, h', w'] to be added at its learned strength, or None.
        """
        style = self.style(w)
        weight = self.weight * self.weight_gain
        # Half the accuracy of 16-bit layers would go if the norm were not taken in 32 bits.
        power = style.square() @ weight.square().sum((2, 3)).t()
        scale = GAIN * gain
        norm = scale * torch.rsqrt(power + 1e-8 * self.weight_gain**2)
        styled = x * style.to(x.dtype)[:, :, None, None]
        if self.up:
            y = convolve_up(styled, weight)
        else:
            y = functional.conv2d(styled, weight.to(x.dtype), padding=1)
        shift = (self.bias * scale).to(y.dtype)[:, None, None]
        if noise is not None:
            shift = shift + (noise * (self.noise_strength * scale)).to(y.dtype)
        y = torch.addcmul(shift, y, norm.to(y.dtype)[:, :, None, None])
        return rectify(y, None if self.clamp is None else self.clamp * gain)


class ToColour(nn.Module):
    """From feature maps to colours: modulated, neither demodulated nor rectified (2020a, fig. 7).

    Args:
        inputs: feature maps.
        w_dim: size of w.
        channels: 3 for colour.
        clamp: colours are clamped to ± this.
    """

    def __init__(self, inputs: int, w_dim: int, channels: int, clamp: float | None = None) -> None:
        super().__init__()
        self.style = Linear(w_dim, inputs, bias=1.0)
        self.weight = nn.Parameter(torch.randn(channels, inputs, 1, 1))
        self.bias = nn.Parameter(torch.zeros(channels))
        self.weight_gain = 1 / math.sqrt(inputs)
        self.clamp = clamp

    def forward(self, x: Tensor, w: Tensor) -> Tensor:
        """Return colours [n, channels, h, w] of maps [n, inputs, h, w] at w [n, w_dim]."""
        style = self.style(w) * self.weight_gain
        styled = x * style.to(x.dtype)[:, :, None, None]
        y = functional.conv2d(styled, self.weight.to(x.dtype), self.bias.to(x.dtype))
        return y if self.clamp is None else y.clamp(-self.clamp, self.clamp)
