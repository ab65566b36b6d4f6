"""What a population promises to those who read its columns."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.errors import PopulationError
from generators.people import REFERENCE_DAY
from generators.population import (
    AGE_BANDS,
    SEXES,
    Population,
    build_population,
)

COLUMNS = (
    "jurisdiction",
    "sex",
    "tone",
    "birth_day",
    "accounts",
    "public",
    "findability_z",
    "identity",
    "name_code",
)


@pytest.fixture(scope="module")
def people() -> Population:
    return build_population(3000, seed=11)


def test_the_same_seed_gives_the_same_population_to_the_bit(people: Population) -> None:
    again = build_population(3000, seed=11)
    for name in (*COLUMNS, "weights", "indptr", "indices"):
        ours, theirs = getattr(people, name), getattr(again, name)
        assert ours.dtype == theirs.dtype
        assert np.array_equal(ours, theirs), name
    assert again.content_hash == people.content_hash


def test_another_seed_gives_other_people(people: Population) -> None:
    other = build_population(3000, seed=12)
    assert other.content_hash != people.content_hash
    assert not np.array_equal(other.findability_z, people.findability_z)
    assert not np.array_equal(other.indices[:100], people.indices[:100])


def test_the_hash_covers_every_column(people: Population) -> None:
    from dataclasses import replace

    for name in (*COLUMNS, "weights"):
        changed = getattr(people, name).copy()
        changed.flat[5 % changed.size] = changed.flat[5 % changed.size] == 0
        assert replace(people, **{name: changed}).content_hash != people.content_hash, name


@settings(max_examples=25, deadline=None)
@given(people=st.integers(10, 400), seed=st.integers(0, 2**40))
def test_small_populations_are_well_formed(people: int, seed: int) -> None:
    drawn = build_population(people, seed)
    assert len(drawn) == people
    assert set(drawn.jurisdiction.tolist()) == set(range(len(drawn.jurisdictions)))
    assert np.isfinite(drawn.findability_z).all()
    assert drawn.tone.min() >= 1
    assert drawn.tone.max() <= 10
    assert drawn.sex.max() < len(SEXES)
    assert not (drawn.public & ~drawn.accounts).any()
    assert drawn.indptr[0] == 0
    assert drawn.indptr[-1] == drawn.indices.size
    source = np.repeat(np.arange(people), np.diff(drawn.indptr))
    pairs = set(zip(source.tolist(), drawn.indices.tolist(), strict=True))
    assert len(pairs) == source.size, "a tie stands twice"
    assert all(u != v and (v, u) in pairs for u, v in pairs)
    for i in range(people):
        assert (np.diff(drawn.neighbours(i)) > 0).all()


def test_half_of_the_people_are_residents_of_the_united_kingdom(people: Population) -> None:
    assert people.residents("GB").size == 1500
    assert people.jurisdictions == ("GB", "AU", "EU", "US", "XX")
    assert sum(people.residents(code).size for code in people.jurisdictions) == 3000


def test_weights_reproduce_the_residents_of_each_jurisdiction(people: Population) -> None:
    total = {
        c: people.weights[j] * people.residents(c).size for j, c in enumerate(people.jurisdictions)
    }
    assert total["GB"] == pytest.approx(67_596_281)
    assert sum(total.values()) == pytest.approx(7.975e9, rel=1e-3)
    assert list(total.values()) == pytest.approx(people.real_residents.tolist())


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


def test_handles_are_unique_on_a_platform_and_addresses_end_in_example(people: Population) -> None:
    for p in range(len(people.platforms)):
        handles = {people.handle(i, p) for i in range(len(people))}
        assert len(handles) == len(people)
    for i in (0, 1700, 2999):
        url = people.profile_url(i, 1)
        host, handle = url.removeprefix("https://").split("/")
        assert host == f"{people.platforms[1]}.example"
        assert handle.isascii()
        assert handle == people.handle(i, 1)


def test_names_go_with_sex_and_place() -> None:
    people = build_population(2000, seed=2)
    from faker.providers.person.en_US import Provider

    for i in people.residents("US")[:100].tolist():
        first = people.display_name(i).split(" ")[0]
        listed = Provider.first_names_female if people.sex[i] == 0 else Provider.first_names_male
        assert first in listed


def test_names_follow_the_weights_of_the_list() -> None:
    """Smith is the commonest surname of the American list: its share, within four errors."""
    from faker.providers.person.en_US import Provider

    people = build_population(20_000, seed=3)
    names = [people.display_name(i).split(" ", 1)[1] for i in people.residents("US").tolist()]
    weights = Provider.last_names
    share = weights["Smith"] / sum(weights.values())
    error = (share * (1 - share) / len(names)) ** 0.5
    assert names.count("Smith") / len(names) == pytest.approx(share, abs=4 * error)


def test_one_more_isolated_person_leaves_everybody_as_they_were(people: Population) -> None:
    more = people.with_isolated_person("AU")
    n = len(people)
    assert len(more) == n + 1
    for name in COLUMNS:
        assert np.array_equal(getattr(more, name)[:n], getattr(people, name)), name
        assert getattr(more, name).dtype == getattr(people, name).dtype
    assert np.array_equal(more.weights, people.weights)
    assert np.array_equal(more.real_residents, people.real_residents)
    assert np.array_equal(more.indptr[: n + 1], people.indptr)
    assert np.array_equal(more.indices, people.indices)
    assert more.neighbours(n).size == 0
    assert more.jurisdictions[more.jurisdiction[n]] == "AU"
    assert more.identity[n] not in people.identity
    assert more.content_hash != people.content_hash
    assert [more.handle(i, 0) for i in range(20)] == [people.handle(i, 0) for i in range(20)]
    twice = more.with_isolated_person("GB")
    assert twice.identity[n] == more.identity[n]
    assert twice.identity[n + 1] != more.identity[n]


def test_a_neighbourhood_holds_the_nearest_and_says_when_it_was_cut(people: Population) -> None:
    i = int(np.argmax(np.diff(people.indptr)))
    near = people.neighbourhood(i)
    assert set(near) == {i, *people.neighbours(i).tolist()}
    assert near.graph["cut"] is False
    assert near.nodes[i]["distance"] == 0
    for u, v in near.edges:
        assert v in people.neighbours(u)
    cut = people.neighbourhood(i, radius=3, limit=50)
    assert len(cut) == 50
    assert cut.graph["cut"] is True
    assert {cut.nodes[v]["distance"] for v in cut} <= {0, 1}


def test_networkx_gets_everybody_up_to_a_limit(people: Population) -> None:
    graph = people.to_networkx()
    assert graph.number_of_nodes() == len(people)
    assert graph.number_of_edges() == people.edges
    assert graph.nodes[7]["jurisdiction"] == "GB"
    with pytest.raises(PopulationError, match="too many people for networkx") as refused:
        people.to_networkx(limit=2999)
    assert refused.value.faults[0].found == "3000"
    assert refused.value.faults[0].expected == "2999 or fewer"


@pytest.mark.parametrize(
    ("people", "seed", "key"), [(9, 1, "people"), (0, 1, "people"), (100, -1, "seed")]
)
def test_impossible_orders_are_refused(people: int, seed: int, key: str) -> None:
    with pytest.raises(PopulationError) as refused:
        build_population(people, seed)
    assert refused.value.faults[0].key == key


def test_an_unknown_jurisdiction_is_named(people: Population) -> None:
    with pytest.raises(PopulationError, match="unknown jurisdiction") as refused:
        people.residents("UK")
    assert refused.value.faults[0].found == "UK"
    assert "GB" in str(refused.value.faults[0].expected)
