"""What each act does to a case: one function an act of `sim.law.steps`.

Acts of a court need an appeal that is open, or what it set aside; where there is none the step
does not happen. The record's own answer of the operator (`CaseFile.conduct`) goes before its
strategy's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from generators.errors import ScenarioError
from sim.dates import iso
from sim.law import clocks
from sim.law.instruments import MonetaryInstrument, Status
from sim.law.phases import Phase
from sim.law.scope import covered, foreign_state_clients
from sim.law.steps import PENALTY, PERIODIC, PRIVATE, STEPS, Act, StepKind
from sim.setup import Step

if TYPE_CHECKING:
    from sim.law.case import Case


def _tell(case: Case, step: Step, _kind: StepKind) -> None:
    case.write(step)


def _open(case: Case, step: Step, kind: StepKind) -> None:
    """Open the case, or an investigation; a complaint before a court is a suit."""
    if kind.actor != "world":
        if case.phase is not Phase.INVESTIGATION:
            case.enter(Phase.INVESTIGATION)
    elif case.phase in (Phase.NONE, Phase.CLOSED):
        case.enter(Phase.COMPLAINT)
    case.write(step)
    powers = case.file.powers
    before_court = powers is not None and powers.kind in ("court", "prosecutor")
    if kind.actor == "world" and before_court and case.private is not None:
        case.private.file(step.day, step.amount or 0)


def _propose(case: Case, step: Step, kind: StepKind) -> None:
    """Say what is intended: nothing binds, and nothing is payable."""
    case.enter(Phase.INTENT)
    case.write(step)
    if kind.instrument == PENALTY and case.penalty is not None:
        case.penalty.currency = step.currency or case.penalty.currency
        case.penalty.propose(step.day, step.amount or 0)
    if kind.instrument == PRIVATE and case.private is not None:
        case.private.add(step.day, step.amount or 0)
    _announce_orders(case, step)


def _announce_orders(case: Case, step: Step) -> None:
    if case.orders is not None and case.orders.status is None:
        case.orders.move(step.day, Status.PROPOSED)


def _order(case: Case, step: Step, kind: StepKind) -> None:
    """Order, with whatever penalty the same step states."""
    if kind.instrument == PRIVATE and case.contested:
        return
    case.enter(Phase.FINAL)
    case.served = step.day
    event = case.write(step)
    if kind.money == PENALTY and step.amount:
        _impose(case, step)
    if kind.money == PERIODIC and step.amount:
        _threaten(case, step)
    if kind.instrument == PRIVATE:
        _agree(case, step, kind)
    case.serve_orders(step.day, event, kind)


def _penalise(case: Case, step: Step, _kind: StepKind) -> None:
    case.enter(Phase.FINAL)
    case.served = step.day
    case.write(step)
    _impose(case, step)


def _impose(case: Case, step: Step) -> None:
    """Serve a monetary penalty; it falls due when no appeal can be lodged any more."""
    penalty = case.penalty
    if penalty is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a power to impose it")
    penalty.currency = step.currency or penalty.currency
    penalty.serve(step.day, step.amount or 0)
    case.env.process(clocks.falls_due(case, penalty, step.day, case.last[step.kind]))


def _threaten(case: Case, step: Step) -> None:
    """Enter what every day of delay costs; where only the most is known, the first day costs it."""
    periodic = case.periodic
    if periodic is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a power to threaten it")
    periodic.currency = step.currency or periodic.currency
    amount = step.amount or 0
    periodic.threaten(step.day, amount, amount if step.kind == "order_with_penalty" else None)


def _settle(case: Case, step: Step, kind: StepKind) -> None:
    """Settle; where a court has still to approve, nothing binds before it does."""
    if case.contested or (case.file.conduct is None and not case.parties.settles(case.file)):
        case.contested = True
        return
    if case.private is None:
        raise ScenarioError(f"case {case.file.id}: {step.kind} without a right to sue")
    case.private.currency = step.currency or case.private.currency
    if _waits_for_court(case, step):
        case.enter(Phase.INTENT)
        case.write(step)
        case.private.add(step.day, step.amount or 0)
        _announce_orders(case, step)
        return
    case.enter(Phase.FINAL)
    case.served = step.day
    event = case.write(step)
    _agree(case, step, kind)
    case.serve_orders(step.day, event, kind)


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
        case.env.process(clocks.falls_due(case, private, step.day, event))
    else:
        case.falls_due(private, step.day, event)


def lodge_appeal(case: Case, step: Step, *, forced: bool = False) -> None:
    """Lodge an appeal against what is served, if the operator appeals.

    Args:
        case: the case.
        step: `appeal_lodged`, dated today.
        forced: lodge it whatever the operator's strategy is.

    Raises:
        ScenarioError: the appeal period is over.
    """
    served, conduct, file = case.served, case.file.conduct, case.file
    appealed = [
        one
        for one in case.instruments
        if one.status is Status.SERVED
        and (forced or (conduct.appeals if conduct else case.parties.appeals(file, one.name)))
    ]
    if not appealed or served is None:
        return
    ends = served + file.appeal_period_days
    if not served <= step.day <= ends:
        raise ScenarioError(
            f"case {file.id}: appeal_lodged on {iso(step.day)} is out of time; the appeal period "
            f"ends on {iso(ends)}"
        )
    case.enter(Phase.APPEAL)
    event = case.write(step)
    for one in appealed:
        one.move(step.day, Status.UNDER_APPEAL)
    orders = case.orders
    if orders is not None and orders in appealed and orders.binding and orders.bound is None:
        case.bind(event, ends, served)


def _stay(case: Case, step: Step, _kind: StepKind) -> None:
    """Suspend what is under appeal: deadlines stop, and nothing is payable meanwhile."""
    pending = [one for one in case.instruments if one.appeal_pending and not one.stayed]
    if not pending:
        return
    event = case.write(step)
    for one in pending:
        one.stayed = True
        if isinstance(one, MonetaryInstrument):
            one.payable = one.collected
    if case.orders in pending:
        case.release(event)


def _unstay(case: Case, step: Step, _kind: StepKind) -> None:
    """Lift a stay: what does not wait for the appeal by law binds again, counted anew."""
    stayed = [one for one in case.instruments if one.stayed]
    if not stayed:
        return
    event = case.write(step)
    for one in stayed:
        one.stayed = False
    if case.orders in stayed and case.orders is not None and case.orders.binding:
        case.bind(event, step.day, step.day)
    for money in case.money:
        if money in stayed and not money.suspended:
            case.falls_due(money, step.day, event)


def _hear(case: Case, step: Step, _kind: StepKind) -> None:
    if case.phase is Phase.APPEAL:
        case.write(step)


def _outside(case: Case, step: Step) -> str | None:
    """Return the ground on which the case's own reading of scope decides, None where the record
    decides; "" where the processing is covered."""
    reading, served = case.file.reading, case.served
    if reading is None or served is None:
        return None
    found = covered(
        *("database", *foreign_state_clients(case.file.jurisdiction)),
        *(served, case.file.jurisdiction, reading),
    )
    kind = "jurisdiction_upheld" if found.covered else "jurisdiction_denied"
    because = case.last.get("appeal_lodged")
    case.note(step.day, kind, "case", because, found.why, actor="tribunal")
    return "" if found.covered else found.why


def _set_aside(case: Case, step: Step, _kind: StepKind) -> None:
    """Set aside what is under appeal, unless the case's reading of scope finds jurisdiction: then
    the appeal goes on to the substance, which nobody has decided."""
    pending = [one for one in case.instruments if one.appeal_pending]
    if not pending or _outside(case, step) == "":
        return
    event = case.write(step)
    _void(case, step.day)
    if case.orders in pending:
        case.release(event)


def _void(case: Case, day: int) -> None:
    """Set aside whatever is under appeal; a stay has nothing left to suspend."""
    for one in case.instruments:
        if one.appeal_pending:
            one.stayed = False
            if isinstance(one, MonetaryInstrument):
                one.set_aside(day)
            else:
                one.move(day, Status.SET_ASIDE)


def _seek(case: Case, step: Step, _kind: StepKind) -> None:
    if any(one.status is Status.SET_ASIDE for one in case.instruments):
        case.write(step)


def _restore(case: Case, step: Step, _kind: StepKind) -> None:
    """Bring back what was set aside, as under appeal: the appeal has to be decided again."""
    void = [one for one in case.instruments if one.status is Status.SET_ASIDE]
    if not void or _outside(case, step):
        return
    event = case.write(step)
    for money in case.money:
        if money in void:
            money.restore(step.day)
    if case.orders is not None and case.orders in void:
        case.orders.move(step.day, Status.UNDER_APPEAL)
        if case.orders.binding:
            # Time is counted anew: an order cannot have been due while it was void.
            case.bind(event, step.day, step.day)


def _remit(case: Case, step: Step, _kind: StepKind) -> None:
    """Send the case back to the authority: what was under appeal falls, the rest stands."""
    case.enter(Phase.INVESTIGATION)
    event = case.write(step)
    fell = case.orders is not None and case.orders.appeal_pending
    _void(case, step.day)
    if fell:
        case.release(event)


def _end_appeal(case: Case, step: Step, _kind: StepKind) -> None:
    """Bring what was under appeal into force; time that had not run is counted from that day.

    A further court that upholds what is in force already is told and changes nothing.
    """
    pending = [one for one in case.instruments if one.appeal_pending]
    if not pending:
        in_force = any(one.status is Status.IN_FORCE for one in case.instruments)
        if in_force and "appeal_lodged" in case.last and step.kind != "appeal_withdrawn":
            case.write(step)
        return
    event = case.write(step)
    for one in pending:
        one.stayed = False
    case.enter(Phase.FINAL)
    orders = case.orders
    if orders is not None and orders in pending:
        orders.move(step.day, Status.IN_FORCE)
        if orders.bound is None:
            case.bind(event, step.day, step.day)
    for money in case.money:
        if money not in pending:
            continue
        money.move(step.day, Status.IN_FORCE)
        if not money.payable:
            case.falls_due(money, step.day, event)


def _refuse(case: Case, step: Step, _kind: StepKind) -> None:
    """Dismiss a suit: the case ends."""
    case.enter(Phase.CLOSED)
    case.write(step)
    if case.private is not None and case.private.status in (Status.FILED, Status.PROPOSED):
        case.private.move(step.day, Status.DISMISSED)


def _start_periodic(case: Case, step: Step, _kind: StepKind) -> None:
    """Begin to count days of delay, where something was threatened and the order binds."""
    periodic, orders = case.periodic, case.orders
    if periodic is None or periodic.status is not Status.PROPOSED or periodic.starts is not None:
        return
    if orders is None or not orders.binding:
        return
    case.write(step)
    periodic.start(step.day)
    case.env.process(clocks.delay(case))


def _end_periodic(case: Case, step: Step, _kind: StepKind) -> None:
    if case.periodic is not None and case.periodic.starts is not None:
        case.write(step)
        case.periodic.end(step.day)


def _liquidate(case: Case, step: Step, _kind: StepKind) -> None:
    """Make a sum of the days counted: it is the record's where the days come to that.

    An order that was set aside leaves nothing to liquidate.
    """
    periodic, orders = case.periodic, case.orders
    if periodic is None or periodic.status is not Status.PROPOSED or not periodic.accrued:
        return
    if orders is None or orders.status is Status.SET_ASIDE:
        return
    amount = periodic.liquidate(step.day)
    periodic.end(step.day)
    as_recorded = step.recorded and step.amount in (None, amount)
    event = case.write(step, amount, recorded=as_recorded)
    case.env.process(clocks.falls_due(case, periodic, step.day, event))


def _leave_market(case: Case, step: Step, _kind: StepKind) -> None:
    case.parties.left(case, step.day, case.write(step))


def _check(case: Case, step: Step, _kind: StepKind) -> None:
    case.write(step)
    clocks.check(case, step.day)


def _collect(case: Case, step: Step, _kind: StepKind) -> None:
    event = case.write(step)
    for money in case.money:
        clocks.collect(case, money, step.day, event)


def _close(case: Case, step: Step, _kind: StepKind) -> None:
    """Close the case: what is in force stays so, and nobody looks any more."""
    case.enter(Phase.CLOSED)
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
    Act.STAY: _stay,
    Act.UNSTAY: _unstay,
    Act.HEAR: _hear,
    Act.SET_ASIDE: _set_aside,
    Act.SEEK: _seek,
    Act.RESTORE: _restore,
    Act.REMIT: _remit,
    Act.UPHOLD: _end_appeal,
    Act.WITHDRAW: _end_appeal,
    Act.REFUSE: _refuse,
    Act.START_PERIODIC: _start_periodic,
    Act.END_PERIODIC: _end_periodic,
    Act.LIQUIDATE: _liquidate,
    Act.LEAVE_MARKET: _leave_market,
    Act.CHECK: _check,
    Act.COLLECT: _collect,
    Act.CLOSE: _close,
    Act.NOTE: _tell,
}
"""What each act does, but the appeal, which is asked for (`lodge_appeal`)."""
