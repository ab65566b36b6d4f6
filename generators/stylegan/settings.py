"""What fixes the shape of a generator and of a discriminator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MappingKind = Literal["latent", "code"]
Architecture = Literal["skip", "residual", "plain"]
"""How resolutions are joined (Karras et al. 2020a, figure 7): colours of each are added up, each
has a straight way around it, or they follow one another alone."""


def channels_at(resolution: int, base: int, most: int) -> int:
    """Return the feature maps at a resolution: `base` ÷ resolution, `most` at most."""
    return max(1, min(base // resolution, most))


def resolutions(highest: int) -> tuple[int, ...]:
    """Return 4, 8, … up to `highest`.

    Raises:
        ValueError: `highest` is not a power of two of 4 or more.
    """
    if highest < 4 or highest & (highest - 1):
        raise ValueError(f"a resolution is a power of two, 4 or more; found {highest}")
    return tuple(2**k for k in range(2, highest.bit_length()))


@dataclass(frozen=True)
class GeneratorSettings:
    """A generator.

    Attributes:
        resolution: pixels a side, a power of two.
        z_dim: numbers of noise that the mapping network is fed with.
        c_dim: numbers of a label or code; 0 for none.
        w_dim: size of the intermediate latent w.
        mapping: "latent" (z and an embedded label, each normalised; Karras et al. 2020a, 2020b) or
            "code" (a standardised code and z side by side, for codes whose parts mean something).
        mapping_layers: fully connected layers of the mapping network.
        mapping_rate: learning rate of the mapping network against the rest (2020a: 0.01).
        channel_base, channel_max: feature maps are base ÷ resolution, `channel_max` at most.
        clamp: activations are clamped to ± this (2020b, for 16-bit layers); None for not at all.
        sixteen_bit: how many of the highest resolutions may run in 16 bits.
        image_channels: 3 for colour.
        architecture: of the synthesis network.
    """

    resolution: int
    z_dim: int = 512
    c_dim: int = 0
    w_dim: int = 512
    mapping: MappingKind = "latent"
    mapping_layers: int = 8
    mapping_rate: float = 0.01
    channel_base: int = 32768
    channel_max: int = 512
    clamp: float | None = None
    sixteen_bit: int = 0
    image_channels: int = 3
    architecture: Architecture = "skip"

    def channels(self, resolution: int) -> int:
        """Return the number of feature maps at a resolution."""
        return channels_at(resolution, self.channel_base, self.channel_max)

    @property
    def styles(self) -> int:
        """How many copies of w the synthesis network reads: one a convolution, one at the end."""
        return 2 * len(resolutions(self.resolution))


@dataclass(frozen=True)
class DiscriminatorSettings:
    """A discriminator.

    Attributes:
        resolution: pixels a side, a power of two.
        c_dim: numbers of a label; 0 for none.
        channel_base, channel_max: as for the generator.
        label_layers: layers of the network that maps the label (2020b: 8).
        group: images in a group of the minibatch standard deviation (2020a: 4).
        clamp, sixteen_bit, image_channels: as for the generator.
        architecture: residual in the paper; see `Architecture`.
    """

    resolution: int
    c_dim: int = 0
    channel_base: int = 32768
    channel_max: int = 512
    label_layers: int = 8
    group: int = 4
    clamp: float | None = None
    sixteen_bit: int = 0
    image_channels: int = 3
    architecture: Architecture = "residual"

    def channels(self, resolution: int) -> int:
        """Return the number of feature maps at a resolution."""
        return channels_at(resolution, self.channel_base, self.channel_max)
