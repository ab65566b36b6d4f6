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

from generators.estimate import LEVEL, REPLICATES, Estimate

SIGNIFICANT = 0.01
"""Chance with which a generator that copies nothing fails one test; with one in each of two
spaces it fails by chance at most twice as often."""
CLOSEST = 0.01
"""Share of held-out pictures that counts as near: what is nearer than they is a near copy."""
FEWEST = 8
"""People in each set: with fewer the normal approximation does not hold."""


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

    nearer: Estimate
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

    The two sets must be of *different* people: p is that of independent draws (Mann and Whitney
    1947), and the distances of a generated picture and of a render of the same person in the same
    shot go together, which makes z too small and lets copies through. Intervals resample the
    people of both sets.

    Pictures that are softer than renders may lie a little nearer to everything, in pixels above
    all; so look at the figure of nearest pictures, too.

    Args:
        generated: distances to the nearest training picture, float32 [people, photos]
            (`neighbours.nearest`).
        held_out: the same of renders of other people that took no part in the training,
            [people, photos], in shots of the same kind.
        seed: of the intervals.
        replicates: draws of the intervals.

    Raises:
        ValueError: fewer than eight people in a set, too few for the normal approximation.
    """
    if min(len(generated), len(held_out)) < FEWEST:
        raise ValueError("the test needs eight people or more in each set")
    from scipy.stats import norm

    n, m = len(generated), len(held_out)
    nearer, near = _figures(generated, held_out)
    z = float((nearer - 0.5) / np.sqrt((n + m + 1) / (12 * n * m)))
    p = float(norm.sf(z))
    draw = np.random.default_rng(seed)
    drawn = [
        _figures(*(rows[draw.integers(0, len(rows), len(rows))] for rows in (generated, held_out)))
        for _ in range(replicates)
    ]
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return CopyTest(
        nearer=Estimate(nearer, float(low[0]), float(high[0])),
        z=z,
        p=p,
        near_copies=Estimate(near, float(low[1]), float(high[1])),
        copies=p < SIGNIFICANT,
    )


def _figures(generated: NDArray[np.float32], held_out: NDArray[np.float32]) -> tuple[float, float]:
    """Return the share of pairs of people in which the generated one lies nearer, and of copies."""
    from scipy.stats import rankdata

    ours, theirs = (np.median(distances, axis=1) for distances in (generated, held_out))
    n, m = len(ours), len(theirs)
    ranks = rankdata(np.concatenate([ours, theirs]))
    pairs = ranks[n:].sum() - m * (m + 1) / 2
    near = (generated < np.quantile(held_out, CLOSEST)).mean()
    return float(pairs / (n * m)), float(near)
