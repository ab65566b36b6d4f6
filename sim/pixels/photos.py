"""All photos of a replication, drawn and encoded once for all its arms.

The candidate finds, the customers' probes and the measures' own probes are the same in every arm,
so their templates are made before the arms run and shared. A template is a function of the person,
the photo, and what draws and encodes it; which arms run, and in which order, changes none. It is
part of the simulation's apparatus, not of the operator's stores: an erased template is gone from
the gallery, and stands here until the replication ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from generators.faces import Portrayed, grown_up
from generators.heads.identity import Sex
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.photos import PhotoRows
from generators.population import SEXES, Population
from sim.matcher import ProbeRows
from sim.people.finds import CandidateFinds
from sim.pixels.faces import Faces, one_thread

BATCH = 256
"""Photos drawn and encoded at once, the last batch filled up: sums in an encoder are rounded
otherwise in a batch of another size, and a template would depend on how many came with it."""
_DAY_BITS = 32


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
class ReplicationPhotos:
    """The templates of a replication.

    Attributes:
        finds: of the candidate finds, by `CandidateFinds.photo_key`.
        probes: of the customers' probes, by `on_day(week, search)`.
        survey: of the measures' probes, by `on_day(day, person)`.
        minors: int64, ascending: keys of the finds that show somebody under 18, and were not
            drawn.
    """

    finds: Templates
    probes: Templates
    survey: Templates
    minors: NDArray[np.int64]

    @property
    def drawn(self) -> int:
        """Number of photos that were drawn."""
        return sum(len(part.keys) for part in (self.finds, self.probes, self.survey))


def on_day(day: NDArray[np.int32] | int, what: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys of things that are numbered anew each day."""
    return (np.asarray(day, dtype=np.int64) << _DAY_BITS) | what


def draw_photos(
    faces: Faces,
    population: Population,
    streams: Streams,
    candidates: CandidateFinds,
    reached: NDArray[np.int64],
    probes: Iterable[ProbeRows],
    residents: NDArray[np.int64],
    survey_days: Iterable[int],
) -> ReplicationPhotos:
    """Draw and encode every photo that an arm of the replication may ask for.

    Photos of anybody under 18 on the day of capture are left out.

    Args:
        faces: what draws and encodes.
        population: the people.
        streams: the replication's streams.
        candidates: what a crawler could find.
        reached: rows of those that some arm may find.
        probes: the customers' searches, week by week.
        residents: rows of those whom the measures search for.
        survey_days: days on which they do.
    """
    made = _Maker(faces, population)
    person = candidates.person[reached].astype(np.int64)
    keys = candidates.photo_key(reached)
    finds = made.templates(
        keys,
        _picture(streams, "photo.picture", person, candidates.ordinal[reached]),
        person,
        candidates.captured[reached],
        candidates.quality[reached],
    )
    searches = list(probes)
    week = _joined([p.day for p in searches], np.int32)
    search = _joined([p.search for p in searches], np.int64)
    probed = made.templates(
        on_day(week, search),
        _picture(streams, "probe.picture", week, search),
        _joined([p.person for p in searches], np.int64),
        week,
        streams.uniform("probe.quality", week, search),
    )
    days = np.array(list(survey_days), dtype=np.int32)
    day, who = np.repeat(days, len(residents)), np.tile(residents, len(days))
    surveyed = made.templates(
        on_day(day, who),
        _picture(streams, "survey.picture", who, day),
        who,
        day,
        streams.uniform("survey.quality", who, day),
    )
    minors = np.setdiff1d(keys, finds.keys)
    return ReplicationPhotos(finds, probed, surveyed, minors)


@dataclass(frozen=True)
class _Maker:
    """Makes templates of people of one population."""

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
        """Draw and encode photos of grown-ups; columns of one length, keys each once."""
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


def _picture(
    streams: Streams, stream: str, entity: NDArray[np.integer], ordinal: NDArray[np.integer]
) -> NDArray[np.int64]:
    """Return ids of pictures, int64, 0 or more: other ones in each replication."""
    return (streams.words(stream, entity, ordinal) >> np.uint64(1)).astype(np.int64)


def _joined(parts: list[NDArray[Any]], kind: type[np.integer]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])
