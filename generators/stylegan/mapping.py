"""The mapping network: from noise and a label or code to w."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from generators.stylegan.layers import GAIN, SLOPE, Linear

AVERAGE_RATE = 0.005
"""How fast the mean of w follows training (1 − 0.995 a step, 2020b)."""


def normalised(x: Tensor) -> Tensor:
    """Return x [n, k] with a mean square of one in each row."""
    return x * torch.rsqrt(x.square().mean(1, keepdim=True) + 1e-8)


class Mapping(nn.Module):
    """z and an embedded label, each normalised, through fully connected layers (2020b).

    Args:
        z_dim, c_dim, w_dim: sizes; one of z and c may be 0.
        layers: how many.
        rate: learning rate against the rest.
    """

    average: Tensor

    def __init__(self, z_dim: int, c_dim: int, w_dim: int, layers: int, rate: float) -> None:
        super().__init__()
        self.z_dim, self.c_dim = z_dim, c_dim
        self.embed = Linear(c_dim, w_dim) if c_dim else None
        sizes = [z_dim + (w_dim if c_dim else 0)] + [w_dim] * layers
        self.layers = nn.ModuleList(Linear(a, b, rate=rate) for a, b in pairwise(sizes))
        self.register_buffer("average", torch.zeros(w_dim))

    def inputs(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        """Return what the first layer reads.

        Raises:
            ValueError: z or c is missing or of another size.
        """
        parts = []
        if self.z_dim:
            parts.append(normalised(_checked("z", z, self.z_dim)))
        if self.embed is not None:
            parts.append(normalised(self.embed(_checked("c", c, self.c_dim))))
        return torch.cat(parts, 1)

    def forward(self, z: Tensor | None, c: Tensor | None = None, learn: bool = False) -> Tensor:
        """Return w [n, w_dim].

        Args:
            z: [n, z_dim].
            c: [n, c_dim], or None where there are no labels.
            learn: whether the running mean of w follows.
        """
        x = self.inputs(z, c)
        for layer in self.layers:
            x = functional.leaky_relu(layer(x, GAIN), SLOPE)
        if learn:
            self.average.lerp_(x.detach().mean(0), AVERAGE_RATE)
        return x


class CodeMapping(Mapping):
    """A standardised code and z side by side, for codes whose parts mean something.

    A label is one choice and is embedded on a sphere; a code says several things at once (which
    identity, which pose), each with a size that counts. It is standardised by the training set's
    means and spreads, which are kept with the weights, and may be given more or less weight by
    part: a turn of the head is one number among hundreds and moves every pixel.
    """

    code_mean: Tensor
    code_spread: Tensor
    code_gain: Tensor

    def __init__(self, z_dim: int, c_dim: int, w_dim: int, layers: int, rate: float) -> None:
        super().__init__(z_dim + c_dim, 0, w_dim, layers, rate)
        self.z_dim, self.c_dim = z_dim, c_dim
        self.register_buffer("code_mean", torch.zeros(c_dim))
        self.register_buffer("code_spread", torch.ones(c_dim))
        self.register_buffer("code_gain", torch.ones(c_dim))

    def inputs(self, z: Tensor | None, c: Tensor | None) -> Tensor:
        """Return what the first layer reads; see `Mapping.inputs`."""
        code = (_checked("c", c, self.c_dim) - self.code_mean) / self.code_spread
        # What training never saw must not throw the network off.
        parts = [code.clamp(-4, 4) * self.code_gain]
        if self.z_dim:
            parts.append(_checked("z", z, self.z_dim))
        return torch.cat(parts, 1)


def _checked(name: str, x: Tensor | None, size: int) -> Tensor:
    if x is None or x.ndim != 2 or x.shape[1] != size:
        found = "nothing" if x is None else list(x.shape)
        raise ValueError(f"{name} is [n, {size}], found {found}")
    return x.float()
