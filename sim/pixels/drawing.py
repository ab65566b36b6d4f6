"""Templates of drawn photos: what a face source and an encoder make of people of a population.

A template is a function of the person, the photo, and what draws and encodes it; which others are
drawn with it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from generators.faces import Portrayed, grown_up
from generators.heads.identity import Sex
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.photos import PhotoRows
from generators.population import SEXES, Population
from sim.pixels.faces import Faces, one_thread

BATCH = 256
"""Photos drawn and encoded at once, the last batch filled up: sums in an encoder are rounded
otherwise in a batch of another size, and a template would depend on how many came with it."""


@dataclass(frozen=True)
class Templates:
    """Templates under keys.

    Attributes:
        keys: int64 [n], ascending, each once.
        vectors: float32 [n, d], of unit length.
    """

    keys: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def place(self, keys: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where these keys stand, int64, or -1 for those that were not drawn."""
        if not len(self.keys):
            return np.full(len(keys), -1, dtype=np.int64)
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return np.where(self.keys[place] == keys, place, -1)


@dataclass(frozen=True)
class TemplateMaker:
    """Makes templates of people of one population.

    Attributes:
        faces: what draws and encodes.
        population: the people.
    """

    faces: Faces
    population: Population

    def templates(
        self,
        keys: NDArray[np.int64],
        picture: NDArray[np.int64],
        person: NDArray[np.int64],
        day: NDArray[np.int32],
        quality: NDArray[np.floating],
    ) -> Templates:
        """Draw and encode photos; those of anybody under 18 on the day of capture are left out.

        Args:
            keys: int64 [n], what the templates will be known by, each once.
            picture: int64 [n], which photo of the person each is (`picture_ids`).
            person: int64 [n], rows of the population.
            day: int32 [n], days of capture.
            quality: [n], in [0, 1].
        """
        birth = self.population.birth_day[person]
        rows = PhotoRows(
            photo=picture,
            person=person,
            day=day,
            age=((day - birth) / DAYS_A_YEAR).astype(np.float32),
            quality=quality.astype(np.float32),
            group=np.ones(len(keys), dtype=np.int16),
        )
        adult = np.flatnonzero(grown_up(rows))
        # A source draws faster what it draws of one person at a time.
        adult = adult[np.lexsort((keys[adult], person[adult]))]
        vectors = np.empty((len(adult), self.faces.encoder.dimension), dtype=np.float32)
        with one_thread():
            for start in range(0, len(adult), BATCH):
                batch = adult[start : start + BATCH]
                vectors[start : start + BATCH] = self._encoded(rows.taken(batch))
        order = np.argsort(keys[adult])
        return Templates(keys[adult][order], vectors[order])

    def _encoded(self, rows: PhotoRows) -> NDArray[np.float32]:
        who, of = np.unique(rows.person, return_inverse=True)
        people = [self._portrayed(int(row)) for row in who]
        images = self.faces.source.photos_of(people, of, rows)
        filled = np.zeros((BATCH, *images.shape[1:]), dtype=np.float32)
        filled[: len(images)] = images
        return self.faces.encoder.encode(filled)[: len(images)]

    def _portrayed(self, row: int) -> Portrayed:
        people = self.population
        sex = cast(Sex, SEXES[people.sex[row]])
        return Portrayed(int(people.identity[row]), sex, int(people.tone[row]))


def picture_ids(
    streams: Streams, stream: str, entity: NDArray[np.integer], ordinal: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return ids of pictures, int64, 0 or more: other ones in each replication."""
    return (streams.words(stream, entity, ordinal) >> np.uint64(1)).astype(np.int64)
