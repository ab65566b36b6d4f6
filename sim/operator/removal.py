"""The removal job: what is inferred to be in scope leaves the stores, day by day, with capacity.

Who is in scope is inferred at a threshold; the job spreads the work evenly from its first day, so
that erasure from all stores ends by the deadline, as far as the operator's capacity and its
stores' delay allow. The capacity of a day is one for all jobs: what an earlier one leaves of it is
the later one's. A job stops where it stands when the order no longer binds.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import simpy

from sim.dates import iso
from sim.day import REMOVAL_TIME
from sim.events import Event, Log, Process
from sim.operator.background import Background
from sim.operator.removal_order import RemovalOrder

CERTAIN = 100.0
"""Hazard of a day on which everything left is removed; no unit exponential reaches it."""


Remover = Callable[[RemovalOrder, int, float], None]
"""Called with (order, day, hazard) once a day while a job runs: the world removes the sample's
templates whose clocks the hazard passes."""


class Removals:
    """The removal jobs of one run.

    Args:
        env: the simulation's clock.
        log: the run's log.
        background: the gallery in real units.
        remover: removes the sample's templates (see `Remover`).
        bring_up_to: brings people and background up to the start of a day.
        capacity: templates that can be removed in a day, by all jobs together, real units.
        purge_delay: days from hiding to erasure from all stores, as far as they are known.
        lasting: stores that keep for nobody knows how long, each with its manner.
        last_day: last day of the run.

    Attributes:
        started: jobs that have begun, in order.
        erased: faces erased so far, real units; those that are only hidden are not among them.
    """

    def __init__(
        self,
        env: simpy.Environment,
        log: Log,
        background: Background,
        remover: Remover,
        bring_up_to: Callable[[int], None],
        capacity: float,
        purge_delay: int,
        lasting: tuple[str, ...],
        last_day: int,
    ) -> None:
        self.env = env
        self.log = log
        self.background = background
        self.remover = remover
        self.bring_up_to = bring_up_to
        self.capacity = capacity
        self.purge_delay = purge_delay
        self.lasting = lasting
        self.last_day = last_day
        self.started: list[RemovalOrder] = []
        self.erased = 0.0
        self._spent = (-1, 0.0)

    def latest_start(self, order: RemovalOrder, day: int) -> int:
        """Return the last day on which a removal can begin and end by its deadline.

        What is in reach by then is reckoned from what is in reach now, and grows as the gallery
        does; a day's capacity and the delay of the stores say how long its removal takes.

        Args:
            order: what is ordered; its `start` is not read.
            day: today.
        """
        images = self.background.images
        last = min(order.deadline, len(images) - 1)
        growth = float(images[last] / images[day]) if day < last and images[day] > 0.0 else 1.0
        faces = self.background.in_reach(order) * growth
        days = max(0, order.deadline - day)
        if faces < self.capacity * days:
            days = math.ceil(faces / self.capacity)
        return order.deadline - self._delay(order) - days

    def _delay(self, order: RemovalOrder) -> int:
        return self.purge_delay if order.erases else 0

    def _stores(self, order: RemovalOrder) -> str:
        """Return of which stores the delay tells."""
        lasting = order.erases and self.lasting
        return "the stores that let go on a known day" if lasting else "all stores"

    def job(
        self,
        order: RemovalOrder,
        binds: Callable[[], bool],
        because: Event | None,
        done: Callable[[int], None] | None = None,
    ) -> Process:
        """Remove, day by day, until the deadline is reached with nothing in scope left in results.

        What is collected after that is for the next order.

        Args:
            order: what is ordered.
            binds: whether the order still binds; the job stops where it stands when it does not.
            because: the event that brought it about, None of an intervention's.
            done: called with the day on which nothing is left, or None.
        """
        if order.start > self.last_day:
            return
        yield self.env.timeout(order.start + REMOVAL_TIME - self.env.now)
        delay = self._delay(order)
        done_by = max(order.start, order.deadline - delay)
        started: Event | None = None
        late = False
        day = order.start
        while binds() and day <= self.last_day:
            if self.background.knows(order.jurisdiction, order.threshold):
                self.bring_up_to(day + 1)
            reach = self.background.in_reach(order)
            if started is None:
                self.started.append(order)
                how = "erased" if order.erases else "hidden, and kept"
                text = f"About {reach:.3g} templates are inferred to be in scope; they are {how}."
                started = note(self.log, day, "removal_started", because, text)
                if order.erases and self.lasting and reach > 0.0:
                    kept = f"What is erased may stay for ever in {', '.join(self.lasting)}."
                    note(self.log, day, "stores_keep", started, kept)
            if reach > 0.0:
                removed = min(reach / max(1, done_by - day + 1), self._capacity_left(day))
                hazard = CERTAIN if removed >= reach else -math.log1p(-removed / reach)
                if removed > 0.0:
                    self._spent = (day, self._spent_on(day) + removed)
                    self.background.remove(removed, order)
                    self.remover(order, day, hazard)
                    self.erased += removed if order.erases else 0.0
            left = self.background.in_reach(order)
            if not late and day + delay >= order.deadline and (left > 0.0 or day > done_by):
                late = True
                text = (
                    f"{left:.3g} templates inferred to be in scope are left in results; erasure "
                    f"from {self._stores(order)} takes another {delay} days and misses "
                    f"{iso(order.deadline)}."
                )
                note(self.log, day, "removal_late", started, text)
            if left <= 0.0 and day >= done_by:
                break
            day += 1
            yield self.env.timeout(1)
        else:
            return
        if day + delay > order.deadline and not late:
            stores = self._stores(order)
            text = f"Erasure from {stores} takes {delay} days and misses {iso(order.deadline)}."
            note(self.log, day, "removal_late", started, text)
        if day + delay > self.last_day:
            return
        yield self.env.timeout(delay)
        what = "is left" if order.erases and not self.lasting else "is left in results"
        text = f"Nothing that the operator infers to be in scope and was told to remove {what}."
        note(self.log, day + delay, "removal_ended", started, text)
        if done is not None:
            done(day + delay)

    def _spent_on(self, day: int) -> float:
        """Return how much of a day's capacity has been spent, real units."""
        last, spent = self._spent
        return spent if last == day else 0.0

    def _capacity_left(self, day: int) -> float:
        """Return what is left of a day's capacity, real units."""
        return max(0.0, self.capacity - self._spent_on(day))


def note(log: Log, day: int, kind: str, because: Event | None, text: str) -> Event:
    """Write what the operator does about an order to the log, and why."""
    authority = "" if because is None else because.authority
    return log.write(
        day,
        "operator",
        kind,
        authority=authority,
        instrument="enforcement notice" if authority else "",
        because=because,
        text=text,
    )
