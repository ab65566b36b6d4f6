"""Candidate finds: what a crawler could find of each person, the same in every scenario.

A find is a face in a photo. Candidate photos are events of their uploaders (`photos_taken`), from
an envelope that lies above the rate without orders, keyed (uploader, number); every scenario thins
them with the same keyed uniform, a photo at a time, so that those who stand in one are found
together. The same photo is therefore found in two worlds, whatever an order did before it. Without
orders F_j = N phi s_j faces are found of the residents of j (`findability`). Nobody is found in a
photo from before their birth; the few finds that this takes from the gallery's total are not given
to others.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.calendar import REFERENCE_DAY
from generators.keyed import Streams
from generators.population import Population
from sim.operator.in_play import InPlay
from sim.operator.signals import Signals
from sim.parameters import Parameters
from sim.people.capture import capture_days
from sim.people.findability import Findability
from sim.people.photos_taken import PhotosTaken, draw_faces, draw_photos_taken
from sim.setup import Curves

_BLOCK = 20_000
"""People whose photos are drawn at once: few enough that the columns stay near the processor."""
_ORDINAL_BITS = 24
_VISIT_BITS = 8
_EVIDENCE_OF = "evidence of "
LAST_VISIT = 2**_VISIT_BITS - 1
"""A photo can be found again this often; beyond that its ids would be used twice."""


@dataclass(frozen=True)
class CandidateFinds:
    """Candidate finds as columns, in order of day, uploader and number of the photo, length m.

    Attributes:
        person: int32 row of the person.
        ordinal: int32 number of the face among that person's, in this order.
        day: int32 day of the find.
        captured: int32 day on which the photo was taken, the day of the find or before.
        accept: float32 uniform of the photo that thins the envelope.
        uploader: int32 row of the person who posted it.
        number: int32 which of the uploader's photos it is.
        group: int16 how many faces stand in the photo, those of no interest included.
        evidence: float32 what the photo says of its uploader living in scope, in nats; 0 for
            nothing.
        elsewhere: the same for each other jurisdiction that the run tells apart, by its code.
        platform: uint8 on which it was posted; no column where the run does not tell them apart.
        quality: float32 of the photo, in [0, 1].
        starts: int64 [days + 2]; the candidates of day d are `starts[d]:starts[d + 1]`.
    """

    person: NDArray[np.int32]
    ordinal: NDArray[np.int32]
    day: NDArray[np.int32]
    captured: NDArray[np.int32]
    accept: NDArray[np.float32]
    uploader: NDArray[np.int32]
    number: NDArray[np.int32]
    group: NDArray[np.int16]
    evidence: NDArray[np.float32]
    quality: NDArray[np.float32]
    starts: NDArray[np.int64]
    elsewhere: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    platform: NDArray[np.uint8] | None = None

    def __len__(self) -> int:
        return len(self.person)

    def in_reach(self, highest: float) -> NDArray[np.int64]:
        """Return the rows that are found at all while collection runs at most at that rate.

        Args:
            highest: rate in terms of the envelope, 0 to 1.
        """
        # In float64, as collection compares: rounding the rate to float32 could drop a row.
        return np.flatnonzero(self.accept < np.float64(highest))

    def photo_key(self, rows: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return 64-bit keys of the photos that these rows stand for: person and ordinal."""
        return (self.person[rows].astype(np.int64) << _ORDINAL_BITS) | self.ordinal[rows]

    def template_id(self, rows: NDArray[np.int64], visit: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Return 64-bit ids of the templates made when these rows are found for the n-th time.

        The person, the ordinal and the visit make the id, so ids are never reused and do not
        depend on who else is simulated.
        """
        return (self.photo_key(rows) << _VISIT_BITS) | visit


def photo_of_template(template: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the keys (`CandidateFinds.photo_key`) of the photos that templates were made from."""
    return template >> _VISIT_BITS


def person_of_photo(photo: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the persons whom photos (`CandidateFinds.photo_key`) show."""
    return photo >> _ORDINAL_BITS


def person_of_template(template: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows of the persons whom templates show."""
    return person_of_photo(photo_of_template(template))


def draw_candidates(
    population: Population,
    findability: Findability,
    parameters: Parameters,
    curves: Curves,
    streams: Streams,
    last_day: int,
    in_play: InPlay,
) -> CandidateFinds:
    """Draw every candidate find up to the end of the run.

    Args:
        population: the people.
        findability: of these people.
        parameters: the arm's parameters (the same in every arm).
        curves: the gallery's growth without orders.
        streams: the replication's streams.
        last_day: last day of the run, inclusive.
        in_play: what the run tells faces apart by.
    """
    images = curves.images[: last_day + 2]
    upto = platform_rates(population)
    blocks = []
    for first in range(0, len(population), _BLOCK):
        people = np.arange(first, min(first + _BLOCK, len(population)))
        mean = findability.posts[people] * (float(images[-1]) * parameters["crawler.envelope"])
        photos = draw_photos_taken(streams, people, mean)
        blocks.append(
            _faces_of(photos, population, findability, parameters, images, streams, in_play, upto)
        )
    order = np.argsort(np.concatenate([b["day"] for b in blocks]).astype(np.int16), kind="stable")
    columns: dict[str, NDArray[Any]] = {}
    for name in tuple(blocks[0]):
        # A column at a time: two copies of all of them would be most of a run's memory.
        columns[name] = np.concatenate([block.pop(name) for block in blocks])[order]
    elsewhere = {code: columns.pop(_EVIDENCE_OF + code) for code in in_play.codes[1:]}
    return CandidateFinds(
        **columns,
        elsewhere=elsewhere,
        ordinal=_ordinals(columns["person"], len(population)),
        starts=np.searchsorted(columns["day"], np.arange(last_day + 2)),
    )


def _faces_of(
    photos: PhotosTaken,
    population: Population,
    findability: Findability,
    parameters: Parameters,
    images: NDArray[np.float64],
    streams: Streams,
    in_play: InPlay,
    upto: NDArray[np.float64],
) -> dict[str, NDArray[Any]]:
    """Return the faces in these photos as columns of `CandidateFinds`, in the photos' order."""
    day = (np.searchsorted(images, photos.share * images[-1], side="right") - 1).astype(np.int32)
    lag = parameters["photos.lag"]
    captured = capture_days(streams, photos.uploader, photos.number, day, lag)
    faces = draw_faces(population, findability, streams, photos)
    birth = population.birth_day
    born = np.maximum(birth[faces.person], birth[photos.uploader[faces.photo]])
    faces = faces.taken(np.flatnonzero(captured[faces.photo] >= born))
    # What belongs to a photo is drawn once for all its faces, where any is left.
    shown, photo = np.unique(faces.photo, return_inverse=True)
    photos, day, captured = photos.taken(shown), day[shown], captured[shown]
    uploader, number = photos.uploader, photos.number
    platform = draw_platforms(streams, uploader, number, upto)
    home, signals = population.residence_of(uploader, captured), Signals.of(parameters)
    lived_in = {code: home == population.jurisdictions.index(code) for code in in_play.codes}
    of_photo: dict[str, NDArray[Any]] = {
        "day": day,
        "captured": captured,
        "accept": streams.uniform("photo.accept", uploader, number).astype(np.float32),
        "uploader": uploader.astype(np.int32),
        "number": number.astype(np.int32),
        "evidence": signals.evidence(
            streams, uploader, number, platform, lived_in[in_play.codes[0]]
        ),
        "quality": streams.uniform("photo.quality", uploader, number).astype(np.float32),
    }
    for code in in_play.codes[1:]:
        of_photo[_EVIDENCE_OF + code] = signals.evidence(
            streams, uploader, number, platform, lived_in[code], other=code
        )
    if in_play.platforms:
        of_photo["platform"] = platform
    return {
        "person": faces.person.astype(np.int32),
        "group": faces.group.astype(np.int16),
        **{name: column[photo] for name, column in of_photo.items()},
    }


def platform_rates(population: Population) -> NDArray[np.float64]:
    """Return what people's public accounts post a year, summed over platforms, float64 [n, P]."""
    band = population.age_band(REFERENCE_DAY)
    return np.cumsum(np.where(population.public, population.photos.T[band], 0.0), axis=1)


def draw_platforms(
    streams: Streams,
    uploader: NDArray[np.integer[Any]],
    number: NDArray[np.integer[Any]],
    upto: NDArray[np.float64],
) -> NDArray[np.uint8]:
    """Return the platform on which each photo was posted, one with a public account, uint8 [m].

    Args:
        streams: the replication's streams.
        uploader: row of who posted each, [m].
        number: which of the uploader's photos each is, [m].
        upto: as `platform_rates` gives it, [n, P].
    """
    pick = streams.uniform("photo.platform", uploader, number) * upto[uploader, -1]
    return np.asarray((pick[:, None] >= upto[uploader, :-1]).sum(axis=1, dtype=np.uint8))


def _ordinals(person: NDArray[np.int32], people: int) -> NDArray[np.int32]:
    """Return the place of each face among those of its person, int32 [m]."""
    order = _stable_order(person)
    first = np.concatenate([[0], np.cumsum(np.bincount(person, minlength=people))])
    ordinal = np.empty(len(person), dtype=np.int32)
    ordinal[order] = np.arange(len(person)) - first[person[order]]
    return ordinal


def _stable_order(values: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """Return the stable order of numbers below 2**32; NumPy sorts 16 bits at a time fastest."""
    low = np.argsort((values & 0xFFFF).astype(np.uint16), kind="stable")
    return low[np.argsort((values >> 16).astype(np.uint16)[low], kind="stable")]
