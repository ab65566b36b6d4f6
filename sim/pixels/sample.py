"""A sample of photos for judging an encoder as runs use it: some adults, the same number of each.

The people are drawn from a population, the days of capture from the run's years, the quality of a
photo as a run's own photos have it (uniform). What the sample is for stands in
`generators.templates`: fitting the distribution from which templates are drawn without photos.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population
from generators.promises import ADULT_AGE
from sim.pixels.drawing import TemplateMaker, picture_ids
from sim.pixels.faces import Faces

STREAMS = ("sample.people", "sample.day", "sample.quality", "sample.picture")
_AT_ONCE = 64
"""People drawn between two reports of progress."""


def sample_templates(
    faces: Faces,
    population: Population,
    people: int,
    photos: int,
    seed: int,
    last_day: int,
    progress: Callable[[int], None] | None = None,
) -> NDArray[np.float32]:
    """Draw and encode photos of people who were adults from the first day on.

    Args:
        faces: what draws and encodes.
        population: where the people come from, each of its rows equally likely.
        people: how many, 1 or more.
        photos: of each, 1 or more.
        seed: another seed gives other people and photos.
        last_day: photos were taken from day 0 to this one.
        progress: told how many photos are done.

    Returns:
        float32 [people, photos, dimension], of unit length.

    Raises:
        PopulationError: the population has fewer adults.
        FacesUnavailableError: what draws faces is not installed.
    """
    streams = Streams(seed, 0, STREAMS)
    adults = np.flatnonzero(-population.birth_day / DAYS_A_YEAR >= ADULT_AGE)
    if len(adults) < people:
        raise PopulationError(
            Fault(
                "the population has too few people who were adults on the first day",
                key="people",
                found=str(people),
                expected=f"at most {len(adults)}",
            )
        )
    chosen = adults[np.argsort(streams.words("sample.people", adults), kind="stable")[:people]]
    maker = TemplateMaker(faces, population)
    parts = []
    for start in range(0, people, _AT_ONCE):
        who = np.repeat(chosen[start : start + _AT_ONCE], photos)
        nth = np.tile(np.arange(photos), len(who) // photos)
        day = (streams.uniform("sample.day", who, nth) * (last_day + 1)).astype(np.int32)
        made = maker.templates(
            np.arange(len(who)),
            picture_ids(streams, "sample.picture", who, nth),
            who,
            day,
            streams.uniform("sample.quality", who, nth),
        )
        parts.append(made.vectors.reshape(-1, photos, made.vectors.shape[1]))
        if progress is not None:
            progress(min(start + _AT_ONCE, people) * photos)
    return np.concatenate(parts)
