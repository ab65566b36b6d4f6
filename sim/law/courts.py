"""What courts and tribunals do to a case: appeals, stays, judgments.

Every act needs an appeal that is open, or what a court has set aside; where there is none the step
does not happen. A case that has a reading of the law's scope lets that decide on jurisdiction in
place of the recorded judgments (`sim.law.scope`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.errors import ScenarioError
from sim.dates import iso
from sim.law.instruments import MonetaryInstrument, Status
from sim.law.phases import Phase
from sim.law.scope import covered, foreign_state_clients
from sim.law.steps import StepKind
from sim.setup import Step

if TYPE_CHECKING:
    from sim.law.case import Case


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


def stay(case: Case, step: Step, _kind: StepKind) -> None:
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


def lift_stay(case: Case, step: Step, _kind: StepKind) -> None:
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


def hear(case: Case, step: Step, _kind: StepKind) -> None:
    """Hear an appeal, or decide a part of it: nothing changes yet."""
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


def set_aside(case: Case, step: Step, _kind: StepKind) -> None:
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


def seek_permission(case: Case, step: Step, _kind: StepKind) -> None:
    """Ask a higher court to look at what was set aside."""
    if any(one.status is Status.SET_ASIDE for one in case.instruments):
        case.write(step)


def restore(case: Case, step: Step, _kind: StepKind) -> None:
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


def remit(case: Case, step: Step, _kind: StepKind) -> None:
    """Send the case back to the authority: what was under appeal falls, the rest stands."""
    case.enter(Phase.INVESTIGATION)
    event = case.write(step)
    fell = case.orders is not None and case.orders.appeal_pending
    _void(case, step.day)
    if fell:
        case.release(event)


def end_appeal(case: Case, step: Step, _kind: StepKind) -> None:
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
