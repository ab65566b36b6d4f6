"""What courts and tribunals do to a case: appeals, stays, judgments.

Every act needs an appeal that is open, or what a court has set aside; where there is none the step
does not happen. A case that has a reading of the law's scope lets that decide on jurisdiction in
place of the recorded judgments (`sim.law.scope`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.law import payment
from sim.law.instruments import Instrument, MonetaryInstrument, Status
from sim.law.phases import Phase
from sim.law.scope import covered_for
from sim.law.step_kinds import Act, StepKind
from sim.setup import Step

if TYPE_CHECKING:
    from sim.law.case import Case


def lodge_appeal(case: Case, step: Step, *, forced: bool = False) -> None:
    """Lodge an appeal against what may still be appealed, if the operator appeals.

    What a court has upheld may be appealed to the next one, within as many days of its judgment as
    after service (an assumption where the law of a further appeal was not read).

    Args:
        case: the case.
        step: `appeal_lodged`, dated today.
        forced: lodge it whatever the operator's strategy is.
    """
    conduct, file, period = case.file.conduct, case.file, case.file.appeal_period_days
    appealed = [
        one
        for one in _concerned(case, step)
        if one.may_be_appealed(step.day, period)
        and (forced or (conduct.appeals if conduct else case.parties.appeals(file, one.name)))
    ]
    if not appealed:
        return
    case.enter(Phase.APPEAL)
    event = case.write(step)
    for one in appealed:
        one.move(step.day, Status.UNDER_APPEAL)
        _hold_payment(one)
    orders = case.orders
    if orders is None or orders not in appealed:
        return
    if not orders.binding:
        case.release(event)
    elif orders.bound is None and orders.open_from is not None:
        case.bind(event, orders.open_from + period, orders.open_from)


def _concerned(case: Case, step: Step) -> list[Instrument]:
    """Return the instruments that a step is about: the one that it names, or all."""
    return [one for one in case.instruments if step.instrument in ("", one.name)]


def _hold_payment(one: Instrument) -> None:
    """Let nothing more be payable of what is suspended."""
    if isinstance(one, MonetaryInstrument) and one.suspended:
        one.payable = one.collected


def stay(case: Case, step: Step, _kind: StepKind) -> None:
    """Suspend what is under appeal: deadlines stop, and nothing is payable meanwhile."""
    pending = [one for one in _concerned(case, step) if one.appeal_pending and not one.stayed]
    if not pending:
        return
    event = case.write(step)
    for one in pending:
        one.stayed = True
        _hold_payment(one)
    if case.orders in pending:
        case.release(event)


def lift_stay(case: Case, step: Step, _kind: StepKind) -> None:
    """Lift a stay: what does not wait for the appeal by law binds again, counted anew."""
    stayed = [one for one in _concerned(case, step) if one.stayed]
    if not stayed:
        return
    event = case.write(step)
    for one in stayed:
        one.stayed = False
    if case.orders in stayed and case.orders is not None and case.orders.binding:
        case.bind(event, step.day, step.day)
    for money in case.money:
        if money in stayed and not money.suspended:
            payment.falls_due(case, money, step.day, event)


def hear(case: Case, step: Step, _kind: StepKind) -> None:
    """Hear an appeal, or decide a part of it: nothing changes yet."""
    if case.phase is Phase.APPEAL:
        case.write(step)


def _jurisdiction(case: Case, step: Step) -> bool | None:
    """Return whether the case's own reading of scope finds jurisdiction, None where the record
    decides."""
    reading, served = case.file.reading, case.served
    if reading is None or served is None:
        return None
    found = covered_for(case.file.clients, served, case.file.jurisdiction, reading)
    kind = "jurisdiction_upheld" if found.covered else "jurisdiction_denied"
    because = case.last.get("appeal_lodged")
    case.note(step.day, kind, "case", because, found.why, actor="tribunal")
    return found.covered


def set_aside(case: Case, step: Step, _kind: StepKind) -> None:
    """Set aside what is under appeal, or what a lower court has upheld.

    Where the case's reading of scope finds jurisdiction the appeal goes on to the substance, which
    nobody has decided.
    """
    fall = [one for one in _concerned(case, step) if one.appeal_pending]
    fall = fall or [
        one for one in _concerned(case, step) if one.upheld and one.status is Status.IN_FORCE
    ]
    if not fall or _jurisdiction(case, step):
        return
    event = case.write(step)
    _void(fall, step.day)
    if case.orders in fall:
        case.release(event)


def _void(fall: Sequence[Instrument], day: int) -> None:
    """Set instruments aside; a stay has nothing left to suspend."""
    for one in fall:
        one.stayed = one.upheld = False
        if isinstance(one, MonetaryInstrument):
            one.set_aside(day)
        else:
            one.move(day, Status.SET_ASIDE)


def seek_permission(case: Case, step: Step, _kind: StepKind) -> None:
    """Ask a higher court to look at what was set aside."""
    if any(one.status is Status.SET_ASIDE for one in case.instruments):
        case.write(step)


def restore(case: Case, step: Step, _kind: StepKind) -> None:
    """Bring back what was set aside, as under appeal: the appeal has to be decided again."""
    void = [one for one in _concerned(case, step) if one.status is Status.SET_ASIDE]
    if not void or _jurisdiction(case, step) is False:
        return
    case.enter(Phase.APPEAL)
    event = case.write(step)
    for money in case.money:
        if money in void:
            money.restore(step.day)
    if case.orders is not None and case.orders in void:
        case.orders.move(step.day, Status.UNDER_APPEAL)
        if case.orders.binding:
            # Time is counted anew: an order cannot have been due while it was void.
            case.bind(event, step.day, step.day)


def remit(case: Case, step: Step, _kind: StepKind) -> None:
    """Send the case back to the authority: what was under appeal falls, the rest stands."""
    case.enter(Phase.INVESTIGATION)
    event = case.write(step)
    fall = [one for one in _concerned(case, step) if one.appeal_pending]
    _void(fall, step.day)
    if case.orders in fall:
        case.release(event)


def end_appeal(case: Case, step: Step, kind: StepKind) -> None:
    """Bring what was under appeal into force; time that had not run is counted from that day.

    What a court upholds may be appealed once more. A further court that upholds what is in force
    already is told and changes nothing.
    """
    pending = [one for one in _concerned(case, step) if one.appeal_pending]
    if not pending:
        in_force = any(one.status is Status.IN_FORCE for one in case.instruments)
        if in_force and "appeal_lodged" in case.last and kind.act is Act.UPHOLD:
            case.write(step)
        return
    event = case.write(step)
    for one in pending:
        one.stayed = False
        one.upheld = kind.act is Act.UPHOLD
        one.open_from = step.day if one.upheld else None
        one.move(step.day, Status.IN_FORCE)
    if not any(one.appeal_pending for one in case.instruments):
        case.enter(Phase.FINAL)
    orders = case.orders
    if orders is not None and orders in pending and orders.bound is None:
        case.bind(event, step.day, step.day)
    for money in case.money:
        if money in pending and money.payable < money.imposed:
            payment.falls_due(case, money, step.day, event)
