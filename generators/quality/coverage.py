"""Improved precision and recall of a set of images in a feature space.

Kynkäänniemi et al. 2019: around each image of a set lies a ball that reaches its k-th nearest
neighbour in the same set. *Precision* is the share of generated images that lie in a ball of the
reference (they look like it), *recall* the share of reference images that lie in a ball of the
generated ones (all of it can be generated).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.estimate import REPLICATES, Estimate, by_people
from generators.quality.neighbours import squared_distances

NEIGHBOUR = 3
"""k; the paper's."""
ROWS = 512
"""Rows of distances at a time: bounds the memory."""


@dataclass(frozen=True)
class Coverage:
    """Precision and recall.

    Attributes:
        precision: share of the generated images that lie in a ball of the reference.
        recall: share of the reference images that lie in a ball of the generated ones.
    """

    precision: Estimate
    recall: Estimate


def precision_and_recall(
    reference: NDArray[np.float32],
    generated: NDArray[np.float32],
    *,
    neighbour: int = NEIGHBOUR,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> Coverage:
    """Return precision and recall with intervals over people.

    Balls shrink as sets grow, so only figures of sets of the same size and number of photos a
    person are to be compared. Intervals resample the people whose images are looked at; the balls
    stay as they are, since a person that is drawn twice would shrink its own.

    Args:
        reference: features, float32 [people, photos, d].
        generated: features, float32 [people, photos, d].
        neighbour: k.
        seed: of the intervals.
        replicates: draws of the intervals.

    Raises:
        ValueError: as many images or fewer than `neighbour` in a set, or fewer than two people.
    """
    sets = [features.reshape(-1, features.shape[-1]) for features in (reference, generated)]
    if min(len(rows) for rows in sets) <= neighbour:
        raise ValueError(f"a set needs more than {neighbour} images")
    estimates = []
    for balls, looked_at, people in (
        (sets[0], sets[1], len(generated)),
        (sets[1], sets[0], len(reference)),
    ):
        inside = covered(balls, looked_at, neighbour).reshape(people, -1).mean(axis=1)

        def figure(weights: NDArray[np.float64], share: NDArray[np.float64] = inside) -> float:
            return float(np.average(share, weights=weights))

        estimates.append(by_people(people, figure, seed=seed, replicates=replicates))
    return Coverage(*estimates)


def covered(
    balls: NDArray[np.float32], looked_at: NDArray[np.float32], neighbour: int = NEIGHBOUR
) -> NDArray[np.bool_]:
    """Return which rows of `looked_at` [n, d] lie in a ball around a row of `balls` [m, d]."""
    reach = np.concatenate(
        [
            # The nearest of all is the row itself.
            np.partition(squared_distances(balls[at : at + ROWS], balls), neighbour)[:, neighbour]
            for at in range(0, len(balls), ROWS)
        ]
    )
    return np.concatenate(
        [
            (squared_distances(looked_at[at : at + ROWS], balls) <= reach).any(axis=1)
            for at in range(0, len(looked_at), ROWS)
        ]
    )
