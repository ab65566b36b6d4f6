"""Kernel distance between two sets of images in a feature space (KID), with its standard error.

Bińkowski et al. 2018 (Demystifying MMD GANs): the squared maximum mean discrepancy under the
kernel (x·y/d + 1)³, in its unbiased form, averaged over blocks of the sets. Unlike the Fréchet
distance it is unbiased, so that sets of different sizes can be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 100
"""Images of each set in a block: the estimate is unbiased at any size, and an error needs many
blocks. The paper takes 1,000 of sets that are fifty times larger than those judged here."""


@dataclass(frozen=True)
class KernelDistance:
    """A kernel distance.

    Attributes:
        value: unbiased estimate; below zero it means that no difference was found.
        error: standard error of the mean over disjoint blocks, or None where only one block fits.
        block: images of each set in a block.
        blocks: how many.
    """

    value: float
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
        first: float [m, d].
        second: float [n, d].

    Raises:
        ValueError: fewer than two rows in a set, or sets of other dimensions.
    """
    if min(len(first), len(second)) < 2 or first.shape[1:] != second.shape[1:]:
        raise ValueError(
            f"two sets of two or more rows are compared, found {first.shape} and {second.shape}"
        )
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
    """Return the kernel distance of two sets with a standard error.

    The sets are cut at random into as many disjoint blocks as fit into the smaller one; the mean
    over blocks is unbiased and its standard error honest, since blocks share no image.

    Args:
        first: features, float32 [m, d]. Photos of one person hang together: give one of each, or
            read the error as a lower bound.
        second: features, float32 [n, d].
        block: images of each set in a block; smaller where a set has fewer.
        seed: of the cut.

    Raises:
        ValueError: as `squared_mmd`.
    """
    fewest = min(len(first), len(second))
    if fewest < 2:
        raise ValueError(f"two sets of two or more rows are compared, found one of {fewest}")
    size = min(block, fewest)
    blocks = fewest // size
    draw = np.random.default_rng(seed)
    order_first, order_second = (draw.permutation(len(rows)) for rows in (first, second))
    values = [
        squared_mmd(first[order_first[at : at + size]], second[order_second[at : at + size]])
        for at in range(0, blocks * size, size)
    ]
    error = float(np.std(values, ddof=1) / np.sqrt(blocks)) if blocks > 1 else None
    return KernelDistance(float(np.mean(values)), error, size, blocks)


def _kernel(first: NDArray[np.float32], second: NDArray[np.float32]) -> NDArray[np.float64]:
    product = first.astype(np.float64) @ second.T.astype(np.float64)
    return np.asarray((product / first.shape[1] + 1) ** 3)
