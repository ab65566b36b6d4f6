"""What a set of training images is: its size, its files and what of the renderer made it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Any

import numpy as np

from generators.errors import EffaceError, Fault
from generators.heads.codes import IDENTITY_NAMES, SHOT_NAMES
from generators.heads.pack import ASSETS_SHA256, PACK_SHA256

KIND = "efface-render-set"
FORMAT = 1
MANIFEST = "manifest.json"
LABELS = "labels.parquet"
CARD = "card.md"
CELL = 4
"""Pixels a side of a cell of the mask."""
BLOCK = 20
"""People rendered together: each sex and tone once."""


@dataclass(frozen=True)
class RenderPlan:
    """A set of training images.

    Attributes:
        people: how many people.
        photos: photos of each.
        size: pixels a side, a multiple of 8 from 32 to 256.
        seed: seed; another gives other people.
        first_person: number of the first person of that seed.

    Raises:
        EffaceError: a value outside these.
    """

    people: int
    photos: int
    size: int
    seed: int
    first_person: int

    def __post_init__(self) -> None:
        limits = {
            "people": (1, 10_000_000),
            "photos": (1, 1000),
            "size": (32, 256),
            "seed": (0, 2**63 - 1),
            "first_person": (0, 2**62),
        }
        for name, (low, high) in limits.items():
            if not low <= getattr(self, name) <= high:
                raise EffaceError(
                    Fault(
                        f"{name} is out of range",
                        key=name,
                        found=str(getattr(self, name)),
                        expected=f"{low} to {high}",
                    )
                )
        if self.size % 8:
            raise EffaceError(
                Fault("pictures are made of blocks of 8 pixels", key="size", found=str(self.size),
                      expected="a multiple of 8")
            )  # fmt: skip

    def arrays(self) -> dict[str, tuple[tuple[int, ...], np.dtype[Any]]]:
        """Return the shape and type of each array file, by its name."""
        each, side, cells = (self.people, self.photos), self.size, self.size // CELL
        return {
            "clean.npy": ((*each, side, side, 3), np.dtype(np.uint8)),
            "photos.npy": ((*each, side, side, 3), np.dtype(np.uint8)),
            "mask.npy": ((*each, cells, cells), np.dtype(np.uint8)),
            "identity.npy": ((self.people, len(IDENTITY_NAMES)), np.dtype(np.float32)),
            "shots.npy": ((*each, len(SHOT_NAMES)), np.dtype(np.float32)),
        }

    def bytes_needed(self) -> int:
        """Return about how much room the set takes on the disk."""
        return sum(int(np.prod(shape)) * kind.itemsize for shape, kind in self.arrays().values())


def renderer_digest() -> str:
    """Return the sha256 (hex) over the renderer's sources and the arrays that it draws from."""
    digest = hashlib.sha256(f"{PACK_SHA256}|{ASSETS_SHA256}".encode())
    folder = files("generators.heads")
    for name in sorted(each.name for each in folder.iterdir() if each.name.endswith(".py")):
        digest.update(f"|{name}|".encode())
        digest.update((folder / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def described(plan: RenderPlan) -> Mapping[str, Any]:
    """Return what decides every byte of a set, as JSON values."""
    return {"kind": KIND, "format": FORMAT, "renderer": renderer_digest(), **asdict(plan)}
