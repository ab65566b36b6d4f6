"""The Kaplan-Meier median: by hand, as the plain median, and as an exponential's, censored."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.measures import read_measures
from sim.measures.survival import median_survival
from sim.model import run_arms


def test_kaplan_and_meier_by_hand() -> None:
    """Days 1, 2+, 3, 3, 5+, 6: lasting 5/6, then 5/6 x 2/4 = 0.417 on day 3."""
    days = np.array([3, 1, 6, 2, 5, 3])
    ended = np.array([True, True, True, False, False, True])
    assert median_survival(days, ended) == 3.0
    assert median_survival(days, np.array([False, True, False, False, False, False])) is None
    assert median_survival(days, np.zeros(6, dtype=bool)) is None
    assert median_survival(np.zeros(0, dtype=int), np.zeros(0, dtype=bool)) is None


@given(st.lists(st.integers(0, 50), min_size=1, max_size=60))
def test_where_all_ended_it_is_the_day_by_which_half_had(days: list[int]) -> None:
    found = median_survival(np.array(days), np.ones(len(days), dtype=bool))
    assert found == sorted(days)[math.ceil(len(days) / 2) - 1]


@given(st.lists(st.tuples(st.integers(0, 50), st.booleans()), min_size=1, max_size=60))
def test_whoever_is_watched_for_less_long_never_shortens_it(spells) -> None:
    days, ended = (np.array(column) for column in zip(*spells, strict=True))
    whole = median_survival(days, np.ones(len(days), dtype=bool))
    censored = median_survival(days, ended)
    assert censored is None or censored >= whole


def test_an_exponential_s_half_life_is_found_though_most_are_not_watched_to_the_end() -> None:
    """Within 3 % (the median's standard error is 1/sqrt(n) of the mean, about 1 %)."""
    rng = np.random.default_rng(4)
    lasts, watched = rng.exponential(1000.0, 20_000), rng.uniform(0.0, 2500.0, 20_000)
    ended = lasts <= watched
    days = np.floor(np.minimum(lasts, watched)).astype(int)
    assert ended.mean() < 0.65
    assert median_survival(days, ended) == pytest.approx(1000.0 * math.log(2), rel=0.03)


def test_what_is_erased_and_stays_public_comes_back_at_the_crawler_s_rate(
    small_population, shipped_setups, with_parameters
) -> None:
    """Erased without an end to collection: half is back after ln 2 over the revisit rate."""
    setup = with_parameters(shipped_setups["ico-2022-obeyed"], {"crawler.revisit_rate": 2.0})
    (case,) = setup.cases
    only_delete = tuple(duty for duty in case.obligations if duty.kind == "delete")
    setup = replace(setup, cases=(replace(case, obligations=only_delete),))
    history = run_arms(small_population, {"arm": setup}, 5, 0)["arm"]
    found = {r.name: r.value for r in read_measures(history)}["recollection_half_life"]
    # About 2,000 spells, some cut short by people who go private.
    assert found == pytest.approx(math.log(2) / 2.0 * 365.25, rel=0.1)
