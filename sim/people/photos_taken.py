"""Photos that a crawler could find, and whose faces stand in each.

Only what passes the shared envelope is drawn, keyed (uploader, number): a photo is therefore the
same in every arm and whatever else is simulated. Those who stand in one photo are consecutive in
the uploader's row of close ties, so that they tend to know one another.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.population import Population
from sim.people.findability import Findability

_SLOTS = 4
"""Places in a photo: the uploader's, and three others' (`findability.MOST_OTHERS`)."""


@dataclass(frozen=True)
class PhotosTaken:
    """Candidate photos, m of them, in order of uploader and number.

    Attributes:
        uploader: int64 [m].
        number: int64 [m], of that uploader's, in order of the find.
        share: float64 [m], share of the run's images that are found before it.
    """

    uploader: NDArray[np.int64]
    number: NDArray[np.int64]
    share: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.uploader)

    def taken(self, at: NDArray[np.integer]) -> PhotosTaken:
        """Return the photos in these places, in this order."""
        return PhotosTaken(self.uploader[at], self.number[at], self.share[at])


@dataclass(frozen=True)
class FacesShown:
    """Faces in photos, k of them, photo by photo.

    Attributes:
        photo: int64 [k], place of the photo.
        person: int64 [k].
        slot: int64 [k], 0 for the uploader.
        group: int64 [k], how many faces stand in that photo.
    """

    photo: NDArray[np.int64]
    person: NDArray[np.int64]
    slot: NDArray[np.int64]
    group: NDArray[np.int64]

    def taken(self, at: NDArray[np.integer]) -> FacesShown:
        """Return the faces in these places, in this order."""
        return FacesShown(self.photo[at], self.person[at], self.slot[at], self.group[at])


def draw_photos_taken(
    streams: Streams, people: NDArray[np.int64], mean: NDArray[np.float64]
) -> PhotosTaken:
    """Draw a Poisson process of photos for each uploader, by unit exponentials between them.

    Args:
        streams: the replication's streams.
        people: rows of those who may post, ascending, int64 [k].
        mean: photos of each over the whole run, envelope included, float64 [k].
    """
    posts = mean > 0.0
    who, mean = people[posts], mean[posts]
    reached = np.zeros(len(who))
    first, block = 0, 8
    uploaders, numbers, shares = [], [], []
    while len(who):
        steps = streams.exponential(
            "photo.clock", who[:, None], first + np.arange(block, dtype=np.int64)[None, :]
        )
        at = reached[:, None] + np.cumsum(steps, axis=1)
        inside = at < mean[:, None]
        row, column = np.nonzero(inside)
        uploaders.append(who[row])
        numbers.append(first + column)
        shares.append(at[row, column] / mean[row])
        reached = at[:, -1]
        going = inside[:, -1]
        who, mean, reached = who[going], mean[going], reached[going]
        first += block
        block = min(block * 2, 256)
    if not uploaders:
        empty = np.zeros(0, dtype=np.int64)
        return PhotosTaken(empty, empty, np.zeros(0))
    photos = PhotosTaken(np.concatenate(uploaders), np.concatenate(numbers), np.concatenate(shares))
    # Every block is in order of uploader, so that a stable sort merges a few long runs.
    return photos.taken(np.argsort(photos.uploader, kind="stable"))


def draw_faces(
    population: Population, findability: Findability, streams: Streams, photos: PhotosTaken
) -> FacesShown:
    """Draw who stands in each photo, and keep what the gallery's totals leave.

    Args:
        population: the people.
        findability: of these people.
        streams: the replication's streams.
        photos: where to look.
    """
    uploader, number = photos.uploader, photos.number
    close = population.close
    first = np.asarray(close.indptr[uploader])
    ties = np.asarray(close.indptr[uploader + 1]) - first
    shown = streams.uniform("photo.shown", uploader, number) < findability.shown
    # As `findability.mean_tagged` has it.
    others = findability.others[uploader] + streams.uniform("photo.others", uploader, number)
    count = np.maximum(others.astype(np.int64), np.where(shown, 0, 1))
    count = np.minimum(count, ties)
    group = count + shown
    photo = np.repeat(np.arange(len(photos)), group)
    ends = np.cumsum(group)
    # The uploader's place comes first, and is left out where they do not stand in the photo.
    slot = np.arange(len(photo)) - (ends - group)[photo] + np.where(shown, 0, 1)[photo]
    turn = (streams.uniform("photo.circle", uploader, number) * ties).astype(np.int64)
    person = uploader[photo]
    friend = np.flatnonzero(slot > 0)
    at = photo[friend]
    place = first[at] + (turn[at] + slot[friend] - 1) % ties[at]
    person[friend] = close.indices[place]
    faces = FacesShown(photo, person, slot, group[photo])
    return faces.taken(_kept(population, findability, streams, photos, faces))


def _kept(
    population: Population,
    findability: Findability,
    streams: Streams,
    photos: PhotosTaken,
    faces: FacesShown,
) -> NDArray[np.int64]:
    """Return which faces are kept, each by its own keyed uniform."""
    home = population.jurisdiction
    uploader = photos.uploader[faces.photo]
    keep = findability.keep[home[faces.person], home[uploader]]
    unsure = np.flatnonzero(keep < 1.0)
    kept = np.ones(len(keep), dtype=np.bool_)
    place = photos.number[faces.photo[unsure]] * _SLOTS + faces.slot[unsure]
    kept[unsure] = streams.uniform("photo.keep", uploader[unsure], place) < keep[unsure]
    return np.flatnonzero(kept)
