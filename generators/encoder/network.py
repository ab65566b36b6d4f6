"""The network that turns a face image into a template: a lean strided convolutional net.

At 64 pixels a side its first maps are 32×32 already, and residual blocks stand at 8×8 and 4×4
only: on a CPU the large maps cost most and add least. Blocks are those of He et al. 2016 (deep
residual learning), the last layer before the template that of ArcFace (Deng et al. 2019): all
places of the last map through one linear layer and a batch normalisation, not an average over
places, since faces are aligned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

REDUCTION = 16
"""Pixels of the image to one place of the last map, a side."""
WIDEST = 1024
"""Most channels of a map and most numbers of a template that a shape may name."""
LARGEST = 512
"""Most pixels a side."""


@dataclass(frozen=True)
class NetworkShape:
    """What decides the number and shapes of a network's weights.

    Attributes:
        widths: channels of the four stages, from the image to the template.
        dimension: numbers in a template.
        resolution: pixels a side of an image, a multiple of 16.

    Raises:
        ValueError: a number outside what a network can have.
    """

    widths: tuple[int, int, int, int] = (32, 64, 96, 192)
    dimension: int = 128
    resolution: int = 64

    def __post_init__(self) -> None:
        if len(self.widths) != 4 or not all(1 <= width <= WIDEST for width in self.widths):
            raise ValueError(f"widths are four numbers of 1 to {WIDEST}, found {self.widths}")
        if not 2 <= self.dimension <= WIDEST:
            raise ValueError(f"a template has 2 to {WIDEST} numbers, found {self.dimension}")
        if self.resolution % REDUCTION or not REDUCTION <= self.resolution <= LARGEST:
            raise ValueError(
                f"resolution is a multiple of {REDUCTION} up to {LARGEST}, found {self.resolution}"
            )


class FaceNetwork(nn.Module):
    """Images to templates.

    Args:
        shape: widths, dimension and resolution; about 1.5 M weights as it stands by default.
    """

    def __init__(self, shape: NetworkShape | None = None) -> None:
        super().__init__()
        self.shape = shape or NetworkShape()
        first, second, third, fourth = self.shape.widths
        self.stages = nn.ModuleList(
            [
                _halving(3, first, kernel=5),
                _halving(first, second),
                nn.Sequential(_halving(second, third), ResidualBlock(third)),
                nn.Sequential(_halving(third, fourth), ResidualBlock(fourth)),
            ]
        )
        places = (self.shape.resolution // REDUCTION) ** 2
        self.project = nn.Linear(fourth * places, self.shape.dimension, bias=False)
        # Without scale and shift: the template's length is divided out, its centre stays at zero.
        self.centre = nn.BatchNorm1d(self.shape.dimension, affine=False)

    def features(self, images: Tensor) -> list[Tensor]:
        """Return the maps after each of the four stages, for losses that compare images.

        Args:
            images: float [n, 3, R, R] in 0..1 (sRGB).

        Returns:
            four tensors [n, widths[i], R / 2^(i+1), R / 2^(i+1)].

        Raises:
            ValueError: images of another shape.
        """
        resolution = self.shape.resolution
        if images.ndim != 4 or tuple(images.shape[1:]) != (3, resolution, resolution):
            raise ValueError(
                f"images are [n, 3, {resolution}, {resolution}], found {list(images.shape)}"
            )
        maps = []
        signal = images * 2 - 1
        for stage in self.stages:
            signal = stage(signal)
            maps.append(signal)
        return maps

    def forward(self, images: Tensor) -> Tensor:
        """Return templates, float32 [n, dimension] of unit length, of images [n, 3, R, R] in 0..1.

        Raises:
            ValueError: images of another shape.
        """
        return self.template(self.features(images)[-1])

    def template(self, last: Tensor) -> Tensor:
        """Return the templates that the last of `features` leads to, for who needs both."""
        return functional.normalize(self.embedding(last))

    def embedding(self, last: Tensor) -> Tensor:
        """Return float32 [n, dimension], the templates before their length is divided out.

        Over the training's photos each number has mean 0 and variance 1.
        """
        centred: Tensor = self.centre(self.project(last.flatten(1)))
        return centred.float()


class ResidualBlock(nn.Module):
    """Two 3×3 convolutions whose output is added to their input; the shape stays."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.change = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
        )

    def forward(self, signal: Tensor) -> Tensor:
        """Return float [n, width, h, w] of the same shape."""
        return signal + self.change(signal)


def _halving(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Return a layer that halves the sides of its maps."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride=2, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
    )


def channels_last(network: FaceNetwork) -> FaceNetwork:
    """Return the network with its kernels in the memory order in which a CPU convolves fastest."""
    loosely: Any = network  # torch's stubs leave this argument out
    arranged: FaceNetwork = loosely.to(memory_format=torch.channels_last)
    return arranged


def best_precision() -> torch.dtype:
    """Return bfloat16 where this processor multiplies it in hardware, else float32.

    Without such instructions bfloat16 is emulated and slower than float32.
    """
    tell = getattr(torch.cpu, "get_capabilities", None)  # torch 2.9 may lack it
    found = tell() if tell is not None else {}
    return torch.bfloat16 if found.get("avx512_bf16") or found.get("amx_bf16") else torch.float32


def use_threads(count: int) -> None:
    """Let networks compute on that many processor threads from here on.

    On busy cores more than one spins and waits; one was several times faster.
    """
    torch.set_num_threads(count)
