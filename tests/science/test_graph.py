"""The society's ties: what must hold of every graph, and what this one is built to look like.

networkx and SciPy are the oracles for the sparse rows; the rest follows from closed forms and from
doing the same thing in two ways.
"""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import networkx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.sparse import csr_array

from generators.errors import PopulationError
from generators.graph import Communities, Society, Ties, draw_society, from_edges
from generators.graph.blocks import Blocks, as_chance
from generators.graph.degrees import Degrees
from generators.graph.lookup import Lookup
from generators.graph.matching import Matching
from generators.graph.permutations import Permutations
from generators.keyed import Streams
from generators.population_check.both_layers import both_layers
from generators.population_check.shape import clustering_of, correlation_across, share_alike
from generators.strata import Strata, read_strata

STREAMS = ("ties",)
Columns = tuple[NDArray[np.uint8], NDArray[np.uint16], NDArray[np.float64]]


def columns(n: int, strata: Strata, seed: int = 1) -> Columns:
    """Return jurisdiction, place and age of n people, sorted by jurisdiction and place."""
    rng = np.random.default_rng(seed)
    share = strata.sample_share[strata.place_jurisdiction] * strata.place_share
    counts = rng.multinomial(n, share / share.sum())
    place = np.repeat(np.arange(share.size), counts)
    return (
        strata.place_jurisdiction[place].astype(np.uint8),
        place.astype(np.uint16),
        rng.uniform(0, 90, n),
    )


def society(
    n: int, strata: Strata | None = None, seed: int = 1, *, stored: bool = True, workers: int = 1
) -> Society:
    strata = read_strata() if strata is None else strata
    return draw_society(
        *columns(n, strata, seed),
        strata,
        Streams(seed, 0, STREAMS),
        acquaintances="stored" if stored else "by community",
        workers=workers,
    )


@pytest.fixture(scope="module")
def drawn() -> Society:
    return society(20_000)


def stored(layer: Ties | Communities) -> Ties:
    assert isinstance(layer, Ties)
    return layer


def by_community(layer: Ties | Communities) -> Communities:
    assert isinstance(layer, Communities)
    return layer


def source(ties: Ties) -> NDArray[np.int64]:
    return np.repeat(np.arange(len(ties)), ties.degree)


def matrix(ties: Ties) -> csr_array:
    n = len(ties)
    return csr_array((np.ones(ties.indices.size), ties.indices, ties.indptr), shape=(n, n))


def both(drawn: Society) -> NDArray[np.int64]:
    return drawn.close.degree + stored(drawn.acquaintances).degree


@settings(max_examples=60, deadline=None)
@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=6),
    key=st.integers(0, 2**63),
)
def test_a_keyed_permutation_is_one_and_its_inverse_undoes_it(sizes: list[int], key: int) -> None:
    keys = np.arange(len(sizes), dtype=np.uint64) * np.uint64(977) + np.uint64(key)
    shuffles = Permutations(np.array(sizes), keys)
    which = np.repeat(np.arange(len(sizes)), sizes)
    number = np.concatenate([np.arange(size) for size in sizes])
    place = shuffles.forward(which, number)
    for range_, size in enumerate(sizes):
        assert np.sort(place[which == range_]).tolist() == list(range(size))
    assert shuffles.inverse(which, place).tolist() == number.tolist()


def test_a_keyed_permutation_looks_like_chance() -> None:
    """Fixed points of a random permutation are Poisson of mean 1; 400 keys within 4 errors."""
    size, keys = 1000, np.arange(400, dtype=np.uint64)
    shuffles = Permutations(np.full(keys.size, size), keys)
    which = np.repeat(np.arange(keys.size), size)
    number = np.tile(np.arange(size), keys.size)
    place = shuffles.forward(which, number)
    assert (place == number).sum() / keys.size == pytest.approx(1, abs=4 / np.sqrt(keys.size))
    # The partner of an even place is its odd neighbour: nobody is matched to anybody too often.
    beside = np.abs(np.diff(shuffles.inverse(which, number).reshape(-1, 2), axis=1))
    assert beside.mean() == pytest.approx(size / 3, rel=0.02)


