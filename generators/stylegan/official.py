"""NVIDIA's public StyleGAN2-ADA pickles, taken over into our networks without running any of it.

A pickle of the original is a dict of networks: `G`, `D` and `G_ema`, the averaged generator. Each
is a tree of modules with attributes, parameters and buffers, which `saved.py` reads as data. What
a network *is* is taken from that tree (shapes of tensors, attributes of layers), not from the
arguments it was once made with, whose defaults differ between versions. Every tensor must have its
place in one of our networks; one that is left over ends the import.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generators.errors import EffaceError
from generators.stylegan.allowance import Allowance, refuse
from generators.stylegan.discriminator import Discriminator
from generators.stylegan.generator import Generator
from generators.stylegan.official_networks import discriminator_of, generator_of
from generators.stylegan.official_part import OfficialPart
from generators.stylegan.saved import VOCABULARY
from generators.stylegan.settings import DiscriminatorSettings, GeneratorSettings
from generators.stylegan.settings_check import check_settings
from generators.stylegan.unpickle import read_pickle
from generators.stylegan.weights import Network, Weights, build

MOST_BYTES = 2 * 2**30
"""The largest public pickle of the original has 0.4 GB."""
COPIES, SPARE = 4, 2**26
"""Reading makes at most so many times the file's bytes, and so many bytes beside: a tensor's are
text in the oldest pickles (one copy), saved by torch (two) in an archive (three)."""
NAMES = ("G", "D", "G_ema")
"""The networks of a pickle."""
OTHERS = {
    b"PK\x03\x04": "a zip archive",
    b"\x89PNG": "a PNG picture",
    b"\x1f\x8b": "a gzip archive",
}
"""What other files begin with, and what they are."""


def import_official(path: Path) -> Weights:
    """Read a pickle of NVIDIA's public StyleGAN2-ADA as data.

    Args:
        path: the pickle, as its training or `legacy.py` wrote it.

    Returns:
        Averaged generator, generator and discriminator, and a card that says where they come from.

    Raises:
        EffaceError: there is no such file, it is too large, it is no such pickle, it is cut short
            or damaged, it names anything else than such a pickle does, or a network is not one
            that ours can be. One sentence, which names the file.
    """
    try:
        if not path.is_file():
            raise refuse("this is a folder" if path.is_dir() else "there is no such file")
        if path.stat().st_size > MOST_BYTES:
            raise refuse("this file is larger than any pickle of the original's")
        content = path.read_bytes()
        return _taken_over(path.name, content)
    except EffaceError as error:
        raise EffaceError([replace(fault, file=str(path)) for fault in error.faults]) from None


def _taken_over(name: str, content: bytes) -> Weights:
    for beginning, kind in OTHERS.items():
        if content.startswith(beginning):
            raise refuse(f"this is {kind}, no pickle of StyleGAN2-ADA's training")
    found = read_pickle(io.BytesIO(content), VOCABULARY, Allowance(COPIES * len(content) + SPARE))
    if type(found) is not dict:
        raise refuse("this pickle holds no networks; one of StyleGAN2-ADA has G, D and G_ema")
    missing = [key for key in NAMES if key not in found]
    if missing:
        none = " and no ".join(missing)
        raise refuse(f"this pickle has no {none}; one of StyleGAN2-ADA has G, D and G_ema")
    # A tensor takes no more than its own bytes in the file, so a network no more than the file.
    # Two networks may be one and the same.
    average, generator = (
        _built(OfficialPart(key, found[key], [len(content)]), "Generator") for key in ("G_ema", "G")
    )
    discriminator = _built(OfficialPart("D", found["D"], [len(content)]), "Discriminator")
    assert isinstance(average, Generator)
    assert isinstance(generator, Generator)
    assert isinstance(discriminator, Discriminator)
    if generator.settings != average.settings:
        raise refuse("G and G_ema are not of one shape")
    for what in ("resolution", "c_dim", "image_channels"):
        if getattr(discriminator.settings, what) != getattr(average.settings, what):
            raise refuse(f"D and G_ema differ in {what}")
    card = {
        "origin": "imported",
        "what": "Weights of another training, taken from a pickle in the format of NVIDIA's "
        "stylegan2-ada-pytorch. What they learnt from, and the licence they are under, is for "
        "whoever made them to say.",
        "file": name,
        "sha256": hashlib.sha256(content).hexdigest(),
    }
    return Weights(average, generator, discriminator, card)


def _built(part: OfficialPart, kind: str) -> Network:
    """Return our network with the numbers of one of theirs."""
    if part.kind != kind:
        raise refuse(f"{part.path} is not of the class {kind}")
    settings: GeneratorSettings | DiscriminatorSettings
    arrays: dict[str, NDArray[np.float32]]
    settings, arrays = generator_of(part) if kind == "Generator" else discriminator_of(part)
    left = next(part.leftovers(), None)
    if left is not None:
        raise refuse(f"{left} is no part of StyleGAN2-ADA")
    try:
        check_settings(settings)
        state: dict[str, Tensor] = {key: torch.from_numpy(value) for key, value in arrays.items()}
        return build(settings, state)
    except ValueError as error:
        raise refuse(f"{part.path} cannot be taken over: {error}") from None
