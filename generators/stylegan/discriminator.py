"""The discriminator: residual blocks, minibatch standard deviation, projected label (2020a, b)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from generators.stylegan.layers import GAIN, SLOPE, Convolution, Linear
from generators.stylegan.mapping import Mapping
from generators.stylegan.settings import DiscriminatorSettings, resolutions

_LABEL_RATE = 0.01


def spread_among(x: Tensor, group: int) -> Tensor:
    """Return x with one more map: how much a group of images differ (Karras et al. 2018).

    Args:
        x: [n, c, h, w]; images n/group apart form a group.
        group: images in a group, n at most; n must be a multiple of it.
    """
    n, _, h, w = x.shape
    group = min(group, n)
    y = x.float().reshape(group, n // group, -1)
    spread = (y.var(0, correction=0) + 1e-8).sqrt().mean(1)
    return torch.cat([x, spread.repeat(group)[:, None, None, None].expand(n, 1, h, w).to(x)], 1)


class ResidualBlock(nn.Module):
    """Two convolutions beside a straight way, halving the side (2020a, fig. 7)."""

    def __init__(self, inputs: int, outputs: int, clamp: float | None) -> None:
        super().__init__()
        self.first = Convolution(inputs, inputs, 3, clamp=clamp)
        self.second = Convolution(inputs, outputs, 3, down=True, clamp=clamp)
        self.straight = Convolution(inputs, outputs, 1, down=True, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the block of x, [n, inputs, 2h, 2w] → [n, outputs, h, w]."""
        half = math.sqrt(0.5)
        return self.straight(x, half, rectified=False) + self.second(self.first(x), half)


class Discriminator(nn.Module):
    """A StyleGAN2 discriminator.

    Args:
        settings: its shape.
    """

    def __init__(self, settings: DiscriminatorSettings) -> None:
        super().__init__()
        self.settings = settings
        highest, clamp = settings.resolution, settings.clamp
        last = settings.channels(4)
        self.colour = Convolution(
            settings.image_channels, settings.channels(highest), 1, clamp=clamp
        )
        self.blocks = nn.ModuleList(
            ResidualBlock(settings.channels(r), settings.channels(r // 2), clamp)
            for r in reversed(resolutions(highest)[1:])
        )
        self.convolution = Convolution(last + 1, last, 3, clamp=clamp)
        self.dense = Linear(last * 16, last)
        self.output = Linear(last, last if settings.c_dim else 1)
        self.label = (
            Mapping(0, settings.c_dim, last, settings.label_layers, _LABEL_RATE)
            if settings.c_dim
            else None
        )

    def forward(
        self, images: Tensor, c: Tensor | None = None, dtype: torch.dtype = torch.float32
    ) -> Tensor:
        """Return logits [n, 1]; above zero is taken for real.

        Args:
            images: [n, channels, R, R], about −1 to 1.
            c: [n, c_dim] where there are labels.
            dtype: what the `sixteen_bit` highest resolutions run in.
        """
        settings = self.settings
        x = images.to(dtype if settings.sixteen_bit else torch.float32)
        x = self.colour(x.contiguous(memory_format=torch.channels_last))
        for index, block in enumerate(self.blocks):
            x = block(x.to(dtype if index < settings.sixteen_bit else torch.float32))
        x = self.convolution(spread_among(x.float(), settings.group))
        x = functional.leaky_relu(self.dense(x.flatten(1), GAIN), SLOPE)
        x = self.output(x)
        if self.label is not None:
            wanted = self.label(None, c)
            x = (x * wanted).sum(1, keepdim=True) / math.sqrt(wanted.shape[1])
        return x
