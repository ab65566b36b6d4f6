"""The matcher at fidelity `pixels`: templates of drawn photos in a gallery, real searches.

Behind the sample stands the rest of the operator's gallery, which nobody draws. It is represented
as at fidelity `scores`: a search that does not return its person returns somebody of the background
with chance `search.fpir`, independently. The sample's own candidates are those that the encoder
gives a score at or above the threshold.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.errors import EnvelopeError
from generators.photos import PhotoRows
from sim.gallery.gallery import Gallery
from sim.matcher import BACKGROUND, CandidateLists, ProbeRows, Survey, TemplateStates
from sim.people.finds import person_of_template, photo_of_template
from sim.pixels.photos import ReplicationPhotos, on_day

_ONE = np.int32(1)


class PixelsMatcher(TemplateStates):
    """Recognition by drawn photos.

    All templates count as at fidelity `scores`; those of photos that were not drawn (somebody was
    under 18 on the day of capture) are in no gallery and are not found.

    Args:
        people: number of persons.
        photos: the replication's templates.
        gallery: an empty gallery.
        threshold: least score (cosine) of a candidate.
        fpir: chance that the background returns somebody.
    """

    def __init__(
        self,
        people: int,
        photos: ReplicationPhotos,
        gallery: Gallery,
        threshold: float,
        fpir: float,
    ) -> None:
        super().__init__(people)
        self.photos = photos
        self.gallery = gallery
        self.threshold = threshold
        self.fpir = fpir
        self._findable: NDArray[np.int32] = np.zeros(people, dtype=np.int32)

    @property
    def findable(self) -> NDArray[np.int32]:
        """Templates that a search may return: those of drawn photos, int32 [n], by person."""
        return self._findable

    def enrol(self, rows: PhotoRows, unseen: NDArray[np.bool_] | None = None) -> None:
        """Enrol these faces, those found again under their new ids.

        Those cloaked beyond recognition are stored and kept out of searches.

        Raises:
            EnvelopeError: a photo that no arm was expected to find, so that it was not drawn.
        """
        super().enrol(rows, unseen)
        photo = photo_of_template(rows.photo)
        place = self.photos.finds.place(photo)
        drawn = place >= 0
        if not np.isin(photo[~drawn], self.photos.minors).all():
            raise EnvelopeError("a photo was found that was not drawn: collection ran too fast")
        self.undrawn += int((~drawn).sum())
        self.gallery.enrol(rows.photo[drawn], self.photos.finds.vectors[place[drawn]])
        if unseen is not None:
            self.gallery.hide(rows.photo[drawn & unseen])
            drawn &= ~unseen
        np.add.at(self._findable, rows.person[drawn], _ONE)

    def hide(
        self,
        template: NDArray[np.int64],
        person: NDArray[np.int64],
        unseen: NDArray[np.bool_] | None = None,
    ) -> None:
        """Keep these templates out of results; they stay stored."""
        super().hide(template, person, unseen)
        drawn = self._drawn(template)
        if unseen is not None:
            drawn &= ~unseen
        self.gallery.hide(template[drawn])
        np.subtract.at(self._findable, person[drawn], _ONE)

    def erase(self, template: NDArray[np.int64], person: NDArray[np.int64]) -> None:
        """Remove these hidden templates from the gallery."""
        super().erase(template, person)
        self.gallery.erase(template[self._drawn(template)])

    def search(self, probes: ProbeRows, gallery: float) -> CandidateLists:
        """Search the sample's gallery; every template at or above the threshold is a candidate.

        A candidate of the background has no score here and stands last.
        """
        place = self.photos.probes.place(on_day(probes.day, probes.search))
        tried = np.flatnonzero(place >= 0)
        within = self.gallery.range(self.photos.probes.vectors[place[tried]], self.threshold)
        whose = person_of_template(within.ids)
        mated = whose == probes.person[tried][within.probe]
        returned = np.diff(within.starts)
        found = np.zeros(len(tried), dtype=np.bool_)
        found[within.probe[mated]] = True
        behind = np.flatnonzero(~found & (probes.background[tried] < self.fpir))
        rank = np.arange(len(whose)) - within.starts[within.probe] + 1
        return CandidateLists(
            search=probes.search[tried][np.concatenate([within.probe, behind])],
            rank=np.concatenate([rank, returned[behind] + 1]).astype(np.int32),
            person=np.concatenate([whose, np.full(len(behind), BACKGROUND, dtype=np.int64)]),
            mated=np.concatenate([mated, np.zeros(len(behind), dtype=np.bool_)]),
        )

    def searched(self, probes: ProbeRows) -> NDArray[np.bool_]:
        """Return which probes were drawn: those that show somebody of 18 or older, bool [q]."""
        return self.photos.probes.place(on_day(probes.day, probes.search)) >= 0

    def survey(self, person: NDArray[np.int64], day: int) -> Survey:
        """Search once for each adult of these; see `Matcher.survey`."""
        place = self.photos.survey.place(on_day(day, person))
        who = person[place >= 0]
        within = self.gallery.range(self.photos.survey.vectors[place[place >= 0]], self.threshold)
        mated = person_of_template(within.ids) == who[within.probe]
        return Survey(
            probes=len(who),
            mated=int((self._findable[who] > 0).sum()),
            found=len(np.unique(within.probe[mated])),
            others=len(np.unique(within.probe[~mated])),
        )

    def _drawn(self, template: NDArray[np.int64]) -> NDArray[np.bool_]:
        return np.asarray(self.photos.finds.place(photo_of_template(template)) >= 0)
