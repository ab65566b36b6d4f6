"""What training reads: images as tensors, with nothing, a label or a code beside each."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor


class Images(Protocol):
    """A set of images.

    Attributes:
        resolution: pixels a side.
        c_dim: numbers of the label or code beside each; 0 for none.
    """

    resolution: int
    c_dim: int

    def __len__(self) -> int:
        """Return how many there are."""
        ...

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return images float32 [n, 3, R, R] in −1..1 and what stands beside them, [n, c_dim]."""
        ...

    def labels(self, count: int, rng: torch.Generator) -> Tensor | None:
        """Return labels or codes to generate from, [count, c_dim]; None where there are none."""
        ...


class TensorImages:
    """Images in memory (or mapped from a file), with or without labels.

    Args:
        images: uint8 [N, R, R, 3] or [N, 3, R, R].
        labels: float [N, c], for instance one-hot classes; None for none.

    Raises:
        ValueError: other shapes or types, or as many labels as images are not there.
    """

    def __init__(self, images: Tensor, labels: Tensor | None = None) -> None:
        if images.dtype != torch.uint8 or images.ndim != 4:
            raise ValueError(
                f"images are uint8 [N, R, R, 3] or [N, 3, R, R], found {images.dtype} "
                f"{list(images.shape)}"
            )
        self._last = images.shape[3] in (1, 3) and images.shape[1] not in (1, 3)
        if images.shape[2] != images.shape[1 if self._last else 3]:
            raise ValueError(f"images are square, found {list(images.shape)}")
        if labels is not None and (labels.ndim != 2 or len(labels) != len(images)):
            raise ValueError(f"labels are [{len(images)}, c], found {list(labels.shape)}")
        self.images, self.beside = images, labels
        self.resolution = images.shape[2]
        self.c_dim = 0 if labels is None else labels.shape[1]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.images)

    def batch(self, rows: Tensor) -> tuple[Tensor, Tensor | None]:
        """Return images and labels of these rows; see `Images.batch`."""
        picked = self.images[rows].float().div(127.5).sub(1)
        picked = picked.permute(0, 3, 1, 2) if self._last else picked
        picked = picked.contiguous(memory_format=torch.channels_last)
        return picked, None if self.beside is None else self.beside[rows].float()

    def labels(self, count: int, rng: torch.Generator) -> Tensor | None:
        """Return labels of images drawn at random."""
        if self.beside is None:
            return None
        return self.beside[torch.randint(len(self), (count,), generator=rng)].float()


class PairedImages(TensorImages):
    """Images whose codes are known: what stays (identity) and what changes (shot).

    Codes to generate from put the identity of one image beside the shot of another, so that the
    generator meets people in shots in which it has no image of them. Numbers of a shot that say
    something of the person as well (how grey the hair is by now) go with the identity: beside
    another's they would make a person whom no use ever asks for.

    Args:
        images: uint8 [N, R, R, 3] or [N, 3, R, R].
        kept: float [N, a], the part of the code that stays.
        changing: float [N, b], the rest.
        bound: bool [b], which numbers of the rest go with the identity; none by default.

    Attributes:
        bound: bool [a + b], which numbers of a code go with the identity.

    Raises:
        ValueError: as for `TensorImages`, or another shape or type of `bound`.
    """

    def __init__(
        self, images: Tensor, kept: Tensor, changing: Tensor, bound: Tensor | None = None
    ) -> None:
        super().__init__(images, torch.cat([kept.float(), changing.float()], 1))
        width = changing.shape[1]
        if bound is None:
            bound = torch.zeros(width, dtype=torch.bool)
        if bound.shape != (width,) or bound.dtype != torch.bool:
            raise ValueError(f"bound is bool [{width}], found {bound.dtype} {list(bound.shape)}")
        self.bound = torch.cat([torch.ones(kept.shape[1], dtype=torch.bool), bound])

    def labels(self, count: int, rng: torch.Generator) -> Tensor | None:
        """Return codes of one image's identity in another image's shot."""
        who = super().labels(count, rng)
        shot = super().labels(count, rng)
        assert who is not None
        assert shot is not None
        return self.mixed(who, shot)

    def mixed(self, who: Tensor, shot: Tensor) -> Tensor:
        """Return codes [n, c] of the people of `who` in the shots of `shot`, both [n, c]."""
        return torch.where(self.bound, who, shot)
