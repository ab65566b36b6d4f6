"""The error of the mean and the range against closed forms."""

import numpy as np
import pytest
from scipy import stats

from scenarios.aggregate import mean_interval, quantile_range


@pytest.mark.parametrize("n", [2, 5, 20])
def test_the_error_of_the_mean_is_students_t(n: int) -> None:
    values = np.random.default_rng(1).normal(3, 2, size=(n, 4))
    mean, low, high = mean_interval(values)
    expected = stats.t.interval(
        0.95, n - 1, loc=values.mean(axis=0), scale=stats.sem(values, axis=0)
    )
    assert mean == pytest.approx(values.mean(axis=0))
    assert low == pytest.approx(expected[0])
    assert high == pytest.approx(expected[1])


def test_the_interval_covers_the_mean_as_often_as_it_says() -> None:
    # 4,000 columns of 20 normal replications: coverage 0.95 with a standard error of 0.0034.
    values = np.random.default_rng(2).normal(0.3, 1, size=(20, 4000))
    _, low, high = mean_interval(values)
    covered = ((low <= 0.3) & (high >= 0.3)).mean()
    assert covered == pytest.approx(0.95, abs=3.5 * 0.0034)


def test_a_column_that_does_not_vary_is_itself_to_the_bit() -> None:
    values = np.full((20, 3), [0.1, 1 / 3, 7552800.0])
    mean, low, high = mean_interval(values)
    assert (mean == values[0]).all()
    assert (low == mean).all()
    assert (high == mean).all()


def test_one_replication_has_no_error_and_an_undefined_one_no_mean() -> None:
    mean, low, high = mean_interval(np.array([[0.5]]))
    assert mean == 0.5
    assert np.isnan(low).all()
    assert np.isnan(high).all()
    mean, low, _ = mean_interval(np.array([[0.5, np.nan], [0.7, 0.1]]))
    assert mean[0] == pytest.approx(0.6)
    assert np.isnan(mean[1])
    assert np.isnan(low[1])


def test_the_range_is_from_the_5_to_the_95_percent_quantile() -> None:
    draws = np.linspace(0, 1, 101)[:, None]
    low, high = quantile_range(np.random.default_rng(3).permutation(draws))
    assert (low[0], high[0]) == pytest.approx((0.05, 0.95))
