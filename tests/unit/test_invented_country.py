"""Lethe, Styx and Acheron, which do not exist, are built from a folder of tables alone.

`data/tables-lethe` has the columns of the shipped tables and other numbers: three jurisdictions of
two regions, four age groups, two platforms, nine places. What is built must say what they say.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from generators.calendar import DAYS_A_YEAR, NEVER, REFERENCE_DAY
from generators.population import Population, build_population, load_population
from generators.population_check import check_population
from generators.strata import AGE_BANDS, TABLES, Strata, read_strata

LETHE = Path(__file__).parent.parent / "data" / "tables-lethe"
PEOPLE = 6000


@pytest.fixture(scope="module")
def strata() -> Strata:
    return read_strata(LETHE)


@pytest.fixture(scope="module")
def lethe(strata: Strata) -> Population:
    return build_population(PEOPLE, 3, strata)


def age_groups(people: Population, strata: Strata) -> NDArray[np.int64]:
    """Return everybody's age group of the tables."""
    limits = np.ceil(strata.age_limits * DAYS_A_YEAR)
    days = REFERENCE_DAY - people.birth_day
    return np.searchsorted(limits, days, side="right") - 1


def test_its_names_are_those_of_its_tables(lethe: Population) -> None:
    assert lethe.jurisdictions == ("LE", "ST", "AC")
    assert lethe.regions == ("RIVER", "RIVER", "SHORE")
    assert lethe.platforms == ("agora", "album")
    assert lethe.places[:4] == ("Upper Lethe", "Middle Lethe", "Lower Lethe", "Styx Mouth")
    assert lethe.profile_url(0, 1).startswith("https://album.example/")
    assert lethe.display_name(PEOPLE - 1)


def test_weighted_totals_are_the_residents(lethe: Population, strata: Strata) -> None:
    count = np.bincount(lethe.jurisdiction)
    assert count.tolist() == [3000, 1200, 1800]
    assert lethe.weights * count == pytest.approx(strata.residents)
    assert lethe.weights[0] != pytest.approx(lethe.weights[2])


def test_weighted_ages_sexes_tones_and_places_are_the_tables(
    lethe: Population, strata: Strata
) -> None:
    group = age_groups(lethe, strata)
    for j, residents in enumerate(strata.residents):
        here = lethe.jurisdiction == j
        weight = lethe.weights[j]
        for g, sex in np.ndindex(*strata.age_sex.shape[1:]):
            ours = weight * (here & (group == g) & (lethe.sex == sex)).sum()
            assert abs(ours - residents * strata.age_sex[j, g, sex]) <= 2 * weight, (j, g, sex)
        for t, share in enumerate(strata.tones[j]):
            ours = weight * (here & (lethe.tone == t + 1)).sum()
            assert abs(ours - residents * share) <= 2 * weight, (j, t)
        for k in np.flatnonzero(strata.place_jurisdiction == j):
            ours = weight * (here & (lethe.place == k)).sum()
            assert abs(ours - residents * strata.place_share[k]) <= weight, (j, k)


def test_who_is_online_has_accounts_and_knows_is_as_the_tables_say(
    lethe: Population, strata: Strata
) -> None:
    band = lethe.age_band(REFERENCE_DAY)

    def near(held: NDArray[np.bool_], share: float) -> None:
        error = np.sqrt(share * (1 - share) / held.size)
        assert abs(held.mean() - share) <= 4 * error, (held.mean(), share)

    assert not (lethe.accounts & ~lethe.online[:, None]).any()
    assert not (lethe.public & ~lethe.accounts).any()
    for j in range(len(strata.jurisdictions)):
        here = lethe.jurisdiction == j
        near(lethe.aware[here], strata.aware[j])
        near(lethe.informed[here], strata.informed[j])
        for b in range(len(AGE_BANDS)):
            those = here & (band == b)
            near(lethe.online[those], strata.online[j, b])
            for p in range(len(strata.platforms)):
                near(lethe.accounts[those, p], strata.online[j, b] * strata.account[p, b])
    for b in range(len(AGE_BANDS)):
        for p in range(len(strata.platforms)):
            holders = (band == b) & lethe.accounts[:, p]
            near(lethe.public[holders, p], strata.public[p, b])
    assert (lethe.photos == strata.photos).all()


def test_people_move_at_the_rates_of_the_tables(lethe: Population, strata: Strata) -> None:
    came = lethe.move_day <= REFERENCE_DAY
    left = (lethe.move_day > REFERENCE_DAY) & (lethe.move_day < NEVER)
    for j in range(len(strata.jurisdictions)):
        here = lethe.jurisdiction == j
        for moved, rate, years in (
            (came, strata.arrivals[j], 5.5),
            (left, strata.departures[j], 3.5),
        ):
            share = 1 - np.exp(-rate * years)
            error = np.sqrt(share / here.sum())
            # The unborn have no move, so a little less than the rate asks for.
            assert share * 0.85 - 4 * error <= moved[here].mean() <= share * 1.02 + 4 * error
    moved = lethe.move_day < NEVER
    assert (lethe.elsewhere[moved] != lethe.jurisdiction[moved]).all()


