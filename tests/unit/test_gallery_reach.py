"""Whether the erased are still found: the exact test, its power, and the moving of first ranks."""

from __future__ import annotations

import numpy as np
import pytest

from sim.gallery.gallery import Nearest
from sim.gallery.reach import (
    LEVEL,
    POWER,
    FirstRanks,
    compare_first_ranks,
    compare_reach,
    power,
    smallest_rate,
    threshold_for,
)


def searches(hits: int, of: int) -> np.ndarray:
    return np.arange(of) < hits


@pytest.mark.parametrize(
    ("hits", "of", "other_hits", "other_of"),
    [(0, 50, 0, 50), (3, 50, 1, 200), (9, 300, 2, 300), (50, 50, 1, 100), (5, 5, 0, 5)],
)
def test_the_p_value_is_fishers(hits: int, of: int, other_hits: int, other_of: int) -> None:
    from scipy.stats import fisher_exact

    table = [[hits, of - hits], [other_hits, other_of - other_hits]]
    ours = compare_reach(searches(hits, of), searches(other_hits, other_of))
    assert ours.p_value == pytest.approx(fisher_exact(table, alternative="greater").pvalue)
    assert ours.found == (ours.p_value < LEVEL)


def test_a_tea_tasting_lady_is_believed_in_one_of_seventy() -> None:
    # Fisher 1935, The Design of Experiments, chapter 2: all of 4 against none of 4.
    assert compare_reach(searches(4, 4), searches(0, 4)).p_value == pytest.approx(1 / 70)


def test_people_who_are_not_there_are_called_reachable_no_more_often_than_stated() -> None:
    # Whatever the common rate: the exact test keeps its level, and comes near it at no loss.
    for rate in (0.005, 0.02, 0.3):
        assert 0 < power(rate, 400, 400, rate) <= LEVEL


@pytest.mark.parametrize(("rate", "other"), [(0.05, 0.01), (0.1, 0.02), (0.02, 0.02)])
def test_power_is_what_repeating_the_test_finds(rate: float, other: float) -> None:
    draw = np.random.default_rng(1)
    n, m, repeats = 300, 500, 3000
    x, y = draw.binomial(n, rate, repeats), draw.binomial(m, other, repeats)
    from scipy.stats import hypergeom

    seen = (hypergeom.sf(x - 1, n + m, n, x + y) < LEVEL).mean()
    expected = power(rate, n, m, other)
    error = np.sqrt(expected * (1 - expected) / repeats)
    assert seen == pytest.approx(expected, abs=4 * error + 1e-3)


def test_where_others_never_hit_power_is_a_binomial_tail() -> None:
    from scipy.stats import binom

    # Of 100 against 0 of 100: p = C(100, x) C(100, 0) / C(200, x), under 0.001 from 10 hits on.
    assert compare_reach(searches(9, 100), searches(0, 100)).p_value > LEVEL
    assert compare_reach(searches(10, 100), searches(0, 100)).p_value < LEVEL
    assert power(0.1, 100, 100, 0.0) == pytest.approx(binom.sf(9, 100, 0.1))


def test_the_smallest_rate_is_seen_with_the_stated_power_and_falls_with_more_searches() -> None:
    rates = []
    for n in (50, 200, 800):
        smallest = smallest_rate(n, 800, 0.01)
        assert smallest is not None
        assert power(smallest, n, 800, 0.01) == pytest.approx(POWER, abs=1e-4)
        rates.append(smallest)
    assert rates == sorted(rates, reverse=True)
    assert rates[-1] < 0.05


def test_two_searches_see_nothing_and_say_so() -> None:
    assert smallest_rate(2, 2, 0.0) is None
    assert compare_reach(searches(2, 2), searches(0, 2)).smallest is None
    nothing = compare_reach(searches(0, 0), searches(0, 5))
    assert (nothing.p_value, nothing.smallest, nothing.found) == (1.0, None, False)


def nearest(ids: list[int], scores: list[float]) -> Nearest:
    return Nearest(
        np.array(ids, dtype=np.int64)[:, None], np.array(scores, dtype=np.float32)[:, None]
    )


def test_first_ranks_move_where_the_first_was_erased_and_nowhere_else() -> None:
    before = nearest([1, 2, 3, 4, 5], [0.9, 0.8, 0.7, 0.6, 0.5])
    after = nearest([1, 9, 8, 7, -1], [0.9, 0.7, 0.75, 0.5, -np.inf])
    erased = np.array([2, 6], dtype=np.int64)
    assert compare_first_ranks(before, after, erased) == FirstRanks(
        same=1, freed=1, nearer=1, lost=2
    )


class Scores:
    """A gallery whose best score is what each probe says."""

    dimension = 1

    def search(self, vectors: np.ndarray, k: int) -> Nearest:
        return Nearest(np.zeros((len(vectors), 1), dtype=np.int64), vectors)


def test_a_threshold_is_reached_by_the_share_asked_for() -> None:
    probes = np.random.default_rng(2).permutation(1000).astype(np.float32)[:, None]
    threshold = threshold_for(Scores(), probes, 0.02)  # type: ignore[arg-type]
    assert (probes >= threshold).sum() == 20
    with pytest.raises(ValueError, match="needs 1000 probes"):
        threshold_for(Scores(), probes[:999], 0.001)  # type: ignore[arg-type]
