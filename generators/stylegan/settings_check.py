"""Settings of networks out of a file: checked before anything is built from them."""

from __future__ import annotations

import math
from dataclasses import fields
from typing import cast, get_args

from generators.stylegan.settings import (
    Architecture,
    DiscriminatorSettings,
    GeneratorSettings,
    MappingKind,
    resolutions,
)

MOST_PIXELS = 2048
MOST_FEATURES = 65_536
MOST_LAYERS = 64
"""Bounds of what any network of use has; what lies beyond would only fill the memory."""


def settings_of(
    kind: type[GeneratorSettings] | type[DiscriminatorSettings], told: object
) -> GeneratorSettings | DiscriminatorSettings:
    """Return settings out of JSON; a setting that is not told has its default.

    Args:
        kind: of which network.
        told: a JSON value.

    Raises:
        ValueError: it is no object with settings of this kind, or one is out of bounds.
    """
    types = {field.name: str(field.type) for field in fields(kind)}
    if not isinstance(told, dict) or "resolution" not in told or not set(told) <= set(types):
        raise ValueError("the settings are not those of such a network")
    for key, value in told.items():
        if not _fits(value, types[key]):
            raise ValueError(f"the setting {key} cannot be {value!a:.80}")
    settings = kind(**told)
    check_settings(settings)
    return settings


def check_settings(settings: GeneratorSettings | DiscriminatorSettings) -> None:
    """Refuse settings that no network of use has, before anything is built from them.

    Raises:
        ValueError: a size is out of bounds.
    """
    resolutions(settings.resolution)
    sizes = {"resolution": (settings.resolution, 4, MOST_PIXELS)}
    sizes["c_dim"] = (settings.c_dim, 0, MOST_FEATURES)
    sizes["channel_max"] = (settings.channel_max, 1, MOST_FEATURES)
    sizes["channel_base"] = (settings.channel_base, 1, MOST_FEATURES * MOST_PIXELS)
    sizes["image_channels"] = (settings.image_channels, 1, 16)
    sizes["sixteen_bit"] = (settings.sixteen_bit, 0, len(resolutions(settings.resolution)))
    if isinstance(settings, GeneratorSettings):
        sizes["z_dim"] = (settings.z_dim, 0, MOST_FEATURES)
        sizes["w_dim"] = (settings.w_dim, 1, MOST_FEATURES)
        sizes["mapping_layers"] = (settings.mapping_layers, 1, MOST_LAYERS)
        if settings.z_dim + settings.c_dim == 0:
            raise ValueError("a generator needs z or c")
    else:
        sizes["label_layers"] = (settings.label_layers, 0, MOST_LAYERS)
        sizes["group"] = (settings.group, 1, MOST_FEATURES)
    for name, (value, least, most) in sizes.items():
        if not least <= value <= most:
            raise ValueError(f"{name} is {value}, where {least} to {most} can be")


def _fits(value: object, kind: str) -> bool:
    """Return whether a JSON value is of the kind that a setting's annotation names."""
    if kind == "float | None" and value is None:
        return True
    if kind.startswith("float"):
        return type(value) in (int, float) and 0 < cast(float, value) < math.inf
    if kind == "int":
        return type(value) is int
    return value in get_args({"MappingKind": MappingKind, "Architecture": Architecture}[kind])
