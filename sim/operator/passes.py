"""What the levers let through of each part of the gallery, and where freed capacity goes.

Platforms turn away attempts, the crawler's filter turns away faces; what the filter frees goes, by
a share, to the faces that no filter covers. That factor on the others is highest where every
filter is shut.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from sim.levers import Levers
from sim.operator.parts import Parts


@dataclass(frozen=True)
class Passes:
    """What is let through of each part, [S].

    Attributes:
        attempts: share of collection attempts that the platforms let through.
        enrols: share of the faces found that the filter lets through.
        boost: factor on the collection of the faces that no filter covers.
        boosted: those parts, where the filter frees anything; none elsewhere.
    """

    attempts: NDArray[np.float64]
    enrols: NDArray[np.float64]
    boost: float
    boosted: NDArray[np.bool_]

    @cached_property
    def taken(self) -> NDArray[np.float64]:
        """Factor on the faces enrolled of what the platforms let through, float64 [S]."""
        # Not `boost` itself: what is displaced is counted from the excess over 1.
        return np.where(self.boosted, 1.0 + (self.boost - 1.0), self.enrols)

    @cached_property
    def rates(self) -> NDArray[np.float64]:
        """Rate of collection relative to one without orders, float64 [S]."""
        return self.attempts * np.where(self.boosted, self.boost, self.enrols)


def passes_of(parts: Parts, levers: Levers, redirect_share: float) -> Passes:
    """Return what the levers let through as they stand.

    Args:
        parts: of the gallery.
        levers: the run's levers.
        redirect_share: share of freed capacity that goes elsewhere.
    """
    attempts, enrols = np.ones(len(parts)), np.ones(len(parts))
    for modifier in levers.stack("platform.pass"):
        attempts[parts.posted_on(modifier.scope.platform)] *= modifier.value
    for modifier in levers.stack("crawler.in_scope_pass"):
        enrols[parts.filtered(modifier.scope)] *= modifier.value
    free = enrols == 1.0
    return Passes(
        attempts=attempts,
        enrols=enrols,
        boost=_boost(parts, enrols, free, redirect_share),
        boosted=free & (enrols < 1.0).any(),
    )


def highest_boost(parts: Parts, redirect_share: float) -> float:
    """Return the factor on the collection of others where every filter is shut."""
    free = ~parts.counted(None)
    return _boost(parts, free.astype(np.float64), free, redirect_share)


def _boost(
    parts: Parts, enrols: NDArray[np.float64], free: NDArray[np.bool_], redirect_share: float
) -> float:
    freed = float(((1.0 - enrols) * parts.shares).sum())
    return 1.0 + redirect_share * freed / float(parts.shares[free].sum())
