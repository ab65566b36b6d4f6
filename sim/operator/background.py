"""Behind the sample: the operator's gallery in real units, never materialised.

N(t) images grow as the record has them. The crawler's faces fall into parts (`sim.operator.parts`);
an order's filter acts on the parts that count as its residents, and a share of the capacity that it
frees goes to the others. Whatever needs a size of the gallery in real units (the erasure job's
capacity, FNIR at N, displacement) reads it here, so that one more simulated person changes nothing
for the others.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from sim.operator.cohorts import Cohorts
from sim.operator.parts import Parts
from sim.operator.passes import Passes
from sim.operator.removal_order import RemovalOrder


class Background:
    """Counts of faces, in real units, by part of the gallery.

    Args:
        images: images found by the start of each day without orders, [days + 1].
        faces_per_image: faces enrolled per image.
        parts: of the gallery.
        revisit_rate: hazard per day with which an erased face is found again while it passes.

    Attributes:
        shown: float64 [S], faces enrolled and in results.
        hidden: float64 [S], faces kept out of results and still stored.
        kept: float64 [S], faces of which the photo is stored and the template was given up.
        gone: float64 [S], faces erased and not found again.
        recollected: erased faces found again, so far.
        expired: faces that limits of retention have erased, so far.
        templates_erased: templates erased, so far.
        photos_erased: photos erased, so far.
    """

    def __init__(
        self,
        images: NDArray[np.float64],
        faces_per_image: float,
        parts: Parts,
        revisit_rate: float,
    ) -> None:
        self.images = images
        self.faces_per_image = faces_per_image
        self.parts = parts
        self.revisit_rate = revisit_rate
        self.shown: NDArray[np.float64] = np.zeros(len(parts))
        self.hidden: NDArray[np.float64] = np.zeros(len(parts))
        self.kept: NDArray[np.float64] = np.zeros(len(parts))
        self.gone: NDArray[np.float64] = np.zeros(len(parts))
        self.recollected = 0.0
        self.expired = 0.0
        self.templates_erased = 0.0
        self.photos_erased = 0.0
        self._cohorts = Cohorts(len(parts))
        self._displaced = 0.0
        self._stretch: tuple[int, int, float] = (0, 0, 0.0)

    @property
    def displaced(self) -> float:
        """Faces of others enrolled with freed capacity, so far."""
        return self._displaced + self._on_stretch()

    def _on_stretch(self) -> float:
        """Return what was displaced since the filter or the platforms last changed.

        Reckoned from its first day at once: sums of parts differ in their last digits with how the
        days were split, and two arms would seem to differ where no order made them.
        """
        start, end, extra = self._stretch
        return float(self.images[end] - self.images[start]) * extra

    @property
    def held(self) -> float:
        """Faces that a search goes through."""
        return float(self.shown.sum())

    @property
    def stored(self) -> float:
        """Faces that are stored, hidden or not, with a template or without."""
        return self.held + float(self.hidden.sum()) + float(self.kept.sum())

    @property
    def templates_stored(self) -> float:
        """Templates that are stored, hidden or not."""
        return self.held + float(self.hidden.sum())

    def collect(self, start: int, end: int, passes: Passes) -> None:
        """Enrol what is found on the days from `start` to before `end`, erased faces again too.

        Args:
            start: first day.
            end: day after the last.
            passes: what the levers let through on these days.
        """
        images = float(self.images[end] - self.images[start])
        enrolled = images * self.faces_per_image * passes.attempts * self.parts.shares
        enrolled *= passes.taken
        self.shown += enrolled
        more = np.where(passes.boosted, passes.boost - 1.0, 0.0)
        extra = self.faces_per_image * passes.attempts * self.parts.shares * more
        self._displace(start, end, float(extra.sum()))
        for part in (self.gone + self.kept).nonzero()[0]:
            hazard = self.revisit_rate * (end - start) * passes.rates[part]
            share = -math.expm1(-hazard)
            again = self.gone[part] * share
            self.gone[part] -= again
            rebuilt = self.kept[part] * share
            self.kept[part] -= rebuilt
            self.shown[part] += again + rebuilt
            enrolled[part] += again + rebuilt
            self.recollected += again + rebuilt
        self._cohorts.add(start, enrolled)

    def _displace(self, start: int, end: int, extra: float) -> None:
        """Count faces of others per image, on these days, as enrolled with freed capacity."""
        first, last, before = self._stretch
        if start != last or extra != before:
            self._displaced, first = self.displaced, start
        self._stretch = (first, end, extra)

    def stored_of(self, code: str, threshold: float | None = None) -> float:
        """Return the faces in the stores that count as residents of a jurisdiction.

        Those hidden, and those whose photo is kept without a template, are among them.

        Raises:
            ScenarioError: a jurisdiction or threshold that this run does not tell apart.
        """
        mine = self.parts.counted(code, threshold)
        return (
            float(self.shown[mine].sum())
            + float(self.hidden[mine].sum())
            + float(self.kept[mine].sum())
        )

    def knows(self, code: str, threshold: float | None = None) -> bool:
        """Return whether any face at all could count as a resident's; see `stored_of`."""
        return bool(self.parts.shares[self.parts.counted(code, threshold)].any())

    def in_reach(self, order: RemovalOrder) -> float:
        """Return the faces inferred in scope that a removal still has to work on."""
        if order.erases and not order.templates_only:
            return self.stored_of(order.jurisdiction, order.threshold)
        mine = self.parts.counted(order.jurisdiction, order.threshold)
        hidden = float(self.hidden[mine].sum()) if order.erases else 0.0
        return float(self.shown[mine].sum()) + hidden

    def remove(self, faces: float, order: RemovalOrder) -> None:
        """Remove that many faces inferred to be in scope: erase them, or only hide them.

        An order on templates only keeps the photos.

        Raises:
            ValueError: more than are in reach.
        """
        reach = self.in_reach(order)
        if faces > reach * (1.0 + 1e-9):
            raise ValueError(f"{faces:g} faces to remove, {reach:g} in reach")
        share = min(1.0, faces / reach) if reach > 0.0 else 0.0
        mine = self.parts.counted(order.jurisdiction, order.threshold)
        shown = np.where(mine, self.shown * share, 0.0)
        self.shown -= shown
        if not order.erases:
            self.hidden += shown
            return
        hidden = np.where(mine, self.hidden * share, 0.0)
        self.hidden -= hidden
        self._cohorts.thin(np.where(mine, share, 0.0))
        self.templates_erased += float((shown + hidden).sum())
        if order.templates_only:
            self.kept += shown + hidden
            return
        kept = np.where(mine, self.kept * share, 0.0)
        self.kept -= kept
        self.gone += shown + hidden + kept
        self.photos_erased += float((shown + hidden + kept).sum())

    def rebuild(self, code: str, day: int) -> None:
        """Make templates anew of the faces of a jurisdiction whose photos were kept."""
        anew = np.where(self.parts.counted(code), self.kept, 0.0)
        self.kept -= anew
        self.shown += anew
        self._cohorts.add(day, anew)

    def retain(self, code: str, before: float, hazard: float) -> None:
        """Erase what a limit of retention takes of the faces that count as residents.

        Of what a limit of age takes, hidden faces go first: they are the older ones.

        Args:
            code: jurisdiction.
            before: faces enrolled before that day go.
            hazard: of today, at which every other face goes.
        """
        mine = self.parts.counted(code)
        old = self._cohorts.expire(math.ceil(before), mine) if before > 0.0 else np.zeros(len(mine))
        hidden = np.minimum(old, self.hidden)
        shown = np.minimum(old - hidden, self.shown)
        self.hidden -= hidden
        self.shown -= shown
        share = np.where(mine, -math.expm1(-hazard), 0.0)
        taken = hidden + shown + (self.hidden + self.shown) * share
        self.gone += taken
        self.expired += float(taken.sum())
        self.templates_erased += float(taken.sum())
        self.photos_erased += float(taken.sum())
        self.hidden *= 1.0 - share
        self.shown *= 1.0 - share
        self._cohorts.thin(share)
