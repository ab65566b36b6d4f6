"""Who is in scope of an order, as far as a gallery can tell, set against the truth.

An order says "residents of a place"; a gallery has no such field. What it has are signals beside
the templates (a declared place, a language, a host's country, a geotag, a caption), whose evidence
of residence adds up in nats (log likelihood ratios). A selector takes what lies above a threshold,
so a choice of threshold trades templates missed (under-erasure) for templates of others erased
(over-erasure). The truth is only known where people are made up.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.gallery import GalleryError

ABSENT = 0
"""What a signal says that is not there; it is no evidence."""


@dataclass(frozen=True)
class Selector:
    """Takes templates for those of residents in scope, by the evidence of their signals.

    Attributes:
        worth: float64 [signals, values], evidence in nats of each value of each signal; value
            `ABSENT` is worth 0.
        threshold: nats; what lies above is taken.

    Raises:
        GalleryError: evidence that is not finite, or a signal whose absence is worth something.
    """

    worth: NDArray[np.float64]
    threshold: float

    def __post_init__(self) -> None:
        if self.worth.ndim != 2 or not np.isfinite(self.worth).all():
            raise _refused("finite evidence [signals, values]", str(list(self.worth.shape)))
        if self.worth[:, ABSENT].any():
            raise _refused("no evidence of a signal that is absent", str(self.worth[:, ABSENT]))

    def evidence(self, signals: NDArray[np.integer]) -> NDArray[np.float64]:
        """Return the evidence of residence of each template, in nats, float64 [n].

        Args:
            signals: int [n, signals], the value of each, 0 to below `values`.

        Raises:
            GalleryError: another number of signals, or a value that is none.
        """
        count, values = self.worth.shape
        if signals.ndim != 2 or signals.shape[1] != count:
            raise _refused(f"signals [n, {count}]", str(list(signals.shape)))
        if signals.size and not (signals.min() >= 0 and signals.max() < values):
            raise _refused(f"values from 0 to {values - 1}", f"{signals.min()} to {signals.max()}")
        return np.asarray(self.worth[np.arange(count), signals].sum(axis=1))

    def taken(self, evidence: NDArray[np.floating]) -> NDArray[np.bool_]:
        """Return which templates are taken for those of residents in scope, bool [n]."""
        return np.asarray(evidence > self.threshold)


@dataclass(frozen=True)
class Selection:
    """How a choice of templates compares with the truth; all counts are of templates.

    Attributes:
        stored: all that there were.
        in_scope: those of residents in scope.
        chosen: those that were taken for theirs.
        missed: of residents in scope and not taken.
        others: taken and of somebody else.
    """

    stored: int
    in_scope: int
    chosen: int
    missed: int
    others: int

    @property
    def under_erasure(self) -> float | None:
        """Share of the templates in scope that is missed, or None where there is none in scope."""
        return self.missed / self.in_scope if self.in_scope else None

    @property
    def over_erasure(self) -> float | None:
        """Share of what is taken that is of somebody else, or None where nothing is taken."""
        return self.others / self.chosen if self.chosen else None

    def as_json(self) -> dict[str, object]:
        """Return counts and shares as JSON values; a share that is null says why beside it."""
        why = {}
        if self.under_erasure is None:
            why["under_erasure"] = "no template is of a resident in scope"
        if self.over_erasure is None:
            why["over_erasure"] = "no template is taken"
        return {
            "stored": self.stored,
            "in_scope": self.in_scope,
            "chosen": self.chosen,
            "missed": self.missed,
            "others": self.others,
            "under_erasure": self.under_erasure,
            "over_erasure": self.over_erasure,
            "why": why,
        }


def against_truth(chosen: NDArray[np.bool_], in_scope: NDArray[np.bool_]) -> Selection:
    """Return how a choice compares with the truth.

    Args:
        chosen: bool [n], which stored templates are taken.
        in_scope: bool [n], which are of residents in scope.

    Raises:
        GalleryError: two lengths.
    """
    if chosen.shape != in_scope.shape:
        raise _refused("as many choices as truths", f"{len(chosen)} and {len(in_scope)}")
    return Selection(
        stored=len(chosen),
        in_scope=int(in_scope.sum()),
        chosen=int(chosen.sum()),
        missed=int((in_scope & ~chosen).sum()),
        others=int((chosen & ~in_scope).sum()),
    )


def _refused(expected: str, found: str) -> GalleryError:
    return GalleryError(Fault(f"a selector takes {expected}", found=found, expected=expected))
