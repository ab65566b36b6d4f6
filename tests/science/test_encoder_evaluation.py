"""Error rates against closed forms and by hand (`generators.encoder`)."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import norm

from generators.encoder.error_rates import equal_error_rate, threshold_at
from generators.encoder.evaluation import compare_all, evaluate
from generators.estimate import by_people


def drawn_templates(
    people: int, photos: int, spread: float, seed: int, dimension: int = 64
) -> NDArray[np.float32]:
    """Unit vectors: a centre a person, and photos about it."""
    draw = np.random.default_rng(seed)
    centres = draw.standard_normal((people, 1, dimension))
    found = centres + spread * draw.standard_normal((people, photos, dimension))
    found /= np.linalg.norm(found, axis=-1, keepdims=True)
    return found.astype(np.float32)


@pytest.mark.parametrize("d_prime", [1.0, 2.0, 3.3])
def test_equal_error_rate_of_two_gaussians(d_prime: float) -> None:
    draw = np.random.default_rng(1)
    count = 200_000
    mated = np.sort(draw.normal(d_prime, 1, count)).astype(np.float32)
    non_mated = np.sort(draw.normal(0, 1, count)).astype(np.float32)
    expected = norm.cdf(-d_prime / 2)
    # Each of the two error rates has the deviation of a binomial share; four of them.
    error = 4 * np.sqrt(expected * (1 - expected) / count)
    assert equal_error_rate(mated, non_mated) == pytest.approx(expected, abs=error)


@pytest.mark.parametrize("rate", [1e-1, 1e-2, 1e-3])
def test_threshold_of_a_gaussian(rate: float) -> None:
    draw = np.random.default_rng(2)
    non_mated = np.sort(draw.standard_normal(1_000_000)).astype(np.float32)
    found = threshold_at(rate, non_mated)
    assert (non_mated >= found).mean() <= rate
    error = 4 * np.sqrt(rate * (1 - rate) / 1e6) / norm.pdf(norm.isf(rate))
    assert found == pytest.approx(norm.isf(rate), abs=error)


class TestByHand:
    def test_threshold_takes_equal_scores_together(self) -> None:
        scores = np.array([0, 0, 0, 0.5, 0.5, 0.5, 0.5, 1, 1, 1], np.float32)
        assert threshold_at(0.3, scores) == 1
        assert 0.5 < threshold_at(0.5, scores) <= 1
        assert threshold_at(0.7, scores) == 0.5
        assert threshold_at(0.1, scores) > 1

    def test_weights_are_repeats(self) -> None:
        draw = np.random.default_rng(3)
        mated, non_mated = (np.sort(draw.normal(m, 1, 50)).astype(np.float32) for m in (1, 0))
        of_mated, of_non_mated = draw.integers(0, 4, (2, 50))
        weighted = equal_error_rate(
            mated, non_mated, of_mated.astype(float), of_non_mated.astype(float)
        )
        repeated = equal_error_rate(mated.repeat(of_mated), non_mated.repeat(of_non_mated))
        # Of the repeats of one score only the first is looked at: one step of the stair apart.
        assert weighted == pytest.approx(repeated, abs=1 / of_mated.sum())
        assert threshold_at(0.1, non_mated, of_non_mated.astype(float)) == pytest.approx(
            threshold_at(0.1, non_mated.repeat(of_non_mated)), abs=1e-6
        )

    def test_apart_and_alike(self) -> None:
        low, high = np.zeros(9, np.float32), np.ones(9, np.float32)
        assert equal_error_rate(high, low) == 0
        assert equal_error_rate(low, high) == pytest.approx(0.5, abs=0.5)

    def test_comparisons_are_every_pair_once(self) -> None:
        templates = drawn_templates(3, 4, 0.5, 0)
        found = compare_all(templates)
        assert len(found.mated) == 3 * 6
        assert len(found.non_mated) == 3 * 16
        assert np.bincount(found.mated_person).tolist() == [6, 6, 6]
        cosine = templates[1, 0] @ templates[2, 3]
        one_two = (found.non_mated_people == np.array([[1], [2]])).all(0)
        assert np.abs(found.non_mated[one_two] - cosine).min() < 1e-6


class TestEvaluate:
    def test_clear_people_make_no_errors(self) -> None:
        found = evaluate(drawn_templates(20, 4, 0.1, 0), replicates=20)
        assert found.eer.value == found.fnmr.value == 0
        assert found.rank_one.value == 1
        assert found.d_prime.value > 5
        assert found.mated_mean > 0.9 > 0.2 > found.non_mated_mean

    def test_templates_of_nobody_are_chance(self) -> None:
        found = evaluate(drawn_templates(60, 4, 100, 0), replicates=50)
        assert found.eer.value == pytest.approx(0.5, abs=0.03)
        assert found.fnmr.value > 0.98
        assert found.rank_one.value < 0.1

    def test_the_interval_holds_the_truth_as_often_as_it_says(self) -> None:
        """The mean of a person's own figure, 60 sets of 40 people: 95 % of intervals hold it."""
        held = 0
        for seed in range(60):
            figure = np.random.default_rng(seed).normal(3, 1, 40)
            found = by_people(
                40, lambda weights, f=figure: float(np.average(f, weights=weights)), seed=seed
            )
            held += found.low <= 3 <= found.high
        assert held >= 51  # of Binomial(60, 0.93) fewer than 51 come once in 100 times

    def test_more_people_give_a_narrower_interval(self) -> None:
        few, many = (evaluate(drawn_templates(n, 4, 1.6, 1), replicates=60) for n in (20, 160))
        assert many.eer.high - many.eer.low < 0.6 * (few.eer.high - few.eer.low)
        assert few.eer.low <= many.eer.value <= few.eer.high

    def test_a_group_whose_photos_scatter_is_seen(self) -> None:
        calm, scattered = drawn_templates(30, 4, 0.4, 2), drawn_templates(30, 4, 1.6, 3)
        alike = drawn_templates(2, 4, 0.4, 4)
        members = np.arange(62)
        found = evaluate(
            np.concatenate([calm, scattered, alike]),
            {"calm": members < 30, "scattered": (members >= 30) & (members < 60),
             "one": members == 61},
            replicates=30,
        )  # fmt: skip
        assert set(found.groups) == {"calm", "scattered"}
        assert found.groups["calm"].fnmr.high < found.groups["scattered"].fnmr.low
        assert found.groups["calm"].people == 30

    @pytest.mark.parametrize("shape", [(1, 4, 8), (4, 1, 8)])
    def test_refuses_what_has_nothing_to_compare(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(ValueError, match="two people"):
            evaluate(np.ones(shape, np.float32))
        with pytest.raises(ValueError, match="at most 6000 photos"):
            evaluate(np.ones((3001, 2, 8), np.float32))
