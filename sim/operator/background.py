"""Behind the sample: the operator's gallery in real units, never materialised.

N(t) images grow as the record has them. The crawler's faces fall into two segments, those inferred
to be residents in scope and all others; an order's filter acts on the first, and a share of the
capacity that it frees goes to the second. Whatever needs a size of the gallery in real units (the
erasure job's capacity, FNIR at N, displacement) reads it here, so that one more simulated person
changes nothing for the others.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.operator.signals import Signals


def boost_of(inferred_share: float, redirect_share: float, in_scope_pass: float) -> float:
    """Return the factor on the collection of others while the filter lets that share pass.

    It is highest where nothing passes (`in_scope_pass` 0).

    Args:
        inferred_share: share of faces inferred to be in scope, below 1.
        redirect_share: share of freed capacity that goes elsewhere.
        in_scope_pass: share of faces inferred in scope that the filter lets through.
    """
    freed = (1.0 - in_scope_pass) * inferred_share
    return 1.0 + redirect_share * freed / (1.0 - inferred_share)


def inferred_share(signals: Signals, posted_in_scope: float) -> float:
    """Return the share of the gallery's faces that the operator takes for residents in scope.

    Below 1, since no signal says "in scope" of everybody.

    Args:
        signals: its inference.
        posted_in_scope: share of the faces whose uploader lived in scope.
    """
    hit, false = signals.rates()
    return posted_in_scope * hit + (1.0 - posted_in_scope) * false


@dataclass
class Background:
    """Counts of faces, in real units.

    Attributes:
        images: images found by the start of each day without orders, [days + 1].
        faces_per_image: faces enrolled per image.
        inferred_share: share of faces inferred to be in scope.
        redirect_share: share of freed capacity that goes elsewhere.
        revisit_rate: hazard per day with which an erased face is found again while it passes.
        in_scope_held: faces inferred in scope, enrolled and in results.
        in_scope_hidden: faces inferred in scope that are kept out of results and still stored.
        others_held: all other faces enrolled.
        gone: faces erased and not found again.
        recollected: erased faces found again, so far.
    """

    images: NDArray[np.float64]
    faces_per_image: float
    inferred_share: float
    redirect_share: float
    revisit_rate: float
    in_scope_held: float = 0.0
    in_scope_hidden: float = 0.0
    others_held: float = 0.0
    gone: float = 0.0
    recollected: float = 0.0
    _displaced: float = 0.0
    _stretch: tuple[int, int, float] = (0, 0, 0.0)

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
        return self.in_scope_held + self.others_held

    @property
    def stored(self) -> float:
        """Faces that are stored, hidden or not."""
        return self.held + self.in_scope_hidden

    def boost(self, in_scope_pass: float) -> float:
        """Return the factor on the collection of others while the filter lets that share pass."""
        return boost_of(self.inferred_share, self.redirect_share, in_scope_pass)

    def collect(self, start: int, end: int, in_scope_pass: float, attempts: float) -> None:
        """Enrol what is found on the days from `start` to before `end`, erased faces again too.

        Args:
            start: first day.
            end: day after the last.
            in_scope_pass: share of faces inferred in scope that the filter lets through.
            attempts: share of attempts that the platforms let through.
        """
        faces = float(self.images[end] - self.images[start]) * self.faces_per_image * attempts
        self.in_scope_held += faces * self.inferred_share * in_scope_pass
        others = faces * (1.0 - self.inferred_share)
        more = self.boost(in_scope_pass) - 1.0
        self.others_held += others * (1.0 + more)
        self._displace(
            start, end, self.faces_per_image * attempts * (1 - self.inferred_share) * more
        )
        hazard = self.revisit_rate * (end - start) * attempts * in_scope_pass
        again = self.gone * -math.expm1(-hazard)
        self.gone -= again
        self.in_scope_held += again
        self.recollected += again

    def _displace(self, start: int, end: int, extra: float) -> None:
        """Count faces of others per image, on these days, as enrolled with freed capacity."""
        first, last, before = self._stretch
        if start != last or extra != before:
            self._displaced, first = self.displaced, start
        self._stretch = (first, end, extra)

    def in_reach(self, *, erases: bool) -> float:
        """Return the faces inferred in scope that a removal still has to work on."""
        return self.in_scope_held + (self.in_scope_hidden if erases else 0.0)

    def remove(self, faces: float, *, erases: bool) -> None:
        """Remove that many faces inferred to be in scope: erase them, or only hide them.

        Raises:
            ValueError: more than are in reach.
        """
        reach = self.in_reach(erases=erases)
        if faces > reach * (1.0 + 1e-9):
            raise ValueError(f"{faces:g} faces to remove, {reach:g} in reach")
        share = min(1.0, faces / reach) if reach > 0.0 else 0.0
        shown = self.in_scope_held * share
        self.in_scope_held -= shown
        if not erases:
            self.in_scope_hidden += shown
            return
        kept = self.in_scope_hidden * share
        self.in_scope_hidden -= kept
        self.gone += shown + kept
