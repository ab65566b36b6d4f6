"""Who stands in a set of training images, and the age, quality and company of each photo.

Everything of person i is keyed by (seed, i), so that a person is the same whoever else is in the
set, and sets over disjoint ranges of i share nobody. Sexes and the ten tones take turns, so that
any twenty neighbours hold each pair once. Ages, qualities and groups are drawn for variety and
describe no population.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.heads.identity import TONES, Portrayed, Sex
from generators.keyed import Streams

YOUNGEST, OLDEST = 19, 80
"""Ages drawn, years; adults only."""
LONGEST = 10
"""Most years between a person's first and last photo."""
LEAST_QUALITY = 0.2
_ALONE = 0.85
"""Share of photos that show one person."""
_LARGEST_GROUP = 6
_SEXES: tuple[Sex, ...] = ("female", "male")
_STREAMS = ("key", "age", "quality", "group")


@dataclass(frozen=True)
class CastMember:
    """One person of a set and what is asked of each of the photos.

    Attributes:
        who: the person.
        age: int64 [photos] years, on two or three distinct years at most.
        quality: float64 [photos] 0.2 to 1.
        group: int64 [photos] faces in the photo.
    """

    who: Portrayed
    age: NDArray[np.int64]
    quality: NDArray[np.float64]
    group: NDArray[np.int64]


def cast_member(seed: int, number: int, photos: int) -> CastMember:
    """Return one person of the sets of a seed.

    Args:
        seed: seed of the sets, 0 or more.
        number: which person, 0 or more.
        photos: how many photos; the ages of earlier photos depend on it.
    """
    streams = Streams(seed, 0, _STREAMS)
    cell = number % (len(_SEXES) * TONES)
    which = np.arange(photos)
    alone, company = (streams.uniform("group", number, which + shift) for shift in (0, photos))
    return CastMember(
        who=Portrayed(
            key=int(streams.words("key", number)[0]),
            sex=_SEXES[cell % len(_SEXES)],
            tone=1 + cell // len(_SEXES),
        ),
        age=_ages(streams.uniform("age", number, np.arange(4)), photos),
        quality=LEAST_QUALITY + (1 - LEAST_QUALITY) * streams.uniform("quality", number, which),
        group=np.where(alone < _ALONE, 1, 2 + np.floor(company * (_LARGEST_GROUP - 1))).astype(
            np.int64
        ),
    )


def _ages(uniform: NDArray[np.float64], photos: int) -> NDArray[np.int64]:
    """Return ages over a span of years; few distinct ones, since each year is a new head."""
    span = 1 + int(uniform[0] * LONGEST)
    first = YOUNGEST + int(uniform[1] * (OLDEST - span - YOUNGEST + 1))
    years = [first, first + span]
    if uniform[2] < 0.4 and span > 1:
        years.insert(1, first + 1 + int(uniform[3] * (span - 1)))
    return np.array(years, dtype=np.int64)[np.arange(photos) * len(years) // photos]
