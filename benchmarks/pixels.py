"""A paired replication in which every photo is drawn, encoded, enrolled and searched."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Figure, in_turn, seconds
from sim.dates import iso
from sim.measures import read_measures
from sim.people.finds import person_of_photo

if TYPE_CHECKING:
    from generators.faces import FaceSource, Portrayed
    from generators.photos import PhotoRows
    from sim.history import History
    from sim.pixels.photos import ReplicationPhotos
    from sim.setup import ArmSetup

PEOPLE = 1_000
GOAL = 180.0
"""Seconds in which one paired replication of so many people should be done on two cores."""
FPIR = 0.01
"""False positives at which the encoder's threshold is set: a search in a hundred."""
_CHUNK = 1_000
FEW = 100
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
    from sim.model import run_arms, shared_by_arms
    from sim.pixels.faces import shipped_faces

    def arms(*overrides: str) -> dict[str, ArmSetup]:
        question = load_scenario("ico-2022", ["fidelity=pixels", *overrides])
        return {n: arm_setup(a, question=question) for n, a in arms_of(question).items()}

    setups, short = arms(), arms("horizon.to=2022-12-15")
    shipped = shipped_faces()
    source = Counted(shipped.source)
    faces = replace(shipped, source=source)
    few, people = build_population(FEW, 1), build_population(PEOPLE, 1)

    def together() -> None:
        run_arms(few, short, 1, 0, faces=faces)

    def apart() -> None:
        for name, setup in short.items():
            run_arms(few, {name: setup}, 1, 0, faces=faces)

    both, alone = in_turn([lambda: seconds(together), lambda: seconds(apart)], 1)
    source.drawn = 0
    start = time.perf_counter()
    histories = run_arms(people, setups, 1, 0, faces=faces)
    wall = time.perf_counter() - start
    count = source.drawn
    what = f"'{source.name}' at {source.resolution} pixels"
    return [
        Figure(
            f"{len(setups)} arms, {PEOPLE:,} people",
            wall,
            "s",
            f"the goal, {GOAL:g} s",
            GOAL / wall,
        ),
        Figure(f"photos drawn, {what}", count, "photos"),
        Figure("photos drawn, encoded and used", count / wall, "photos a second"),
        Figure(
            f"{len(setups)} arms together, {FEW} people, to 2022",
            both,
            "CPU s",
            "each drawing its own photos",
            alone / both,
        ),
        *_found(histories["no-uk-order"]),
        _threshold(shared_by_arms(people, setups["no-uk-order"], 2, 0, faces=faces).photos),
        *_searches(),
    ]


def _found(history: History) -> list[Figure]:
    """Tell what searches came to without any order, at the threshold as it is set."""
    readings = {(r.name, r.at): r.value for r in read_measures(history) if r.margin == "all"}
    last = iso(history.setup.last_day)
    asked = (("identifiability", last), ("fpir", last), ("identification_rate", ""))
    found = {name: readings[name, at] for name, at in asked}
    return [
        Figure(f"{name}, no order", value, "") for name, value in found.items() if value is not None
    ]


def _threshold(photos: ReplicationPhotos | None) -> Figure:
    """Find the cosine that holds the false positives, over photos of another replication.

    Each find is searched for among the finds of all other people. `search.encoder_threshold` is
    taken from here whenever what draws or encodes faces changes.
    """
    assert photos is not None
    vectors, person = photos.finds.vectors, person_of_photo(photos.finds.keys)
    best = np.empty(len(vectors), dtype=np.float32)
    for start in range(0, len(vectors), _CHUNK):
        part = slice(start, start + _CHUNK)
        scores = vectors[part] @ vectors.T
        scores[person[part][:, None] == person[None, :]] = -1.0
        best[part] = scores.max(axis=1)
    # A person counts once, however many photos are held of them.
    weight = 1.0 / np.bincount(person)[person]
    order = np.argsort(-best)
    place = int(np.searchsorted(np.cumsum(weight[order]), FPIR * weight.sum()))
    return Figure(
        f"threshold for FPIR {FPIR:g} among {len(vectors):,} templates",
        float(best[order][place]),
        "cosine",
    )


def _searches(rows: int = 15_000, probes: int = 500, dimension: int = 128) -> list[Figure]:
    """Time the exact gallery beside a matrix product and a sort, with a tenth of it hidden."""
    from sim.gallery.stored import StoredGallery

    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(rows, dimension)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    ids = np.arange(rows, dtype=np.int64) << 8
    asked = vectors[:probes]
    gallery = StoredGallery(dimension)
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
