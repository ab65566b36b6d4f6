"""Templates drawn without photos: their covariances, their keys, a fit that finds them again."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from generators.encoder.evaluation import compare_all
from generators.keyed import Streams
from generators.template_fit import compare_scores, fit_templates
from generators.templates import STREAMS, TemplateDistribution

D = 24


def spectrum(total: float, seed: int) -> NDArray[np.float64]:
    """A covariance with falling values and directions of its own, of that trace."""
    turned, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(D, D)))
    values = 0.8 ** np.arange(D)
    return (turned * (total * values / values.sum())) @ turned.T


ONE_KIND = TemplateDistribution(
    kinds=np.zeros((1, D), dtype=np.float32),
    shares=np.ones(1),
    between=spectrum(0.6, 1),
    within=spectrum(0.4, 2),
    sigma=0.0,
)


def kinds() -> TemplateDistribution:
    centres = np.random.default_rng(3).normal(size=(3, D)).astype(np.float32)
    centres *= np.float32(0.5) / np.linalg.norm(centres, axis=1, keepdims=True)
    return replace(
        ONE_KIND,
        kinds=centres,
        shares=np.array([0.5, 0.3, 0.2]),
        between=spectrum(0.35, 1),
        sigma=0.3,
    )


def drawn(
    distribution: TemplateDistribution, people: int, photos: int, seed: int = 0
) -> NDArray[np.float32]:
    streams = Streams(seed, 0, STREAMS)
    who = np.repeat(np.arange(people), photos)
    centres = distribution.centres(streams, who)
    nth = np.tile(np.arange(photos), people)
    return distribution.photos(streams, who, centres, nth).reshape(people, photos, -1)


def test_centres_have_the_covariance_that_is_stated() -> None:
    """The sampling error of an entry is at most sqrt(2 s_ii s_jj / n); 5 of these are allowed."""
    n = 40_000
    centres = ONE_KIND.centres(Streams(0, 0, STREAMS), np.arange(n)).astype(np.float64)
    found = centres.T @ centres / n
    size = np.diag(ONE_KIND.between)
    assert (np.abs(found - ONE_KIND.between) < 5 * np.sqrt(2 * np.outer(size, size) / n)).all()


def test_people_are_of_kinds_at_their_shares() -> None:
    n = 20_000
    far = replace(kinds(), between=ONE_KIND.between * 1e-6)
    centres = far.centres(Streams(0, 0, STREAMS), np.arange(n))
    apart = ((centres[:, None] - far.kinds[None]) ** 2).sum(axis=2)
    found = np.bincount(apart.argmin(axis=1), minlength=3) / n
    assert found == pytest.approx(far.shares, abs=5 * 0.5 / np.sqrt(n))


def test_noise_is_added_to_the_centre_with_the_covariance_that_is_stated() -> None:
    """Far from the origin bringing to unit length only shrinks: what is orthogonal to the centre
    stays noise over its length."""
    n, length = 40_000, 1000.0
    centre = np.zeros((n, D), dtype=np.float32)
    centre[:, 0] = length
    photos = ONE_KIND.photos(
        Streams(0, 0, STREAMS), np.zeros(n, dtype=np.int64), centre, np.arange(n)
    )
    noise = photos[:, 1:].astype(np.float64) * length
    found, stated = noise.T @ noise / n, ONE_KIND.within[1:, 1:]
    size = np.diag(stated)
    assert (np.abs(found - stated) < 5 * np.sqrt(2 * np.outer(size, size) / n)).all()


def test_a_template_is_of_unit_length_and_hangs_on_its_person_and_photo_alone() -> None:
    both, streams = kinds(), Streams(4, 0, STREAMS)
    who, nth = np.array([7, 7, 9, 11]), np.array([0, 1, 0, 0])
    together = both.photos(streams, who, both.centres(streams, who), nth)
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(4), abs=1e-6)
    for i in (3, 0):
        alone = both.photos(streams, who[[i]], both.centres(streams, who[[i]]), nth[[i]])
        assert alone[0] == pytest.approx(together[i], abs=1e-6)
    assert not np.allclose(together[0], together[1])


def test_mated_scores_are_the_higher_and_noise_lowers_them() -> None:
    quiet = compare_all(drawn(replace(kinds(), within=kinds().within / 4), 300, 2))
    noisy = compare_all(drawn(kinds(), 300, 2))
    assert quiet.mated.mean() > noisy.mated.mean() > noisy.non_mated.mean()


def test_a_fit_finds_the_scores_of_the_distribution_that_drew_them() -> None:
    """Among other people, within three times the sampling error of 2,400 mated scores' quantiles:
    about 0.01 a side between 5 and 95 %, where they are dense, and 0.015 beyond."""
    truth = kinds()
    fitted = fit_templates(drawn(truth, 3000, 4), kinds=3)
    assert fitted.sigma == pytest.approx(truth.sigma, abs=0.05)
    for row in compare_scores(fitted, drawn(truth, 400, 4, seed=1)):
        dense = 0.05 <= row.quantile <= 0.95
        assert row.fitted == pytest.approx(row.real, abs=0.04 if dense else 0.06), row


def test_a_fit_refuses_what_it_cannot_fit_to() -> None:
    with pytest.raises(ValueError, match="two photos"):
        fit_templates(drawn(ONE_KIND, 300, 1))
    with pytest.raises(ValueError, match="20 people"):
        fit_templates(drawn(ONE_KIND, 19, 2))
    opposite = np.repeat(drawn(ONE_KIND, 50, 1), 2, axis=1)
    opposite[::2, 1] *= -1  # every second person has two photos that are nothing alike
    with pytest.raises(ValueError, match="no noise"):
        fit_templates(opposite, kinds=2)
