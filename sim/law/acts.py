"""What each act does to a case: one function an act of `sim.law.steps`.

Here are the acts of the authority and of those who sue and settle; those of courts are in
`sim.law.courts`, those about days of delay in `sim.law.delays`. The record's own answer of the
operator (`CaseFile.conduct`) goes before its strategy's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from generators.errors import ScenarioError
from sim.events import Event
from sim.law import clocks, courts, delays, payment
from sim.law.instruments import Status
from sim.law.phases import AFTER_FINAL, Phase
from sim.law.step_kinds import PENALTY, PERIODIC, PRIVATE, Act, StepKind
from sim.law.steps import STEPS
from sim.setup import Step

if TYPE_CHECKING:
    from sim.law.case import Case


def _tell(case: Case, step: Step, _kind: StepKind) -> None:
    case.write(step)


def _open(case: Case, step: Step, kind: StepKind) -> None:
    """Open the case, or an investigation; a complaint before a court is a suit."""
    case.advance(kind)
    case.write(step)
    powers = case.file.powers
    before_court = powers is not None and powers.kind in ("court", "prosecutor")
    if kind.actor == "world" and before_court and case.private is not None:
        case.private.file(step.day, step.amount or 0)


def _propose(case: Case, step: Step, kind: StepKind) -> None:
    """Say what is intended: nothing binds, and nothing is payable."""
    case.advance(kind)
    case.write(step)
    penalty, private = case.penalty, case.private
    if kind.instrument == PENALTY and penalty is not None and penalty.may_become(Status.PROPOSED):
        penalty.currency = step.currency or penalty.currency
        penalty.propose(step.day, step.amount or 0)
    if kind.instrument == PRIVATE and private is not None and not private.agreed:
        private.add(step.day, step.amount or 0)
    _announce_orders(case, step)


def _announce_orders(case: Case, step: Step) -> None:
    if case.orders is not None and case.orders.status is None:
        case.orders.move(step.day, Status.PROPOSED)


def _serve(case: Case, step: Step) -> Event:
    """Serve a notice: the appeal period begins anew, and an appeal that is open stays open."""
    case.advance(STEPS[step.kind])
    case.served = step.day
    return case.write(step)


def _order(case: Case, step: Step, kind: StepKind) -> None:
    """Order, with whatever penalty the same step states."""
    if kind.instrument == PRIVATE and (case.contested or _agreed(case)):
        return
    event = _serve(case, step)
    if kind.money == PENALTY and step.amount:
        _impose(case, step)
    if kind.money == PERIODIC and step.amount:
        _threaten(case, step)
    if kind.instrument == PRIVATE:
        _agree(case, step, kind)
    case.serve_orders(step.day, event, kind)


def _penalise(case: Case, step: Step, _kind: StepKind) -> None:
    """Impose a penalty; where an earlier one still stands there is no second."""
    if case.penalty is not None and not case.penalty.may_become(Status.SERVED):
        return
    _serve(case, step)
    _impose(case, step)


def _impose(case: Case, step: Step) -> None:
    """Serve a monetary penalty; it falls due when no appeal can be lodged any more."""
    penalty = case.penalty
    if penalty is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a power to impose it")
    if not penalty.may_become(Status.SERVED):
        return
    penalty.currency = step.currency or penalty.currency
    penalty.serve(step.day, step.amount or 0)
    case.env.process(payment.waits(case, penalty, step.day, case.last[step.kind]))


def _threaten(case: Case, step: Step) -> None:
    """Enter what every day of delay costs; where only the most is known, the first day costs it."""
    periodic = case.periodic
    if periodic is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a power to threaten it")
    if not periodic.may_become(Status.PROPOSED):
        return
    periodic.currency = step.currency or periodic.currency
    amount = step.amount or 0
    periodic.threaten(step.day, amount, amount if step.kind == "order_with_penalty" else None)


def _settle(case: Case, step: Step, kind: StepKind) -> None:
    """Settle; where a court has still to approve, nothing binds before it does.

    What is settled is settled: a later settlement of the same suit does not happen.
    """
    if _agreed(case):
        return
    if case.contested or (case.file.conduct is None and not case.parties.settles(case.file)):
        case.contested = True
        return
    if case.private is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a right to sue")
    case.private.currency = step.currency or case.private.currency
    if _waits_for_court(case, step):
        if case.phase not in AFTER_FINAL:
            case.enter(Phase.INTENT)
        case.write(step)
        case.private.add(step.day, step.amount or 0)
        _announce_orders(case, step)
        return
    event = _serve(case, step)
    _agree(case, step, kind)
    case.serve_orders(step.day, event, kind)


def _agreed(case: Case) -> bool:
    return case.private is not None and case.private.agreed


def _waits_for_court(case: Case, step: Step) -> bool:
    """Return whether a further term or a court's approval comes after a settlement."""
    later = case.file.steps[case.file.steps.index(step) + 1 :] if step in case.file.steps else ()
    return any(STEPS[s.kind].money == PRIVATE or s.kind == "consent_order" for s in later)


