"""Columns that are stratified, and accounts, posting and moves that follow the tables."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy import stats

from generators.accounts import LEAST_AGE, shares_by_age
from generators.calendar import DAYS_A_YEAR, FIRST_DAY, LAST_DAY, NEVER, REFERENCE_DAY
from generators.keyed import Streams
from generators.population import AGE_BANDS, Population, build_population
from generators.posting import POSTING_LOG_SD, draw_tagging, posting_ladder
from generators.strata import Strata, read_strata


@pytest.fixture(scope="module")
def people() -> Population:
    return build_population(40_000, seed=31, acquaintances="by community")


@pytest.fixture(scope="module")
def strata() -> Strata:
    return read_strata()


def posting(z: np.ndarray, sigma: float = POSTING_LOG_SD) -> np.ndarray:
    return np.exp(sigma * z.astype(np.float64) - sigma**2 / 2)


@pytest.mark.parametrize("n", [1, 2, 50, 1000, 50_000])
def test_posting_has_mean_one_on_its_ladder(n: int) -> None:
    ladder = posting_ladder(np.arange(n), n)
    assert posting(ladder).mean() == pytest.approx(1, abs=1e-9)
    assert (np.diff(ladder) > 0).all()


@pytest.mark.parametrize("sigma", [1.0, 1.8])
def test_posting_has_mean_near_one_at_other_spreads(sigma: float) -> None:
    assert posting(posting_ladder(np.arange(10_000), 10_000), sigma).mean() == pytest.approx(
        1, abs=1e-2
    )


def test_posting_is_stratified_among_those_with_and_without_a_public_account(
    people: Population,
) -> None:
    shows = people.public.any(axis=1)
    for j in range(len(people.jurisdictions)):
        for group in (shows, ~shows):
            z = people.posting_z[(people.jurisdiction == j) & group]
            assert posting(z).mean() == pytest.approx(1, abs=1e-5)
            assert np.sort(z) == pytest.approx(posting_ladder(np.arange(z.size), z.size), abs=1e-6)


def test_posting_is_heavy_tailed_and_falls_to_anybody(people: Population) -> None:
    """A tenth posts most of what is posted, and who that is hangs on nothing else."""
    uk = people.residents("GB")
    rate = np.sort(posting(people.posting_z[uk]))[::-1]
    assert rate[: uk.size // 10].sum() > 0.5 * rate.sum()
    shows = uk[people.public[uk].any(axis=1)]
    for other in (people.birth_day, people.tone, people.sex, people.tagging, people.place):
        correlation = np.corrcoef(people.posting_z[shows], other[shows])[0, 1]
        assert abs(correlation) < 4 / math.sqrt(shows.size)


def test_weighted_ages_and_sexes_reproduce_the_tables_to_two_persons_a_cell(
    people: Population, strata: Strata
) -> None:
    age = people.age_on(REFERENCE_DAY)
    for j, code in enumerate(people.jurisdictions):
        rows = people.residents(code)
        for b, (low, high) in enumerate(pairwise(strata.age_limits)):
            for sex in (0, 1):
                inside = (age[rows] >= low) & (age[rows] < high) & (people.sex[rows] == sex)
                published = strata.age_sex[j, b, sex] * strata.residents[j]
                ours = inside.sum() * people.weights[j]
                assert ours == pytest.approx(published, abs=2 * people.weights[j])


def test_weighted_tones_reproduce_the_tables_to_two_persons_a_cell(
    people: Population, strata: Strata
) -> None:
    for j, code in enumerate(people.jurisdictions):
        rows = people.residents(code)
        counts = np.bincount(people.tone[rows], minlength=11)[1:]
        assert counts == pytest.approx(strata.tones[j] * rows.size, abs=2)


def test_keyed_orders_of_two_columns_are_independent(people: Population) -> None:
    """Tables of ranks in eighths, pair by pair, beside what independence expects."""
    uk = people.residents("GB")
    columns = {
        name: stats.rankdata(getattr(people, name)[uk] + 1e-6 * noise, method="ordinal")
        for name, noise in zip(
            ("birth_day", "tone", "posting_z"),
            np.random.default_rng(1).random((3, uk.size)),
            strict=True,
        )
    }
    columns["row"] = np.arange(uk.size) + 1
    for one, other in combinations(columns, 2):
        table = np.zeros((8, 8))
        np.add.at(table, tuple((columns[k] - 1) * 8 // uk.size for k in (one, other)), 1)
        assert stats.chi2_contingency(table).pvalue > 1e-4, (one, other)


def within(found: np.ndarray, share: float, errors: float = 4.5) -> bool:
    error = math.sqrt(share * (1 - share) / max(found.size, 1))
    return abs(float(found.mean()) - share) <= errors * error + 1e-12


def test_who_is_online_follows_place_and_age(people: Population, strata: Strata) -> None:
    band = people.age_band(REFERENCE_DAY)
    for j in range(len(people.jurisdictions)):
        for b in range(len(AGE_BANDS)):
            online = people.online[(people.jurisdiction == j) & (band == b)]
            if online.size > 20:
                assert within(online, strata.online[j, b]), (j, b)


def test_accounts_of_the_online_follow_age_and_platform(people: Population, strata: Strata) -> None:
    band = people.age_band(REFERENCE_DAY)
    for p in range(len(people.platforms)):
        for b in range(len(AGE_BANDS)):
            online = people.online & (band == b)
            assert within(people.accounts[online, p], strata.account[p, b]), (p, b)
            held = people.accounts[:, p] & (band == b)
            if held.any():
                assert within(people.public[held, p], strata.public[p, b]), (p, b)


def test_children_have_accounts_only_beyond_one_for_each_who_is_old_enough(
    people: Population, strata: Strata
) -> None:
    age = (REFERENCE_DAY - people.birth_day) / DAYS_A_YEAR
    online = people.online & (people.jurisdiction == 0) & (age < 18)
    shares = shares_by_age(0, strata)
    for p in range(len(people.platforms)):
        for grown in (0, 1):
            held = people.accounts[online & ((age >= LEAST_AGE) == bool(grown)), p]
            assert within(held, shares[p, grown, 0]), (p, grown)
    assert shares[0, 0, 0] == 0
    assert shares[0, 1, 0] > 2 * strata.account[0, 0]


@pytest.mark.parametrize("share", [0.1, 0.25, 0.6, 1.0])
def test_shares_below_and_above_the_least_age_make_up_the_band(
    strata: Strata, share: float
) -> None:
    """Children first get what those from 13 cannot hold."""
    tables = replace(strata, account=np.full_like(strata.account, share))
    for j in range(17):
        groups = strata.age_sex[j].sum(axis=1)
        start, end = strata.age_limits[:-1], strata.age_limits[1:]
        part = [
            float((groups * np.clip((limit - start) / (end - start), 0, 1)).sum())
            for limit in (LEAST_AGE, 18)
        ]
        shares = shares_by_age(j, tables)
        below, above = shares[0, :, 0]
        assert (below * part[0] + above * (part[1] - part[0])) / part[1] == pytest.approx(share)
        assert 0 <= below <= 1
        assert 0 <= above <= 1
        assert below == 0 or above == 1
        assert (shares[:, :, 1:] == share).all()


def test_people_with_one_account_tend_to_have_another(people: Population, strata: Strata) -> None:
    """The correlation of the latents: both of two platforms, from the bivariate normal."""
    adults = people.online & (people.age_band(REFERENCE_DAY) == AGE_BANDS.index("25-44"))
    r = strata.ties["account_correlation"]
    limits = stats.norm.ppf(strata.account[:2, 2])
    expected = float(stats.multivariate_normal(cov=[[1, r], [r, 1]]).cdf(limits))
    both = people.accounts[adults][:, :2].all(axis=1)
    assert within(both, expected, 4)
    assert expected > strata.account[0, 2] * strata.account[1, 2] + 0.02


def test_tagging_is_exponential_with_mean_one(people: Population) -> None:
    assert stats.kstest(people.tagging, "expon").pvalue > 1e-4


@pytest.mark.parametrize("cv", [0.5, 2.0])
def test_tagging_is_gamma_with_the_stated_spread(cv: float) -> None:
    drawn = draw_tagging(np.arange(20_000), cv, Streams(3, 0, ("tagging",)))
    assert stats.kstest(drawn, stats.gamma(cv**-2, scale=cv**2).cdf).pvalue > 1e-4


def test_tagging_without_spread_is_the_same_for_all() -> None:
    assert (draw_tagging(np.arange(50), 0.0, Streams(3, 0, ("tagging",))) == 1).all()


def test_shares_aware_and_informed_follow_the_tables(people: Population, strata: Strata) -> None:
    for j in range(len(people.jurisdictions)):
        here = people.jurisdiction == j
        assert within(people.aware[here], strata.aware[j])
        assert within(people.informed[here], strata.informed[j])
    told = replace(strata, informed=np.full(17, 0.3))
    assert within(build_population(4000, 1, told, acquaintances="by community").informed, 0.3)


def test_as_many_move_as_the_rates_say_on_days_that_are_equally_likely(
    people: Population, strata: Strata
) -> None:
    born = people.birth_day < FIRST_DAY
    before = people.move_day <= REFERENCE_DAY
    after = (people.move_day > REFERENCE_DAY) & (people.move_day != NEVER)
    for j in range(len(people.jurisdictions)):
        here = born & (people.jurisdiction == j)
        for moved, rate, days in (
            (before, strata.arrivals[j], REFERENCE_DAY + 1 - FIRST_DAY),
            (after, strata.departures[j], LAST_DAY - REFERENCE_DAY),
        ):
            assert within(moved[here], 1 - math.exp(-rate * days / DAYS_A_YEAR))
    uk = born & (people.jurisdiction == 0)
    days = people.move_day[uk & before]
    assert stats.kstest(days, "uniform", args=(FIRST_DAY, REFERENCE_DAY + 1)).pvalue > 1e-4


def test_arrivals_come_from_where_people_leave(people: Population, strata: Strata) -> None:
    came = (people.jurisdiction == 0) & (people.move_day <= REFERENCE_DAY)
    flow = strata.residents * strata.departures
    flow[[region == "UK" for region in strata.regions]] = 0
    expected = flow / flow.sum() * came.sum()
    found = np.bincount(people.elsewhere[came], minlength=17)
    wide = expected >= 5
    statistic = float((((found - expected) ** 2)[wide] / expected[wide]).sum())
    assert found[0] == 0
    assert stats.chi2(wide.sum() - 1).sf(statistic) > 1e-4


def test_people_without_any_account_are_tied_to_others(people: Population) -> None:
    """They are found through friends, so all of them must have some."""
    nobody = ~people.accounts.any(axis=1)
    assert nobody.mean() > 0.1
    assert (people.close.degree[nobody] > 0).all()
