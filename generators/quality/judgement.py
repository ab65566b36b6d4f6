"""All figures of a generator of faces together, each beside what renders themselves reach.

Three sets of people are told apart: those of the generator's training, *twins* (renders of people
that neither it nor the judging encoder learnt from, each with a generated photo of the same
person in the same shot), and *others* (more such renders, of people again unknown). What a
generated set is compared with is others; what twins reach against others is the floor. In the test
of memorisation others stand beside the training people as those whom the generator never met.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.encoder.encoder import appearances, encode_photos
from generators.encoder.evaluation import Evaluation, evaluate
from generators.encoder.network import FaceNetwork
from generators.estimate import REPLICATES, Estimate
from generators.quality.control import Obedience, fit_readers, obedience
from generators.quality.coverage import Coverage, precision_and_recall
from generators.quality.distance import KernelDistance, kernel_distance, scale_of
from generators.quality.memorised import CopyTest, copy_test
from generators.quality.neighbours import Nearest, nearest, pixel_vectors
from generators.quality.sameness import (
    collisions,
    identity_retention,
    likeness_to_renders,
    variance_ratio,
)

READ_FROM = 16
"""Pixels a side of the picture that readers of pose and light see beside the encoder's maps."""
CHUNK = 512
"""Training people looked at together when neighbours are sought."""
SHOWN = 3
"""Nearest training pictures found for each generated one."""
_SETS = ("generated", "twins", "others")


@dataclass(frozen=True)
class Material:
    """What a generator is judged on; all photos uint8 [people, photos, R, R, 3], sRGB.

    Attributes:
        generated: by the generator.
        twins: renders of the same people in the same shots.
        others: renders of other people, as many as twins, in shots of the same kind.
        twin_labels: by name, what was asked for, [people, photos].
        other_labels: by name, [people, photos].
        training: what the generator learnt from; may be mapped from a file.
    """

    generated: NDArray[np.uint8]
    twins: NDArray[np.uint8]
    others: NDArray[np.uint8]
    twin_labels: Mapping[str, NDArray[np.floating]]
    other_labels: Mapping[str, NDArray[np.floating]]
    training: NDArray[np.uint8]


@dataclass(frozen=True)
class Beside:
    """A figure of generated photos beside the same figure of renders."""

    generated: Any
    renders: Any


@dataclass(frozen=True)
class Judgement:
    """How good a generator is.

    Attributes:
        told_apart: error rates (`Evaluation`) of generated photos and of their twins.
        retention: share of comparisons within a person that match at the twins' threshold.
        collisions: share of comparisons of different people that match there.
        variance: within a generated person, over that within a twin; of renders, that within one
            of the others over that within a twin.
        likeness: mean cosine of a generated photo and its twin.
        distance: `KernelDistance` to others, in appearance.
        coverage: precision and recall against others, in appearance.
        control: by label, whether what was asked for is in the picture.
        copies: by space (`encoder`, `pixels`), the test of memorisation (`CopyTest`) in a gallery
            of the training people and others, of generated photos and of their twins.
        nearest: by space, the nearest training photos to each generated one, rows counted
            person by person.
    """

    told_apart: Beside
    retention: Beside
    collisions: Beside
    variance: Beside
    likeness: Estimate
    distance: Beside
    coverage: Beside
    control: Mapping[str, Obedience]
    copies: Mapping[str, Beside]
    nearest: Mapping[str, Nearest]

    def as_json(self) -> dict[str, Any]:
        """Return the figures as a card holds them, without the nearest photos."""
        told = dataclasses.asdict(dataclasses.replace(self, nearest={}))
        del told["nearest"]
        return told


def judge(
    network: FaceNetwork, material: Material, *, seed: int = 0, replicates: int = REPLICATES
) -> Judgement:
    """Return all figures of a generator.

    Args:
        network: an encoder that took no part in the generator's training and learnt from none of
            the people of the material, in evaluation mode.
        material: what to judge on. Hundreds of people make intervals that decide.
        seed: of the intervals.
        replicates: draws of the intervals.

    Raises:
        ValueError: sets whose shapes do not fit, or too few people in them.
    """
    _require_fitting(material)
    draws: dict[str, Any] = {"seed": seed, "replicates": replicates}
    templates = {name: encode_photos(network, getattr(material, name)) for name in _SETS}
    ours, theirs, others = (templates[name] for name in _SETS)
    told_apart: dict[str, Evaluation] = {
        name: evaluate(templates[name], **draws) for name in _SETS[:2]
    }
    threshold = told_apart["twins"].threshold.value
    seen = {name: _appearance(network, getattr(material, name)) for name in _SETS}
    scale = scale_of(seen["others"].reshape(-1, seen["others"].shape[-1]))
    looks = {name: scale.apply(found) for name, found in seen.items()}
    read = {
        name: np.concatenate([found, _small(getattr(material, name))], axis=-1)
        for name, found in looks.items()
    }
    readers = fit_readers(read["others"], material.other_labels)
    labels = material.twin_labels
    neighbours = _neighbours(network, material, templates)
    return Judgement(
        told_apart=Beside(told_apart["generated"], told_apart["twins"]),
        retention=Beside(
            *(identity_retention(found, threshold, **draws) for found in (ours, theirs))
        ),
        collisions=Beside(*(collisions(found, threshold, **draws) for found in (ours, theirs))),
        variance=Beside(*(variance_ratio(found, theirs, **draws) for found in (ours, others))),
        likeness=likeness_to_renders(ours, theirs, **draws),
        distance=Beside(*(_distance(looks, name, seed) for name in ("generated", "twins"))),
        coverage=Beside(*(_coverage(looks, name, draws) for name in ("generated", "twins"))),
        control=obedience(readers, read["generated"], labels, read["twins"], labels, **draws),
        copies={space: _copied(found, material, draws) for space, found in neighbours.items()},
        nearest={space: found["generated"] for space, found in neighbours.items()},
    )


