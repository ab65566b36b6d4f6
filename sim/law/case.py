"""A case as a state machine, fed by dated steps.

The record's dates drive the same machine that drawn dates do: a step happens on its day if the
case stands where the step makes sense (a tribunal decides only an appeal that was lodged). What
the operator does (appeal, obey, pay, settle) is asked of the parties, or told by the record of the
case; without an appeal the appeal period runs out, the notices come into force and their time
begins to run. What each act does is in `sim.law.acts`, what the calendar does in `sim.law.clocks`.
"""

from __future__ import annotations

import simpy

from generators.errors import ScenarioError
from sim.dates import iso
from sim.events import Event, Log, Process
from sim.law import clocks
from sim.law.acts import ACTS
from sim.law.checks import check_case
from sim.law.courts import lodge_appeal
from sim.law.instruments import (
    Instrument,
    MonetaryInstrument,
    Status,
)
from sim.law.issued import issued_by
from sim.law.parties import Luck, Parties, certain
from sim.law.phases import PHASE_SUCCESSORS, Phase
from sim.law.step_kinds import ORDERS, UNCONDITIONAL, Act, StepKind, phase_after
from sim.law.steps import STEPS
from sim.setup import CaseFile, Step


class Case:
    """One authority's case against the operator.

    Args:
        env: the simulation's clock.
        file: steps, obligations and rules.
        log: the run's log.
        parties: whom the case tells and asks.
        payment_period: days after service before which a penalty need not be paid.
        luck: whether the authority's checks find what there is to find.

    Attributes:
        phase: where the case stands.
        orders: what is ordered, None where the case orders nothing.
        penalty: the monetary penalty, None where the authority has none to give.
        periodic: the penalty for days of delay, None likewise.
        private: the private action, None where nobody may sue.
        served: day of the last service, None before.
        last: last event of each kind of step.
        binding: how often the orders have come to bind or ceased to; a clock that waits for a
            deadline checks it, so that what a voided notice had planned stays dead.
        checks_made: how often the authority has looked whether it is obeyed.
        contested: whether the operator has refused to settle.

    Raises:
        ScenarioError: the file describes what no case may be (`sim.law.checks`).
    """

    def __init__(
        self,
        env: simpy.Environment,
        file: CaseFile,
        log: Log,
        parties: Parties,
        payment_period: int,
        luck: Luck = certain,
    ) -> None:
        faults = check_case(file)
        if faults:
            raise ScenarioError(faults)
        self.env = env
        self.file = file
        self.log = log
        self.parties = parties
        self.payment_period = payment_period
        self.luck = luck
        self.phase = Phase.NONE
        self.served: int | None = None
        self.last: dict[str, Event] = {}
        self.binding = 0
        self.checks_made = 0
        self.contested = False
        self._told: set[tuple[int, str]] = set()
        issued = issued_by(file)
        self.orders, self.penalty = issued.orders, issued.penalty
        self.periodic, self.private = issued.periodic, issued.private
        env.process(self._steps())

    @property
    def money(self) -> tuple[MonetaryInstrument, ...]:
        """The instruments about money that the case has."""
        every = (self.penalty, self.periodic, self.private)
        return tuple(one for one in every if one is not None)

    @property
    def instruments(self) -> tuple[Instrument, ...]:
        """Every instrument that the case has, the orders first."""
        return self.money if self.orders is None else (self.orders, *self.money)

    # -- steps -----------------------------------------------------------------------------

    def _steps(self) -> Process:
        for step in self.file.steps:
            if step.day < self.env.now:
                raise ScenarioError(
                    f"case {self.file.id}: {step.kind} on {iso(step.day)} lies before the run "
                    f"or before the step that causes it"
                )
            yield self.env.timeout(step.day - self.env.now)
            self.take(step)

    def take(self, step: Step, *, forced: bool = False) -> None:
        """Let a step happen today if the case stands where it makes sense.

        Args:
            step: of a kind in `sim.law.steps.STEPS`, dated today.
            forced: of an appeal: lodged whatever the operator's strategy is.

        Raises:
            ScenarioError: no such kind of step, a step of the authority's out of its phase, an
                appeal out of time, or an instrument that this case does not have.
        """
        kind = STEPS.get(step.kind)
        if kind is None:
            raise ScenarioError(f"case {self.file.id}: no rule for the step '{step.kind}'")
        if self.phase not in kind.phases:
            if kind.act in UNCONDITIONAL:
                raise ScenarioError(
                    f"case {self.file.id}: {step.kind} on {iso(step.day)} cannot come while the "
                    f"case is at '{self.phase.value}'"
                )
            return
        if kind.act is Act.APPEAL:
            lodge_appeal(self, step, forced=forced)
        else:
            ACTS[kind.act](self, step, kind)

    def write(
        self, step: Step, amount: int | None = None, *, recorded: bool | None = None
    ) -> Event:
        """Write a step to the log with what it answers in law, and tell the news.

        Args:
            step: what happens.
            amount: in place of the step's own, whole units.
            recorded: in place of the step's own mark.
        """
        kind = STEPS[step.kind]
        causes = (self.last.get(cause) for cause in kind.causes)
        event = self.log.write(
            step.day,
            kind.actor,
            step.kind,
            case=self.file.id,
            authority=self.file.authority,
            instrument=kind.instrument,
            amount=step.amount if amount is None else amount,
            currency=step.currency,
            because=next((cause for cause in causes if cause is not None), None),
            recorded=step.recorded if recorded is None else recorded,
            text=step.text,
        )
        self.last[step.kind] = event
        # Notices of one day are one piece of news.
        if kind.news and (step.day, kind.news) not in self._told:
            self._told.add((step.day, kind.news))
            self.parties.news(step.day, kind.news, event)
        return event

    def note(
        self,
        day: int,
        kind: str,
        instrument: str,
        because: Event | None,
        text: str,
        *,
        actor: str = "authority",
        amount: int | None = None,
        currency: str | None = None,
    ) -> Event:
        """Write to the log what the law itself brings about (`sim.law.steps.BY_LAW`)."""
        event = self.log.write(
            day,
            actor,
            kind,
            case=self.file.id,
            authority=self.file.authority,
            instrument=instrument,
            amount=amount,
            currency=currency,
            because=because,
            text=text,
        )
        self.last[kind] = event
        return event

    def enter(self, phase: Phase) -> None:
        """Bring the case to a phase.

        Raises:
            ScenarioError: the phase cannot follow the one at which the case stands.
        """
        if phase not in PHASE_SUCCESSORS[self.phase]:
            raise ScenarioError(
                f"case {self.file.id}: {phase.value} cannot follow {self.phase.value}"
            )
        self.phase = phase

    def advance(self, kind: StepKind) -> None:
        """Bring the case to the phase to which a step of a kind leads."""
        after = phase_after(self.phase, kind)
        if after is not self.phase:
            self.enter(after)

    # -- orders ----------------------------------------------------------------------------

    @property
    def last_order(self) -> Event | None:
        """The last event by which something was ordered, None where nothing was."""
        ordered = [
            e for kind, e in self.last.items() if kind in STEPS and STEPS[kind].act in ORDERS
        ]
        return max(ordered, key=lambda event: event.id, default=None)

    def serve_orders(self, day: int, event: Event, kind: StepKind) -> None:
        """Serve what is ordered; a second notice of an order that stands changes nothing."""
        orders = self.orders
        if orders is None or not orders.may_become(Status.SERVED):
            return
        orders.appealable = kind.appealable
        orders.move(day, Status.SERVED)
        if not orders.appealable:
            orders.open_from = None
            orders.move(day, Status.IN_FORCE)
            self.bind(event, day, day)
            return
        if orders.binding:
            self.bind(event, day + self.file.appeal_period_days, day)
        self.env.process(clocks.appeal_period(self, day, event))

    def bind(self, event: Event, runs_from: int, counts_from: int) -> None:
        """Let the orders bind from an event on, and their time run.

        Args:
            event: what made them bind.
            runs_from: day from which time runs that is counted from the appeal period's end.
            counts_from: day from which time runs that is counted from service.
        """
        assert self.orders is not None
        self.binding += 1
        self.orders.run(event.day, runs_from, counts_from)
        self.env.process(clocks.checks(self, self.binding))
        self.parties.bound(self, event.day, event)

    def release(self, event: Event) -> None:
        """Let the orders no longer bind."""
        assert self.orders is not None
        if self.orders.bound is None:
            return
        self.binding += 1
        self.orders.suspend()
        self.parties.released(self, event.day, event)
