"""The generator: mapping network and synthesis network (Karras et al. 2020a)."""

from __future__ import annotations

import math
from typing import Literal

import torch
from torch import Tensor, nn

from generators.stylegan.layers import Convolution, StyledConvolution, ToColour
from generators.stylegan.mapping import CodeMapping, Mapping
from generators.stylegan.resample import enlarge
from generators.stylegan.settings import GeneratorSettings, resolutions

Noise = Literal["random", "const", "none"]


class SynthesisBlock(nn.Module):
    """One resolution: a doubling convolution (but at 4 × 4) and a convolution.

    Colours come from each block (`skip`) or from the last alone; around each leads a straight way
    (`residual`) or none.
    """

    def __init__(self, settings: GeneratorSettings, resolution: int) -> None:
        super().__init__()
        maps = settings.channels(resolution)
        w_dim, clamp = settings.w_dim, settings.clamp
        self.resolution = resolution
        self.first: StyledConvolution | None = None
        self.straight: Convolution | None = None
        self.colour: ToColour | None = None
        if resolution > 4:
            before = settings.channels(resolution // 2)
            self.first = StyledConvolution(before, maps, w_dim, resolution, up=True, clamp=clamp)
            if settings.architecture == "residual":
                self.straight = Convolution(before, maps, 1, bias=False)
        self.second = StyledConvolution(maps, maps, w_dim, resolution, clamp=clamp)
        if settings.architecture == "skip" or resolution == settings.resolution:
            self.colour = ToColour(maps, w_dim, settings.image_channels, clamp)


class Synthesis(nn.Module):
    """From w to a picture.

    Args:
        settings: its shape.
    """

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        self.settings = settings
        self.constant = nn.Parameter(torch.randn(settings.channels(4), 4, 4))
        self.blocks = nn.ModuleList(
            SynthesisBlock(settings, r) for r in resolutions(settings.resolution)
        )

    def forward(
        self, w: Tensor, noise: Noise = "random", dtype: torch.dtype = torch.float32,
        rng: torch.Generator | None = None,
    ) -> Tensor:  # fmt: skip
        """Return pictures, float32 [n, channels, R, R], about −1 to 1.

        Args:
            w: [n, styles, w_dim].
            noise: drawn anew, the constant one, or none.
            dtype: what the `sixteen_bit` highest resolutions run in; the rest is float32.
            rng: where random noise comes from; torch's default generator otherwise.

        Raises:
            ValueError: w has another shape.
        """
        settings = self.settings
        if w.ndim != 3 or w.shape[1:] != (settings.styles, settings.w_dim):
            raise ValueError(
                f"w is [n, {settings.styles}, {settings.w_dim}], found {list(w.shape)}"
            )
        n = w.shape[0]
        x = self.constant.expand(n, -1, -1, -1).contiguous(memory_format=torch.channels_last)
        picture: Tensor | None = None
        at = 0
        full = len(self.blocks) - settings.sixteen_bit
        for index, block in enumerate(self.blocks):
            assert isinstance(block, SynthesisBlock)
            x = x.to(dtype if index >= full else torch.float32)
            past, gain = None, 1.0
            if block.straight is not None:
                gain = math.sqrt(0.5)
                past = enlarge(block.straight(x, gain, rectified=False))
            if block.first is not None:
                x = block.first(x, w[:, at], _noise(block.first, n, noise, rng))
                at += 1
            x = block.second(x, w[:, at], _noise(block.second, n, noise, rng), gain)
            at += 1
            x = x if past is None else x + past
            if block.colour is not None:
                colour = block.colour(x, w[:, at]).float()
                picture = colour if picture is None else enlarge(picture) + colour
        assert picture is not None
        return picture


def _noise(
    layer: StyledConvolution, n: int, kind: Noise, rng: torch.Generator | None
) -> Tensor | None:
    if kind == "none":
        return None
    if kind == "const":
        return layer.noise_const[None, None]
    side, device = layer.noise_const.shape[0], layer.noise_const.device
    if rng is None:
        return torch.randn(n, 1, side, side, device=device)
    return torch.randn(n, 1, side, side, generator=rng, device=rng.device).to(device)


class Generator(nn.Module):
    """A StyleGAN2 generator.

    Args:
        settings: its shape.

    Example:
        >>> g = Generator(GeneratorSettings(32, z_dim=8, w_dim=8, channel_base=256))
        >>> g(torch.randn(2, 8)).shape
        torch.Size([2, 3, 32, 32])
    """

    def __init__(self, settings: GeneratorSettings) -> None:
        super().__init__()
        self.settings = settings
        kind = CodeMapping if settings.mapping == "code" else Mapping
        self.mapping = kind(
            settings.z_dim,
            settings.c_dim,
            settings.w_dim,
            settings.mapping_layers,
            settings.mapping_rate,
        )
        self.synthesis = Synthesis(settings)

    def styles(
        self, z: Tensor | None, c: Tensor | None = None, psi: float = 1.0,
        cutoff: int | None = None, learn: bool = False,
    ) -> Tensor:  # fmt: skip
        """Return w for each layer, [n, styles, w_dim].

        Args:
            z: [n, z_dim].
            c: [n, c_dim] where there are labels.
            psi: truncation: 1 none, 0 the mean face.
            cutoff: how many of the first layers are truncated; all where None.
            learn: whether the running mean of w follows (in training).
        """
        w = self.mapping(z, c, learn)[:, None].expand(-1, self.settings.styles, -1)
        if psi != 1:
            cutoff = self.settings.styles if cutoff is None else cutoff
            near = torch.lerp(self.mapping.average, w[:, :cutoff], psi)
            w = torch.cat([near, w[:, cutoff:]], 1)
        return w

    def forward(
        self, z: Tensor | None, c: Tensor | None = None, psi: float = 1.0,
        cutoff: int | None = None, noise: Noise = "random", dtype: torch.dtype = torch.float32,
        rng: torch.Generator | None = None,
    ) -> Tensor:  # fmt: skip
        """Return pictures, float32 [n, channels, R, R]; see `styles` and `Synthesis.forward`."""
        return self.synthesis(self.styles(z, c, psi, cutoff), noise, dtype, rng)
