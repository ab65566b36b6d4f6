"""Drawn dates: keyed, in the law's order, and as long as the authority's stages are."""

from __future__ import annotations

import math
from datetime import date

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generators.errors import ScenarioError
from scenarios.case_steps import stages_of
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
CASES = [id for id in RECORD.ids if id != LETTERS]
DRAWN = [id for id in CASES if stages_of(RECORD.action(id))]
UK = case_file(RECORD, "UK-ICO-2022", drawn=True)


def days_of(file, kind):
    return [step.day for step in file.steps if step.kind == kind]


def test_a_file_without_drawn_days_is_left_as_it_is():
    file = case_file(RECORD, "UK-ICO-2022")
    assert dated(file, streams(1, 0)) is file


def test_the_same_seed_draws_the_same_days_and_another_replication_others():
    assert dated(UK, streams(1, 0)) == dated(UK, streams(1, 0))
    assert dated(UK, streams(1, 0)) != dated(UK, streams(1, 1))


@pytest.mark.parametrize("id", DRAWN)
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


def test_what_lies_on_the_way_to_an_order_keeps_its_share_of_the_drawn_time():
    """Illinois settled two days of 713 before the court's order."""
    file = case_file(RECORD, "US-IL-ACLU-2022", drawn=True)
    duration = file.powers.durations["open to notice"]
    logs = []
    for replication in range(2000):
        drawn = dated(file, streams(7, replication))
        (sued,), (settled,), (cost,), (ordered,) = (
            days_of(drawn, kind)
            for kind in ("complaint", "settlement", "settlement_term", "consent_order")
        )
        assert settled == cost
        assert settled - sued == pytest.approx((ordered - sued) * 711 / 713, abs=1.0)
        logs.append(math.log(ordered - sued))
    error = duration.sigma / math.sqrt(len(logs))
    assert abs(np.mean(logs) - math.log(duration.median)) < 4 * error
    assert abs(np.std(logs) - duration.sigma) < 4 * error / math.sqrt(2)


def test_the_operator_leaves_a_market_in_a_drawn_case_too():
    file = dated(case_file(RECORD, "CA-OPC-2021", drawn=True), streams(7, 0))
    (opened,), (left,), (found,) = (
        days_of(file, kind) for kind in ("investigation_opened", "market_exit", "findings")
    )
    assert opened < left < found


@pytest.mark.parametrize("id", DRAWN)
def test_a_drawn_step_tells_nothing_of_its_recorded_day(id):
    for step in case_file(RECORD, id, drawn=True).steps:
        assert step.drawn is None or (step.text == "" and not step.recorded)
    assert any(step.text for step in case_file(RECORD, id).steps)


def test_a_moved_step_and_a_changed_amount_tell_nothing_of_what_was_recorded():
    moved = case_file(RECORD, "UK-ICO-2022", {"tribunal_sets_aside": date(2023, 5, 1)},
                      amounts={"final_penalty": 1})  # fmt: skip
    texts = {step.kind: step.text for step in moved.steps}
    assert texts["tribunal_sets_aside"] == texts["final_penalty"] == ""
    assert texts["enforcement_notice"]


@pytest.mark.parametrize("id", sorted(set(CASES) - set(DRAWN)))
def test_a_case_of_which_nothing_could_be_drawn_is_refused(id):
    with pytest.raises(ScenarioError, match=f"{id} has no stage whose days could be drawn"):
        case_file(RECORD, id, drawn=True)


def test_a_duration_without_spread_is_its_median_and_none_is_shorter_than_a_day():
    assert lasts(Drawn("order", 28.0, 0.0), 2.5) == 28
    assert lasts(Drawn("order", 1.0, 1.0), -9.0) == 1
