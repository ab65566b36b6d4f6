"""The operator's answer to an order: every duty done as a lever or a job, or not done.

What the strategy or the record decides (`sim.operator.strategy`) is carried out duty by duty
(`sim.law.duties`): a lever is held from the duty's deadline in the case's own jurisdiction, a job
is done by then with capacity and errors (`sim.operator.removal`). A notice that stops binding (set
aside) ends all of it: levers are released and jobs stop where they stand. Duties of customers are
met by customers, authorities mostly, who obey what binds them; that is an assumption.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import simpy

from sim.dates import iso
from sim.events import Event, Log, Process
from sim.law.case import Case
from sim.law.duties import DUTIES, Duty
from sim.law.instruments import MonetaryInstrument
from sim.levers import Levers
from sim.operator.purse import Purse
from sim.operator.removal import Removals, note
from sim.operator.removal_order import REMOVALS, RemovalOrder
from sim.operator.strategy import Decision
from sim.setup import CaseFile, Obligation, Scope

Inform = Callable[[int, float, str], int]
"""Tells residents of whom something is held: (day, chance that a notice reaches each, code)."""


class Compliance:
    """What the operator does about orders and penalties.

    Args:
        env: the simulation's clock.
        log: the run's log.
        levers: the run's levers.
        removals: the removal jobs.
        decision: how the operator meets a case, decided once.
        purse: out of which it pays.
        inform: tells people.
        reach: chance that a notice reaches somebody of whom something is held.
        trials: share of new customers who come by a free trial.
        last_day: last day of the run.
    """

    def __init__(
        self,
        env: simpy.Environment,
        log: Log,
        levers: Levers,
        removals: Removals,
        decision: Callable[[CaseFile], Decision],
        purse: Purse,
        inform: Inform,
        reach: float,
        trials: float,
        last_day: int,
    ) -> None:
        self.env = env
        self.log = log
        self.levers = levers
        self.removals = removals
        self.decision = decision
        self.purse = purse
        self.inform = inform
        self.reach = reach
        self.trials = trials
        self.last_day = last_day
        self._binding: dict[str, int] = {}
        self._last_binding = 0
        self._met: dict[tuple[str, str], int] = {}

    # -- what a case asks ------------------------------------------------------------------

    def appeals(self, file: CaseFile, _instrument: str) -> bool:
        """Return whether the operator appeals; it appeals against every notice or against none."""
        return self.decision(file).appeals

    def settles(self, file: CaseFile) -> bool:
        """Return whether the operator agrees to end a private action."""
        return self.decision(file).settles

    def obeyed(self, case: Case, duty: str, day: int) -> bool:
        """Return whether a duty of a case that binds is met on a day."""
        since = self._met.get((case.file.id, duty))
        return since is not None and since <= day

    # -- what a case tells -----------------------------------------------------------------

    def on_bound(self, case: Case, day: int, event: Event) -> None:
        """Answer orders that have come to bind.

        Args:
            case: the case; its deadlines run.
            day: day from which it binds.
            event: what made it bind.
        """
        orders = case.orders
        assert orders is not None
        decision = self.decision(case.file)
        owed = [o for o in orders.obligations if DUTIES[o.kind].job != "payment"]
        if not owed:
            return
        meets = [o for o in owed if o.kind in decision.obeys or _of_customers(case, o)]
        if not meets:
            if case.file.addressee == "operator":
                text = "The operator does not obey the notice that binds it."
                note(self.log, day, "order_ignored", event, text)
            return
        binding = self._bind(case.file.id)
        for duty in (o for o in owed if o not in meets):
            text = f"The operator does not do what is ordered: {DUTIES[duty.kind].what}."
            note(self.log, day, "duty_ignored", event, text)
        due = {duty: by for duty in meets if (by := orders.deadline(duty)) is not None}
        # What is still collected would have to be removed again.
        ceased = max([day, *(due[o] for o in meets if o.kind == "cease_collection")])
        removals = {
            duty: self._removal(case, duty, day, ceased, due[duty])
            for duty in meets
            if DUTIES[duty.kind].job in REMOVALS
        }
        ceased = min([ceased, *(order.start for order in removals.values())])
        for duty in meets:
            if duty in removals:
                self._remove(case, duty, binding, removals[duty], event)
                continue
            on = min(ceased, due[duty]) if duty.kind == "cease_collection" else due[duty]
            self.env.process(self._meet(case, duty, binding, on, orders.ends(duty), event))

    def on_released(self, case: Case, day: int, event: Event) -> None:
        """Go back to business: the orders no longer bind."""
        source = case.file.id
        if self._binding.pop(source, None) is None:
            return
        self._met = {key: since for key, since in self._met.items() if key[0] != source}
        for duty in (DUTIES[o.kind] for o in case.file.obligations):
            if duty.lever:
                self._release(source, duty, day, event, "The notice no longer binds")

    def on_left(self, case: Case, day: int, event: Event) -> None:
        """Leave a market by itself: no customer in the jurisdiction is served any more."""
        place = Scope(jurisdiction=case.file.jurisdiction)
        self.levers.set("customers.pass", f"{case.file.id}, market left", day, 0.0, place)
        note(self.log, day, "service_ended", event, "No customer there is served any more.")

    def on_due(self, case: Case, money: MonetaryInstrument, day: int, event: Event) -> None:
        """Pay a sum that has fallen due, or not; the operator pays no more than its purse holds."""
        if not self.decision(case.file).pays:
            return
        what = "settlement" if money is case.private else "penalty"
        payer = "customer" if case.file.addressee == "customers" else "operator"
        owed = money.owed
        if payer == "operator":
            amount = min(owed, self.purse.affords(money.currency))
            self.purse.pay(amount, money.currency)
            if amount < owed:
                text = f"The purse holds {amount:,} of {owed:,} {money.currency}."
                note(self.log, day, f"{what}_not_paid_in_full", event, text)
            if amount == 0:
                return
            owed = amount
        money.pay(owed)
        self.log.write(
            day,
            payer,
            f"{what}_paid",
            authority=event.authority,
            instrument=money.name,
            amount=money.collected,
            currency=money.currency,
            because=event,
            text=f"The {payer} pays the {what}.",
        )

    def on_seizure(self, case: Case, money: MonetaryInstrument, sum_: int) -> int:
        """Lose what an authority takes by force, and return how much of the sum that is.

        It takes no more of the operator than lies within its reach; customers who are authorities
        of a state have it all.
        """
        if case.file.addressee != "operator":
            return sum_
        return self.purse.seize(sum_, money.currency, case.file.jurisdiction)

    # -- what an intervention asks ---------------------------------------------------------

    def start_removal(self, order: RemovalOrder, because: Event | None = None) -> None:
        """Start a removal that no case ordered (an intervention), for a cause if there is one."""
        self._start(order, self._bind(order.source), because)

    def left_of(self, order: RemovalOrder) -> float:
        """Return the faces that an order to erase would find in the stores, hidden ones too,
        real units; what was collected since the stores were last counted (a week) is not in."""
        return self.removals.background.in_reach(order)

    def removals_in_force(self, jurisdiction: str) -> list[RemovalOrder]:
        """Return the removals in a jurisdiction that have begun and whose order still holds."""
        return [
            order
            for order in self.removals.started
            if order.jurisdiction == jurisdiction and order.source in self._binding
        ]

    def stop_removal(self, source: str, day: int) -> None:
        """Stop an intervention's removal where it stands."""
        if self._binding.pop(source, None) is not None:
            note(self.log, day, "removal_stopped", None, "The order has ended.")

    # -- duties ----------------------------------------------------------------------------

    def _removal(
        self, case: Case, duty: Obligation, day: int, ceased: int, due: int
    ) -> RemovalOrder:
        """Return the job that a duty to delete, to hide or to give up templates asks for.

        It begins once collection has ceased, and before that where it would end too late.
        """
        file, decision = case.file, self.decision(case.file)
        erases, templates_only = REMOVALS[DUTIES[duty.kind].job]
        order = RemovalOrder(
            source=file.id,
            jurisdiction=file.jurisdiction,
            start=ceased,
            deadline=due,
            erases=erases and decision.erases,
            threshold=duty.threshold,
            templates_only=templates_only,
        )
        return replace(order, start=max(day, min(ceased, self.removals.latest_start(order, day))))

    def _remove(
        self, case: Case, duty: Obligation, binding: int, order: RemovalOrder, event: Event
    ) -> None:
        """Start the job of a duty."""
        # Hiding what was to be erased does not meet the duty, and a check finds that out.
        erases, _ = REMOVALS[DUTIES[duty.kind].job]
        met = None
        if order.erases == erases:
            met = partial(self._meets, case.file.id, duty)
        self._start(order, binding, event, met)

    def _meet(
        self,
        case: Case,
        duty: Obligation,
        binding: int,
        day: int,
        ends: int | None,
        because: Event,
    ) -> Process:
        """Do a duty on its deadline, and let go of it where it ends."""
        if day > self.last_day:
            return
        # A duty that is due when the orders come to bind is done at once.
        yield self.env.timeout(max(0.0, day - self.env.now))
        source, kind = case.file.id, DUTIES[duty.kind]
        if self._binding.get(source) != binding:
            return
        self._meets(source, duty, day)
        if kind.lever:
            self._hold(case, kind, day, because)
        elif kind.job == "informing":
            told = self.inform(day, self.reach, case.file.jurisdiction)
            text = f"A notice reaches {self.reach:.0%} of those of whom something is held."
            note(self.log, day, "people_informed" if told else "nobody_informed", because, text)
        elif kind.job == "one person":
            text = (
                "What is held of the one who complained is erased; one real person stands in no "
                "sample, so that no count moves."
            )
            note(self.log, day, "person_erased", because, text)
        else:
            note(self.log, day, "duty_met", because, f"Done: {kind.what}; {kind.why_none}.")
        if ends is None or ends > self.last_day:
            return
        yield self.env.timeout(ends - self.env.now)
        if self._binding.get(source) == binding and kind.lever:
            self._release(source, kind, ends, because, f"The duty has ended on {iso(ends)}")

    def _hold(self, case: Case, duty: Duty, day: int, because: Event) -> None:
        value = 1.0 - self.trials if duty.value is None else duty.value
        self.levers.set(duty.lever, case.file.id, day, value, place_of(duty, case.file))
        if duty.name == "cease_collection":
            text = "The crawler no longer enrols faces that it infers to be residents in scope."
            note(self.log, day, "collection_ceased", because, text)
        else:
            note(self.log, day, "duty_met", because, f"Done: {duty.what}.")

    def _release(self, source: str, duty: Duty, day: int, because: Event, why: str) -> None:
        mine = [m for m in self.levers.stack(duty.lever) if m.source == source]
        if not mine:
            return
        self.levers.clear(duty.lever, source, day)
        value = self.levers.value(duty.lever, mine[0].scope)
        if duty.name == "cease_collection":
            passes = f"{value:.0%} of the faces inferred to be residents in scope"
            text = f"{why}; {passes} pass the crawler."
            kind = "collection_resumed" if value > 0.0 else "filter_lifted"
        else:
            text, kind = f"{why}; {duty.lever} is back at {value:g}.", "duty_ended"
        note(self.log, day, kind, because, text)

    def _meets(self, source: str, duty: Obligation, day: int) -> None:
        self._met.setdefault((source, duty.kind), day)

    def _start(
        self,
        order: RemovalOrder,
        binding: int,
        because: Event | None,
        done: Callable[[int], None] | None = None,
    ) -> None:
        def binds() -> bool:
            return self._binding.get(order.source) == binding

        self.env.process(self.removals.job(order, binds, because, done))

    def _bind(self, source: str) -> int:
        """Note that a source binds, and return a token that later bindings do not share.

        A job checks its token, so one that a released notice had planned never comes back to life
        when the notice binds again.
        """
        self._last_binding += 1
        self._binding[source] = self._last_binding
        return self._last_binding


def place_of(duty: Duty, file: CaseFile) -> Scope:
    """Return whom a duty's lever covers: the case's jurisdiction, or one kind of customer.

    A ban on a kind of customer is about that kind wherever it is (the record's is nationwide).
    """
    if duty.customer:
        return Scope(customer=duty.customer)
    return Scope(jurisdiction=file.jurisdiction)


def _of_customers(case: Case, duty: Obligation) -> bool:
    """Return whether customers meet a duty of theirs, of which the record says nothing else."""
    return DUTIES[duty.kind].addressee == "customers" and case.file.conduct is None
