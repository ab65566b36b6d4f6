"""Hand-made pickles as the original's training writes them, but for the source text inside.

The tree is that of the public format: modules with attributes, parameters and buffers. Its numbers
are drawn by NumPy from a seed, so a pickle is the same everywhere, and `data/official` can hold
pictures that the original itself made of them (see the README there).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.pickle_writer import Module, dump

FILTER = np.outer([1, 3, 3, 1], [1, 3, 3, 1]).astype(np.float32) / 64


@dataclass(frozen=True)
class Case:
    """A pickle to be made."""

    resolution: int = 32
    z_dim: int = 24
    c_dim: int = 0
    w_dim: int = 20
    layers: int = 8
    base: int = 512
    most: int = 24
    architecture: str = "skip"
    judge_architecture: str = "resnet"
    sixteen: int = 0
    clamp: float | None = None
    channels: int = 3
    noise: bool = True
    activation: str = "lrelu"
    seed: int = 0


CASES = {
    "plain 64": Case(64, base=1024, layers=2),
    "labels 32": Case(c_dim=5, seed=1),
    "16 bits and clamp 32": Case(sixteen=3, clamp=0.5, layers=3, seed=2),
    "residual 32": Case(architecture="resnet", judge_architecture="skip", layers=2, seed=3),
    "one after another 16": Case(16, architecture="orig", judge_architecture="orig", seed=4),
    "labels alone 16": Case(16, z_dim=0, c_dim=3, channels=1, noise=False, layers=1, seed=5),
}


class Draw:
    """Numbers of a network, in the order in which it is built."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.Generator(np.random.PCG64(seed))

    def __call__(self, *shape: int, scale: float = 1.0, mean: float = 0.0) -> np.ndarray:
        return np.asarray(self.rng.standard_normal(shape) * scale + mean, np.float32)


def _module(kind: str, attributes: dict[str, Any], tensors: dict[str, Any], buffers: dict[str, Any],
            modules: dict[str, Module]) -> Module:  # fmt: skip
    return Module(
        kind,
        {
            "training": False,
            "_parameters": tensors,
            "_buffers": buffers,
            "_modules": modules,
            **attributes,
        },
    )


def linear(draw: Draw, inputs: int, outputs: int, activation: str = "linear", rate: float = 1,
           mean: float = 0.0) -> Module:  # fmt: skip
    weight = draw(outputs, inputs, scale=1 / rate)
    bias = draw(outputs, scale=0.3 / rate, mean=mean)
    gains = {"weight_gain": np.float64(rate / np.sqrt(inputs)), "bias_gain": rate}
    return _module(
        "FullyConnectedLayer",
        {"activation": activation, **gains},
        {"weight": weight, "bias": bias},
        {},
        {},
    )


def mapping(draw: Draw, case: Case, z_dim: int, w_dim: int, copies: int | None) -> Module:
    sizes = [z_dim + (w_dim if case.c_dim else 0)] + [w_dim] * case.layers
    parts = {"embed": linear(draw, case.c_dim, w_dim)} if case.c_dim else {}
    for k in range(case.layers):
        parts[f"fc{k}"] = linear(draw, sizes[k], sizes[k + 1], case.activation, 0.01)
    attributes = {"z_dim": z_dim, "c_dim": case.c_dim, "w_dim": w_dim, "num_ws": copies}
    attributes["num_layers"] = case.layers
    attributes["w_avg_beta"] = None if copies is None else 0.995
    mean = {} if copies is None else {"w_avg": draw(w_dim, scale=0.3)}
    return _module("MappingNetwork", attributes, {}, mean, parts)


