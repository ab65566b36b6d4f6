"""The best cluster around a person, found in the graph alone.

A walk that keeps returning to one person is spread over the graph; ordering people by how much of
it they hold, one after another, and cutting where fewest ties lead out, finds a tight group around
that person (Spielman and Teng 2004; Andersen, Chung and Lang 2006). It is the method with which
Leskovec et al. (2009) measured how large communities are, and its cost does not grow with the
graph.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

STAY = 0.15
"""Chance that the walk returns to where it began, at each step."""
STEPS = 20
LARGEST = 1000
"""Most people in a cluster that is looked for."""
LEAST = 3


def best_cluster(
    person: int, indptr: NDArray[np.int64], indices: NDArray[np.int32], largest: int = LARGEST
) -> NDArray[np.int64]:
    """Return the ids of the cluster around a person with the fewest ties out of it, ascending.

    Fewest as conductance: ties that lead out, over the ends of ties inside the cluster (or
    outside, where those are fewer). From `LEAST` to `largest` people, and fewer than all.

    Args:
        person: whose cluster.
        largest: most people in it.
    """
    n = indptr.size - 1
    held = _walk(person, indptr, indices, 4 * largest)
    people = np.array(list(held), dtype=np.int64)
    degree = (indptr[people + 1] - indptr[people]).astype(np.float64)
    by_share = np.lexsort((people, -np.array(list(held.values())) / np.maximum(degree, 1.0)))
    people, degree = people[by_share][:largest], degree[by_share][:largest]
    rank = {int(i): place for place, i in enumerate(people)}
    inside = np.zeros(people.size)  # ends of ties to those who came before
    for place, i in enumerate(people.tolist()):
        row = indices[indptr[i] : indptr[i + 1]].tolist()
        inside[place] = sum(1 for j in row if rank.get(j, place) < place)
    volume = np.cumsum(degree)
    cut = volume - 2 * np.cumsum(inside)
    smaller = np.minimum(volume, indptr[-1] - volume)
    size = np.arange(1, people.size + 1)
    whole = (size >= min(LEAST, people.size)) & (size < n) & (smaller > 0)
    if not whole.any():
        return np.sort(people)
    conductance = np.where(whole, cut / np.maximum(smaller, 1.0), np.inf)
    return np.sort(people[: int(conductance.argmin()) + 1])


def _walk(
    person: int, indptr: NDArray[np.int64], indices: NDArray[np.int32], most: int
) -> dict[int, float]:
    """Return who holds how much of the returning walk; at most about `most` people."""
    people, mass = np.array([person], dtype=np.int64), np.ones(1)
    for _ in range(STEPS):
        degree = indptr[people + 1] - indptr[people]
        total = int(degree.sum())
        ends = np.cumsum(degree)
        place = np.arange(total) + np.repeat(indptr[people] - (ends - degree), degree)
        reached = indices[place].astype(np.int64)
        share = np.repeat((1 - STAY) * mass / np.maximum(degree, 1), degree)
        alone = float(((1 - STAY) * mass[degree == 0]).sum())
        everybody, where = np.unique(np.append(reached, person), return_inverse=True)
        spread = np.bincount(where, weights=np.append(share, STAY + alone))
        if everybody.size > most:
            # Keep those who hold most for their degree: the rest adds nothing to the cluster.
            weight = spread / np.maximum(indptr[everybody + 1] - indptr[everybody], 1)
            kept = np.sort(np.argpartition(-weight, most)[:most])
            everybody, spread = everybody[kept], spread[kept]
        people, mass = everybody, spread
    return dict(zip(people.tolist(), mass.tolist(), strict=True))
