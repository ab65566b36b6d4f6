"""Settings and numbers of the original's networks, in the terms of ours."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from generators.stylegan.allowance import refuse
from generators.stylegan.discriminator import LABEL_RATE
from generators.stylegan.official_layers import (
    SLOPED,
    STRAIGHT,
    Arrays,
    take,
    take_convolution,
    take_filter,
    take_linear,
    take_mapping,
    take_styled,
)
from generators.stylegan.official_part import OfficialPart
from generators.stylegan.settings import (
    Architecture,
    DiscriminatorSettings,
    GeneratorSettings,
    resolutions,
)
from generators.stylegan.settings_check import MOST_FEATURES, MOST_LAYERS, MOST_PIXELS

ARCHITECTURES: dict[str, Architecture] = {"skip": "skip", "resnet": "residual", "orig": "plain"}
"""The original's names and ours."""


def generator_of(part: OfficialPart) -> tuple[GeneratorSettings, Arrays]:
    """Return settings and numbers, by our names, of a generator of the original.

    Args:
        part: the generator; what is used is taken out of it.

    Raises:
        EffaceError: it is not one that ours can be.
    """
    z_dim, c_dim = (part.whole(name, 0, MOST_FEATURES) for name in ("z_dim", "c_dim"))
    resolution, sides = _sides(part)
    arrays: Arrays = {}
    mapping = part.part("mapping")
    layers = mapping.whole("num_layers", 1, MOST_LAYERS)
    rate = take_mapping(mapping, "mapping", layers, c_dim, arrays)
    arrays["mapping.average"] = mapping.tensor("w_avg")

    synthesis = part.part("synthesis")
    blocks = [synthesis.part(f"b{side}") for side in sides]
    kind = _one(blocks, "architecture", *ARCHITECTURES)
    arrays["synthesis.constant"] = blocks[0].tensor("const")
    clamped = []
    for k, (side, block) in enumerate(zip(sides, blocks, strict=True)):
        take_filter(block)
        ours = f"synthesis.blocks.{k}"
        if k > 0:
            clamped.append(take_styled(block.part("conv0"), f"{ours}.first", side, 2, arrays))
            if kind == "resnet":
                straight = block.part("skip")
                straight.only("activation", STRAIGHT)
                take_filter(straight)
                arrays[f"{ours}.straight.weight"] = straight.tensor("weight")
        clamped.append(take_styled(block.part("conv1"), f"{ours}.second", side, 1, arrays))
        if kind == "skip" or side == resolution:
            colour = block.part("torgb")
            take_linear(colour.part("affine"), f"{ours}.colour.style", 1.0, arrays)
            take(colour, ("weight", "bias"), f"{ours}.colour", arrays)
            clamped.append(colour)
    maps = {s: len(arrays[f"synthesis.blocks.{k}.second.weight"]) for k, s in enumerate(sides)}
    base, most = _channels(maps)
    return (
        GeneratorSettings(
            resolution=resolution,
            z_dim=z_dim,
            c_dim=c_dim,
            w_dim=part.whole("w_dim", 1, MOST_FEATURES),
            mapping="latent",
            mapping_layers=layers,
            mapping_rate=rate,
            channel_base=base,
            channel_max=most,
            clamp=_clamp(clamped),
            sixteen_bit=_sixteen(blocks),
            image_channels=part.whole("img_channels", 1, 16),
            architecture=ARCHITECTURES[kind],
        ),
        arrays,
    )


