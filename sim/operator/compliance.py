"""The operator's answer to an order: stop collecting, remove what is in scope, pay.

Compliance is a job with capacity and errors. Who is in scope is inferred at a threshold; a
complying operator spreads the removal evenly from the deadline for ceasing, so that erasure from
all stores ends by the deadline for deletion, as far as its capacity and its stores' delay allow.
A notice that stops binding (set aside) ends both: the crawler's filter is lifted and the job
stops where it stands.
"""

from __future__ import annotations

import simpy

from sim.events import Event, Log, Process
from sim.law.case import Case
from sim.law.instruments import MonetaryInstrument
from sim.levers import Levers
from sim.operator.removal import RemovalOrder, Removals, note
from sim.operator.strategy import Strategy
from sim.setup import EVERYWHERE, Scope


class Compliance:
    """What the operator does about orders and penalties.

    Args:
        env: the simulation's clock.
        log: the run's log.
        levers: the run's levers.
        removals: the removal jobs.
        strategy: what the operator does when served.
        last_day: last day of the run.
    """

    def __init__(
        self,
        env: simpy.Environment,
        log: Log,
        levers: Levers,
        removals: Removals,
        strategy: Strategy,
        last_day: int,
    ) -> None:
        self.env = env
        self.log = log
        self.levers = levers
        self.removals = removals
        self.strategy = strategy
        self.last_day = last_day
        self._binding: dict[str, int] = {}
        self._last_binding = 0

    def on_bound(self, case: Case, day: int, event: Event) -> None:
        """Answer orders that have come to bind: do what the operator meets of them.

        Args:
            case: whose orders they are, with their deadlines.
            day: day from which they bind.
            event: what made them bind.
        """
        source, orders = case.file.id, case.orders
        assert orders is not None
        due = {
            duty.kind: deadline
            for duty in orders.obligations
            if (deadline := orders.deadline(duty)) is not None and self.meets(case, duty.kind)
        }
        if not due:
            text = "The operator does not obey the notice that binds it."
            note(self.log, day, "order_ignored", event, text)
            return
        binding = self._bind(source)
        cease = due.get("cease_collection")
        delete = due.get("delete")
        if cease is not None:
            scope = EVERYWHERE
            if case.file.conduct is not None:
                scope = Scope(jurisdiction=case.file.jurisdiction)
            self.env.process(self._cease(source, binding, max(day, cease), event, scope))
        if delete is not None:
            start = max(day, cease if cease is not None else day)
            order = RemovalOrder(
                source, case.file.jurisdiction, start, delete, self.strategy.erases
            )
            self._start(order, binding, event)

    def meets(self, case: Case, duty: str) -> bool:
        """Return whether the operator meets a duty once it binds: as the record says that it did,
        or else by its strategy."""
        conduct = case.file.conduct
        return self.strategy.obeys if conduct is None else duty in conduct.meets

    def obeyed(self, case: Case, duty: str, _day: int) -> bool:
        """Return whether a duty that is due is met on a day."""
        return self.meets(case, duty)

    def on_released(self, case: Case, day: int, event: Event) -> None:
        """Go back to business: the orders no longer bind."""
        source = case.file.id
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
        note(self.log, day, kind, event, text)

    def on_due(self, case: Case, money: MonetaryInstrument, day: int, event: Event) -> None:
        """Pay a sum that has fallen due, or not: as the record says, or else by the strategy."""
        conduct = case.file.conduct
        if not (self.strategy.pays if conduct is None else conduct.pays):
            return
        money.pay(money.payable)
        what = "settlement" if money is case.private else "penalty"
        self.log.write(
            day,
            "operator",
            f"{what}_paid",
            authority=event.authority,
            instrument=money.name,
            amount=money.collected,
            currency=money.currency,
            because=event,
            text=f"The operator pays the {what}.",
        )

    def start_removal(self, order: RemovalOrder) -> None:
        """Start a removal that no case ordered (an intervention)."""
        self._start(order, self._bind(order.source), None)

    def stop_removal(self, source: str, day: int) -> None:
        """Stop an intervention's removal where it stands."""
        if self._binding.pop(source, None) is not None:
            note(self.log, day, "removal_stopped", None, "The order has ended.")

    def _start(self, order: RemovalOrder, binding: int, because: Event | None) -> None:
        def binds() -> bool:
            return self._binding.get(order.source) == binding

        self.env.process(self.removals.job(order, binds, because))

    def _bind(self, source: str) -> int:
        """Note that a source binds, and return a token that later bindings do not share.

        A job checks its token, so one that a released notice had planned never comes back to life
        when the notice binds again.
        """
        self._last_binding += 1
        self._binding[source] = self._last_binding
        return self._last_binding

    def _cease(self, source: str, binding: int, day: int, because: Event, scope: Scope) -> Process:
        if day > self.last_day:
            return
        yield self.env.timeout(max(0.0, day - self.env.now))
        if self._binding.get(source) != binding:
            return
        self.levers.set("crawler.in_scope_pass", source, day, 0.0, scope)
        text = "The crawler no longer enrols faces that it infers to be residents in scope."
        note(self.log, day, "collection_ceased", because, text)
