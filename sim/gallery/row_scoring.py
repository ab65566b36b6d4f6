"""Rows of a flat index of codes that are scored one and all: those that some lists hold."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown, selector
from sim.gallery.block_lists import BlockLists
from sim.gallery.shelf import NOWHERE, Found


def best_of_lists(
    store: Any,
    lists: BlockLists,
    looked_through: NDArray[np.int64],
    vectors: NDArray[np.float32],
    k: int,
    shown: Shown | None,
) -> Found:
    """Return of each probe the k best rows of the lists that it looks through, best first.

    Args:
        store: a FAISS index of codes (`IndexScalarQuantizer`), a row a place.
        lists: which places lie in which list.
        looked_through: int64 [q, n], the lists of each probe.
        vectors: float32 [q, dimension].
        k: 1 or more.
        shown: which places may be found; None where all may.
    """
    import faiss

    parameters: Any = faiss.SearchParameters
    scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
    places = np.full((len(vectors), k), NOWHERE, dtype=np.int64)
    # Probes that look through the same lists are searched for together.
    sets, of = np.unique(np.sort(looked_through, axis=1), axis=0, return_inverse=True)
    for number, numbers in enumerate(sets):
        rows = np.zeros(store.ntotal, dtype=np.bool_)
        rows[lists.labels(numbers)] = True
        if shown is not None:
            rows &= shown.places[: len(rows)]
        probes, most = np.flatnonzero(of == number), min(k, int(rows.sum()))
        if most:
            only = parameters(sel=selector(rows))
            found, at = store.search(vectors[probes], most, params=only)
            scores[probes, :most], places[probes, :most] = found, at
    return scores, places
