"""Drawn dates: keyed, in the law's order, and as long as the authority's stages are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scenarios.cases import case_file
from scenarios.news import LETTERS
from scenarios.public_record import load_record
from sim.dates import add_months
from sim.draws import streams
from sim.law.checks import check_case
from sim.law.drawing import dated, lasts
from sim.law.steps import STEPS
from sim.setup import Drawn
from tests.law_clock import run

RECORD = load_record()
CASES = [
    id
    for id in RECORD.ids
    if id != LETTERS and any(step.date is not None for step in RECORD.action(id).steps)
]
UK = case_file(RECORD, "UK-ICO-2022", drawn=True)


def days_of(file, kind):
    return [step.day for step in file.steps if step.kind == kind]


def test_a_file_without_drawn_days_is_left_as_it_is():
    file = case_file(RECORD, "UK-ICO-2022")
    assert dated(file, streams(1, 0)) is file


def test_the_same_seed_draws_the_same_days_and_another_replication_others():
    assert dated(UK, streams(1, 0)) == dated(UK, streams(1, 0))
    assert dated(UK, streams(1, 0)) != dated(UK, streams(1, 1))


@pytest.mark.parametrize("id", CASES)
def test_every_drawn_case_is_one_that_the_law_allows(id):
    file = case_file(RECORD, id, drawn=True)
    for replication in range(30):
        drawn = dated(file, streams(11, replication))
        assert check_case(drawn) == []
        assert [step.day for step in drawn.steps] == sorted(step.day for step in drawn.steps)
        run(drawn, appeals=True)


@given(st.integers(0, 10_000))
@settings(max_examples=60, deadline=None)
def test_notices_of_one_day_stay_together_and_no_step_comes_before_its_cause(replication):
    file = dated(UK, streams(3, replication))
    assert days_of(file, "final_penalty") == days_of(file, "enforcement_notice")
    first = {step.kind: step.day for step in reversed(file.steps)}
    for kind, day in first.items():
        for cause in STEPS[kind].causes:
            if cause in first and kind != "investigation_opened":
                assert first[cause] <= day


def test_a_penalty_drawn_later_than_the_law_allows_follows_an_agreement_to_more_time():
    for replication in range(40):
        file = dated(UK, streams(5, replication))
        (intent,), (penalty,) = (days_of(file, k) for k in ("provisional_notice", "final_penalty"))
        extended = days_of(file, "intent_extended")
        assert bool(extended) is (penalty > add_months(intent, 6))
        for day in extended:
            assert intent < day < penalty


def test_the_drawn_durations_have_the_authoritys_median_and_spread():
    duration = UK.powers.durations["open to notice"]
    logs = []
    for replication in range(2000):
        file = dated(UK, streams(7, replication))
        (opened,), (notice,) = (
            days_of(file, kind) for kind in ("investigation_opened", "provisional_notice")
        )
        logs.append(math.log(notice - opened))
    error = duration.sigma / math.sqrt(len(logs))
    assert abs(np.mean(logs) - math.log(duration.median)) < 4 * error
    assert abs(np.std(logs) - duration.sigma) < 4 * error / math.sqrt(2)


def test_a_duration_without_spread_is_its_median_and_none_is_shorter_than_a_day():
    assert lasts(Drawn("order", 28.0, 0.0), 2.5) == 28
    assert lasts(Drawn("order", 1.0, 1.0), -9.0) == 1