def discriminator_of(part: OfficialPart) -> tuple[DiscriminatorSettings, Arrays]:
    """Return settings and numbers, by our names, of a discriminator of the original.

    Args:
        part: the discriminator; what is used is taken out of it.

    Raises:
        EffaceError: it is not one that ours can be.
    """
    c_dim = part.whole("c_dim", 0, MOST_FEATURES)
    resolution, sides = _sides(part)
    if resolution == 4:
        raise refuse(f"{part.path} has a resolution of 4, which leaves nothing to halve")
    blocks = [part.part(f"b{side}") for side in reversed(sides[1:])]
    last = part.part("b4")
    kind = _one([*blocks, last], "architecture", *ARCHITECTURES)
    arrays: Arrays = {}
    clamped = []
    maps = {}
    for k, (side, block) in enumerate(zip(reversed(sides[1:]), blocks, strict=True)):
        take_filter(block)
        ours = f"blocks.{k}"
        if k == 0 or kind == "skip":
            name = "colour" if k == 0 else f"{ours}.colour"
            clamped.append(take_convolution(block.part("fromrgb"), name, 1, arrays))
        clamped.append(take_convolution(block.part("conv0"), f"{ours}.first", 1, arrays))
        clamped.append(take_convolution(block.part("conv1"), f"{ours}.second", 2, arrays))
        if kind == "resnet":
            straight = block.part("skip")
            straight.only("activation", STRAIGHT)
            take_filter(straight)
            arrays[f"{ours}.straight.weight"] = straight.tensor("weight")
        maps[side] = arrays[f"{ours}.first.weight"].shape[0]
    if kind == "skip":
        take_convolution(last.part("fromrgb"), "last_colour", 1, arrays)
    clamped.append(take_convolution(last.part("conv"), "convolution", 1, arrays))
    take_linear(last.part("fc"), "dense", 1.0, arrays, SLOPED)
    take_linear(last.part("out"), "output", 1.0, arrays)
    maps[4] = arrays["convolution.weight"].shape[0]
    spread = last.part("mbstd")
    spread.only("num_channels", 1)
    whole_batch = spread.attributes.get("group_size") is None
    layers = 8
    if c_dim:
        label = part.part("mapping")
        layers = label.whole("num_layers", 0, MOST_LAYERS)
        take_mapping(label, "label", layers, c_dim, arrays, LABEL_RATE)
        # Nothing truncates a label, so theirs keep no mean.
        arrays["label.average"] = np.zeros(maps[4], np.float32)
    base, most = _channels(maps)
    return (
        DiscriminatorSettings(
            resolution=resolution,
            c_dim=c_dim,
            channel_base=base,
            channel_max=most,
            label_layers=layers,
            group=MOST_FEATURES if whole_batch else spread.whole("group_size", 1, MOST_FEATURES),
            clamp=_clamp(clamped),
            sixteen_bit=_sixteen(blocks),
            image_channels=part.whole("img_channels", 1, 16),
            architecture=ARCHITECTURES[kind],
        ),
        arrays,
    )


def _sides(part: OfficialPart) -> tuple[int, tuple[int, ...]]:
    """Return the resolution of a network and all resolutions from 4 up to it."""
    resolution = part.whole("img_resolution", 4, MOST_PIXELS)
    try:
        return resolution, resolutions(resolution)
    except ValueError as error:
        raise refuse(f"{part.path}: {error}") from None


def _channels(maps: dict[int, int]) -> tuple[int, int]:
    """Return the smallest base and most that give these feature maps, by resolution."""
    return max(side * count for side, count in maps.items()), max(maps.values())


def _one(parts: list[OfficialPart], name: str, *allowed: object) -> Any:
    """Return an attribute that all parts must have alike."""
    values = [part.only(name, *allowed) for part in parts]
    if len(set(values)) > 1:
        raise refuse(f"{parts[-1].path} has another {name} than the rest")
    return values[0]


def _clamp(parts: list[OfficialPart]) -> float | None:
    values = {part.number_or_none("conv_clamp") for part in parts}
    if len(values) > 1:
        raise refuse(f"{parts[-1].path} is clamped elsewhere than the rest")
    return values.pop()


def _sixteen(blocks: Iterable[OfficialPart]) -> int:
    """Return how many of the highest resolutions may run in 16 bits."""
    return sum(block.only("use_fp16", True, False) for block in blocks)
