"""Judging an encoder on people of a render set that it did not learn from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from generators.encoder.encoder import encode_photos
from generators.encoder.evaluation import Evaluation, evaluate
from generators.encoder.network import FaceNetwork

if TYPE_CHECKING:
    from generators.heads.render_set import RenderSet

TONES = {"tones 1-3": (1, 3), "tones 4-6": (4, 6), "tones 7-8": (7, 8), "tones 9-10": (9, 10)}
"""Bands of the Monk scale in which figures are given."""


def groups_of(labels: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[np.bool_]]:
    """Return by sex and band of tones who belongs to it, bool [people].

    Args:
        labels: of a render set, each [people, photos].
    """
    tone, sex = labels["tone"][:, 0], labels["sex"][:, 0]
    groups = {str(name): sex == name for name in np.unique(sex)}
    return groups | {name: (low <= tone) & (tone <= high) for name, (low, high) in TONES.items()}


def judge_on_renders(
    network: FaceNetwork, render_set: RenderSet, people: tuple[int, int]
) -> Evaluation:
    """Return how well an encoder tells people of a render set apart, over all and by group.

    Args:
        network: in evaluation mode.
        render_set: with photos of the network's resolution.
        people: the first of the set and the one after the last.

    Raises:
        ValueError: fewer than two people, or photos of another size.
    """
    chosen = slice(*people)
    labels = {name: values[chosen] for name, values in render_set.labels.items()}
    return evaluate(encode_photos(network, render_set.photos[chosen]), groups_of(labels))


def figures_json(found: Evaluation) -> dict[str, Any]:
    """Return an evaluation as cards hold it."""
    names = ("eer", "threshold", "fnmr", "rank_one", "d_prime")
    return {
        "people": found.people,
        "photos_of_each": found.photos,
        **{name: getattr(found, name).as_json() for name in names},
        "mated_mean": found.mated_mean,
        "non_mated_mean": found.non_mated_mean,
        "groups": {
            name: {
                "people": group.people,
                "fnmr": group.fnmr.as_json(),
                "fmr": group.fmr.as_json(),
            }
            for name, group in found.groups.items()
        },
    }
