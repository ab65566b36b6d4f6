"""A trained network as a file: safetensors with its card, so that reading one runs no code.

The card says what the network is and what it learnt from. A file is refused unless its arrays
are exactly those of the network that its card describes, all finite.
"""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from generators.encoder.network import FaceNetwork, NetworkShape, channels_last
from generators.errors import EffaceError, Fault

FORMAT = "efface-encoder-1"
MOST_BYTES = 256 * 2**20
"""Larger files are refused before they are read."""


@dataclass(frozen=True)
class EncoderCard:
    """What a network is and what it learnt from.

    Attributes:
        shape: of the network.
        seed: of the training.
        images: shown in the training.
        precision: of the convolutions in the training, `bf16` or `fp32`.
        photos_digest: sha256 of the manifest of the render set, hexadecimal.
        people_seed: seed under which the set's people were drawn.
        people: number of the first person that it learnt from, under that seed, and the one after
            the last.
        photos_of_each: photos of each person.
        text: words for the reader.
        figures: how well it told other people apart; empty where that was not measured.
    """

    shape: NetworkShape
    seed: int
    images: int
    precision: str
    photos_digest: str
    people_seed: int
    people: tuple[int, int]
    photos_of_each: int
    text: str
    figures: dict[str, Any] = field(default_factory=dict)


def weights_bytes(network: FaceNetwork, card: EncoderCard) -> bytes:
    """Return the content of a weights file.

    Args:
        network: of the card's shape.
        card: what is said of it.
    """
    told = {"format": FORMAT, "card": json.dumps(dataclasses.asdict(card), allow_nan=False)}
    return save({name: value.contiguous() for name, value in network.state_dict().items()}, told)


def read_weights(path: Path) -> tuple[FaceNetwork, EncoderCard]:
    """Read a weights file.

    Returns:
        the network, in evaluation mode, and its card.

    Raises:
        EffaceError: there is no such file, or it is not whole, not of this format, or does not
            hold the arrays of the network that its card describes.
    """
    try:
        if path.stat().st_size > MOST_BYTES:
            raise _refused(path, "this file is too large for an encoder's weights")
        told, found = told_and_arrays(path)
    except OSError as error:
        why = error.strerror or error
        raise _refused(path, f"the encoder's weights cannot be read: {why}") from None
    except SafetensorError:
        raise _refused(path, "this is no safetensors file, or it is cut short") from None
    if told.get("format") != FORMAT:
        raise _refused(path, "these are not an encoder's weights", told.get("format"), FORMAT)
    try:
        card = _card(json.loads(told["card"]))
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise _refused(path, "the card of these weights cannot be read") from None
    # A card of few bytes can describe gigabytes: nothing is allocated until the arrays are there.
    with torch.device("meta"):
        network = FaceNetwork(card.shape)
    ours = network.state_dict()
    shapes = {name: (value.shape, value.dtype) for name, value in ours.items()}
    if {name: (value.shape, value.dtype) for name, value in found.items()} != shapes:
        raise _refused(path, "the arrays are not those of the network that the card describes")
    if not all(bool(torch.isfinite(value).all()) for value in found.values()):
        raise _refused(path, "an array holds a number that is not finite")
    network.to_empty(device="cpu").load_state_dict(found)
    return channels_last(network).eval(), card


def told_and_arrays(path: Path) -> tuple[dict[str, str], dict[str, Tensor]]:
    """Return what a safetensors file tells of itself, empty where nothing, and its arrays by name.

    Raises:
        OSError: there is no such file, or it cannot be read.
        SafetensorError: it is no such file, or it is cut short.
    """
    with safe_open(path, "pt") as file:
        names = file.keys()
        return file.metadata() or {}, {name: file.get_tensor(name) for name in names}


def _card(told: dict[str, Any]) -> EncoderCard:
    shape = told["shape"]
    first, last = (int(person) for person in told["people"])
    widths = tuple(int(width) for width in shape["widths"])
    if len(widths) != 4:
        raise ValueError("a network has four widths")
    if not isinstance(told["figures"], dict):
        raise TypeError("figures are a table")
    return EncoderCard(
        shape=NetworkShape(
            (widths[0], widths[1], widths[2], widths[3]),
            int(shape["dimension"]),
            int(shape["resolution"]),
        ),
        seed=int(told["seed"]),
        images=int(told["images"]),
        precision=str(told["precision"]),
        photos_digest=str(told["photos_digest"]),
        people_seed=int(told["people_seed"]),
        people=(first, last),
        photos_of_each=int(told["photos_of_each"]),
        text=str(told["text"]),
        figures=told["figures"],
    )


def _refused(
    path: Path, message: str, found: str | None = None, expected: str | None = None
) -> EffaceError:
    return EffaceError(Fault(message, file=str(path), found=found, expected=expected))
