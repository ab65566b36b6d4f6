"""The graph of ties: networkx as the oracle, and the statistics that it is built to have."""

from __future__ import annotations

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from generators.graph import components, to_csr
from generators.people import REFERENCE_DAY
from generators.population import Population, build_population
from generators.population_check import check_population, clustering_of


@pytest.fixture(scope="module")
def people() -> Population:
    return build_population(20_000, seed=21)


def ends(people: Population) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    source = np.repeat(np.arange(len(people)), np.diff(people.indptr))
    return source, people.indices.astype(np.int64)


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(2, 30),
    pairs=st.sets(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=80),
)
def test_csr_clustering_and_components_agree_with_networkx(
    n: int, pairs: set[tuple[int, int]]
) -> None:
    edges = sorted({(min(p), max(p)) for p in pairs if max(p) < n and p[0] != p[1]})
    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(edges)
    u = np.array([e[0] for e in edges], dtype=np.int64)
    v = np.array([e[1] for e in edges], dtype=np.int64)
    indptr, indices = to_csr(u, v, n)
    for i in range(n):
        assert indices[indptr[i] : indptr[i + 1]].tolist() == sorted(graph[i])
    ours = clustering_of(np.arange(n), indptr, indices)
    assert ours == pytest.approx(np.array(list(networkx.clustering(graph).values())))
    label = components(indptr, indices)
    assert len(set(label.tolist())) == networkx.number_connected_components(graph)


def test_degree_clustering_and_assortativity_agree_with_networkx() -> None:
    people = build_population(2000, seed=8)
    graph = people.to_networkx()
    degree = np.diff(people.indptr)
    assert degree.tolist() == [graph.degree(i) for i in range(len(people))]
    ours = clustering_of(np.arange(len(people)), people.indptr, people.indices)
    assert ours.mean() == pytest.approx(networkx.average_clustering(graph))
    checks = {check.name: check.ours for check in check_population(people)}
    assert checks["assortativity_by_degree"] == pytest.approx(
        networkx.degree_assortativity_coefficient(graph)
    )
    largest = max(networkx.connected_components(graph), key=len)
    assert checks["largest_component"] == pytest.approx(len(largest) / len(people))


def test_degrees_have_the_stated_mean_and_a_heavy_tail(people: Population) -> None:
    """Mean 20 within four errors of a lognormal's mean and 3 % lost to the cap and to loops."""
    degree = np.diff(people.indptr)
    error = 20 * np.sqrt(np.expm1(1.14**2)) / np.sqrt(degree.size)
    assert degree.mean() == pytest.approx(20, abs=4 * error + 0.6)
    assert degree.min() >= 1
    # A Poisson graph of this mean has nobody above 60; a lognormal has 4 %.
    assert 0.02 < (degree > 60).mean() < 0.08
    assert degree.max() <= 20 * 5000 / 190 * 1.05


def test_ties_cluster_far_above_chance(people: Population) -> None:
    sample = np.arange(0, len(people), 10)
    clustering = clustering_of(sample, people.indptr, people.indices).mean()
    chance = np.diff(people.indptr).mean() / len(people)
    assert clustering > 0.2
    assert clustering > 100 * chance


def test_nine_ties_in_ten_stay_in_the_united_kingdom(people: Population) -> None:
    """The stated share holds for the case's residents, within four binomial errors."""
    source, target = ends(people)
    inside = people.jurisdiction[target[people.jurisdiction[source] == 0]] == 0
    error = np.sqrt(0.9 * 0.1 / (inside.size / 2))
    assert inside.mean() == pytest.approx(0.9, abs=4 * error)


def test_friends_are_of_like_age(people: Population) -> None:
    source, target = ends(people)
    age = people.age_on(REFERENCE_DAY)
    apart = np.abs(age[source] - age[target]).mean()
    shuffled = np.abs(age[source] - np.random.default_rng(1).permutation(age[target])).mean()
    assert apart < 0.8 * shuffled


def test_people_with_many_ties_are_easier_to_find(people: Population) -> None:
    """The latents correlate by 0.3; rounding of small degrees takes a little of it."""
    degree = np.diff(people.indptr)
    correlation = np.corrcoef(people.findability_z, np.log(degree))[0, 1]
    assert correlation == pytest.approx(0.3, abs=4 / np.sqrt(degree.size) + 0.02)


def test_almost_everybody_is_in_one_component(people: Population) -> None:
    sizes = np.bincount(components(people.indptr, people.indices))
    assert sizes.max() / sizes.sum() > 0.999


def test_doubling_the_people_keeps_the_graph(people: Population) -> None:
    double = build_population(40_000, seed=22)

    def shape(p: Population) -> tuple[float, float, float]:
        degree = np.diff(p.indptr)
        closed = clustering_of(np.arange(0, len(p), 10), p.indptr, p.indices)
        return float(degree.mean()), float(np.median(degree)), float(closed.mean())

    mean, median, closed = shape(people)
    mean_double, median_double, closed_double = shape(double)
    # Lognormal mean: four errors of the difference; medians are whole numbers.
    error = 20 * np.sqrt(np.expm1(1.14**2)) * np.sqrt(1 / 20_000 + 1 / 40_000)
    assert mean_double == pytest.approx(mean, abs=4 * error + 0.2)
    assert abs(median_double - median) <= 1
    assert closed_double == pytest.approx(closed, abs=0.02)


def test_published_statistics_hold_for_a_hundred_thousand() -> None:
    checks = check_population(build_population(100_000, seed=1))
    missed = [check.name for check in checks if not check.holds]
    assert missed == []
