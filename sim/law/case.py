"""A case as a state machine, fed by dated steps.

The record's dates drive the same machine that drawn dates would: a step happens on its day if the
case stands where the step makes sense (a tribunal decides only an appeal that was lodged). The
operator's own step, the appeal, happens only if its strategy appeals; otherwise the appeal period
runs out, the notices come into force and their months begin to run.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import simpy

from generators.errors import ScenarioError
from sim.dates import iso
from sim.day import APPEAL_PERIOD_TIME, PAYMENT_TIME
from sim.events import Event, Log, Process
from sim.law.instruments import EnforcementNotice, PenaltyNotice, Status
from sim.setup import CaseFile, Step


class Phase(Enum):
    """Phases of a case."""

    NONE = "none"
    INVESTIGATION = "investigation"
    INTENT = "notice of intent"
    FINAL = "final notices"
    TRIBUNAL = "appeal"


PHASE_SUCCESSORS: dict[Phase, frozenset[Phase]] = {
    Phase.NONE: frozenset({Phase.INVESTIGATION}),
    Phase.INVESTIGATION: frozenset({Phase.INTENT, Phase.FINAL}),
    Phase.INTENT: frozenset({Phase.FINAL}),
    Phase.FINAL: frozenset({Phase.FINAL, Phase.TRIBUNAL}),
    Phase.TRIBUNAL: frozenset({Phase.TRIBUNAL}),
}
"""From each phase, those that may follow. A penalty notice needs a notice of intent (schedule 16,
paragraph 2); an enforcement notice does not."""

NEEDS_PHASE: dict[str, frozenset[Phase]] = {
    "provisional_notice": frozenset({Phase.INVESTIGATION}),
    "final_penalty": frozenset({Phase.INTENT, Phase.FINAL}),
    "enforcement_notice": frozenset({Phase.INVESTIGATION, Phase.INTENT, Phase.FINAL}),
}
"""Steps of the authority that would stand before their cause in any other phase."""


@dataclass(frozen=True)
class Parties:
    """Whom a case tells, and whom it asks.

    Attributes:
        appeals: whether the operator appeals.
        news: called with (day, kind of news, event) when a step is news.
        bound: called with (notice, day, event) when an enforcement notice comes to bind.
        released: called with (notice, day, event) when it no longer does.
        due: called with (penalty, day, event) when a penalty becomes payable.
    """

    appeals: Callable[[], bool]
    news: Callable[[int, str, Event], None]
    bound: Callable[[EnforcementNotice, int, Event], None]
    released: Callable[[EnforcementNotice, int, Event], None]
    due: Callable[[PenaltyNotice, int, Event], None]


INERT = frozenset({"complaint", "company_reply"})
"""Steps that are logged and change nothing. Any other step needs a handler: one that the machine
does not know is refused, since ignoring it would be guessing."""

CAUSES: dict[str, tuple[str, ...]] = {
    "provisional_notice": ("investigation_opened",),
    "final_penalty": ("provisional_notice",),
    "enforcement_notice": ("provisional_notice",),
    "appeal_lodged": ("enforcement_notice", "final_penalty"),
    "hearing": ("permission_refused_renewed", "appeal_sought", "appeal_lodged"),
    "tribunal_sets_aside": ("appeal_lodged",),
    "appeal_dismissed": ("appeal_lodged",),
    "appeal_withdrawn": ("appeal_lodged",),
    "appeal_sought": ("tribunal_sets_aside",),
    "permission_refused_renewed": ("appeal_sought",),
    "tribunal_restores_jurisdiction": ("permission_refused_renewed", "appeal_sought"),
}
"""The step that a step answers in law: the first of these that has happened. Steps that are not
here answer to nothing that the record names, and are logged without a cause."""

NEWS: dict[str, str] = {
    "investigation_opened": "investigation",
    "provisional_notice": "intent",
    "enforcement_notice": "final",
    "tribunal_sets_aside": "judgment",
    "tribunal_restores_jurisdiction": "judgment",
}
"""Which steps are news, and of which size (`news.weight.*`). Both final notices are one piece of
news."""


class Case:
    """One authority's case against the operator.

    Args:
        env: the simulation's clock.
        file: steps, obligations and rules.
        log: the run's log.
        parties: whom the case tells and asks.
        payment_period: days after service before which a penalty need not be paid.
    """

    def __init__(
        self,
        env: simpy.Environment,
        file: CaseFile,
        log: Log,
        parties: Parties,
        payment_period: int,
    ) -> None:
        self.env = env
        self.file = file
        self.log = log
        self.parties = parties
        self.payment_period = payment_period
        self.phase = Phase.NONE
        self.orders = EnforcementNotice(
            "enforcement notice", obligations=file.obligations, stay=file.stay
        )
        self.penalty = PenaltyNotice("monetary penalty notice")
        self._last: dict[str, Event] = {}
        self.served: int | None = None
        env.process(self._steps())

    def _steps(self) -> Process:
        for step in self.file.steps:
            if step.day < self.env.now:
                raise ScenarioError(
                    f"case {self.file.id}: {step.kind} on {iso(step.day)} lies before the run "
                    f"or before the step that causes it"
                )
            yield self.env.timeout(step.day - self.env.now)
            self._take(step)

    def _write(self, step: Step, actor: str, instrument: str) -> Event:
        causes = (self._last.get(kind) for kind in CAUSES.get(step.kind, ()))
        because = next((cause for cause in causes if cause is not None), None)
        event = self.log.write(
            step.day,
            actor,
            step.kind,
            authority=self.file.authority,
            instrument=instrument,
            amount=step.amount,
            currency=step.currency,
            because=because,
            recorded=step.recorded,
            text=step.text,
        )
        self._last[step.kind] = event
        if step.kind in NEWS:
            self.parties.news(step.day, NEWS[step.kind], event)
        return event

    def _enter(self, phase: Phase) -> None:
        if phase not in PHASE_SUCCESSORS[self.phase]:
            raise ScenarioError(
                f"case {self.file.id}: {phase.value} cannot follow {self.phase.value}"
            )
        self.phase = phase

    def _take(self, step: Step) -> None:
        """Let a step happen if the case stands where it makes sense."""
        needs = NEEDS_PHASE.get(step.kind)
        if needs is not None and self.phase not in needs:
            raise ScenarioError(
                f"case {self.file.id}: {step.kind} on {iso(step.day)} comes before its cause: "
                f"the case is still at '{self.phase.value}'"
            )
        handler: Callable[[Step], None] | None = getattr(self, f"_on_{step.kind}", None)
        if handler is not None:
            handler(step)
        elif step.kind in INERT:
            self._write(step, "world", "case")
        else:
            raise ScenarioError(f"case {self.file.id}: no rule for the step '{step.kind}'")

    @property
    def _instruments(self) -> tuple[EnforcementNotice, PenaltyNotice]:
        return self.orders, self.penalty

    def _on_hearing(self, step: Step) -> None:
        if self.phase is Phase.TRIBUNAL:
            self._write(step, "tribunal", "case")

    def _on_investigation_opened(self, step: Step) -> None:
        self._enter(Phase.INVESTIGATION)
        self._write(step, "authority", "case")

    def _on_provisional_notice(self, step: Step) -> None:
        self._enter(Phase.INTENT)
        self._write(step, "authority", "monetary penalty notice")
        self.penalty.currency = step.currency or self.penalty.currency
        self.penalty.propose(step.day, step.amount or 0)
        self.orders.move(step.day, Status.PROPOSED)

    def _on_final_penalty(self, step: Step) -> None:
        self._enter(Phase.FINAL)
        self.served = step.day
        event = self._write(step, "authority", "monetary penalty notice")
        self.penalty.serve(step.day, step.amount or 0)
        self.env.process(self._penalty_falls_due(step.day, event))

    def _on_enforcement_notice(self, step: Step) -> None:
        self._enter(Phase.FINAL)
        self.served = step.day
        event = self._write(step, "authority", "enforcement notice")
        self.orders.move(step.day, Status.SERVED)
        self.env.process(self._appeal_period(step.day, event))

    def _on_appeal_lodged(self, step: Step) -> None:
        if not self.parties.appeals() or self.served is None:
            return
        served = self.served
        if not served <= step.day <= served + self.file.appeal_period_days:
            raise ScenarioError(
                f"case {self.file.id}: appeal_lodged on {iso(step.day)} is out of time; the "
                f"appeal period ends on {iso(served + self.file.appeal_period_days)}"
            )
        self._enter(Phase.TRIBUNAL)
        event = self._write(step, "operator", "case")
        for instrument in self._instruments:
            if instrument.status is Status.SERVED:
                instrument.move(step.day, Status.UNDER_APPEAL)
        if self.orders.binding:
            self._bind(event, served + self.file.appeal_period_days)

    def _on_tribunal_sets_aside(self, step: Step) -> None:
        if not any(instrument.appeal_pending for instrument in self._instruments):
            return
        event = self._write(step, "tribunal", "case")
        was_binding = self.orders.binding
        if self.penalty.appeal_pending:
            self.penalty.set_aside(step.day)
        if self.orders.appeal_pending:
            self.orders.move(step.day, Status.SET_ASIDE)
            self.orders.runs_from = None
            if was_binding:
                self.parties.released(self.orders, step.day, event)

    def _only_if_set_aside(self, step: Step) -> None:
        if any(instrument.status is Status.SET_ASIDE for instrument in self._instruments):
            self._write(step, "authority", "case")

    _on_appeal_sought = _only_if_set_aside
    _on_permission_refused_renewed = _only_if_set_aside

    def _on_tribunal_restores_jurisdiction(self, step: Step) -> None:
        void = [i for i in self._instruments if i.status is Status.SET_ASIDE]
        if not void:
            return
        event = self._write(step, "tribunal", "case")
        if self.penalty in void:
            self.penalty.restore(step.day)
        if self.orders in void:
            self.orders.move(step.day, Status.UNDER_APPEAL)
            if self.orders.binding:
                # The months are counted anew: an order cannot have been due while it was void.
                self._bind(event, step.day)

    def _appeal_ends(self, step: Step) -> None:
        """Bring what was under appeal into force; its months run from that day."""
        pending = [i for i in self._instruments if i.appeal_pending]
        if not pending:
            return
        actor = "operator" if step.kind == "appeal_withdrawn" else "tribunal"
        event = self._write(step, actor, "case")
        if self.orders in pending:
            was_binding = self.orders.binding
            self.orders.move(step.day, Status.IN_FORCE)
            if not was_binding:
                self._bind(event, step.day)
        if self.penalty in pending:
            self._falls_due(step.day, event)

    _on_appeal_dismissed = _appeal_ends
    _on_appeal_withdrawn = _appeal_ends

    def _appeal_period(self, served: int, event: Event) -> Process:
        yield self.env.timeout(
            served + self.file.appeal_period_days + APPEAL_PERIOD_TIME - self.env.now
        )
        if self.orders.status is Status.SERVED:
            day = served + self.file.appeal_period_days
            self.orders.move(day, Status.IN_FORCE)
            expiry = self.log.write(
                day,
                "authority",
                "appeal_period_ends",
                authority=self.file.authority,
                instrument="enforcement notice",
                because=event,
                text="No appeal was lodged: the enforcement notice is in force.",
            )
            self._bind(expiry, day)

    def _penalty_falls_due(self, served: int, event: Event) -> Process:
        wait = max(self.file.appeal_period_days, self.payment_period)
        yield self.env.timeout(served + wait + PAYMENT_TIME - self.env.now)
        if self.penalty.status is Status.SERVED:
            self._falls_due(served + wait, event)

    def _falls_due(self, day: int, event: Event) -> None:
        """Bring the penalty notice into force and tell the operator that it is payable."""
        self.penalty.move(day, Status.IN_FORCE)
        self.penalty.fall_due()
        due = self.log.write(
            day,
            "authority",
            "penalty_payable",
            authority=self.file.authority,
            instrument="monetary penalty notice",
            amount=self.penalty.payable,
            currency=self.penalty.currency,
            because=event,
            text="No appeal is open or can be lodged: the penalty is payable.",
        )
        self.parties.due(self.penalty, day, due)

    def _bind(self, event: Event, runs_from: int) -> None:
        self.orders.runs_from = runs_from
        self.parties.bound(self.orders, event.day, event)
