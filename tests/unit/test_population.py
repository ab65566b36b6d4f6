"""What a population promises to those who read its columns."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.calendar import FIRST_DAY, LAST_DAY, NEVER, REFERENCE_DAY
from generators.columns import COLUMNS, parts_of
from generators.errors import PopulationError
from generators.graph import Communities, Ties
from generators.population import AGE_BANDS, SEXES, Population, build_population
from generators.population_hash import HASHED
from generators.strata import read_strata


@pytest.fixture(scope="module")
def people() -> Population:
    return build_population(3000, seed=11)


@pytest.fixture(scope="module")
def by_community() -> Population:
    return build_population(3000, seed=11, acquaintances="by community")


def arrays(people: Population) -> dict[str, np.ndarray]:
    held = {name: getattr(people, name) for name in (*COLUMNS, "weights", "photos")}
    return held | {"indptr": people.close.indptr, "indices": people.close.indices}


@pytest.mark.parametrize("workers", [1, 3])
def test_the_same_seed_gives_the_same_population_to_the_bit(
    people: Population, workers: int
) -> None:
    again = build_population(3000, seed=11, workers=workers)
    for name, ours in arrays(people).items():
        theirs = arrays(again)[name]
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs), name
    assert isinstance(people.acquaintances, Ties)
    assert isinstance(again.acquaintances, Ties)
    assert np.array_equal(people.acquaintances.indices, again.acquaintances.indices)
    assert again.content_hash == people.content_hash


def test_workers_draw_the_same_people_over_many_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of the size of a few people, so that several lie in every jurisdiction."""
    whole = build_population(900, seed=3)
    monkeypatch.setattr("generators.row_blocks.blocks.__defaults__", (7,))
    monkeypatch.setattr("generators.handles._ROWS_A_PART", 100)
    assert build_population(900, seed=3, workers=4).content_hash == whole.content_hash
    numbers = build_population(900, seed=3, workers=2).handle_number
    assert np.array_equal(numbers, whole.handle_number)


def test_computed_acquaintances_are_the_stored_ones(
    people: Population, by_community: Population
) -> None:
    assert isinstance(by_community.acquaintances, Communities)
    assert by_community.content_hash == people.content_hash
    everybody = np.arange(len(people))
    for ours, theirs in zip(
        people.acquaintance_rows(everybody), by_community.acquaintance_rows(everybody), strict=True
    ):
        assert np.array_equal(ours, theirs)
    assert by_community.edges == people.edges
    assert people.edges == people.close.edges + people.acquaintances.edges


def test_another_seed_gives_other_people(people: Population) -> None:
    other = build_population(3000, seed=12)
    assert other.content_hash != people.content_hash
    assert not np.array_equal(other.posting_z, people.posting_z)
    assert not np.array_equal(other.close.indices[:100], people.close.indices[:100])


def test_other_acquaintances_are_another_population(people: Population) -> None:
    tables = read_strata()
    other = build_population(3000, 11, replace(tables, ties=tables.ties | {"community_share": 0.1}))
    assert other.parameters["acquaintances"] != people.parameters["acquaintances"]
    assert other.content_hash != people.content_hash


@pytest.mark.parametrize("name", [*HASHED, "weights", "photos"])
def test_the_hash_covers_every_column(people: Population, name: str) -> None:
    changed = getattr(people, name).copy()
    changed.flat[5 % changed.size] = changed.flat[5 % changed.size] == 0
    assert replace(people, **{name: changed}).content_hash != people.content_hash


def test_another_edition_of_the_names_is_the_same_population(people: Population) -> None:
    called = replace(people, handle_number=people.handle_number + np.uint16(1))
    assert called.content_hash == people.content_hash


@settings(max_examples=12, deadline=None)
@given(people=st.integers(17, 400), seed=st.integers(0, 2**40))
def test_small_populations_are_well_formed(people: int, seed: int) -> None:
    drawn = build_population(people, seed)
    assert len(drawn) == drawn.society == people
    assert set(drawn.jurisdiction.tolist()) == set(range(len(drawn.jurisdictions)))
    for name, kind in COLUMNS.items():
        column = getattr(drawn, name)
        parts = parts_of(name, drawn.platforms)
        assert column.dtype == kind
        assert column.shape == ((people, len(parts)) if parts else (people,))
    assert (np.diff(drawn.place.astype(int)) >= 0).all()
    assert np.isfinite(drawn.posting_z).all()
    assert (drawn.tagging > 0).all()
    assert drawn.tone.min() >= 1
    assert drawn.tone.max() <= 10
    assert drawn.sex.max() < len(SEXES)
    assert not (drawn.public & ~drawn.accounts).any()
    assert not (drawn.accounts.any(axis=1) & ~drawn.online).any()
    for layer in ("close", "acquaintances", "all"):
        at, other = drawn.rows(np.arange(people), layer)  # type: ignore[arg-type]
        pairs = set(zip(at.tolist(), other.tolist(), strict=True))
        assert len(pairs) == at.size, "a tie stands twice"
        assert all(u != v and (v, u) in pairs for u, v in pairs)
    for i in range(0, people, 20):
        assert (np.diff(drawn.neighbours(i)) > 0).all()
        both = {*drawn.neighbours(i, "close").tolist()}, {*drawn.close.of(i).tolist()}
        assert both[0] == both[1]


