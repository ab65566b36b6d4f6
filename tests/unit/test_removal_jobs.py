"""Which of a run's deletions is audited, by the run's own log and its jobs."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pyarrow as pa

from scenarios.removal_jobs import Deletion, EndedJob, deletion_of, ended_jobs
from scenarios.store import Run
from scenarios.tables import events_table
from sim.events import Log
from sim.operator.removal_order import RemovalOrder


def order(source: str = "case", *, erases: bool = True, home: str = "GB") -> RemovalOrder:
    return RemovalOrder(source, home, 10, 40, erases)


def test_of_two_jobs_of_one_day_the_one_that_erases_is_audited() -> None:
    hides, erases = order(erases=False), order()
    jobs = (EndedJob(0, 10, 13), EndedJob(1, 10, 40))
    assert deletion_of(jobs, [hides, erases]) == Deletion(erases, 10, 40)
    earlier = (EndedJob(1, 10, 13), EndedJob(0, 10, 40))
    assert deletion_of(earlier, [hides, erases]) == Deletion(erases, 10, 13)


def test_the_jobs_of_one_order_are_one_deletion() -> None:
    orders = [order(), order("another"), order()]
    jobs = (EndedJob(0, 10, 20), EndedJob(1, 5, 30), EndedJob(2, 25, 40))
    assert deletion_of(jobs, orders) == Deletion(orders[2], 10, 40)


def test_where_nothing_is_erased_what_is_hidden_last_is_audited() -> None:
    orders = [order(erases=False), order("another", erases=False)]
    jobs = (EndedJob(1, 12, 20), EndedJob(0, 10, 30))
    assert deletion_of(jobs, orders) == Deletion(orders[0], 10, 30)


class LoggedRun:
    """As much of a run as its log: two jobs that began on one day, as in `order-of-italy`."""

    folder = Path("runs/italy")

    def __init__(self, own_from: int = 0) -> None:
        self.own_from = own_from

    def events(self, arm: str, number: int) -> pa.Table:
        log = Log()
        hides, erases = (log.write(10, "operator", "removal_started") for _ in range(2))
        log.write(13, "operator", "removal_ended", because=erases)
        log.write(40, "operator", "removal_ended", because=hides)
        return events_table({arm: log.events})

    def own_events(self, arm: str, number: int) -> pa.Table:
        return self.events(arm, number).slice(self.own_from)


def test_a_jobs_end_is_told_from_that_of_another_that_began_on_the_same_day() -> None:
    jobs = ended_jobs(cast(Run, LoggedRun()), "italy", 0)
    assert jobs == (EndedJob(1, 10, 13), EndedJob(0, 10, 40))


def test_jobs_are_numbered_among_all_even_where_some_are_of_the_worlds_other_cases() -> None:
    jobs = ended_jobs(cast(Run, LoggedRun(own_from=3)), "italy", 0)
    assert jobs == (EndedJob(0, 10, 40),)
