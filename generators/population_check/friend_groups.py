"""The groups among one person's friends, found in the graph alone.

Around a person stand their friends and the ties among these. Two figures have been published of
such pictures: how large the circles are that people see in them, and how many of the friends all
know many of the others. Both are taken around a sample of people, so their cost does not grow with
the graph. Circles are found by the method of Louvain (Blondel et al. 2008), the densest group as
the degeneracy of the ties among friends (Seidman 1983; networkx's core number).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.graph.ties import Ties

if TYPE_CHECKING:
    import networkx

LEAST = 3
"""Fewest friends that make a circle."""


def friends_graph(person: int, ties: Ties) -> networkx.Graph:
    """Return the friends of a person and the ties among them, without the person."""
    import networkx

    friends = ties.of(person).astype(np.int64)
    at, neighbour = ties.rows(friends)
    among = np.isin(neighbour, friends) & (friends[at] < neighbour)
    graph = networkx.Graph()
    graph.add_nodes_from(friends.tolist())
    graph.add_edges_from(zip(friends[at[among]].tolist(), neighbour[among].tolist(), strict=True))
    return graph


def circle_sizes(people: NDArray[np.int64], ties: Ties, seed: int) -> list[int]:
    """Return the sizes of all circles of at least `LEAST` friends around some people.

    Args:
        people: int64 [k].
        ties: everybody's ties.
        seed: of the method, which visits people in an order drawn by chance.
    """
    import networkx

    return [
        len(circle)
        for i in people.tolist()
        for circle in networkx.community.louvain_communities(friends_graph(i, ties), seed=seed)
        if len(circle) >= LEAST
    ]


def degeneracies(people: NDArray[np.int64], ties: Ties) -> list[int]:
    """Return for each of some people the largest k such that more than k friends know k others.

    Args:
        people: int64 [k].
        ties: everybody's ties.
    """
    import networkx

    return [
        max(networkx.core_number(friends_graph(i, ties)).values(), default=0)
        for i in people.tolist()
    ]