def test_as_many_people_as_jurisdictions_make_one_of_each() -> None:
    few = build_population(17, 5)
    assert few.jurisdiction.tolist() == list(range(17))
    assert few.display_name(16)


def test_half_of_the_people_are_residents_of_the_united_kingdom(people: Population) -> None:
    assert people.residents("GB").size == 1500
    assert people.jurisdictions[0] == "GB"
    assert len(people.jurisdictions) == 17
    assert sum(people.residents(code).size for code in people.jurisdictions) == 3000


def test_weights_reproduce_the_residents_of_each_jurisdiction(people: Population) -> None:
    counts = [people.residents(code).size for code in people.jurisdictions]
    totals = people.weights * counts
    assert totals == pytest.approx(people.real_residents)
    assert totals[0] == pytest.approx(read_strata().residents[0])


def test_people_live_in_places_of_their_jurisdiction_as_the_tables_say(people: Population) -> None:
    strata = read_strata()
    assert people.places == strata.place_names
    assert np.array_equal(strata.place_jurisdiction[people.place], people.jurisdiction)
    living = np.bincount(people.place, minlength=len(people.places))
    of = np.bincount(people.jurisdiction)[strata.place_jurisdiction]
    assert living == pytest.approx(strata.place_share * of, abs=1)


def test_under_18s_are_rows_and_ages_move_with_the_day(people: Population) -> None:
    band = people.age_band(REFERENCE_DAY)
    assert 0.1 < (band == AGE_BANDS.index("0-17")).mean() < 0.35
    age = people.age_on(REFERENCE_DAY)
    assert age.dtype == np.float32
    edges = [0, 18, 25, 45, 65, 101]
    for number in range(len(AGE_BANDS)):
        inside = age[band == number]
        assert inside.min() >= edges[number] - 1e-3
        assert inside.max() <= edges[number + 1] + 1e-3
    later = people.age_on(REFERENCE_DAY + 3653) - age
    assert later == pytest.approx(np.full(3000, 10.0), abs=2e-3)


def test_a_birthday_moves_a_person_up_a_band() -> None:
    people = build_population(50, seed=1)
    turns_18 = int(people.birth_day[0]) + 6575
    assert people.age_band(turns_18 - 1)[0] == 0
    assert people.age_band(turns_18)[0] == 1


def test_people_live_elsewhere_before_or_after_their_move() -> None:
    people = build_population(20_000, seed=4)
    moved = people.move_day != NEVER
    assert moved.any()
    assert people.move_day[moved].min() >= FIRST_DAY
    assert people.move_day[moved].max() <= LAST_DAY
    assert (people.birth_day[moved] < people.move_day[moved]).all()
    regions = np.array(people.regions)
    assert (regions[people.elsewhere[moved]] != regions[people.jurisdiction[moved]]).all()
    assert np.array_equal(people.elsewhere[~moved], people.jurisdiction[~moved])
    for day in (FIRST_DAY, 1000, REFERENCE_DAY, 2500, LAST_DAY):
        lives = people.residence_on(day)
        away = (people.move_day <= REFERENCE_DAY) & (day < people.move_day)
        away |= (people.move_day > REFERENCE_DAY) & (day >= people.move_day)
        expected = np.where(away, people.elsewhere, people.jurisdiction)
        assert np.array_equal(lives, expected)
        some = np.arange(0, 20_000, 7)
        assert np.array_equal(people.residence_of(some, np.full(some.size, day)), expected[some])
    assert np.array_equal(people.residence_on(REFERENCE_DAY), people.jurisdiction)


def test_rates_sum_the_photos_of_the_accounts(people: Population) -> None:
    band = people.age_band(REFERENCE_DAY)
    for rate, held in (
        (people.public_rate(), people.public),
        (people.posting_rate(), people.accounts),
    ):
        assert rate == pytest.approx((held * people.photos.T[band]).sum(axis=1))
    assert (people.public_rate() <= people.posting_rate()).all()
    assert people.public_rate().max() > 0


def test_one_more_isolated_person_leaves_everybody_as_they_were(
    people: Population, by_community: Population
) -> None:
    n = len(people)
    for before in (people, by_community):
        more = before.with_isolated_person("AU")
        assert len(more) == n + 1
        assert more.society == n
        for name, kind in COLUMNS.items():
            assert np.array_equal(getattr(more, name)[:n], getattr(before, name)), name
            assert getattr(more, name).dtype == kind
        assert np.array_equal(more.weights, before.weights)
        assert np.array_equal(more.real_residents, before.real_residents)
        assert np.array_equal(more.close.indptr[: n + 1], before.close.indptr)
        assert np.array_equal(more.close.indices, before.close.indices)
        at, other = more.acquaintance_rows(np.arange(n + 1))
        assert at.max() < n
        assert np.array_equal(other, before.acquaintance_rows(np.arange(n))[1])
        assert more.neighbours(n).size == 0
        assert more.jurisdictions[more.jurisdiction[n]] == "AU"
        assert more.identity[n] not in before.identity
        assert more.content_hash != before.content_hash
        assert [more.handle(i, 0) for i in range(20)] == [before.handle(i, 0) for i in range(20)]
        assert more.handle(n, 0) not in {before.handle(i, 0) for i in range(n)}
        twice = more.with_isolated_person("GB")
        assert twice.society == n
        assert twice.identity[n] == more.identity[n]
        assert twice.identity[n + 1] != more.identity[n]
    one, other_way = people.with_isolated_person(), by_community.with_isolated_person()
    assert one.content_hash == other_way.content_hash


