"""Selecting by residency signals: evidence adds up, and a threshold trades two errors."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as st_arrays

from generators.keyed import Streams
from scenarios.arms import arm_setup
from scenarios.scenario import load_scenario
from sim.draws import STREAMS
from sim.gallery.gallery import GalleryError
from sim.gallery.selection import Selector, against_truth
from sim.operator.signals import Signals

WORTH = np.array([[0.0, 3.0, -2.0], [0.0, 1.5, -0.5]])


def test_evidence_is_the_sum_of_what_each_signal_is_worth() -> None:
    said = np.array([[0, 0], [1, 0], [1, 2], [2, 1]])
    selector = Selector(WORTH, 2.5)
    assert selector.evidence(said) == pytest.approx([0.0, 3.0, 2.5, -0.5])
    assert list(selector.taken(selector.evidence(said))) == [False, True, False, False]


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (np.zeros((3, 1), dtype=int), r"signals \[n, 2\]"),
        (np.array([[0, 3]]), "values from 0 to 2"),
        (np.array([[-1, 0]]), "values from 0 to 2"),
    ],
)
def test_signals_of_another_shape_or_value_are_refused(said, why: str) -> None:
    with pytest.raises(GalleryError, match=why):
        Selector(WORTH, 0.0).evidence(said)


@pytest.mark.parametrize("worth", [np.full((1, 2), np.nan), np.ones((1, 2)), np.zeros(3)])
def test_worth_that_is_no_evidence_is_refused(worth) -> None:
    with pytest.raises(GalleryError):
        Selector(worth, 0.0)


SOME = st_arrays.arrays(np.float64, 40, elements=st.floats(-5, 5))
TRUTH = st_arrays.arrays(np.bool_, 40)


@given(SOME, TRUTH, st.floats(-6, 6), st.floats(0, 6))
def test_a_higher_threshold_misses_more_and_takes_fewer_of_others(
    evidence, in_scope, threshold: float, more: float
) -> None:
    low, high = (
        against_truth(Selector(WORTH, at).taken(evidence), in_scope)
        for at in (threshold, threshold + more)
    )
    assert high.missed >= low.missed
    assert high.others <= low.others
    for found in (low, high):
        assert found.stored == 40
        assert found.in_scope - found.missed + found.others == found.chosen


def test_without_anybody_in_scope_or_taken_the_shares_are_null_and_say_why() -> None:
    nothing = against_truth(np.zeros(3, dtype=bool), np.zeros(3, dtype=bool)).as_json()
    assert nothing["under_erasure"] is None
    assert nothing["over_erasure"] is None
    assert set(nothing["why"]) == {"under_erasure", "over_erasure"}
    half = against_truth(np.array([True, True, False]), np.array([True, False, True])).as_json()
    assert (half["under_erasure"], half["over_erasure"], half["why"]) == (0.5, 0.5, {})


def test_the_operators_own_signals_select_at_their_exact_rates() -> None:
    """Shares of 200,000 photos lie within five standard errors of the enumerated rates; each
    photo is of an uploader of its own, so that chances are independent."""
    n = 200_000
    loaded = load_scenario("ico-2022")
    signals = Signals.of(arm_setup(loaded, question=loaded).parameters)
    in_scope = np.arange(n) % 2 == 0
    who, zero = np.arange(n), np.zeros(n, dtype=np.int64)
    said = signals.said(Streams(3, 0, tuple(STREAMS)), who, zero, zero, in_scope)
    selector = signals.selector()
    found = against_truth(selector.taken(selector.evidence(signals.patterns[said])), in_scope)
    here, elsewhere = signals.rates()
    error = 5 / np.sqrt(n / 2)
    assert 1 - found.under_erasure == pytest.approx(here, abs=error * np.sqrt(here * (1 - here)))
    others = found.others / (n - found.in_scope)
    spread = np.sqrt(elsewhere * (1 - elsewhere))
    assert others == pytest.approx(elsewhere, abs=error * spread + 1e-12)
