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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.matcher import ProbeRows
from sim.people.finds import CandidateFinds
from sim.pixels.drawing import TemplateMaker, Templates, picture_ids
from sim.pixels.faces import Faces

_DAY_BITS = 32


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
    made = TemplateMaker(faces, population)
    person = candidates.person[reached].astype(np.int64)
    keys = candidates.photo_key(reached)
    finds = made.templates(
        keys,
        picture_ids(streams, "photo.picture", person, candidates.ordinal[reached]),
        person,
        candidates.captured[reached],
        candidates.quality[reached],
    )
    searches = list(probes)
    week = _joined([p.day for p in searches], np.int32)
    search = _joined([p.search for p in searches], np.int64)
    probed = made.templates(
        on_day(week, search),
        picture_ids(streams, "probe.picture", week, search),
        _joined([p.person for p in searches], np.int64),
        week,
        streams.uniform("probe.quality", week, search),
    )
    days = np.array(list(survey_days), dtype=np.int32)
    day, who = np.repeat(days, len(residents)), np.tile(residents, len(days))
    surveyed = made.templates(
        on_day(day, who),
        picture_ids(streams, "survey.picture", who, day),
        who,
        day,
        streams.uniform("survey.quality", who, day),
    )
    minors = np.setdiff1d(keys, finds.keys)
    return ReplicationPhotos(finds, probed, surveyed, minors)


def _joined(parts: list[NDArray[Any]], kind: type[np.integer]) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, dtype=kind), *parts])
