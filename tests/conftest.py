"""What many tests share: a small population and the setups of the shipped question's arms."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generators.calendar import NEVER
from generators.faces import Portrayed, refuse_minors
from generators.graph import from_edges
from generators.photos import PhotoRows
from generators.population import Population, build_population
from scenarios.arms import arm_setup, arms_of
from scenarios.scenario import load_scenario
from sim.pixels.faces import Faces
from sim.setup import ArmSetup


@pytest.fixture(scope="session")
def small_population() -> Population:
    """4,000 people, 2,000 of them residents of the United Kingdom."""
    return build_population(4000, 7, acquaintances="by community")


@pytest.fixture
def quick_path() -> Iterator[Path]:
    """An empty folder, in memory where there is one: for tests that flush files again and again."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as name:
        yield Path(name)


PERFECT = {
    "signals.declared.present": 1.0,
    "signals.declared.hit": 0.999999999,
    "signals.declared.false": 1e-9,
    "operator.residency.threshold": 12.0,
}
"""Parameters under which the operator knows where every uploader lives; no other signal is worth
as much as the threshold."""

STILL = {
    "people.news_reach": 0.0,
    "people.private_after_news": 0.0,
    "requests.rate": 0.0,
    "operator.purge_delay": 0.0,
    **PERFECT,
}
"""Parameters under which nobody is told, asks or goes private, who lives where is known, and
erasure is immediate."""


@pytest.fixture(scope="session")
def homebodies(small_population: Population) -> Population:
    """The same people, but nobody moves, and nobody is close to anybody abroad."""
    home, n = small_population.jurisdiction, len(small_population)
    at, tie = small_population.close.rows(np.arange(n))
    inside = (home[at] == home[tie]) & (at < tie)
    return replace(
        small_population,
        close=from_edges(at[inside], tie[inside].astype(np.int64), n),
        move_day=np.full(n, NEVER, dtype=np.int32),
        elsewhere=home,
    )


def _setups_in(world: str) -> dict[str, ArmSetup]:
    setups: dict[str, ArmSetup] = {}
    for name in ("ico-2022", "no-stay"):
        question = load_scenario(name, [f"world={world}"])
        for arm, loaded in arms_of(question).items():
            setups.setdefault(arm, arm_setup(loaded, question=question))
    return setups


@pytest.fixture(scope="session")
def shipped_setups() -> dict[str, ArmSetup]:
    """The arms of the shipped questions, by scenario name, in a world of the question's case alone:
    what a test there finds is that case's doing."""
    return _setups_in("uk-only")


@pytest.fixture(scope="session")
def recorded_setups() -> dict[str, ArmSetup]:
    """The same arms in the world as recorded, in which every other authority's case runs beside."""
    return _setups_in("as-recorded")


@pytest.fixture(scope="session")
def with_parameters():
    """A function that gives a setup with other parameter values."""

    def change(setup: ArmSetup, values: dict[str, float]) -> ArmSetup:
        return replace(setup, parameters=setup.parameters.with_values(values))

    return change


class Patterns:
    """A face source without faces: a pattern for each person, and noise for each photo.

    Args:
        noise: standard deviation of the noise; the pattern's is 0.2.
    """

    name = "patterns"
    resolution = 16

    def __init__(self, noise: float) -> None:
        self.noise = noise
        self.asked: list[tuple[int, int, float]] = []
        """(key, photo, age) of everything that was drawn."""

    def photos(self, person: Portrayed, shots: PhotoRows) -> NDArray[np.float32]:
        return self.photos_of([person], np.zeros(len(shots), dtype=np.int64), shots)

    def photos_of(
        self, people: Sequence[Portrayed], of: NDArray[np.integer], shots: PhotoRows
    ) -> NDArray[np.float32]:
        refuse_minors(shots)
        size = (3, self.resolution, self.resolution)
        patterns = [np.random.default_rng(p.key).normal(0.5, 0.2, size) for p in people]
        out = np.empty((len(shots), *size), dtype=np.float32)
        for i in range(len(shots)):
            key, photo = people[of[i]].key, int(shots.photo[i])
            self.asked.append((key, photo, float(shots.age[i])))
            noise = np.random.default_rng([key, photo]).normal(0, 1, size)
            out[i] = patterns[of[i]] + self.noise * noise
        return out


class Projection:
    """An encoder that learnt nothing: a fixed random projection."""

    dimension = 24
    resolution = 16

    def __init__(self) -> None:
        shape = (3 * self.resolution**2, self.dimension)
        self.matrix = np.random.default_rng(0).normal(size=shape).astype(np.float32)

    def encode(self, images: NDArray[np.float32]) -> NDArray[np.float32]:
        out = (images.reshape(len(images), -1) - np.float32(0.5)) @ self.matrix
        # Batches are filled up with empty pictures, which have a template as well.
        return np.asarray(out / np.linalg.norm(out, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(scope="session")
def patterned():
    """A function that gives faces of patterns with some noise; the source keeps what it drew."""

    def make(noise: float = 0.2) -> Faces:
        return Faces(Patterns(noise), Projection(), "projection")

    return make