def _distance(looks: Mapping[str, NDArray[np.float32]], name: str, seed: int) -> KernelDistance:
    return kernel_distance(looks[name], looks["others"], seed=seed)


def _coverage(
    looks: Mapping[str, NDArray[np.float32]], name: str, draws: Mapping[str, Any]
) -> Coverage:
    return precision_and_recall(looks["others"], looks[name], **draws)


def _copied(found: Mapping[str, Nearest], material: Material, draws: Mapping[str, Any]) -> Beside:
    """Return the test of memorisation, of generated photos and of twins."""
    people, photos = material.generated.shape[:2]
    known = len(material.training)
    unseen = np.arange(known + people) >= known

    def tested(name: str) -> CopyTest:
        trained, other = found[name], found[f"{name} among others"]
        nearer = other.distance[:, 0] < trained.distance[:, 0]
        of_other = known + other.place[:, 0] // photos
        person = np.where(nearer, of_other, trained.place[:, 0] // material.training.shape[1])
        return copy_test(
            person.reshape(people, photos),
            unseen,
            _standing_out(trained).reshape(people, photos),
            _standing_out(found["others"]).reshape(people, photos),
            **draws,
        )

    return Beside(tested("generated"), tested("twins"))


def _standing_out(found: Nearest) -> NDArray[np.float32]:
    ratio = found.distance[:, 0] / np.maximum(found.distance[:, 1], np.float32(1e-6))
    return np.asarray(ratio, dtype=np.float32)


def _appearance(network: FaceNetwork, photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    flat = appearances(network, photos.reshape(-1, *photos.shape[2:]))
    return flat.reshape(*photos.shape[:2], -1)


def _small(photos: NDArray[np.uint8]) -> NDArray[np.float32]:
    flat = pixel_vectors(photos.reshape(-1, *photos.shape[2:]), READ_FROM)
    return flat.reshape(*photos.shape[:2], -1)


def _neighbours(
    network: FaceNetwork, material: Material, templates: Mapping[str, NDArray[np.float32]]
) -> dict[str, dict[str, Nearest]]:
    """Return by space the nearest training photos to each set, and the nearest others to two."""

    def encoded() -> Iterator[NDArray[np.float32]]:
        for photos in _chunks(material.training):
            yield encode_photos(network, photos)

    def averaged() -> Iterator[NDArray[np.float32]]:
        for photos in _chunks(material.training):
            yield pixel_vectors(photos)

    count = int(np.prod(material.generated.shape[:2]))
    found = {}
    for space, queries, chunks in (
        ("encoder", [templates[name].reshape(count, -1) for name in _SETS], encoded()),
        (
            "pixels",
            [
                pixel_vectors(photos.reshape(count, *photos.shape[2:]))
                for photos in (getattr(material, name) for name in _SETS)
            ],
            averaged(),
        ),
    ):
        # All sets in one search: the training set is read and encoded once.
        together = nearest(np.concatenate(queries), chunks, SHOWN)
        parts = [slice(i * count, (i + 1) * count) for i in range(len(_SETS))]
        found[space] = {
            name: Nearest(together.place[rows], together.distance[rows])
            for name, rows in zip(_SETS, parts, strict=True)
        }
        for name, vectors in zip(_SETS[:2], queries[:2], strict=True):
            found[space][f"{name} among others"] = nearest(vectors, [queries[2]], 1)
    return found


def _chunks(training: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, len(training), CHUNK):
        photos = training[start : start + CHUNK]
        yield photos.reshape(-1, *photos.shape[2:])


def _require_fitting(material: Material) -> None:
    if material.generated.shape != material.twins.shape:
        raise ValueError(
            f"generated photos and twins come in pairs, found {material.generated.shape} and "
            f"{material.twins.shape}"
        )
    if material.others.shape != material.twins.shape:
        raise ValueError(
            f"as many others as twins, found {material.others.shape} and {material.twins.shape}"
        )
