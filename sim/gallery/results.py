"""From what segments found to what a gallery returns: ids, best first, equal scores by id."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import NOBODY, Nearest, Within
from sim.gallery.shelf import NOWHERE, Found, FoundWithin


def nobody(probes: int, k: int) -> Nearest:
    """Return the result of searches that find nothing."""
    ids = np.full((probes, k), NOBODY, dtype=np.int64)
    return Nearest(ids, np.full((probes, k), -np.inf, dtype=np.float32))


def nearest(found: Sequence[tuple[Found, NDArray[np.int64]]]) -> Nearest:
    """Return the k best of what one segment or more found.

    Args:
        found: of each segment what it found, with its ids by place, int64 [places].
    """
    named = [(scores, _named(places, ids)) for (scores, places), ids in found]
    if len(named) == 1:
        return _by_id(*named[0])
    import faiss

    scores = np.stack([part for part, _ in named])
    ids = np.stack([part for _, part in named])
    merged, who = faiss.merge_knn_results(scores, ids, keep_max=True)
    merged[who == NOBODY] = -np.inf
    return _by_id(merged, who)


def within(found: Sequence[tuple[FoundWithin, NDArray[np.int64]]], probes: int) -> Within:
    """Return all that one segment or more found; `found` as of `nearest`."""
    probe = [np.repeat(np.arange(probes), np.diff(starts)) for (starts, _, _), _ in found]
    every = np.concatenate([np.zeros(0, dtype=np.int64), *probe])
    ids = np.concatenate(
        [np.zeros(0, dtype=np.int64), *(ids[places] for (_, places, _), ids in found)]
    )
    scores = np.concatenate(
        [np.zeros(0, dtype=np.float32), *(scores for (_, _, scores), _ in found)]
    )
    order = np.lexsort((ids, -scores, every))
    starts = np.zeros(probes + 1, dtype=np.int64)
    np.cumsum(np.bincount(every, minlength=probes), out=starts[1:])
    return Within(starts, ids[order], scores[order])


def _named(places: NDArray[np.int64], ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ids in these places, `NOBODY` where there is none."""
    named = ids[places]
    if len(places) and places[:, -1].min() == NOWHERE:
        named[places == NOWHERE] = NOBODY
    return named


def _by_id(scores: NDArray[np.float32], ids: NDArray[np.int64]) -> Nearest:
    """Put candidates of equal scores in order of id; scores descend already."""
    equal = scores[:, 1:] == scores[:, :-1]
    if not equal.any():
        return Nearest(ids, scores)
    equal &= ids[:, 1:] != NOBODY
    for row in np.flatnonzero(equal.any(axis=1)).tolist():
        order = np.lexsort((ids[row], -scores[row]))
        scores[row], ids[row] = scores[row][order], ids[row][order]
    return Nearest(ids, scores)
