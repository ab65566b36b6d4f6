"""A desk of clerks is the queue M/M/c: waits and queues are Erlang's, within their error."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.draws import streams
from sim.operator.clerks import ClerksDesk


def erlang_c(clerks: int, load: float) -> float:
    """Return the chance that a request waits (Kleinrock 1975, equation 3.40).

    Args:
        clerks: c.
        load: arrivals a day over what one clerk closes in a day, below `clerks`.
    """
    terms = [load**k / math.factorial(k) for k in range(clerks)]
    last = load**clerks / math.factorial(clerks) * clerks / (clerks - load)
    return last / (sum(terms) + last)


def worked(clerks: int, capacity: float, rate: float, days: int, delay: int = 0) -> ClerksDesk:
    desk = ClerksDesk(clerks, capacity, delay, streams(11, 0))
    luck = np.random.default_rng(clerks).random(days)
    for day in range(days):
        desk.day(day, rate, float(luck[day]), 1.0)
    return desk


@pytest.mark.parametrize(("clerks", "capacity", "rate"), [(1, 10.0, 6.0), (4, 20.0, 14.0)])
def test_requests_wait_as_long_as_erlang_says(clerks, capacity, rate):
    """Within 8 %, three standard errors: of 100,000 requests the neighbours wait together."""
    desk = worked(clerks, capacity, rate, days=round(100_000 / rate))
    waits = erlang_c(clerks, rate * clerks / capacity) / (capacity - rate)
    assert desk.waited / desk.arrived == pytest.approx(waits, rel=0.08)


def test_more_clerks_of_the_same_capacity_let_fewer_wait():
    one, four = (worked(c, 20.0, 14.0, 1000).waited for c in (1, 4))
    assert four < one


def test_a_desk_below_its_capacity_answers_all_but_those_in_hand():
    desk = worked(3, 30.0, 10.0, 400, delay=7)
    assert desk.closed + desk.queue == desk.arrived
    assert desk.queue < 10
    assert desk.answered == pytest.approx(desk.arrived - 7 * 10, rel=0.03)
    assert desk.wait() == 7


def test_a_desk_above_its_capacity_lets_the_queue_grow_by_the_difference():
    desk = worked(2, 4.0, 10.0, 1000)
    assert desk.closed == pytest.approx(4.0 * 1000, rel=0.05)
    assert desk.queue == pytest.approx(6.0 * 1000, rel=0.1)
    assert desk.wait() == pytest.approx(desk.queue / 4.0, rel=0.1)


def test_a_desk_without_capacity_answers_nobody_and_one_of_endless_capacity_everybody():
    closed, wide = worked(2, 0.0, 10.0, 100), worked(2, 1e12, 10.0, 100)
    assert (closed.closed, closed.answered, closed.queue) == (0.0, 0.0, closed.arrived)
    assert closed.wait() > 1_000_000
    assert wide.queue == 0.0
    assert wide.answered == pytest.approx(wide.arrived, abs=1)