@settings(max_examples=60, deadline=None)
@given(sizes=st.lists(st.sampled_from([0, 0, 0, 1, 2, 5, 700]), min_size=1, max_size=60))
def test_a_lookup_finds_what_bisection_finds(sizes: list[int]) -> None:
    limits = np.append(0, np.cumsum(sizes))
    numbers = np.arange(limits[-1])
    expected = np.searchsorted(limits, numbers, side="right") - 1
    assert Lookup(limits).find(numbers).tolist() == expected.tolist()


@settings(max_examples=50, deadline=None)
@given(
    n=st.integers(2, 30),
    pairs=st.sets(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=80),
    asked=st.lists(st.integers(0, 29), max_size=8),
)
def test_rows_agree_with_networkx(n: int, pairs: set[tuple[int, int]], asked: list[int]) -> None:
    edges = sorted({(min(p), max(p)) for p in pairs if max(p) < n and p[0] != p[1]})
    graph = networkx.Graph()
    graph.add_nodes_from(range(n))
    graph.add_edges_from(edges)
    u = np.array([e[0] for e in edges], dtype=np.int64)
    v = np.array([e[1] for e in edges], dtype=np.int64)
    ties = from_edges(u, v, n)
    assert ties.edges == graph.number_of_edges()
    assert ties.degree.tolist() == [graph.degree(i) for i in range(n)]
    assert all(ties.of(i).tolist() == sorted(graph[i]) for i in range(n))
    people = np.array([i for i in asked if i < n], dtype=np.int64)
    at, neighbour = ties.rows(people)
    for place, person in enumerate(people.tolist()):
        assert neighbour[at == place].tolist() == sorted(graph[person])


