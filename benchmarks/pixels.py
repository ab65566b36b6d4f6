"""A paired replication in which every photo is drawn, encoded, enrolled and searched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Figure, in_turn, seconds

if TYPE_CHECKING:
    from generators.faces import FaceSource, Portrayed
    from generators.photos import PhotoRows

PEOPLE = 1_000
GOAL = 180.0
"""Seconds in which one paired replication of so many people should be done on two cores."""
FEW = 120
"""People with whom arms are run one at a time, each drawing its own photos."""


class Counted:
    """A face source that counts what it draws."""

    def __init__(self, source: FaceSource) -> None:
        self.source = source
        self.name = source.name
        self.resolution = source.resolution
        self.drawn = 0

    def photos(self, person: Portrayed, shots: PhotoRows) -> NDArray[np.float32]:
        """Return photos of one person; see `FaceSource.photos`."""
        return self.photos_of([person], np.zeros(len(shots), dtype=np.int64), shots)

    def photos_of(
        self, people: Sequence[Portrayed], of: NDArray[np.integer], shots: PhotoRows
    ) -> NDArray[np.float32]:
        """Return photos of several people; see `FaceSource.photos_of`."""
        self.drawn += len(shots)
        return self.source.photos_of(people, of, shots)


def run() -> list[Figure]:
    """Time 1,000 people, arms that share their photos beside arms that do not, and searches."""
    from generators.population import build_population
    from scenarios.arms import arm_setup, arms_of
    from scenarios.scenario import load_scenario
    from sim.model import run_arms
    from sim.pixels.faces import shipped_faces

    question = load_scenario("ico-2022", ["fidelity=pixels"])
    setups = {n: arm_setup(a, question=question) for n, a in arms_of(question).items()}
    shipped = shipped_faces()
    source = Counted(shipped.source)
    faces = replace(shipped, source=source)
    few, people = build_population(FEW, 1), build_population(PEOPLE, 1)

    def together() -> None:
        run_arms(few, setups, 1, 0, faces=faces)

    def apart() -> None:
        for name, setup in setups.items():
            run_arms(few, {name: setup}, 1, 0, faces=faces)

    both, alone = in_turn([lambda: seconds(together), lambda: seconds(apart)], 1)
    source.drawn = 0
    start = time.perf_counter()
    run_arms(people, setups, 1, 0, faces=faces)
    wall = time.perf_counter() - start
    what = f"'{source.name}' at {source.resolution} pixels"
    return [
        Figure(
            f"{len(setups)} arms, {PEOPLE:,} people",
            wall,
            "s",
            f"the goal, {GOAL:g} s",
            GOAL / wall,
        ),
        Figure(f"photos drawn, {what}", source.drawn, "photos"),
        Figure("photos drawn, encoded and used", source.drawn / wall, "photos a second"),
        Figure(
            f"{len(setups)} arms together, {FEW} people",
            both,
            "CPU s",
            "each drawing its own photos",
            alone / both,
        ),
        *_searches(),
    ]


def _searches(rows: int = 15_000, probes: int = 500, dimension: int = 128) -> list[Figure]:
    """Time the exact gallery beside a matrix product and a sort, with a tenth of it hidden."""
    from sim.gallery.flat import FlatGallery

    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(rows, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = np.arange(rows, dtype=np.int64) << 8
    asked = vectors[:probes]
    gallery = FlatGallery(dimension)
    gallery.enrol(ids, vectors)
    gallery.hide(ids[::10])
    shown = np.ones(rows, dtype=np.bool_)
    shown[::10] = False

    def plainly() -> None:
        scores = np.where(shown, asked @ vectors.T, -np.inf)
        np.argpartition(-scores, 20, axis=1)

    sides: list[Callable[[], float]] = [
        lambda: seconds(lambda: gallery.search(asked, 20)),
        lambda: seconds(plainly),
    ]
    ours, numpy = in_turn(sides, 5)
    return [
        Figure(
            f"{probes} searches of {rows:,} templates, a tenth hidden",
            ours,
            "CPU s",
            "NumPy's product and partition",
            numpy / ours,
        )
    ]
