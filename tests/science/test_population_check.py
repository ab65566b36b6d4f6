"""What the check measures, against networkx and closed forms, on graphs small enough to know."""

from __future__ import annotations

from dataclasses import replace

import networkx
import numpy as np
import pytest
from numpy.typing import NDArray

from generators.graph.ties import Ties, from_edges
from generators.population import build_population
from generators.population_check import check_population
from generators.population_check.abroad_check import abroad_check
from generators.population_check.both_layers import both_layers
from generators.population_check.distance import chance_graph, largest_component, mean_distance
from generators.population_check.friend_groups import circle_sizes, degeneracies, friends_graph
from generators.population_check.graph_checks import graph_checks
from generators.population_check.shape import (
    blocks,
    clustering_of,
    correlation_across,
    degree_quantile,
    share_alike,
)
from generators.strata import read_strata


def ties_of(graph: networkx.Graph) -> Ties:
    edges = np.array(list(graph.edges()), dtype=np.int64).reshape(-1, 2)
    return from_edges(edges[:, 0], edges[:, 1], len(graph))


GRAPHS = {
    "power law": networkx.powerlaw_cluster_graph(300, 4, 0.6, seed=1),
    "small world": networkx.watts_strogatz_graph(200, 6, 0.2, seed=2),
    "with people apart": networkx.gnp_random_graph(150, 0.012, seed=3),
    "no ties": networkx.empty_graph(5),
}


@pytest.fixture(params=GRAPHS)
def graph(request: pytest.FixtureRequest) -> networkx.Graph:
    return GRAPHS[request.param]


def test_blocks_cover_every_row_once_whatever_their_size(graph: networkx.Graph) -> None:
    indptr = ties_of(graph).indptr
    for most in (1, 7, 10**6):
        rows = [row for first, after in blocks(indptr, most) for row in range(first, after)]
        assert rows == list(range(len(graph)))


def test_clustering_is_that_of_networkx(graph: networkx.Graph) -> None:
    ties = ties_of(graph)
    ours = clustering_of(np.arange(len(graph)), ties.indptr, ties.indices)
    assert ours == pytest.approx([networkx.clustering(graph)[i] for i in range(len(graph))])


def test_degree_correlation_is_the_assortativity_of_networkx(graph: networkx.Graph) -> None:
    ties = ties_of(graph)
    ours = correlation_across(
        ties.degree.astype(np.float64),
        np.ones(len(ties.degree), dtype=bool),
        ties.indptr,
        ties.indices,
    )
    if graph.number_of_edges() == 0:
        assert ours == 0
        return
    assert ours == pytest.approx(networkx.degree_assortativity_coefficient(graph))


def test_a_quantity_across_ties_correlates_as_the_ends_of_all_ties_do() -> None:
    graph = GRAPHS["power law"]
    ties = ties_of(graph)
    age = np.random.default_rng(5).uniform(0, 90, len(graph))
    source = np.repeat(np.arange(len(graph)), ties.degree)
    expected = np.corrcoef(age[source], age[ties.indices])[0, 1]
    assert correlation_across(
        age, np.ones(age.size, dtype=bool), ties.indptr, ties.indices
    ) == pytest.approx(expected)


def test_the_same_value_for_all_has_no_correlation() -> None:
    ties = ties_of(GRAPHS["power law"])
    assert (
        correlation_across(np.full(300, 40.0), np.ones(300, dtype=bool), ties.indptr, ties.indices)
        == 0.0
    )


def test_the_share_alike_counts_the_ties_of_those_asked_about() -> None:
    # A square 0-1-2-3 with a diagonal: 0 and 1 live in one place, 2 and 3 in another.
    ties = from_edges(np.array([0, 1, 2, 0, 0]), np.array([1, 2, 3, 3, 2]), 4)
    place = np.array([0, 0, 1, 1])
    first = np.array([True, False, False, False])
    assert share_alike(place, first, ties.indptr, ties.indices) == pytest.approx(1 / 3)
    everybody = np.ones(4, dtype=np.bool_)
    assert share_alike(place, everybody, ties.indptr, ties.indices) == pytest.approx(4 / 10)
    assert share_alike(place, ~everybody, ties.indptr, ties.indices) == 0.0


def test_a_degree_quantile_moves_evenly_inside_a_whole_number() -> None:
    degree = np.array([1, 1, 2, 2, 2, 2, 3, 3])
    assert degree_quantile(degree, 0.25) == pytest.approx(1.5)
    assert degree_quantile(degree, 0.5) == pytest.approx(2.0)
    assert degree_quantile(degree, 0.75) == pytest.approx(2.5)
    many = np.arange(10_000)
    assert degree_quantile(many, 0.3) == pytest.approx(np.quantile(many, 0.3), abs=1)


def test_the_largest_component_is_that_of_networkx(graph: networkx.Graph) -> None:
    ties = ties_of(graph)
    ours = set(np.flatnonzero(largest_component(ties.indptr, ties.indices)).tolist())
    largest = max(map(len, networkx.connected_components(graph)))
    assert ours in [c for c in networkx.connected_components(graph) if len(c) == largest]


@pytest.mark.parametrize("count", [1, 3, 64])
def test_distances_are_those_of_networkx(graph: networkx.Graph, count: int) -> None:
    ties = ties_of(graph)
    sources = np.sort(
        np.random.default_rng(7).choice(len(graph), min(count, len(graph)), replace=False)
    )
    steps = [
        step
        for source in sources.tolist()
        for target, step in networkx.single_source_shortest_path_length(graph, source).items()
        if target != source
    ]
    expected = np.mean(steps) if steps else 0.0
    assert mean_distance(sources, ties.indptr, ties.indices) == pytest.approx(expected)


