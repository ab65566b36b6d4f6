"""Layers of the original in the places of ours: numbers by our names, once they are what ours are.

Theirs have the same mathematics under other names; a layer of theirs without noise becomes one
whose noise has strength zero. `arrays` is what has been taken so far, by the names of our
networks' `state_dict`; `ours` is the layer's name in it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from generators.stylegan.allowance import refuse
from generators.stylegan.official_part import OfficialPart
from generators.stylegan.resample import TAPS

Arrays = dict[str, NDArray[np.float32]]
SLOPED, STRAIGHT = "lrelu", "linear"
"""The original's names of the activations that it uses."""


def take(part: OfficialPart, names: Iterable[str], ours: str, arrays: Arrays) -> None:
    """Take tensors that have the same names in ours."""
    for name in names:
        arrays[f"{ours}.{name}"] = part.tensor(name)


def take_filter(part: OfficialPart) -> None:
    """Take the resampling filter, which must be ours."""
    taps = np.array(TAPS, np.float32) / sum(TAPS)
    found = part.tensor("resample_filter")
    if found.shape not in ((4,), (4, 4)) or not np.allclose(
        found, taps if found.ndim == 1 else np.outer(taps, taps), atol=1e-6
    ):
        raise refuse(f"{part.path} resamples by another filter than {list(TAPS)}")


def take_linear(
    part: OfficialPart, ours: str, rate: float, arrays: Arrays, activation: str = STRAIGHT
) -> float:
    """Take a fully connected layer whose learning rate ours has as `rate`; return its own."""
    part.only("activation", activation)
    weight, bias = part.tensor("weight"), part.tensor("bias")
    own = part.number("bias_gain")
    inputs = weight.shape[1] if weight.ndim == 2 else 0
    if not inputs or not math.isclose(
        part.number("weight_gain"), own / math.sqrt(inputs), rel_tol=1e-5
    ):
        raise refuse(f"{part.path} scales its weights as StyleGAN2-ADA's layers do not")
    change = np.float32(own / rate)
    with np.errstate(over="ignore", invalid="ignore"):  # refused later, as not finite
        arrays[f"{ours}.weight"], arrays[f"{ours}.bias"] = weight * change, bias * change
    return own


def take_mapping(
    part: OfficialPart, ours: str, layers: int, c_dim: int, arrays: Arrays,
    rate: float | None = None,
) -> float:  # fmt: skip
    """Take a mapping network; return its learning rate, or that of its first layer where none."""
    if c_dim:
        take_linear(part.part("embed"), f"{ours}.embed", 1.0, arrays)
    for k in range(layers):
        layer = part.part(f"fc{k}")
        if rate is None:
            rate = layer.number("bias_gain")
        take_linear(layer, f"{ours}.layers.{k}", rate, arrays, SLOPED)
    return rate if rate is not None else 1.0


def take_styled(part: OfficialPart, ours: str, side: int, up: int, arrays: Arrays) -> OfficialPart:
    """Take a modulated convolution."""
    part.only("activation", SLOPED)
    part.only("up", up)
    take_filter(part)
    take_linear(part.part("affine"), f"{ours}.style", 1.0, arrays)
    take(part, ("weight", "bias"), ours, arrays)
    if part.only("use_noise", True, False):
        take(part, ("noise_const", "noise_strength"), ours, arrays)
    else:
        arrays[f"{ours}.noise_const"] = np.zeros((side, side), np.float32)
        arrays[f"{ours}.noise_strength"] = np.zeros((), np.float32)
    return part


def take_convolution(part: OfficialPart, ours: str, down: int, arrays: Arrays) -> OfficialPart:
    """Take a convolution of the discriminator."""
    part.only("activation", SLOPED)
    part.only("down", down)
    take_filter(part)
    take(part, ("weight", "bias"), ours, arrays)
    return part
