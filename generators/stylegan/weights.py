"""Trained networks on disk: safetensors with a card, so that reading a file runs nothing.

A file holds one or more of three networks: `average` (the averaged generator, which makes the
pictures), `generator` and `discriminator` (from which training can go on). Its metadata has one
entry, JSON: format, the settings of each network, and the card, which says where the weights come
from. Numbers may be kept in 16 bits; they are 32 bits again when they are read.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from generators.errors import EffaceError, Fault
from generators.stylegan.discriminator import Discriminator
from generators.stylegan.generator import Generator
from generators.stylegan.settings import DiscriminatorSettings, GeneratorSettings
from generators.stylegan.settings_check import settings_of
from generators.stylegan.whole import write_whole

FORMAT = "stylegan-weights 1"
_ENTRY = "stylegan"
"""The one entry of the metadata: with more, safetensors would write them in any order."""

Network = Generator | Discriminator


@dataclass(frozen=True)
class Weights:
    """What a file of weights holds.

    Attributes:
        average: the averaged generator, which makes the pictures.
        generator, discriminator: the networks of the training, where the file has them.
        card: where the weights come from, and what else is to be said of them (JSON values).
    """

    average: Generator
    generator: Generator | None
    discriminator: Discriminator | None
    card: Mapping[str, Any]

    def networks(self) -> dict[str, Network]:
        """Return those that are there, by name."""
        named = {
            "average": self.average,
            "generator": self.generator,
            "discriminator": self.discriminator,
        }
        return {name: network for name, network in named.items() if network is not None}


def save_weights(path: Path, weights: Weights, dtype: torch.dtype = torch.float32) -> None:
    """Write a file of weights: whole or not at all, and the same weights to the same bytes.

    Args:
        path: the file; what is there is written over.
        weights: networks and card.
        dtype: what the numbers are kept in; `float16` halves the file.

    Raises:
        OSError: the file cannot be written.
        ValueError: a number is not finite, or too large for 16 bits.
    """
    networks = weights.networks()
    told = {
        "format": FORMAT,
        "networks": {name: asdict(network.settings) for name, network in networks.items()},
        "card": dict(weights.card),
    }
    tensors = {
        f"{name}.{key}": _kept(f"{name}.{key}", value, dtype)
        for name, network in networks.items()
        for key, value in network.state_dict().items()
    }
    content = save(tensors, {_ENTRY: json.dumps(told, allow_nan=False)})
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, lambda file: file.write(content))


def load_weights(path: Path, *, training: bool = False) -> Weights:
    """Read a file of weights; networks are in evaluation mode, on the processor, in float32.

    Args:
        path: the file.
        training: read generator and discriminator too, where they are there.

    Raises:
        EffaceError: there is no such file, it is cut short, is not of this format, or its numbers
            are not those of networks with the settings that it states.
    """
    if not path.is_file():
        raise _fault(path, "there is no such file of weights")
    try:
        with safe_open(path, "pt") as file:
            told = _told(path, (file.metadata() or {}).get(_ENTRY))
            settings = {
                name: _settings(path, name, told["networks"][name])
                for name in ("average", "generator", "discriminator")
                if name in told["networks"] and (training or name == "average")
            }
            networks = {name: _network(path, file, name, s) for name, s in settings.items()}
    except (SafetensorError, OSError) as error:
        raise _fault(path, f"these weights cannot be read: {error}") from None
    average, generator = networks.get("average"), networks.get("generator")
    discriminator = networks.get("discriminator")
    if not isinstance(average, Generator):
        raise _fault(path, "these weights have no averaged generator, which makes the pictures")
    assert generator is None or isinstance(generator, Generator)
    assert discriminator is None or isinstance(discriminator, Discriminator)
    return Weights(average, generator, discriminator, told["card"])


def _kept(name: str, value: Tensor, dtype: torch.dtype) -> Tensor:
    kept = value.detach().to("cpu", dtype).contiguous()
    if not bool(torch.isfinite(kept).all()):
        raise ValueError(f"{name} has numbers that are not finite in {dtype}")
    return kept


def build(settings: GeneratorSettings | DiscriminatorSettings, state: dict[str, Tensor]) -> Network:
    """Return a network with these numbers, in evaluation mode; nothing is drawn or allocated twice.

    Args:
        settings: its shape.
        state: by the names of its `state_dict`.

    Raises:
        ValueError: the numbers are not those of such a network, or one of them is not finite.
    """
    with torch.device("meta"):
        network: Network = (
            Generator(settings)
            if isinstance(settings, GeneratorSettings)
            else Discriminator(settings)
        )
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    for name, shape in expected.items():
        if name not in state:
            raise ValueError(f"{name} is missing")
        found = tuple(state[name].shape)
        if found != shape:
            raise ValueError(f"{name} has the shape {list(found)} and not {list(shape)}")
        if not bool(torch.isfinite(state[name]).all()):
            raise ValueError(f"{name} has numbers that are not finite")
    for name in state:
        if name not in expected:
            raise ValueError(f"{name} is no part of the network")
    network.load_state_dict(state, assign=True)
    return network.eval().requires_grad_(False)


def _network(
    path: Path, file: Any, name: str, settings: GeneratorSettings | DiscriminatorSettings
) -> Network:
    prefix = f"{name}."
    state = {
        key.removeprefix(prefix): file.get_tensor(key).float()
        for key in file.keys()  # noqa: SIM118 - not a dict
        if key.startswith(prefix)
    }
    try:
        return build(settings, state)
    except ValueError as error:
        raise _fault(path, f"{name}: {error}") from None


def _told(path: Path, text: str | None) -> dict[str, Any]:
    """Return the metadata, or say what the file is not."""
    try:
        told = json.loads(text or "")
    except (ValueError, RecursionError):
        told = None
    if (
        not isinstance(told, dict)
        or told.get("format") != FORMAT
        or not isinstance(told.get("networks"), dict)
        or not isinstance(told.get("card"), dict)
    ):
        raise _fault(path, f"this file is no '{FORMAT}', made by `efface faces import` or `train`")
    return told


def _settings(path: Path, name: str, told: object) -> GeneratorSettings | DiscriminatorSettings:
    kind = DiscriminatorSettings if name == "discriminator" else GeneratorSettings
    try:
        return settings_of(kind, told)
    except ValueError as error:
        raise _fault(path, f"{name}: {error}") from None


def _fault(path: Path, message: str) -> EffaceError:
    return EffaceError(Fault(message, file=str(path)))