@pytest.mark.parametrize("count", [0, 65])
def test_distances_refuse_more_people_than_there_are_bits(count: int) -> None:
    ties = ties_of(GRAPHS["power law"])
    with pytest.raises(ValueError, match="expected 1 to 64"):
        mean_distance(np.arange(count), ties.indptr, ties.indices)


def test_the_graph_of_chance_keeps_degrees_and_forgets_the_rest() -> None:
    caves = networkx.connected_caveman_graph(60, 12)
    ties = ties_of(caves)
    indptr, indices = chance_graph(ties.indptr, np.random.default_rng(3))
    assert indptr.tolist() == ties.indptr.tolist()
    assert np.bincount(indices, minlength=len(caves)).tolist() == ties.degree.tolist()
    source = np.repeat(np.arange(len(caves)), ties.degree)
    there = np.bincount(source * len(caves) + indices, minlength=len(caves) ** 2)
    matrix = there.reshape(len(caves), len(caves))
    assert (matrix == matrix.T).all()
    sources = np.arange(0, len(caves), 12)
    chance = mean_distance(sources, indptr, indices)
    # Caves in a ring: half of thirty caves away, two steps each. By chance about log n / log k.
    assert mean_distance(sources, ties.indptr, ties.indices) > 10
    assert chance == pytest.approx(np.log(720) / np.log(11), abs=0.5)


def test_the_ties_among_friends_are_those_of_networkx(graph: networkx.Graph) -> None:
    ties = ties_of(graph)
    for person in range(0, len(graph), 7):
        expected = graph.subgraph(graph[person])
        found = friends_graph(person, ties)
        assert set(found) == set(expected)
        assert set(map(frozenset, found.edges)) == set(map(frozenset, expected.edges))


@pytest.mark.parametrize("size", [8, 20])
def test_circles_among_friends_are_the_groups_they_were_made_of(size: int) -> None:
    """One person knows everybody in five groups, each of which knows all of its own."""
    graph = networkx.disjoint_union_all([networkx.complete_graph(size) for _ in range(5)])
    graph.add_edges_from((5 * size, i) for i in range(5 * size))
    ties = ties_of(graph)
    middle = np.array([5 * size])
    assert circle_sizes(middle, ties, seed=1) == [size] * 5
    assert degeneracies(middle, ties) == [size - 1]


def test_friends_who_do_not_know_each_other_are_no_circle() -> None:
    star = ties_of(networkx.star_graph(9))
    assert circle_sizes(np.array([0]), star, seed=1) == []
    assert degeneracies(np.array([0, 1]), star) == [0, 0]


def split(ties: Ties, generator: np.random.Generator) -> tuple[Ties, Ties]:
    source: NDArray[np.int64] = np.repeat(np.arange(len(ties)), ties.degree)
    once = source < ties.indices
    u, v = source[once], ties.indices[once].astype(np.int64)
    close = generator.random(u.size) < 0.4
    n = len(ties)
    return from_edges(u[close], v[close], n), from_edges(u[~close], v[~close], n)


def test_both_layers_are_all_ties(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("generators.population_check.both_layers.BLOCK", 17)
    whole = ties_of(GRAPHS["small world"])
    merged = both_layers(*split(whole, np.random.default_rng(2)), len(whole))
    assert merged.indptr.tolist() == whole.indptr.tolist()
    for i in range(len(whole)):
        assert sorted(merged.of(i).tolist()) == whole.of(i).tolist()


def test_ties_abroad_are_those_of_the_first_jurisdiction() -> None:
    strata = read_strata()
    abroad = np.zeros(17)
    abroad[[1, 4]] = 0.75, 0.25
    strata = replace(strata, abroad=abroad)
    # 0 and 1 live in the first; their four ties abroad lead to two of 1, one of 4 and one of 16.
    jurisdiction = np.array([0, 0, 1, 1, 4, 16], dtype=np.uint8)
    ties = from_edges(np.array([0, 0, 0, 1, 1, 4]), np.array([1, 2, 4, 3, 5, 5]), 6)
    check = abroad_check(ties, jurisdiction, strata)
    assert check.ours == pytest.approx(0.25)
    assert not check.holds
    assert check.note == "AU, 4 ties abroad"
    nobody = abroad_check(ties, np.zeros(6, dtype=np.uint8), strata)
    assert (nobody.ours, nobody.holds, nobody.note) == (0.0, True, "no ties abroad")


def test_one_jurisdiction_is_not_asked_for_ties_abroad() -> None:
    ties = ties_of(GRAPHS["small world"])
    place, age = np.zeros(200, dtype=np.uint16), np.linspace(0, 90, 200)
    for last, asked in ((0, False), (1, True)):
        jurisdiction = np.zeros(200, dtype=np.uint8)
        jurisdiction[-1] = last
        names = {check.name for check in graph_checks(ties, jurisdiction, place, age, 1)}
        assert ("ties_inside_the_country" in names) == asked


def test_published_statistics_hold_for_a_hundred_thousand() -> None:
    checks = check_population(build_population(100_000, seed=1, acquaintances="by community"))
    assert [check.name for check in checks if not check.holds] == []


@pytest.mark.slow
def test_at_a_million_people_of_like_degree_are_tied_too_often_and_all_else_holds() -> None:
    """A known miss (docs/population.md): 0.32 on this seed, where 0.306 would still hold."""
    checks = {check.name: check for check in check_population(build_population(1_000_000, seed=2))}
    assert [name for name, check in checks.items() if not check.holds] == [
        "assortativity_by_degree"
    ]
    assert checks["assortativity_by_degree"].ours < 0.34