def test_a_neighbourhood_holds_the_nearest_and_says_when_it_was_cut(people: Population) -> None:
    i = int(np.argmax(people.close.degree))
    for layer in ("close", "all"):
        near = people.neighbourhood(i, layer=layer)  # type: ignore[arg-type]
        assert set(near) == {i, *people.neighbours(i, layer).tolist()}  # type: ignore[arg-type]
        assert near.graph["cut"] is False
        assert near.nodes[i]["distance"] == 0
        for u, v, of in near.edges(data="layer"):
            assert v in people.neighbours(u, of)
    cut = people.neighbourhood(i, radius=3, limit=50)
    assert len(cut) == 50
    assert cut.graph["cut"] is True
    assert {cut.nodes[v]["distance"] for v in cut} <= {0, 1}
    apart = people.neighbourhood(i, radius=2, limit=3000, layer="close")
    second = {v for u in people.close.of(i).tolist() for v in people.close.of(u).tolist()}
    assert set(apart) == {i} | {*people.close.of(i).tolist()} | second


def test_networkx_gets_everybody_up_to_a_limit(people: Population) -> None:
    graph = people.to_networkx()
    assert graph.number_of_nodes() == len(people)
    assert graph.number_of_edges() == people.edges
    layers = [layer for _, _, layer in graph.edges(data="layer")]
    assert layers.count("close") == people.close.edges
    assert graph.nodes[7]["jurisdiction"] == "GB"
    assert graph.nodes[7]["place"] == people.places[people.place[7]]
    with pytest.raises(PopulationError, match="too many people for a whole networkx") as refused:
        people.to_networkx(limit=2999)
    assert refused.value.faults[0].found == "3,000 people"
    assert str(refused.value.faults[0].expected).startswith("2,999 people or fewer; ")


@pytest.mark.parametrize(
    ("people", "seed", "workers", "key"),
    [
        (16, 1, 1, "people"),
        (0, 1, 1, "people"),
        (2000.5, 1, 1, "people"),
        (True, 1, 1, "people"),
        (100, -1, 1, "seed"),
        (100, 2**64, 1, "seed"),
        (100, 1.0, 1, "seed"),
        (100, 1, 0, "workers"),
        (100, 1, "2", "workers"),
    ],
)
def test_impossible_orders_are_refused(people: Any, seed: Any, workers: Any, key: str) -> None:
    with pytest.raises(PopulationError) as refused:
        build_population(people, seed, workers=workers)
    fault = refused.value.faults[0]
    assert fault.key == key
    assert fault.expected is not None


def test_the_largest_seed_is_a_seed_of_its_own() -> None:
    hashes = {build_population(50, seed).content_hash for seed in (0, 1, 2**64 - 1)}
    assert len(hashes) == 3
    assert build_population(np.int64(50), np.int64(1)).content_hash in hashes


@pytest.mark.parametrize("i", [-1, 3000, 1.5])
def test_nobody_has_no_name_and_no_friends(people: Population, i: Any) -> None:
    for ask in (
        people.display_name,
        people.neighbours,
        lambda j: people.handle(j, 0),
        lambda j: people.profile_url(j, 0),
    ):
        with pytest.raises(PopulationError) as refused:
            ask(i)
        fault = refused.value.faults[0]
        assert (fault.key, fault.expected) == ("person", "a whole number, 0 to 2999")
    for number in (-1, len(people.platforms)):
        with pytest.raises(PopulationError, match="platform"):
            people.profile_url(0, number)


def test_a_word_that_is_none_of_the_known_ones_is_refused(people: Population) -> None:
    layer: Any = "foo"
    for ask in (
        lambda: people.neighbours(1, layer=layer),
        lambda: people.neighbourhood(1, layer=layer),
    ):
        with pytest.raises(PopulationError) as refused:
            ask()
        fault = refused.value.faults[0]
        assert (fault.key, fault.found) == ("layer", "foo")
        assert fault.expected == "close, acquaintances, all"
    with pytest.raises(PopulationError) as refused:
        build_population(100, acquaintances=layer)
    assert refused.value.faults[0].expected == "stored, by community"


def test_an_unknown_jurisdiction_is_named(people: Population) -> None:
    with pytest.raises(PopulationError, match="unknown jurisdiction") as refused:
        people.residents("UK")
    assert refused.value.faults[0].found == "UK"
    assert "GB" in str(refused.value.faults[0].expected)