def _agree(case: Case, step: Step, kind: StepKind) -> None:
    """Let a settlement stand, and what it costs fall due when nobody can appeal any more."""
    private = case.private
    if private is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a right to sue")
    private.agree(step.day, step.amount or 0)
    event = case.last[step.kind]
    if kind.appealable:
        case.env.process(payment.waits(case, private, step.day, event))
        return
    private.open_from = None
    payment.falls_due(case, private, step.day, event)


def _refuse(case: Case, step: Step, kind: StepKind) -> None:
    """Dismiss a suit: the case ends."""
    case.advance(kind)
    case.write(step)
    if case.private is not None and case.private.status in (Status.FILED, Status.PROPOSED):
        case.private.move(step.day, Status.DISMISSED)


def _leave_market(case: Case, step: Step, _kind: StepKind) -> None:
    case.parties.left(case, step.day, case.write(step))


def _check(case: Case, step: Step, _kind: StepKind) -> None:
    case.write(step)
    clocks.check(case, step.day)


def _collect(case: Case, step: Step, _kind: StepKind) -> None:
    event = case.write(step)
    for money in case.money:
        payment.collect(case, money, step.day, event)


def _close(case: Case, step: Step, kind: StepKind) -> None:
    """Close the case: what is in force stays so, and nobody looks any more."""
    case.advance(kind)
    case.write(step)


ACTS: dict[Act, Callable[[Case, Step, StepKind], None]] = {
    Act.OPEN: _open,
    Act.JOIN: _tell,
    Act.ASK: _tell,
    Act.PROPOSE: _propose,
    Act.EXTEND: _tell,
    Act.REPRESENT: _tell,
    Act.RECOMMEND: _propose,
    Act.ORDER: _order,
    Act.PENALISE: _penalise,
    Act.SETTLE: _settle,
    Act.STAY: courts.stay,
    Act.UNSTAY: courts.lift_stay,
    Act.HEAR: courts.hear,
    Act.SET_ASIDE: courts.set_aside,
    Act.SEEK: courts.seek_permission,
    Act.RESTORE: courts.restore,
    Act.REMIT: courts.remit,
    Act.UPHOLD: courts.end_appeal,
    Act.WITHDRAW: courts.end_appeal,
    Act.REFUSE: _refuse,
    Act.START_PERIODIC: delays.start_periodic,
    Act.END_PERIODIC: delays.end_periodic,
    Act.LIQUIDATE: delays.liquidate,
    Act.LEAVE_MARKET: _leave_market,
    Act.CHECK: _check,
    Act.COLLECT: _collect,
    Act.CLOSE: _close,
    Act.NOTE: _tell,
}
"""What each act does, but the appeal, which is asked for (`sim.law.courts.lodge_appeal`)."""
