"""Columns that are stratified, and accounts that follow the tables."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from generators.people import REFERENCE_DAY, findability_ladder
from generators.population import AGE_BANDS, Population, build_population
from generators.strata import read_strata


@pytest.fixture(scope="module")
def people() -> Population:
    return build_population(20_000, seed=31)


def findability_mean(z: np.ndarray, cv: float) -> float:
    variance = math.log(1 + cv**2)
    return float(np.exp(math.sqrt(variance) * z - variance / 2).mean())


@pytest.mark.parametrize("n", [1, 2, 50, 1000, 50_000])
def test_findability_has_mean_one_at_the_default_spread(n: int) -> None:
    assert findability_mean(findability_ladder(n), 2.0) == pytest.approx(1, abs=1e-9)


@pytest.mark.parametrize(("n", "miss"), [(1000, 4e-3), (10_000, 1e-3)])
@pytest.mark.parametrize("cv", [1.0, 4.0])
def test_findability_has_mean_near_one_at_the_ends_of_the_range(
    n: int, miss: float, cv: float
) -> None:
    assert findability_mean(findability_ladder(n), cv) == pytest.approx(1, abs=miss)


def test_findability_is_standard_normal_in_every_jurisdiction(people: Population) -> None:
    for code in people.jurisdictions:
        z = people.findability_z[people.residents(code)]
        assert z.mean() == pytest.approx(0, abs=0.01)
        assert z.std() == pytest.approx(1, abs=0.01)
        assert stats.kstest(z, "norm").statistic < 2 / z.size + 1e-3


def test_weighted_ages_and_sexes_reproduce_the_tables_to_two_persons_a_cell(
    people: Population,
) -> None:
    strata = read_strata()
    age = people.age_on(REFERENCE_DAY)
    for j, code in enumerate(people.jurisdictions):
        rows = people.residents(code)
        for b, (low, high) in enumerate(
            zip(strata.age_limits, strata.age_limits[1:], strict=False)
        ):
            for sex in (0, 1):
                inside = (age[rows] >= low) & (age[rows] < high) & (people.sex[rows] == sex)
                published = strata.age_sex[j, b, sex] * strata.residents[j]
                ours = inside.sum() * people.weights[j]
                assert ours == pytest.approx(published, abs=2 * people.weights[j])


def test_tones_do_not_depend_on_age(people: Population) -> None:
    rows = people.residents("GB")
    correlation = np.corrcoef(people.tone[rows], people.birth_day[rows])[0, 1]
    assert abs(correlation) < 4 / math.sqrt(rows.size)


def test_accounts_follow_age_and_platform(people: Population) -> None:
    strata = read_strata()
    band = people.age_band(REFERENCE_DAY)
    for p in range(len(people.platforms)):
        for b in range(len(AGE_BANDS)):
            held = people.accounts[band == b, p]
            share = strata.account[p, b]
            error = math.sqrt(share * (1 - share) / held.size)
            assert held.mean() == pytest.approx(share, abs=4.5 * error + 1e-12)
            public = people.public[band == b, p][held]
            if public.size:
                share = strata.public[p, b]
                error = math.sqrt(share * (1 - share) / public.size)
                assert public.mean() == pytest.approx(share, abs=4.5 * error + 1e-12)


def test_public_accounts_rise_with_findability_as_the_probit_says(people: Population) -> None:
    """P(public | z) = Φ(a + b z) with b = 0.6, in quarters of z, within four errors."""
    strata = read_strata()
    slope = strata.ties["findability_public"]
    band = people.age_band(REFERENCE_DAY)
    chosen = people.accounts[:, 0] & (band == AGE_BANDS.index("25-44"))
    z, public = people.findability_z[chosen], people.public[chosen, 0]
    centre = stats.norm.ppf(strata.public[0, 2]) * math.sqrt(1 + slope**2)
    for low, high in ((-9, -0.7), (-0.7, 0), (0, 0.7), (0.7, 9)):
        inside = (z >= low) & (z < high)
        expected = stats.norm.cdf(centre + slope * z[inside]).mean()
        error = math.sqrt(expected * (1 - expected) / inside.sum())
        assert public[inside].mean() == pytest.approx(expected, abs=4 * error)


def test_people_with_one_account_tend_to_have_another(people: Population) -> None:
    adults = people.age_band(REFERENCE_DAY) == AGE_BANDS.index("25-44")
    one, other = people.accounts[adults, 0], people.accounts[adults, 1]
    assert other[one].mean() > other[~one].mean() + 0.1


def test_people_without_any_account_are_tied_to_others(people: Population) -> None:
    """They are found through friends, so they must have some."""
    nobody = ~people.accounts.any(axis=1)
    assert nobody.mean() > 0.1
    assert (np.diff(people.indptr)[nobody] > 0).all()
