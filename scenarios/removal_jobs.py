"""The removal jobs of one arm of one replication, by the run's own log, and the one to audit.

A job's end names its beginning as its cause, so that two jobs that begin on the same day are told
apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from generators.errors import Fault, RunFolderError
from scenarios.store import Run
from sim.dates import day_of
from sim.operator.removal_order import RemovalOrder


@dataclass(frozen=True)
class EndedJob:
    """A removal job that ended within the run.

    Attributes:
        place: among all that began in the arm, in order, those of the world's other cases
            included; 0 first.
        start: day number on which it began.
        end: day number on which the last store had been cleared, as far as that can be known.
    """

    place: int
    start: int
    end: int


@dataclass(frozen=True)
class Deletion:
    """An order that was carried out, in one job or several.

    Attributes:
        order: of the job that ended last.
        start: day number on which the first job of it began.
        end: day number on which the last had ended.
    """

    order: RemovalOrder
    start: int
    end: int


def ended_jobs(run: Run, arm: str, number: int) -> tuple[EndedJob, ...]:
    """Return the arm's own removal jobs that ended, in order of their end.

    Args:
        run: a finished run.
        arm: name of the arm.
        number: place of the replication among those of the run.

    Raises:
        RunFolderError: none began, or none that began ended within the run.
    """
    every = run.events(arm, number).to_pylist()
    started = [event for event in every if event["kind"] == "removal_started"]
    place = {event["id"]: place for place, event in enumerate(started)}
    own = run.own_events(arm, number).to_pylist()
    ended = [event for event in own if event["kind"] == "removal_ended"]
    if not ended:
        began = [event["date"] for event in own if event["kind"] == "removal_started"]
        what = f"one that began on {began[-1]} and did not end" if began else "none"
        raise RunFolderError(
            Fault(
                f"there is no deletion to audit in '{arm}'",
                file=str(run.folder),
                key="--arm",
                found=what,
                expected="an arm in which the operator deletes, to the end",
            )
        )
    jobs = [
        EndedJob(
            place[event["because"]],
            _day(started[place[event["because"]]]["date"]),
            _day(event["date"]),
        )
        for event in ended
    ]
    return tuple(sorted(jobs, key=lambda job: job.end))


def deletion_of(jobs: Sequence[EndedJob], orders: Sequence[RemovalOrder]) -> Deletion:
    """Return the deletion to audit: of the job that ended last, of those that erase where any does,
    with every job of the same order that had ended by then.

    Args:
        jobs: those that ended, one or more.
        orders: of every job that began, in order.
    """
    last = max(jobs, key=lambda job: (orders[job.place].erases, job.end))
    order = orders[last.place]
    same = [
        job.start
        for job in jobs
        if job.end <= last.end and _what(orders[job.place]) == _what(order)
    ]
    return Deletion(order, min(same), last.end)


def _what(order: RemovalOrder) -> tuple[str, str, bool]:
    return order.source, order.jurisdiction, order.erases


def _day(text: str) -> int:
    return day_of(date.fromisoformat(text))
