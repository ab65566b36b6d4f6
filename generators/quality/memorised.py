"""Whether a generator copies its training pictures: a rank test of nearest neighbours.

After Meehan, Chaudhuri and Dasgupta 2020 (A non-parametric test to detect data-copying in
generative models): if generated pictures lie nearer to the training set than pictures of the same
kind that took no part in the training, the generator has copied. Held-out renders show how near
fresh people come by chance. Here a *person* is the unit, since photos of one person hang together
and the paper's test takes draws to be independent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.estimate import REPLICATES, Estimate, by_people

SIGNIFICANT = 0.01
"""Chance with which a generator that copies nothing fails the test."""
CLOSEST = 0.01
"""Share of held-out pictures that counts as near: what is nearer than they is a near copy."""


@dataclass(frozen=True)
class CopyTest:
    """Whether generated pictures lie nearer to the training set than fresh ones.

    Attributes:
        nearer: chance that a generated person lies nearer to the training set than a held-out
            one, ties halved (Mann–Whitney U over its largest value). One half where nothing was
            copied, 1 where everything was, below one half where generated pictures are unlike
            any training picture.
        z: the paper's standardised statistic with its sign turned: large means copied.
        p: one-sided, of a value as large or larger if nothing was copied; normal approximation.
        near_copies: share of generated pictures that lie nearer to the training set than the
            nearest hundredth of held-out ones: 0.01 where nothing was copied, more where a few
            pictures were, which a test of everybody together may miss.
        copies: whether the test says that it copies: p under 0.01.
    """

    nearer: float
    z: float
    p: float
    near_copies: Estimate
    copies: bool


def copy_test(
    generated: NDArray[np.float32],
    held_out: NDArray[np.float32],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> CopyTest:
    """Test whether generated pictures are copies of the training set.

    Pictures that are softer than renders may lie a little nearer to everything, in pixels above
    all; so look at the figure of nearest pictures, too.

    Args:
        generated: distances to the nearest training picture, float32 [people, photos]
            (`neighbours.nearest`).
        held_out: the same of renders of people that took no part in the training,
            [people, photos]; the same shots are best.
        seed: of the interval.
        replicates: draws of the interval.

    Raises:
        ValueError: fewer than eight people in a set, too few for the normal approximation.
    """
    if min(len(generated), len(held_out)) < 8:
        raise ValueError("the test needs eight people or more in each set")
    from scipy.stats import norm, rankdata

    ours, theirs = (np.median(distances, axis=1) for distances in (generated, held_out))
    n, m = len(ours), len(theirs)
    ranks = rankdata(np.concatenate([ours, theirs]))
    pairs = ranks[n:].sum() - m * (m + 1) / 2  # in which the generated person lies nearer
    z = float((pairs - n * m / 2) / np.sqrt(n * m * (n + m + 1) / 12))
    p = float(norm.sf(z))
    near = (generated < np.quantile(held_out, CLOSEST)).mean(axis=1)
    return CopyTest(
        nearer=float(pairs / (n * m)),
        z=z,
        p=p,
        near_copies=by_people(
            len(generated),
            lambda weights: float(np.average(near, weights=weights)),
            seed=seed,
            replicates=replicates,
        ),
        copies=p < SIGNIFICANT,
    )
