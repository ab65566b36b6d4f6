"""Kernel distance between two sets of images in a feature space (KID), with its interval.

Bińkowski et al. 2018 (Demystifying MMD GANs): the squared maximum mean discrepancy under the
kernel (x·y/d + 1)³, in its unbiased form, averaged over blocks of the sets. Unlike the Fréchet
distance it is unbiased, so that sets of different sizes can be compared. Photos of one person
hang together; so pairs within a person are left out of the sums as pairs of an image with itself
are, and blocks are of people. With one photo of each it is the paper's estimate.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.estimate import LEVEL

BLOCK = 25
"""People of each set in a block: the estimate is unbiased at any size, and an error needs several
blocks. The paper takes 1,000 images, of sets fifty times larger than those judged here."""


@dataclass(frozen=True)
class KernelDistance:
    """A kernel distance.

    Attributes:
        value: unbiased estimate; below zero it means that no difference was found.
        low, high: ends of the 95 % interval, Student's over disjoint blocks; None where only one
            block fits.
        error: standard error of the mean over these blocks, or None.
        block: people of each set in a block.
        blocks: how many.
    """

    value: float
    low: float | None
    high: float | None
    error: float | None
    block: int
    blocks: int


@dataclass(frozen=True)
class FeatureScale:
    """What brings every feature to mean 0 and variance 1 on a set of reference.

    Attributes:
        mean: float64 [d].
        deviation: float64 [d]; 1 where a feature never varies.
    """

    mean: NDArray[np.float64]
    deviation: NDArray[np.float64]

    def apply(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return features [n, d] on that scale."""
        return ((features - self.mean) / self.deviation).astype(np.float32)


def scale_of(reference: NDArray[np.float32]) -> FeatureScale:
    """Return the scale of reference features [n, d]: one for all sets that are compared."""
    deviation = reference.std(axis=0, dtype=np.float64)
    return FeatureScale(
        reference.mean(axis=0, dtype=np.float64), np.where(deviation > 0, deviation, 1)
    )


def squared_mmd(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Return the unbiased squared maximum mean discrepancy under the cubic kernel.

    Args:
        first: float [people, photos, d].
        second: float [people, photos, d]; another number of people and photos is allowed.

    Raises:
        ValueError: fewer than two people in a set, or sets of other dimensions.
    """
    _require_sets(first, second)
    within = 0.0
    for rows in (first, second):
        count = len(rows)
        kernel = _kernel(rows, rows)
        within += (kernel.sum() - np.trace(kernel)) / (count * (count - 1))
    return float(within - 2 * _kernel(first, second).mean())


def kernel_distance(
    first: NDArray[np.float32],
    second: NDArray[np.float32],
    *,
    block: int = BLOCK,
    seed: int = 0,
) -> KernelDistance:
    """Return the kernel distance of two sets with its interval.

    The people of both are cut at random into as many disjoint blocks as fit into the smaller set;
    the mean over blocks is unbiased and its standard error honest, since blocks share nobody.

    Args:
        first: features, float32 [people, photos, d].
        second: features, float32 [people, photos, d].
        block: people of each set in a block; fewer where a set has fewer.
        seed: of the cut.

    Raises:
        ValueError: as `squared_mmd`, or a block of one.
    """
    _require_sets(first, second)
    fewest = min(len(first), len(second))
    size = min(block, fewest)
    if size < 2:
        raise ValueError(f"a block is of two people or more, found {block}")
    blocks = fewest // size
    draw = np.random.default_rng(seed)
    order_first, order_second = (draw.permutation(len(rows)) for rows in (first, second))
    values = [
        squared_mmd(first[order_first[at : at + size]], second[order_second[at : at + size]])
        for at in range(0, blocks * size, size)
    ]
    value = float(np.mean(values))
    if blocks == 1:
        return KernelDistance(value, None, None, None, size, blocks)
    from scipy.stats import t

    error = float(np.std(values, ddof=1) / np.sqrt(blocks))
    reach = float(t.ppf((1 + LEVEL) / 2, blocks - 1)) * error
    return KernelDistance(value, value - reach, value + reach, error, size, blocks)


def _kernel(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return float64 [people, people], the kernel's mean over two people's photos."""
    product = np.einsum(
        "pad,qbd->paqb", first.astype(np.float64), second.astype(np.float64), optimize=True
    )
    return np.asarray(((product / first.shape[-1] + 1) ** 3).mean(axis=(1, 3)))


def _require_sets(first: NDArray[np.float32], second: NDArray[np.float32]) -> None:
    fits = first.ndim == second.ndim == 3 and first.shape[2] == second.shape[2]
    if not fits or min(len(first), len(second)) < 2:
        raise ValueError(
            "two sets [people, photos, d] of two people or more are compared, found "
            f"{list(first.shape)} and {list(second.shape)}"
        )
