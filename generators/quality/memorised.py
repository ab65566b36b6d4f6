"""Whether a generator copies its training pictures: who lies nearest, known or unknown people.

Generated pictures are softer than renders, and a soft picture lies nearer to *every* picture: a
test that compares distances from the training set with those of fresh renders (Meehan, Chaudhuri
and Dasgupta 2020) takes softness for copying. So the question is asked the other way round, in the
spirit of that paper and free of softness: among the people of the training set and people whom the
generator never met, all in one gallery, whose picture is nearest to a generated one? If nothing was
copied, who took part in the training makes no difference, and people unseen are nearest as often as
their share of the gallery says. Labels are permuted over people, the unit, which makes p exact
whatever hangs together within a person.
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
"""Share of held-out pictures that counts as standing out."""
PERMUTATIONS = 9_999
"""Random labellings of the gallery: p has a resolution of one in ten thousand."""
FEWEST = 8
"""People in each set and on each side of the gallery."""


@dataclass(frozen=True)
class CopyTest:
    """Whether a generator copied.

    Attributes:
        unseen: share of generated pictures to which a person unseen in training lies nearest,
            over the share of such people in the gallery: 1 where nothing was copied, 0 where
            everything was.
        p: one-sided, of a share as small or smaller if nothing was copied.
        near_copies: share of generated pictures whose nearest training picture stands out from
            the second nearest more than for ninety-nine of a hundred held-out renders: 0.01 where
            nothing was copied, more where a few pictures were, which a test of everybody together
            may miss. Softness lessens it.
        copies: whether the test says that it copies: p under 0.01.
    """

    unseen: Estimate
    p: float
    near_copies: Estimate
    copies: bool


def copy_test(
    person: NDArray[np.int64],
    unseen: NDArray[np.bool_],
    standing_out: NDArray[np.floating],
    held_out: NDArray[np.floating],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> CopyTest:
    """Test whether generated pictures are copies of the training set.

    Args:
        person: [people, photos], the person of the gallery nearest to each generated picture.
            Nobody generated may stand in the gallery.
        unseen: [gallery], whether a person of the gallery took no part in the training; otherwise
            they are of the same kind, with as many pictures each.
        standing_out: [people, photos], distance to the nearest training picture over that to the
            second nearest.
        held_out: the same of renders of other people, [people, photos].
        seed: of permutations and intervals.
        replicates: draws of the intervals, which resample the generated people.

    Raises:
        ValueError: fewer than eight people in a set or on a side of the gallery.
    """
    if min(len(person), len(held_out), int(unseen.sum()), int((~unseen).sum())) < FEWEST:
        raise ValueError(f"the test needs {FEWEST} people or more in each set")
    draw = np.random.default_rng(seed)
    times = np.bincount(person.ravel(), minlength=len(unseen))
    found, sides = int(times[unseen].sum()), int(unseen.sum())
    by_chance = np.array(
        [times[draw.permutation(len(times))[:sides]].sum() for _ in range(PERMUTATIONS)]
    )
    p = (1 + int((by_chance <= found).sum())) / (1 + PERMUTATIONS)
    share = unseen.mean()
    near = standing_out < np.quantile(held_out, CLOSEST)
    return CopyTest(
        unseen=_over_people(unseen[person] / share, draw, replicates),
        p=p,
        near_copies=_over_people(near, draw, replicates),
        copies=p < SIGNIFICANT,
    )


def _over_people(
    values: NDArray[np.generic], draw: np.random.Generator, replicates: int
) -> Estimate:
    """Return the mean of [people, photos] with its interval over people."""
    each = values.mean(axis=1)
    drawn = each[draw.integers(0, len(each), (replicates, len(each)))].mean(axis=1)
    low, high = np.quantile(drawn, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Estimate(float(each.mean()), float(low), float(high))
