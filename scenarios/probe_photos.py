"""New photos of people for the audit of a run, drawn as the run's own were."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population
from generators.promises import ADULT_AGE
from scenarios.fused import FUSED, fused
from scenarios.rerun import Rerun
from sim.pixels.drawing import TemplateMaker, picture_ids
from sim.pixels.faces import Faces

STREAMS = ("audit.pick", "audit.picture", "audit.quality")
"""Streams of the new photos, apart from the model's, so that an audit moves nothing in a run."""


class NewPhotos:
    """Draws photos of adults that no arm of a run ever had.

    Args:
        again: the run's arm.
        faces: what draws and encodes.
        population: the people of whom they are.
        day: day number of the photos.
    """

    def __init__(self, again: Rerun, faces: Faces, population: Population, day: int) -> None:
        streams = again.shared.streams
        self.streams = Streams(streams.seed, streams.replication, STREAMS)
        self.maker = TemplateMaker(faces, population)
        self.adults = population.birth_day <= day - ADULT_AGE * DAYS_A_YEAR
        self.day = day

    def some(self, people: NDArray[np.int64], most: int) -> NDArray[np.int64]:
        """Return up to so many adults of these people, drawn at random, ascending."""
        adults = people[self.adults[people]]
        order = np.argsort(self.streams.words("audit.pick", adults), kind="stable")
        return np.sort(adults[order[:most]])

    def singles(self, people: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return one template of each, of a photo that is in no probe, float32 [n, d]."""
        return self._drawn(people, np.full(len(people), FUSED))

    def probes(self, people: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return one probe of each, `FUSED` photos taken together, float32 [n, d]."""
        return fused(self._drawn(np.repeat(people, FUSED), np.tile(np.arange(FUSED), len(people))))

    def _drawn(self, people: NDArray[np.int64], nth: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the nth photo of each of these adults as a template, float32 [n, d]."""
        return self.maker.templates(
            np.arange(len(people)),
            picture_ids(self.streams, "audit.picture", people, nth),
            people,
            np.full(len(people), self.day, dtype=np.int32),
            self.streams.uniform("audit.quality", people, nth),
        ).vectors
