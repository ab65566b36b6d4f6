"""Whether a generator does what it is asked: pose, light and the rest, read back from its images.

A linear reader (ridge regression) learns each label from renders, whose truth is known, and then
reads generated images. It makes errors of its own, so what counts is its correlation with what
was asked for, over its correlation on renders that it did not learn from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.estimate import REPLICATES, Estimate, by_people_together
from generators.quality.distance import FeatureScale, scale_of

CONSTANT = 1e-4
"""Chance, for one draw of people, up to which a label may turn out the same in all their photos."""
PENALTIES = (1e-3, 1e-2, 1e-1, 1.0, 10.0)
"""Ridge penalties tried, as shares of the number of images; features have variance 1."""
FOLDS = 4
"""Parts into which people are cut to choose the penalty."""


@dataclass(frozen=True)
class Readers:
    """Linear readers of several labels.

    Attributes:
        names: of the labels.
        scale: of the features.
        slopes: float64 [d, labels].
        offsets: float64 [labels].
        penalty: chosen share.
    """

    names: tuple[str, ...]
    scale: FeatureScale
    slopes: NDArray[np.float64]
    offsets: NDArray[np.float64]
    penalty: float

    def read(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return what is read from features [..., d], float64 [..., labels]."""
        return np.asarray(self.scale.apply(features) @ self.slopes + self.offsets)


@dataclass(frozen=True)
class Obedience:
    """How well one label is obeyed.

    Attributes:
        generated: correlation of what is read from generated images with what was asked for.
        renders: of what is read from held-out renders with the truth.
        ratio: the first over the second; 1 where the generator obeys as the renderer does.
    """

    generated: Estimate
    renders: Estimate
    ratio: Estimate


def varies(label: NDArray[Any]) -> bool:
    """Return whether a label [people, photos] varies, and in draws of its people as well.

    A draw in which it does not holds no correlation. That happens where everybody who is drawn
    has one and the same value in all photos: whether glasses are worn, among few people.
    """
    constant = label.min(axis=1) == label.max(axis=1)
    counts = np.unique(label[constant, 0], return_counts=True)[1]
    return bool((counts.max(initial=0) / len(label)) ** len(label) < CONSTANT)


def fit_readers(
    features: NDArray[np.float32],
    labels: Mapping[str, NDArray[np.floating]],
    *,
    penalties: Sequence[float] = PENALTIES,
) -> Readers:
    """Return readers of labels, fitted on renders.

    The penalty is the one with the least mean squared error, labels on one scale, on people that
    were left out (in `FOLDS` parts, so that photos of one person never lie on both sides).

    Args:
        features: float32 [people, photos, d].
        labels: by name, [people, photos]; each must vary.
        penalties: tried.

    Raises:
        ValueError: no label, one that does not vary or is not finite, labels of another shape, or
            fewer people than parts.
    """
    people, photos, dimension = features.shape
    if not labels or people < FOLDS:
        raise ValueError(f"readers need a label and {FOLDS} people or more")
    for name, values in labels.items():
        if values.shape != (people, photos) or not np.isfinite(values).all() or np.ptp(values) == 0:
            raise ValueError(f"label {name!r} must be finite, vary, and be [{people}, {photos}]")
    scale = scale_of(features.reshape(-1, dimension))
    scaled = scale.apply(features)
    truth = np.stack([labels[name] for name in labels], axis=-1).astype(np.float64)
    spread = truth.std(axis=(0, 1))
    part = np.arange(people) % FOLDS
    errors = np.zeros(len(penalties))
    for fold in range(FOLDS):
        learnt, left = part != fold, part == fold
        sums = _sums(scaled[learnt], truth[learnt])
        for i, penalty in enumerate(penalties):
            slopes, offsets = _solve(sums, penalty)
            missed = (scaled[left] @ slopes + offsets - truth[left]) / spread
            errors[i] += (missed**2).mean()
    best = penalties[int(np.argmin(errors))]
    slopes, offsets = _solve(_sums(scaled, truth), best)
    return Readers(tuple(labels), scale, slopes, offsets, best)


def obedience(
    readers: Readers,
    generated: NDArray[np.float32],
    asked: Mapping[str, NDArray[np.floating]],
    renders: NDArray[np.float32],
    truth: Mapping[str, NDArray[np.floating]],
    *,
    seed: int = 0,
    replicates: int = REPLICATES,
) -> dict[str, Obedience]:
    """Return for each label of the readers how well it is obeyed.

    Best asked of the same people in the same shots as the held-out renders: then both
    correlations meet the same range of the label, and one draw of people serves both.

    Args:
        readers: fitted on renders of other people.
        generated: features, float32 [people, photos, d].
        asked: by label, [people, photos].
        renders: features of held-out renders, float32 [people, photos, d], as many people.
        truth: by label, [people, photos].
        seed: of the intervals.
        replicates: draws of the intervals.

    Raises:
        ValueError: sets of other numbers of people, or fewer than two.
        KeyError: a label is missing.
    """
    if len(generated) != len(renders):
        raise ValueError(f"as many people in both sets, found {len(generated)} and {len(renders)}")
    read = [readers.read(features) for features in (generated, renders)]
    found = {}
    for i, name in enumerate(readers.names):
        pairs = [(read[0][..., i], asked[name]), (read[1][..., i], truth[name])]

        def figures(
            weights: NDArray[np.float64],
            pairs: list[tuple[NDArray[np.float64], NDArray[np.floating]]] = pairs,
        ) -> NDArray[np.float64]:
            ours, theirs = (_correlation(*pair, weights) for pair in pairs)
            return np.array([ours, theirs, ours / theirs])

        found[name] = Obedience(
            *by_people_together(len(generated), figures, seed=seed, replicates=replicates)
        )
    return found


def _correlation(
    read: NDArray[np.float64], truth: NDArray[np.floating], weights: NDArray[np.float64]
) -> float:
    """Return the correlation over all photos [people, photos], people weighted.

    0 where nothing varies, as in photos of a generator that makes one picture.
    """
    each = np.broadcast_to(weights[:, None], read.shape)
    centred = [values - np.average(values, weights=each) for values in (read, truth)]
    both = (each * centred[0] * centred[1]).sum()
    spread = np.sqrt(np.prod([(each * values**2).sum() for values in centred]))
    return float(both / spread) if spread > 0 else 0.0


def _sums(
    features: NDArray[np.float32], truth: NDArray[np.float64]
) -> tuple[NDArray[np.float64], ...]:
    """Return what a ridge regression needs of its data: means, products and the number of rows."""
    rows = features.reshape(-1, features.shape[-1]).astype(np.float64)
    values = truth.reshape(-1, truth.shape[-1])
    middle, centre = rows.mean(axis=0), values.mean(axis=0)
    rows = rows - middle
    return rows.T @ rows, rows.T @ (values - centre), middle, centre, np.array(len(rows))


def _solve(
    sums: tuple[NDArray[np.float64], ...], penalty: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    products, crossed, middle, centre, count = sums
    regular = products + penalty * float(count) * np.eye(len(products))
    slopes = np.linalg.solve(regular, crossed).astype(np.float64)
    return slopes, centre - middle @ slopes