def test_blocks_tie_pairs_of_one_block_alike_from_both_ends_and_as_often_as_stated() -> None:
    rng = np.random.default_rng(3)
    order = rng.permutation(4000).astype(np.int32)
    rank = np.full(5000, -1, dtype=np.int32)
    rank[order] = np.arange(order.size)
    start = np.arange(0, 4001, 40)
    chance = np.where(np.arange(100) % 2, 0.2, 0.7)
    blocks = Blocks(order, rank, start, as_chance(chance), key=12345678901)
    at, neighbour = blocks.rows(np.arange(5000))
    assert (rank[at] // 40 == rank[neighbour] // 40).all()
    assert (rank[at] >= 0).all()
    keys = at * 5000 + neighbour
    assert np.unique(keys).size == keys.size
    assert np.array_equal(np.sort(keys), np.sort(neighbour.astype(np.int64) * 5000 + at))
    odd = rank[at] // 40 % 2 == 1
    pairs = 50 * 40 * 39 / 2
    for some, share in ((odd, 0.2), (~odd, 0.7)):
        error = np.sqrt(share * (1 - share) / pairs)
        assert some.sum() / 2 / pairs == pytest.approx(share, abs=4 * error)


@pytest.mark.parametrize("layer", ["close", "acquaintances"])
def test_ties_are_mutual_ascending_and_without_loops(drawn: Society, layer: str) -> None:
    ties = getattr(drawn, layer)
    assert ties.indices.dtype == np.int32
    assert ties.indptr.dtype == np.int64
    one = matrix(ties)
    assert (one != one.T).nnz == 0
    assert one.diagonal().sum() == 0
    inside = source(ties)[1:] == source(ties)[:-1]
    assert (np.diff(ties.indices)[inside] > 0).all()


def test_nobody_is_a_close_tie_and_an_acquaintance(drawn: Society) -> None:
    assert matrix(drawn.close).multiply(matrix(stored(drawn.acquaintances))).nnz == 0


def test_any_number_of_workers_gives_the_same_ties() -> None:
    one, three = society(9000, seed=5), society(9000, seed=5, workers=3)
    for layer in ("close", "acquaintances"):
        assert np.array_equal(getattr(one, layer).indptr, getattr(three, layer).indptr)
        assert np.array_equal(getattr(one, layer).indices, getattr(three, layer).indices)
    assert all(np.array_equal(one.plan[name], three.plan[name]) for name in one.plan)


def test_another_seed_gives_other_ties() -> None:
    one, other = society(1000, seed=5), society(1000, seed=6)
    assert (
        one.close.indices.size != other.close.indices.size
        or (one.close.indices != other.close.indices).any()
    )


def test_acquaintances_by_community_are_the_stored_ones(drawn: Society) -> None:
    computed = society(20_000, stored=False)
    known = by_community(computed.acquaintances)
    kept = stored(drawn.acquaintances)
    assert np.array_equal(computed.close.indices, drawn.close.indices)
    written = known.stored(workers=2)
    assert np.array_equal(written.indptr, kept.indptr)
    assert np.array_equal(written.indices, kept.indices)
    assert np.array_equal(known.degree, kept.degree)
    assert known.edges == kept.edges
    people = np.random.default_rng(2).integers(0, 20_000, 500)
    for ours, theirs in zip(known.rows(people), kept.rows(people), strict=True):
        assert np.array_equal(ours, theirs)
    assert known.of(7).tolist() == kept.of(7).tolist()


def test_a_plan_read_back_gives_the_same_acquaintances(drawn: Society) -> None:
    again = Communities.from_arrays(drawn.plan, drawn.close)
    people = np.arange(0, 20_000, 37)
    for ours, theirs in zip(
        again.rows(people), stored(drawn.acquaintances).rows(people), strict=True
    ):
        assert np.array_equal(ours, theirs)


def test_one_more_isolated_person_moves_nobody() -> None:
    drawn = society(2000, stored=False)
    before = by_community(drawn.acquaintances)
    after = before.with_isolated()
    people = np.array([1999, 2000, 5])
    assert len(after) == 2001
    assert after.of(2000).size == 0
    assert drawn.close.with_isolated().of(2000).size == 0
    at, neighbour = after.rows(people)
    assert neighbour[at == 0].tolist() == before.of(1999).tolist()
    assert neighbour[at == 2].tolist() == before.of(5).tolist()
    assert after.degree.tolist() == [*before.degree.tolist(), 0]


def test_wide_ties_find_each_other_from_both_ends() -> None:
    """Loops and repeats included: as often as i meets j, j meets i."""
    drawn = society(6000, stored=False)
    wide: Matching = by_community(drawn.acquaintances).wide
    at, neighbour = wide.rows(np.arange(6000))
    met = csr_array((np.ones(at.size), (at, neighbour)), shape=(6000, 6000))
    met.setdiag(0)
    assert (met != met.T).nnz == 0
    assert met.sum() == pytest.approx(wide.stub[-1], rel=0.05)


def test_degrees_have_the_published_quantiles_and_the_stated_means() -> None:
    """Drawn degrees: exact but for rounding to whole ties, half a tie at most."""
    strata = read_strata()
    n = 100_000
    degrees = Degrees.of(strata.degree_quantiles, strata.degree_multiples, strata.ties)
    uniforms = (np.arange(n) + 0.5) / n
    half = np.full(n, 0.5)
    degree, close = degrees.draw(uniforms, half, most=n)
    assert degree.mean() == pytest.approx(60, rel=0.01)
    assert close.mean() == pytest.approx(20, rel=0.01)
    assert (close <= degree).all()
    assert degree.min() == 1
    for share, published in ((0.1, 10 / 190), (0.2, 25 / 190), (0.5, 99 / 190)):
        assert np.quantile(degree, share) == pytest.approx(60 * published, abs=0.6)


def test_people_have_the_ties_they_are_meant_to_have(drawn: Society) -> None:
    """Means within 6 % at 20,000 people, where the largest degrees do not fit, 2.5 % at 100,000."""
    larger = society(100_000)
    for one, miss in ((drawn, 0.06), (larger, 0.025)):
        assert one.close.degree.mean() == pytest.approx(20, rel=miss)
        assert both(one).mean() == pytest.approx(60, rel=miss)
        for share, published in ((0.1, 10 / 190), (0.2, 25 / 190), (0.5, 99 / 190)):
            found = np.quantile(both(one), share) / both(one).mean()
            assert found == pytest.approx(published, rel=0.1)


def test_everybody_has_a_close_tie_and_nearly_all_hang_together(drawn: Society) -> None:
    from scipy.sparse.csgraph import connected_components

    assert drawn.close.degree.min() >= 1
    together = matrix(drawn.close) + matrix(stored(drawn.acquaintances))
    label = connected_components(together, directed=False)[1]
    assert np.bincount(label).max() / label.size > 0.999


def counts_between(drawn: Society, jurisdiction: NDArray[np.uint8], size: int) -> NDArray[np.int64]:
    """Return ties by the jurisdiction of both ends, [J, J], each end counted."""
    found = np.zeros((size, size), dtype=np.int64)
    for ties in (drawn.close, stored(drawn.acquaintances)):
        pair = jurisdiction[source(ties)].astype(np.int64) * size + jurisdiction[ties.indices]
        found += np.bincount(pair, minlength=size**2).reshape(size, size)
    return found


def test_the_first_row_of_the_mixing_holds() -> None:
    """Ties abroad of the first jurisdiction: their share, and where they lead.

    Their number is set, not drawn; what is lost is what meets twice, under 3 %.
    """
    strata = read_strata()
    n = 50_000
    found = counts_between(society(n), columns(n, strata)[0], 17)
    abroad = 1 - found[0, 0] / found[0].sum()
    assert abroad == pytest.approx(1 - strata.ties["inside_share"], abs=0.005)
    row = found[0] / (found[0].sum() - found[0, 0])
    assert row[1:] == pytest.approx(strata.abroad[1:], rel=0.05, abs=0.002)


def test_with_equal_weights_mixing_holds_from_both_ends() -> None:
    """Seen from abroad, ties to the first country are as many as its residents have there."""
    strata = read_strata()
    equal = replace(strata, residents=strata.sample_share * 1e6)
    n = 50_000
    jurisdiction = columns(n, equal)[0]
    drawn = society(n, equal)
    found = counts_between(drawn, jurisdiction, 17)
    assert np.array_equal(found, found.T)
    mean = both(drawn)[jurisdiction == 0].mean()
    weight = equal.residents.sum() / n
    stated = equal.residents[0] * mean * (1 - equal.ties["inside_share"]) * equal.abroad
    assert weight * found[1:, 0] == pytest.approx(stated[1:], rel=0.06, abs=weight * 40)


def test_ties_stay_in_the_place_as_often_as_stated(drawn: Society) -> None:
    """Of the first jurisdiction, whose places hold hundreds: within three points."""
    jurisdiction, place, _ = columns(20_000, read_strata())
    for ties, share in ((drawn.close, 0.8), (None, 0.628)):
        layers = [drawn.close, stored(drawn.acquaintances)] if ties is None else [ties]
        same = total = 0
        for layer in layers:
            own = jurisdiction[source(layer)] == 0
            same += int((place[source(layer)[own]] == place[layer.indices[own]]).sum())
            total += int(own.sum())
        assert same / total == pytest.approx(share, abs=0.03)


def test_friends_are_of_like_age_and_of_like_degree(drawn: Society) -> None:
    age = columns(20_000, read_strata())[2]
    degree = both(drawn).astype(np.float64)
    ties = [drawn.close, stored(drawn.acquaintances)]
    here = np.concatenate([source(layer) for layer in ties])
    there = np.concatenate([layer.indices for layer in ties])
    assert np.corrcoef(age[here], age[there])[0, 1] > 0.1
    assert np.corrcoef(degree[here], degree[there])[0, 1] > 0.1


def test_families_are_a_generation_apart() -> None:
    """Close ties at 28 to 32 years or under 2 outnumber those at 13 to 17 years by far."""
    strata = read_strata()
    small = replace(strata, ties={**strata.ties, "circle_density": 0.0})
    age = columns(20_000, strata)[2]
    close = society(20_000, small).close
    apart = np.abs(age[source(close)] - age[close.indices])
    near = ((apart < 2) | ((apart > 28) & (apart < 32))).sum() / 6
    assert near > 1.3 * ((apart > 13) & (apart < 17)).sum() / 4


DRIFT = {
    "close ties": 0.050,
    "ties": 1.36,
    "ties at the median": 0.0,
    "ties inside the country": -0.0013,
    "ties in the place": 0.0248,
    "age across ties": 0.0434,
    "degrees across ties": 0.0263,
    "clustering": -0.0224,
}
"""What 40,000 people have more than 20,000 of the measures of ties, measured over 12 other seeds.

In 20,000 people they are 19.95, 56.9, 31, 0.844, 0.615, 0.246, 0.167 and 0.184: the largest degrees
do not fit yet into places of some hundreds. The first three are of everybody, the others of the
ties of the first jurisdiction's people."""


def shape(n: int, seed: int) -> list[float]:
    """Return the measures of `DRIFT`."""
    strata = read_strata()
    drawn = society(n, strata, seed)
    ties = both_layers(drawn.close, drawn.acquaintances, n)
    jurisdiction, place, age = columns(n, strata, seed)
    own = jurisdiction == 0
    graph = own, ties.indptr, ties.indices
    some = np.flatnonzero(own)
    some = some[:: some.size // 1500]
    return [
        drawn.close.degree.mean(),
        ties.degree.mean(),
        float(np.median(ties.degree)),
        share_alike(jurisdiction, *graph),
        share_alike(place, *graph),
        correlation_across(age, *graph),
        correlation_across(ties.degree.astype(np.float64), *graph),
        clustering_of(some, ties.indptr, ties.indices).mean(),
    ]


def test_doubling_the_people_moves_their_ties_as_far_as_is_stated() -> None:
    """Four standard errors of a difference about the stated figure, and no more."""
    small, large = (np.array([shape(n, seed) for seed in range(4)]) for n in (20_000, 40_000))
    added = large.mean(axis=0) - small.mean(axis=0)
    error = np.sqrt((small.var(axis=0, ddof=1) + large.var(axis=0, ddof=1)) / 4)
    for name, *found, stated in zip(DRIFT, added, error, DRIFT.values(), strict=True):
        assert abs(found[0] - stated) <= 4 * found[1], (name, *found)


@pytest.mark.parametrize(("n", "tied"), [(17, 0.0), (40, 0.8), (150, 0.9), (600, 0.99)])
def test_a_very_small_society_can_be_drawn(n: int, tied: float) -> None:
    """Where each is the only one of their country, all may be alone."""
    strata = read_strata()
    jurisdiction = np.sort(np.arange(n) % 17).astype(np.uint8)
    first = np.searchsorted(strata.place_jurisdiction, np.arange(17))
    drawn = draw_society(
        jurisdiction,
        first[jurisdiction].astype(np.uint16),
        np.linspace(-3, 90, n),
        strata,
        Streams(1, 0, STREAMS),
    )
    assert len(drawn.close) == n
    assert (matrix(drawn.close) != matrix(drawn.close).T).nnz == 0
    assert both(drawn).max() <= (n - 1)
    assert (both(drawn) > 0).mean() >= tied


def test_a_single_country_has_no_ties_abroad() -> None:
    strata = read_strata()
    alone = replace(strata, abroad=np.zeros(1))
    n = 2000
    drawn = draw_society(
        np.zeros(n, dtype=np.uint8),
        np.repeat(np.arange(4, dtype=np.uint16), 500),
        np.tile(np.linspace(0, 90, 500), 4),
        alone,
        Streams(1, 0, STREAMS),
    )
    assert both(drawn).mean() > 45


def test_mixing_that_cannot_be_met_is_refused_by_the_country_that_is_too_small() -> None:
    strata = read_strata()
    abroad = np.zeros(17)
    abroad[strata.jurisdictions.index("US-VT")] = 1.0
    with pytest.raises(PopulationError, match=r"mixing\.csv.*(?s:.*)") as refused:
        society(20_000, replace(strata, abroad=abroad))
    fault = refused.value.faults[0]
    row = strata.figure("mixing.csv", "GB", "US-VT")
    assert (fault.file, fault.line, fault.key) == (row.file, row.line, "US-VT")


def test_close_ties_that_leave_no_room_for_the_share_of_all_ties_are_refused() -> None:
    strata = read_strata()
    ties = {**strata.ties, "place_share": 0.2, "close_in_place": 0.95}
    with pytest.raises(PopulationError) as refused:
        society(2000, replace(strata, ties=ties))
    assert refused.value.faults[0].key == "place_share"


def test_memory_grows_by_less_than_two_hundred_bytes_a_person() -> None:
    """With acquaintances by community; the largest circle's pairs alone would take more."""
    peaks = []
    for n in (30_000, 90_000):
        strata = read_strata()
        people = columns(n, strata)
        tracemalloc.start()
        draw_society(*people, strata, Streams(1, 0, STREAMS), acquaintances="by community")
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert (peaks[1] - peaks[0]) / 60_000 < 200
