"""Whether people whose templates were erased are still found by new photos of them.

A search for somebody who is in no gallery still returns a candidate over the threshold in a share
FPIR of cases (ISO/IEC 19795-1): a false match. So the question is not whether new photos of the
erased find anything, but whether they do so more often than new photos of people who were never
enrolled. The answer is Fisher's exact test, one-sided (Fisher 1934, *Statistical Methods for
Research Workers*, 5th edition, section 21.02), which needs no large numbers. A test that sees
nothing says little by itself: beside it stand its power and the smallest rate of hits that it
would have seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Gallery, Nearest

LEVEL = 0.001
"""Chance of calling people reachable who are not; an assumption."""
POWER = 0.95
"""Chance with which the smallest detectable rate is seen; an assumption."""

MOST_UNSEEN = 0.2
"""Largest share of the erased, still reachable, that L1 may miss and yet hold; an assumption.

Photos of few people, or of people whom the gallery would miss anyway, say nothing where they find
nobody.
"""
MOST_FPIR = 0.05
"""Largest share of strangers that a usable threshold lets hit; an assumption.

NIST reports identification at 0.003 (`search.fpir`); where one stranger in twenty is found, either
the threshold is set for no search that anybody makes, or strangers are enrolled.
"""

_TAIL = 1e-9
"""Chance of the outcomes that the reckoning of power leaves out at either end."""
_HALVINGS = 40


@dataclass(frozen=True)
class Reach:
    """Searches that returned a candidate at the threshold, of two groups of people.

    Attributes:
        searches: of the people in question.
        hits: of these, with any candidate at or over the threshold.
        other_searches: of people who were never enrolled.
        other_hits: of these.
        p_value: chance of as many hits or more of all hits together, if both rates are the same.
        smallest: smallest rate of hits of the people in question that the test sees with `POWER`,
            if the others' rate is the one found; None where the test sees no rate at all.
    """

    searches: int
    hits: int
    other_searches: int
    other_hits: int
    p_value: float
    smallest: float | None

    @property
    def found(self) -> bool:
        """Whether the people in question are found more often than people who are not there."""
        return self.p_value < LEVEL


def compare_reach(hits: NDArray[np.bool_], others: NDArray[np.bool_]) -> Reach:
    """Return whether one group of searches hits more often than another.

    Args:
        hits: bool [n], by search of the people in question, whether there was a candidate.
        others: bool [m], by search of people who were never enrolled. Searches are taken as
            independent: one photo a person.
    """
    n, m, x, y = len(hits), len(others), int(hits.sum()), int(others.sum())
    p_value = float(_tail(x, y, n, m)) if n and m else 1.0
    smallest = smallest_rate(n, m, y / m) if n and m else None
    return Reach(n, x, m, y, p_value, smallest)


def chance_of_hits(hits: int, searches: int, rate: float) -> float:
    """Return the chance of so many hits or more in independent searches, each with this rate."""
    from scipy.stats import binom

    return float(binom.sf(hits - 1, searches, rate))


def power(rate: float, n: int, m: int, other_rate: float) -> float:
    """Return the chance that the test sees a rate of hits.

    Args:
        rate: of hits of the people in question.
        n: searches of theirs.
        m: searches of people who were never enrolled.
        other_rate: of these people's hits, FPIR.
    """
    return _power(rate, n, *_critical(n, m, other_rate))


def smallest_rate(n: int, m: int, other_rate: float) -> float | None:
    """Return the smallest rate of hits that is seen with `POWER`; None where none is.

    Args:
        n: searches of the people in question.
        m: searches of people who were never enrolled.
        other_rate: of these people's hits.
    """
    weights, critical = _critical(n, m, other_rate)
    if _power(1.0, n, weights, critical) < POWER:
        return None
    low, high = other_rate, 1.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if _power(middle, n, weights, critical) < POWER:
            low = middle
        else:
            high = middle
    return high


def threshold_for(gallery: Gallery, probes: NDArray[np.float32], fpir: float) -> float:
    """Return the threshold that a share of non-mated searches reaches.

    Args:
        gallery: what is searched, as it stands.
        probes: float32 [q, dimension], photos of people who are not enrolled.
        fpir: the share; counted in searches, of which each has one best score.

    Raises:
        ValueError: too few probes for such a share to be one search or more.
    """
    best = np.sort(gallery.search(probes, 1).scores[:, 0])
    most = int(fpir * len(best))
    if most < 1:
        raise ValueError(f"FPIR {fpir} needs {1 / fpir:.0f} probes or more, found {len(best)}")
    return float(best[-most])


@dataclass(frozen=True)
class FirstRanks:
    """What stands first in searches of people who stay, before and after an erasure.

    Attributes:
        same: searches that return the same template first.
        freed: whose first one was erased, so that another stands there.
        nearer: whose first one is another and scores higher: an approximate index had missed it.
        lost: whose first one stayed enrolled and stands there no more.
    """

    same: int
    freed: int
    nearer: int
    lost: int


def compare_first_ranks(before: Nearest, after: Nearest, erased: NDArray[np.int64]) -> FirstRanks:
    """Return how the first ranks of the same searches moved; `erased` are ids, int64."""
    was, now = before.ids[:, 0], after.ids[:, 0]
    same = was == now
    freed = ~same & np.isin(was, erased)
    nearer = ~same & ~freed & (after.scores[:, 0] > before.scores[:, 0])
    lost = ~(same | freed | nearer)
    return FirstRanks(*(int(kind.sum()) for kind in (same, freed, nearer, lost)))


def _tail(x: NDArray[np.int64] | int, y: NDArray[np.int64] | int, n: int, m: int) -> NDArray:
    """Return Fisher's one-sided p: the chance of x hits or more of n, given x + y of n + m."""
    from scipy.stats import hypergeom

    return hypergeom.sf(np.asarray(x) - 1, n + m, n, np.asarray(x) + np.asarray(y))


def _critical(n: int, m: int, other_rate: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the others' likely numbers of hits: their chances, and the hits of n that are seen.

    The second is n + 1 where no number of hits would be seen.
    """
    from scipy.stats import binom

    y = np.arange(binom.ppf(_TAIL, m, other_rate), binom.isf(_TAIL, m, other_rate) + 1)
    y = np.maximum(y, 0).astype(np.int64)
    low, high = np.zeros(len(y), dtype=np.int64), np.full(len(y), n + 1, dtype=np.int64)
    while (low < high).any():
        middle = (low + high) // 2
        seen = _tail(middle, y, n, m) < LEVEL
        high, low = np.where(seen, middle, high), np.where(seen, low, middle + 1)
        low = np.minimum(low, high)
    return binom.pmf(y, m, other_rate), high


def _power(rate: float, n: int, weights: NDArray[np.float64], critical: NDArray[np.int64]) -> float:
    from scipy.stats import binom

    return float(weights @ binom.sf(critical - 1, n, rate))
