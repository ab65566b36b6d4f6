"""The generator: mapping and synthesis network with skip connections (Karras et al. 2020a)."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn

from generators.stylegan.layers import StyledConvolution, ToColour
from generators.stylegan.mapping import CodeMapping, Mapping
from generators.stylegan.resample import enlarge
from generators.stylegan.settings import GeneratorSettings, resolutions

Noise = Literal["random", "const", "none"]


class SynthesisBlock(nn.Module):
    """One resolution: a doubling convolution (but at 4 × 4), a convolution, colours."""

    def __init__(self, settings: GeneratorSettings, resolution: int) -> None:
        super().__init__()
        maps = settings.channels(resolution)
        w_dim, clamp = settings.w_dim, settings.clamp
        self.resolution = resolution
        self.first = (
            StyledConvolution(
                settings.channels(resolution // 2), maps, w_dim, resolution, up=True, clamp=clamp
            )
            if resolution > 4
            else None
        )
        self.second = StyledConvolution(maps, maps, w_dim, resolution, clamp=clamp)
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
            for layer in (block.first, block.second):
                if layer is not None:
                    x = layer(x, w[:, at], _noise(layer, n, noise, rng))
                    at += 1
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
    side = layer.noise_const.shape[0]
    return torch.randn(n, 1, side, side, generator=rng, device=layer.noise_const.device)


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
