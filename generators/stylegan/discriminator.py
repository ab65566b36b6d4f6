"""The discriminator: blocks, minibatch standard deviation, projected label (2020a, 2020b)."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from generators.stylegan.layers import GAIN, SLOPE, Convolution, Linear
from generators.stylegan.mapping import Mapping
from generators.stylegan.resample import reduce
from generators.stylegan.settings import DiscriminatorSettings, resolutions

LABEL_RATE = 0.01


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


class Block(nn.Module):
    """Two convolutions that halve the side (2020a, fig. 7).

    Beside them leads a straight way (`residual`); or this block reads colours of its own (`skip`).
    """

    def __init__(self, settings: DiscriminatorSettings, resolution: int) -> None:
        super().__init__()
        inputs, outputs = settings.channels(resolution), settings.channels(resolution // 2)
        self.first = Convolution(inputs, inputs, 3, clamp=settings.clamp)
        self.second = Convolution(inputs, outputs, 3, down=True, clamp=settings.clamp)
        self.straight: Convolution | None = None
        self.colour: Convolution | None = None
        if settings.architecture == "residual":
            self.straight = Convolution(inputs, outputs, 1, down=True, bias=False)
        if settings.architecture == "skip" and resolution < settings.resolution:
            self.colour = _from_colour(settings, resolution)

    def forward(self, x: Tensor, images: Tensor) -> Tensor:
        """Return the block of x, [n, inputs, 2h, 2w] → [n, outputs, h, w].

        Args:
            x: maps.
            images: the images at this resolution.
        """
        if self.colour is not None:
            x = x + self.colour(images.to(x.dtype))
        if self.straight is None:
            y: Tensor = self.second(self.first(x))
            return y
        half = math.sqrt(0.5)
        return self.straight(x, half, rectified=False) + self.second(self.first(x), half)


def _from_colour(settings: DiscriminatorSettings, resolution: int) -> Convolution:
    maps = settings.channels(resolution)
    # At the end of the network nothing runs in 16 bits, and nothing needs a clamp.
    clamp = settings.clamp if resolution > 4 else None
    return Convolution(settings.image_channels, maps, 1, clamp=clamp)


class Discriminator(nn.Module):
    """A StyleGAN2 discriminator.

    Args:
        settings: its shape.
    """

    def __init__(self, settings: DiscriminatorSettings) -> None:
        super().__init__()
        self.settings = settings
        last = settings.channels(4)
        self.colour = _from_colour(settings, settings.resolution)
        self.blocks = nn.ModuleList(
            Block(settings, r) for r in reversed(resolutions(settings.resolution)[1:])
        )
        self.last_colour = _from_colour(settings, 4) if settings.architecture == "skip" else None
        self.convolution = Convolution(last + 1, last, 3, clamp=settings.clamp)
        self.dense = Linear(last * 16, last)
        self.output = Linear(last, last if settings.c_dim else 1)
        self.label = (
            Mapping(0, settings.c_dim, last, settings.label_layers, LABEL_RATE)
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
            x = block(x.to(dtype if index < settings.sixteen_bit else torch.float32), images)
            if self.last_colour is not None:
                images = reduce(images)
        if self.last_colour is not None:
            x = x.float() + self.last_colour(images)
        x = self.convolution(spread_among(x.float(), settings.group))
        x = functional.leaky_relu(self.dense(x.flatten(1), GAIN), SLOPE)
        x = self.output(x)
        if self.label is not None:
            wanted = self.label(None, c)
            x = (x * wanted).sum(1, keepdim=True) / math.sqrt(wanted.shape[1])
        return x
