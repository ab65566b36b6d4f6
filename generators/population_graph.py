"""Parts of a society as networkx graphs, for those who want its tools.

networkx keeps every tie as Python objects, so a whole society goes in only up to a limit; the
arrays themselves, edge lists and Parquet serve any size.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.strata import SEXES

if TYPE_CHECKING:
    import networkx

    from generators.population import Layer, Population

NETWORKX_LIMIT = 20_000
"""Most people of a whole graph."""
NETWORKX_COST = (
    "10 kilobytes a person, and to write as GraphML 50 kilobytes and half a millisecond a person"
)
"""What a whole graph takes, in words."""


def refuse_many(people: int, limit: int, key: str) -> None:
    """Refuse more people than a whole graph may have, and say why and what serves instead.

    Args:
        people: how many there are.
        limit: how many there may be.
        key: what was asked for.

    Raises:
        PopulationError: more people than `limit`.
    """
    if people > limit:
        raise PopulationError(
            Fault(
                f"too many people for a whole networkx graph, which takes {NETWORKX_COST}",
                key=key,
                found=f"{people:,} people",
                expected=f"{limit:,} people or fewer; `neighbourhood` (a picture), an edge list, "
                "Parquet and the arrays themselves serve any number",
            )
        )


def whole_graph(population: Population, limit: int) -> networkx.Graph:
    """Return everybody as a networkx graph (`graph_of`).

    Raises:
        PopulationError: more people than `limit`.
    """
    refuse_many(len(population), limit, "limit")
    return graph_of(population, np.arange(len(population)), "all")


def near_graph(
    population: Population, i: int, radius: int, limit: int, layer: Layer
) -> networkx.Graph:
    """Return the ties among those at most `radius` steps from person `i`.

    At most `limit` people, the nearest first and of equally near ones the lowest ids; the
    graph's attribute `cut` says whether somebody was left out. Nodes carry `distance`.
    """
    distance = {int(i): 0}
    edge = np.array([int(i)])
    for step in range(1, radius + 1):
        _, found = population.rows(edge, layer)
        edge = np.array([v for v in np.unique(found).tolist() if v not in distance], dtype=np.int64)
        distance.update((v, step) for v in edge.tolist())
        if len(distance) > limit or not edge.size:
            break
    kept = list(distance)[:limit]
    graph = graph_of(population, np.array(sorted(kept)), layer)
    graph.graph["cut"] = len(kept) < len(distance)
    for node in kept:
        graph.nodes[node]["distance"] = distance[node]
    return graph


def graph_of(population: Population, people: NDArray[np.int64], layer: Layer) -> networkx.Graph:
    """Return some people and the ties between them; ties carry their `layer`.

    Nodes carry name, jurisdiction, place, sex, tone, day of birth, and whether any account is
    public; the other columns are in the population.

    Args:
        population: whose people.
        people: int64, ids, ascending.
        layer: which ties.
    """
    import networkx

    graph = networkx.Graph()
    for i in people.tolist():
        graph.add_node(
            i,
            name=population.display_name(i),
            jurisdiction=population.jurisdictions[population.jurisdiction[i]],
            place=population.places[population.place[i]],
            sex=SEXES[population.sex[i]],
            tone=int(population.tone[i]),
            birth_day=int(population.birth_day[i]),
            public=bool(population.public[i].any()),
        )
    for one in ("close", "acquaintances"):
        if layer in (one, "all"):
            at, other = population.rows(people, one)
            source = people[at]
            kept = (other < source) & np.isin(other, people)
            graph.add_edges_from(
                zip(source[kept].tolist(), other[kept].tolist(), strict=True), layer=one
            )
    return graph