def test_the_tables_hold_in_the_check(lethe: Population, strata: Strata) -> None:
    checks = check_population(lethe, strata)
    tables = [check for check in checks if check.source.endswith(".csv")]
    assert len(tables) >= 5
    for check in tables:
        assert check.holds, check


def test_its_ties_abroad_lead_where_its_mixing_says(lethe: Population, strata: Strata) -> None:
    people = lethe.residents("LE")
    _, neighbour = lethe.rows(people)
    where = np.bincount(lethe.jurisdiction[neighbour], minlength=3)
    inside = strata.ties["inside_share"]
    assert where[0] / where.sum() == pytest.approx(inside, abs=0.03)
    assert where[1:] / where[1:].sum() == pytest.approx(strata.abroad[1:], abs=0.05)


MEASURES = (
    "age",
    "online",
    "with an account",
    "with a public account",
    "public photos a year",
    "tagging",
    "moves",
    "close ties",
    "ties",
    "ties inside the country",
    "ties in the place",
    "age across ties",
)


def measures(people: Population) -> NDArray[np.float64]:
    """Return `MEASURES` of a population, weighted where people are counted; ties of Lethe's."""
    weight = people.weights[people.jurisdiction]
    weight = weight / weight.sum()
    close, known = np.diff(people.close.indptr), np.diff(people.acquaintances.indptr)
    homes = people.residents("LE")
    at, neighbour = people.rows(homes)
    age = people.age_on(REFERENCE_DAY)
    return np.array(
        [
            weight @ age,
            weight @ people.online,
            weight @ people.accounts.any(axis=1),
            weight @ people.public.any(axis=1),
            weight @ people.public_rate(),
            weight @ people.tagging,
            weight @ (people.move_day < NEVER),
            close.mean(),
            (close + known).mean(),
            (people.jurisdiction[neighbour] == 0).mean(),
            (people.place[neighbour] == people.place[homes[at]]).mean(),
            np.corrcoef(age[homes[at]], age[neighbour])[0, 1],
        ]
    )


def test_doubling_the_people_moves_nothing_beyond_its_error(strata: Strata) -> None:
    seeds = range(8)
    small = np.array([measures(build_population(PEOPLE, seed, strata)) for seed in seeds])
    large = np.array([measures(build_population(2 * PEOPLE, seed, strata)) for seed in seeds])
    error = np.sqrt((small.var(axis=0, ddof=1) + large.var(axis=0, ddof=1)) / len(seeds))
    moved = np.abs(small.mean(axis=0) - large.mean(axis=0))
    # Four standard errors of a difference, and half a hundredth for what has almost none: in
    # 6,000 people 80.5 % of the ties are at home, in 96,000 80.1 %, each to 0.03 points.
    allowed = 4 * error + 5e-3 * np.abs(large.mean(axis=0))
    beyond = [name for name, by in zip(MEASURES, moved > allowed, strict=True) if by]
    assert not beyond, (beyond, moved, allowed)


def test_it_can_be_saved_and_loaded(lethe: Population, tmp_path: Path) -> None:
    lethe.save(tmp_path / "lethe")
    loaded = load_population(tmp_path / "lethe")
    assert loaded.content_hash == lethe.content_hash
    assert loaded.places == lethe.places


def test_a_country_can_be_alone_in_its_world(tmp_path: Path) -> None:
    """Lethe without its neighbours: one weight, no ties abroad, nowhere to move to."""
    for name in TABLES:
        shutil.copy(LETHE / name, tmp_path / name)
    for name, columns in TABLES.items():
        with (tmp_path / name).open(newline="") as file:
            head, *rows = csv.reader(file)
        if columns[0] == "jurisdiction":
            rows = [row for row in rows if row[0] == "LE"]
        elif columns[0] == "region":
            rows = [row for row in rows if row[0] == "RIVER"]
        elif columns[0] == "from":
            rows = []
        for row in rows:
            if row[columns.index("quantity") if "quantity" in columns else 0] == "sample_share":
                row[len(columns)] = "1"
        with (tmp_path / name).open("w", newline="") as file:
            csv.writer(file).writerows([head, *rows])
    alone = build_population(2000, 1, read_strata(tmp_path))
    assert alone.jurisdictions == ("LE",)
    assert alone.residents("LE").size == 2000
    assert alone.weights.tolist() == [600.0]
    assert (alone.move_day == NEVER).all()
    assert alone.edges > 10_000
