"""The operator's answer to an order: stop collecting, remove what is in scope, pay.

Compliance is a job with capacity and errors. Who is in scope is inferred at a threshold; a
complying operator spreads the removal evenly from the deadline for ceasing, so that erasure from
all stores ends by the deadline for deletion, as far as its capacity and its stores' delay allow.
A notice that stops binding (set aside) ends both: the crawler's filter is lifted and the job
stops where it stands.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import simpy

from sim.dates import add_months, iso
from sim.day import REMOVAL_TIME
from sim.events import Event, Log, Process
from sim.law.instruments import EnforcementNotice, PenaltyNotice
from sim.levers import Levers
from sim.operator.background import Background
from sim.operator.strategy import Strategy

CERTAIN = 100.0
"""Hazard of a day on which everything left is removed; no unit exponential reaches it."""


@dataclass(frozen=True)
class RemovalOrder:
    """What is to be removed, and how.

    Attributes:
        source: who orders it (a case's id or an intervention).
        start: first day of the job.
        deadline: day by which erasure from all stores should have ended.
        erases: erase from every store, or only hide from results.
    """

    source: str
    start: int
    deadline: int
    erases: bool


Remover = Callable[[RemovalOrder, int, float], None]
"""Called with (order, day, hazard) once a day while a job runs: the world removes the sample's
templates whose clocks the hazard passes."""


class Compliance:
    """What the operator does about orders and penalties.

    Args:
        env: the simulation's clock.
        log: the run's log.
        levers: the run's levers.
        background: the gallery in real units.
        strategy: what the operator does when served.
        remover: removes the sample's templates (see `Remover`).
        bring_up_to: brings people and background up to the start of a day.
        capacity: templates that can be removed in a day, real units.
        purge_delay: days from hiding to erasure from all stores.
        last_day: last day of the run.

    Attributes:
        started: removals that have begun, in order.
    """

    def __init__(
        self,
        env: simpy.Environment,
        log: Log,
        levers: Levers,
        background: Background,
        strategy: Strategy,
        remover: Remover,
        bring_up_to: Callable[[int], None],
        capacity: float,
        purge_delay: int,
        last_day: int,
    ) -> None:
        self.env = env
        self.log = log
        self.levers = levers
        self.background = background
        self.strategy = strategy
        self.remover = remover
        self.bring_up_to = bring_up_to
        self.capacity = capacity
        self.purge_delay = purge_delay
        self.last_day = last_day
        self.started: list[RemovalOrder] = []
        self._binding: dict[str, int] = {}
        self._last_binding = 0

    def on_bound(self, notice: EnforcementNotice, source: str, day: int, event: Event) -> None:
        """Answer an enforcement notice that has come to bind.

        Args:
            notice: the notice, its months counted from `notice.runs_from`.
            source: the case's id.
            day: day from which it binds.
            event: what made it bind.
        """
        if not self.strategy.obeys:
            text = "The operator does not obey the notice that binds it."
            self._note(day, "order_ignored", event, text)
            return
        assert notice.runs_from is not None
        binding = self._bind(source)
        due = {o.kind: add_months(notice.runs_from, o.months) for o in notice.obligations}
        cease = due.get("cease_collection")
        delete = due.get("delete")
        if cease is not None:
            self.env.process(self._cease(source, binding, max(day, cease), event))
        if delete is not None:
            start = max(day, cease if cease is not None else day)
            order = RemovalOrder(source, start, delete, self.strategy.erases)
            self.env.process(self._removal(order, binding, event))

    def on_released(self, source: str, day: int, event: Event) -> None:
        """Go back to business: the notice no longer binds."""
        if self._binding.pop(source, None) is None:
            return
        lever = "crawler.in_scope_pass"
        mine = any(modifier.source == source for modifier in self.levers.stack(lever))
        self.levers.clear(lever, source, day)
        if not mine:
            return
        passes = self.levers.value(lever)
        text = (
            f"The notice no longer binds; {passes:.0%} of the faces inferred to be residents "
            f"in scope pass the crawler."
        )
        kind = "collection_resumed" if passes > 0.0 else "filter_lifted"
        self._note(day, kind, event, text)

    def on_due(self, penalty: PenaltyNotice, day: int, event: Event) -> None:
        """Pay a penalty that has fallen due, or not."""
        if not self.strategy.pays:
            return
        penalty.pay(penalty.payable)
        self.log.write(
            day,
            "operator",
            "penalty_paid",
            authority=event.authority,
            instrument=penalty.name,
            amount=penalty.collected,
            currency=penalty.currency,
            because=event,
            text="The operator pays the penalty.",
        )

    def start_removal(self, order: RemovalOrder) -> None:
        """Start a removal that no case ordered (an intervention)."""
        self.env.process(self._removal(order, self._bind(order.source), None))

    def stop_removal(self, source: str, day: int) -> None:
        """Stop an intervention's removal where it stands."""
        if self._binding.pop(source, None) is not None:
            self._note(day, "removal_stopped", None, "The order has ended.")

    def _bind(self, source: str) -> int:
        """Note that a source binds, and return a token that later bindings do not share.

        A job checks its token, so one that a released notice had planned never comes back to life
        when the notice binds again.
        """
        self._last_binding += 1
        self._binding[source] = self._last_binding
        return self._last_binding

    def _cease(self, source: str, binding: int, day: int, because: Event) -> Process:
        if day > self.last_day:
            return
        yield self.env.timeout(day - self.env.now)
        if self._binding.get(source) != binding:
            return
        self.levers.set("crawler.in_scope_pass", source, day, 0.0)
        text = "The crawler no longer enrols faces that it infers to be residents in scope."
        self._note(day, "collection_ceased", because, text)

    def _removal(self, order: RemovalOrder, binding: int, because: Event | None) -> Process:
        """Remove, day by day, until the deadline is reached with nothing in scope left in results.

        What is collected after that is for the next order. The job stops where it stands when
        the order no longer binds.
        """
        if order.start > self.last_day:
            return
        yield self.env.timeout(order.start + REMOVAL_TIME - self.env.now)
        delay = self.purge_delay if order.erases else 0
        done_by = max(order.start, order.deadline - delay)
        started: Event | None = None
        late = False
        day = order.start
        while self._binding.get(order.source) == binding and day <= self.last_day:
            self.bring_up_to(day + 1)
            reach = self.background.in_reach(erases=order.erases)
            if started is None:
                self.started.append(order)
                text = f"About {reach:.3g} templates are inferred to be in scope."
                started = self._note(day, "removal_started", because, text)
            if reach > 0.0:
                removed = min(reach / max(1, done_by - day + 1), self.capacity)
                hazard = CERTAIN if removed >= reach else -math.log1p(-removed / reach)
                if removed > 0.0:
                    self.background.remove(removed, erases=order.erases)
                    self.remover(order, day, hazard)
            left = self.background.in_reach(erases=order.erases)
            if not late and day + delay >= order.deadline and (left > 0.0 or day > done_by):
                late = True
                text = (
                    f"{left:.3g} templates inferred to be in scope are left in results; erasure "
                    f"from all stores takes another {delay} days and misses {iso(order.deadline)}."
                )
                self._note(day, "removal_late", started, text)
            if left <= 0.0 and day >= done_by:
                break
            day += 1
            yield self.env.timeout(1)
        else:
            return
        if day + delay > order.deadline and not late:
            text = f"Erasure from all stores takes {delay} days and misses {iso(order.deadline)}."
            self._note(day, "removal_late", started, text)
        if day + delay > self.last_day:
            return
        yield self.env.timeout(delay)
        what = "is left" if order.erases else "is left in results"
        text = f"Nothing that the operator infers to be in scope and was told to remove {what}."
        self._note(day + delay, "removal_ended", started, text)

    def _note(self, day: int, kind: str, because: Event | None, text: str) -> Event:
        """Write what the operator does about an order to the log, and why."""
        authority = "" if because is None else because.authority
        return self.log.write(
            day,
            "operator",
            kind,
            authority=authority,
            instrument="enforcement notice" if authority else "",
            because=because,
            text=text,
        )
