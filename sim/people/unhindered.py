"""Who could be found if nothing were kept out: the same finds, thinned by nothing but their rate.

No lever, no privacy after the start, no erasure: what is left is chance, the same in every arm, so
that a measure can say what an order takes from searches without a second run.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.people.finds import CandidateFinds
from sim.tallies import PHOTO_BINS


def unhindered_photos(
    candidates: CandidateFinds,
    envelope: float,
    in_scope: NDArray[np.bool_],
    days: Sequence[int],
    lets_in: NDArray[np.float64] | None = None,
) -> dict[int, NDArray[np.int64]]:
    """Return residents in scope by number of photos found, at the end of each of these days.

    Args:
        candidates: what a crawler could find, in order of day.
        envelope: height of the shared envelope over the rate without orders.
        in_scope: who is a resident in scope, bool [n].
        days: when to look.
        lets_in: share that the operator's own crawler lets in of each platform, [P]; None where
            it lets in all.

    Returns:
        int64 [PHOTO_BINS] a day; the last bin holds those with as many or more.
    """
    rate = np.full(len(candidates), 1.0 / envelope)
    if lets_in is not None and candidates.platform is not None:
        rate *= lets_in[candidates.platform]
    found: dict[int, NDArray[np.int64]] = {}
    for day in days:
        until = int(candidates.starts[day + 1])
        mine = candidates.accept[:until] < rate[:until]
        counts = np.bincount(candidates.person[:until][mine], minlength=len(in_scope))
        bins = np.minimum(counts[in_scope], PHOTO_BINS - 1)
        found[day] = np.bincount(bins, minlength=PHOTO_BINS)
    return found