def styled(draw: Draw, case: Case, inputs: int, outputs: int, side: int, up: int) -> Module:
    attributes = {
        "resolution": side,
        "up": up,
        "use_noise": case.noise,
        "activation": case.activation,
        "conv_clamp": case.clamp,
        "padding": 1,
        "act_gain": np.float64(math.sqrt(2)),
    }
    affine = linear(draw, case.w_dim, inputs, mean=1.0)
    tensors = {"weight": draw(outputs, inputs, 3, 3)}
    buffers = {"resample_filter": FILTER}
    if case.noise:
        tensors["noise_strength"] = draw(scale=0.3)
        buffers["noise_const"] = draw(side, side)
    tensors["bias"] = draw(outputs, scale=0.2)
    return _module("SynthesisLayer", attributes, tensors, buffers, {"affine": affine})


def convolution(draw: Draw, inputs: int, outputs: int, kernel: int, activation: str, *,
                up: int = 1, down: int = 1, bias: bool = True,
                clamp: float | None = None) -> Module:  # fmt: skip
    attributes = {
        "activation": activation,
        "up": up,
        "down": down,
        "conv_clamp": clamp,
        "padding": kernel // 2,
        "weight_gain": np.float64(1 / np.sqrt(inputs * kernel**2)),
        "act_gain": 1 if activation == "linear" else np.float64(math.sqrt(2)),
    }
    tensors = {"weight": draw(outputs, inputs, kernel, kernel)}
    tensors["bias"] = draw(outputs, scale=0.2) if bias else None
    return _module("Conv2dLayer", attributes, tensors, {"resample_filter": FILTER}, {})


def _sides(case: Case) -> list[int]:
    return [2**k for k in range(2, case.resolution.bit_length())]


