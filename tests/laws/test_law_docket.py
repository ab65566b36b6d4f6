"""Case officers: drawn cases wait for one, recorded ones went as they went."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.law.docket import Docket
from sim.law.drawing import dated
from sim.setup import Drawn
from tests.law_clock import AUTHORITY, case_of, on, step


class NoLuck:
    """Streams whose every normal is 0, so that a duration is its median."""

    def normal(self, _stream, _entity, _ordinal):
        return [0.0]


def drawn_case(opens, officers):
    order = replace(
        step("order", "2020-01-01"), day=-1, drawn=Drawn("investigation_opened", 100.0, 0.5)
    )
    closes = replace(step("regulator_closes", "2020-01-01"), day=-1, drawn=Drawn("order", 30.0, 0))
    powers = replace(AUTHORITY, officers=officers)
    file = case_of(step("investigation_opened", opens), order, closes, powers=powers)
    return dated(file, NoLuck())


def days(file):
    return [step.day for step in file.steps]


def test_with_officers_enough_nobody_waits():
    docket = Docket()
    for _ in range(3):
        file = drawn_case("2020-01-01", officers=3)
        assert docket.admit(file) is file


def test_with_one_officer_cases_come_one_after_another_and_all_that_follows_is_later():
    docket = Docket()
    first, second, third = (docket.admit(drawn_case("2020-01-01", officers=1)) for _ in range(3))
    assert days(second) == [day + 100 for day in days(first)]
    assert days(third) == [day + 200 for day in days(first)]


def test_a_case_that_opens_when_another_has_been_decided_does_not_wait():
    docket = Docket()
    docket.admit(drawn_case("2020-01-01", officers=1))
    file = drawn_case("2020-04-10", officers=1)
    assert docket.admit(file) is file


def test_a_recorded_case_keeps_an_officer_busy_and_never_waits():
    docket = Docket()
    powers = replace(AUTHORITY, officers=1)
    recorded = case_of(
        step("investigation_opened", "2020-01-01"), step("order", "2020-03-01"), powers=powers
    )
    assert docket.admit(recorded) is recorded
    assert docket.admit(recorded) is recorded
    assert days(docket.admit(drawn_case("2020-02-01", officers=1)))[0] == on("2020-03-01")


def test_authorities_do_not_wait_for_each_other():
    docket = Docket()
    docket.admit(drawn_case("2020-01-01", officers=1))
    other = drawn_case("2020-01-01", officers=1)
    other = replace(other, powers=replace(other.powers, id="Y"))
    assert docket.admit(other) is other


@given(
    officers=st.integers(1, 4),
    opens=st.lists(st.integers(0, 300), min_size=1, max_size=12),
)
@settings(max_examples=60, deadline=None)
def test_never_more_cases_are_open_than_there_are_officers(officers, opens):
    docket = Docket()
    begin = on("2020-01-01")
    for wait in opens:
        file = drawn_case("2020-01-01", officers)
        file = replace(file, steps=tuple(replace(s, day=s.day + wait) for s in file.steps))
        admitted = docket.admit(file)
        assert days(admitted)[0] >= begin + wait
    spans = docket.busy["X"]
    for day in range(begin, begin + 1600):
        assert sum(first <= day < last for first, last in spans) <= officers


@pytest.mark.parametrize("missing", ["investigation_opened", "order"])
def test_a_case_without_opening_or_order_keeps_nobody_busy(missing):
    docket = Docket()
    file = drawn_case("2020-01-01", officers=1)
    kept = tuple(step for step in file.steps if step.kind != missing)
    docket.admit(replace(file, steps=kept))
    assert docket.busy == {}
