"""Batches of training photos, moved and relit a little, each a function of the seed and the step.

The order is a new shuffle of all photos for each round through them. Since every draw is made
from (seed, what, round or step) alone, a training that stopped goes on with the same batches.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SHIFT = 3
"""Pixels at 64 a side by which a photo is moved at most; a detector's boxes vary by as much."""
CONTRAST = 0.1
"""Standard deviation of the factor on a photo's distance from mid grey."""
TINT = 0.025
"""Standard deviation of what is added to each channel, on 0..1."""

_ORDER, _CHANGES = 0, 1


class Batches:
    """Training batches of a set of photos.

    Args:
        versions: of the same photos (as taken, as compressed), each uint8
            [people, photos, R, R, 3], sRGB; may be mapped from files. Each time that a photo is
            shown, one of its versions is drawn.
        batch: photos at once.
        seed: of the training.
    """

    def __init__(self, versions: Sequence[NDArray[np.uint8]], batch: int, seed: int) -> None:
        self._versions = versions
        self._batch = batch
        self._seed = seed
        self._orders: dict[int, NDArray[np.int64]] = {}

    def at(self, step: int) -> tuple[Tensor, Tensor]:
        """Return a step's images, float32 [batch, 3, R, R] in 0..1, and people, int64 [batch]."""
        of_each = self._versions[0].shape[1]
        places = self.places(step)
        draw = np.random.default_rng([self._seed, _CHANGES, step])
        which = draw.integers(0, len(self._versions), len(places))
        chosen = np.stack(
            [
                self._versions[version][place // of_each, place % of_each]
                for version, place in zip(which, places, strict=True)
            ]
        )
        return changed(chosen, draw), torch.from_numpy(places // of_each)

    def places(self, step: int) -> NDArray[np.int64]:
        """Return which photos a step's batch holds, int64 [batch], counted person by person.

        Each photo comes once in each round through all of them.
        """
        people, of_each = self._versions[0].shape[:2]
        count = people * of_each
        first = step * self._batch
        rounds = range(first // count, (first + self._batch - 1) // count + 1)
        # Only the shuffles of the rounds at hand are kept: at most two, but for tiny sets.
        self._orders = {
            r: self._orders[r]
            if r in self._orders
            else np.random.default_rng([self._seed, _ORDER, r]).permutation(count)
            for r in rounds
        }
        start = first - rounds[0] * count
        return np.concatenate([self._orders[r] for r in rounds])[start : start + self._batch]


def changed(photos: NDArray[np.uint8], draw: np.random.Generator) -> Tensor:
    """Return photos shifted, mirrored and relit at random.

    Args:
        photos: uint8 [n, R, R, 3].
        draw: the random numbers.

    Returns:
        float32 [n, 3, R, R] in 0..1, its memory in the order of channels_last.
    """
    count, side = photos.shape[:2]
    reach = max(1, round(SHIFT * side / 64))
    wide = np.pad(photos, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    corners = draw.integers(0, 2 * reach + 1, (count, 2))
    mirrored = draw.random(count) < 0.5
    moved = np.empty_like(photos)
    for i, (down, right) in enumerate(corners.tolist()):
        moved[i] = wide[i, down : down + side, right : right + side]
    moved[mirrored] = moved[mirrored, :, ::-1]
    gain = 1 + CONTRAST * draw.standard_normal((count, 1, 1, 1), dtype=np.float32)
    tint = TINT * draw.standard_normal((count, 3, 1, 1), dtype=np.float32)
    images = torch.from_numpy(moved).permute(0, 3, 1, 2).float().div_(255)
    images.sub_(0.5).mul_(torch.from_numpy(gain)).add_(torch.from_numpy(tint) + 0.5)
    return images.clamp_(0, 1)