def _sixteen(case: Case, side: int) -> bool:
    return side >= max(case.resolution * 2 // 2**case.sixteen, 8)


def generator(case: Case, seed: int) -> Module:
    draw = Draw(seed)
    maps = {side: min(case.base // side, case.most) for side in _sides(case)}
    blocks = {}
    for side in _sides(case):
        first, last = side == 4, side == case.resolution
        colours = last or case.architecture == "skip"
        before = 0 if first else maps[side // 2]
        parts = {}
        if not first:
            parts["conv0"] = styled(draw, case, before, maps[side], side, 2)
        parts["conv1"] = styled(draw, case, maps[side], maps[side], side, 1)
        if colours:
            weight, bias = draw(case.channels, maps[side], 1, 1), draw(case.channels, scale=0.2)
            parts["torgb"] = _module(
                "ToRGBLayer",
                {"conv_clamp": case.clamp, "weight_gain": np.float64(1 / np.sqrt(maps[side]))},
                {"weight": weight, "bias": bias},
                {},
                {"affine": linear(draw, case.w_dim, maps[side], mean=1.0)},
            )
        if not first and case.architecture == "resnet":
            parts["skip"] = convolution(draw, before, maps[side], 1, "linear", up=2, bias=False)
        attributes = {
            "in_channels": before,
            "w_dim": case.w_dim,
            "resolution": side,
            "img_channels": case.channels,
            "is_last": last,
            "architecture": case.architecture,
            "use_fp16": _sixteen(case, side),
            "channels_last": False,
            "num_conv": 1 if first else 2,
            "num_torgb": int(colours),
        }
        const = {"const": draw(maps[4], 4, 4)} if first else {}
        blocks[f"b{side}"] = _module(
            "SynthesisBlock", attributes, const, {"resample_filter": FILTER}, parts
        )
    copies = 2 * len(blocks)
    shape = {"w_dim": case.w_dim, "img_resolution": case.resolution, "img_channels": case.channels}
    inner = {"img_resolution_log2": len(blocks) + 1, "block_resolutions": _sides(case)}
    synthesis = _module("SynthesisNetwork", {**shape, **inner, "num_ws": copies}, {}, {}, blocks)
    parts = {"synthesis": synthesis}
    parts["mapping"] = mapping(draw, case, case.z_dim, case.w_dim, copies)
    attributes = {**shape, "z_dim": case.z_dim, "c_dim": case.c_dim, "num_ws": copies}
    return _module("Generator", attributes, {}, {}, parts)


def discriminator(case: Case, seed: int) -> Module:
    draw = Draw(seed)
    maps = {side: min(case.base // side, case.most) for side in _sides(case)}
    kind, slope = case.judge_architecture, case.activation
    parts = {}
    for side in reversed(_sides(case)[1:]):
        here, after = maps[side], maps[side // 2]
        clamp = case.clamp
        layers = {}
        if side == case.resolution or kind == "skip":
            layers["fromrgb"] = convolution(draw, case.channels, here, 1, slope, clamp=clamp)
        layers["conv0"] = convolution(draw, here, here, 3, slope, clamp=clamp)
        layers["conv1"] = convolution(draw, here, after, 3, slope, down=2, clamp=clamp)
        if kind == "resnet":
            layers["skip"] = convolution(draw, here, after, 1, "linear", down=2, bias=False)
        attributes = {
            "in_channels": 0 if side == case.resolution else here,
            "resolution": side,
            "img_channels": case.channels,
            "first_layer_idx": 0,
            "architecture": kind,
            "use_fp16": _sixteen(case, side),
            "channels_last": False,
            "num_layers": len(layers),
        }
        parts[f"b{side}"] = _module(
            "DiscriminatorBlock", attributes, {}, {"resample_filter": FILTER}, layers
        )
    last = maps[4]
    layers = {}
    if kind == "skip":
        layers["fromrgb"] = convolution(draw, case.channels, last, 1, slope)
    layers["mbstd"] = _module("MinibatchStdLayer", {"group_size": 4, "num_channels": 1}, {}, {}, {})
    layers["conv"] = convolution(draw, last + 1, last, 3, slope, clamp=case.clamp)
    layers["fc"] = linear(draw, last * 16, last, slope)
    layers["out"] = linear(draw, last, last if case.c_dim else 1)
    attributes = {
        "in_channels": last,
        "cmap_dim": last if case.c_dim else 0,
        "resolution": 4,
        "img_channels": case.channels,
        "architecture": kind,
    }
    if case.c_dim:
        parts["mapping"] = mapping(draw, case, 0, last, None)
    parts["b4"] = _module("DiscriminatorEpilogue", attributes, {}, {}, layers)
    attributes = {
        "c_dim": case.c_dim,
        "img_resolution": case.resolution,
        "img_resolution_log2": case.resolution.bit_length() - 1,
        "img_channels": case.channels,
        "block_resolutions": _sides(case)[:0:-1],
    }
    return _module("Discriminator", attributes, {}, {}, parts)


def tree(case: Case) -> dict[str, Any]:
    """Return what the pickle holds."""
    return {
        "training_set_kwargs": {"class_name": "training.dataset.ImageFolderDataset", "path": "x"},
        "G": generator(case, 100 * case.seed + 1),
        "D": discriminator(case, 100 * case.seed + 2),
        "G_ema": generator(case, 100 * case.seed + 3),
        "augment_pipe": None,
    }


def hand_made(case: Case, *, buffers: str = "stream") -> bytes:
    """Return the pickle."""
    return dump(tree(case), buffers=buffers)


LOOKS = (("none", 0.7), ("const", 1.0))
"""Noise and psi of the pictures that the original made."""


def inputs(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Return z [n, z_dim] and c [n, c_dim], float32."""
    draw = Draw(100 * case.seed + 4)
    rows = 1 if case.resolution > 32 else 2
    return draw(rows, case.z_dim), draw(rows, case.c_dim)


def tensors(module: Module, prefix: str = "") -> Iterator[tuple[str, np.ndarray]]:
    """Yield every parameter and buffer by its path."""
    state = module.state
    for name, value in {**state["_parameters"], **state["_buffers"]}.items():
        if value is not None:
            yield f"{prefix}{name}", value
    for name, part in state["_modules"].items():
        yield from tensors(part, f"{prefix}{name}.")
