"""Behind the sample: the operator's gallery in real units, never materialised.

N(t) images grow as the record has them. The crawler's faces fall into two segments, those inferred
to be residents in scope and all others; an order's filter acts on the first, and a share of the
capacity that it frees goes to the second. Whatever needs a size of the gallery in real units (the
erasure job's capacity, FNIR at N, displacement) reads it here, so that one more simulated person
changes nothing for the others.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass
class Background:
    """Counts of faces, in real units.

    Attributes:
        images: images found by the start of each day without orders, [days + 1].
        faces_per_image: faces enrolled per image.
        inferred_share: share of faces inferred to be in scope.
        redirect_share: share of freed capacity that goes elsewhere.
        in_scope_held: faces inferred in scope, enrolled and not removed.
        others_held: all other faces enrolled.
        displaced: faces of others enrolled with freed capacity, so far.
        removed: faces removed, so far.
    """

    images: NDArray[np.float64]
    faces_per_image: float
    inferred_share: float
    redirect_share: float
    in_scope_held: float = 0.0
    others_held: float = 0.0
    displaced: float = 0.0
    removed: float = 0.0

    @property
    def held(self) -> float:
        """Faces enrolled and not removed."""
        return self.in_scope_held + self.others_held

    def boost(self, in_scope_pass: float) -> float:
        """Return the factor on the collection of others while the filter lets that share pass."""
        freed = (1.0 - in_scope_pass) * self.inferred_share
        return 1.0 + self.redirect_share * freed / (1.0 - self.inferred_share)

    def collect(self, start: int, end: int, in_scope_pass: float, attempts: float) -> None:
        """Enrol what is found on the days from `start` to before `end`.

        Args:
            start: first day.
            end: day after the last.
            in_scope_pass: share of faces inferred in scope that the filter lets through.
            attempts: capacity times what the platforms let through.
        """
        faces = float(self.images[end] - self.images[start]) * self.faces_per_image * attempts
        self.in_scope_held += faces * self.inferred_share * in_scope_pass
        others = faces * (1.0 - self.inferred_share)
        extra = others * (self.boost(in_scope_pass) - 1.0)
        self.others_held += others + extra
        self.displaced += extra

    def remove(self, faces: float) -> None:
        """Remove that many faces inferred to be in scope.

        Raises:
            ValueError: more than are held.
        """
        if faces > self.in_scope_held * (1.0 + 1e-9):
            raise ValueError(f"{faces:g} faces to remove, {self.in_scope_held:g} held")
        self.in_scope_held = max(0.0, self.in_scope_held - faces)
        self.removed += faces
