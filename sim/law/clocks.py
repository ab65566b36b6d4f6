"""What the calendar does to a case: periods that run out, checks, days of delay, collection.

These are SimPy processes beside the steps. Each looks, when its time has come, whether the case
still stands where it did: a notice that was appealed, stayed or set aside meanwhile has nothing
that could run out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import simpy

from sim.day import APPEAL_PERIOD_TIME, CHECK_TIME
from sim.events import Event, Process
from sim.law.duties import DUTIES
from sim.law.instruments import Status
from sim.law.phases import Phase
from sim.law.step_kinds import ORDER, PERIODIC
from sim.setup import Obligation

if TYPE_CHECKING:
    from sim.law.case import Case


def until(case: Case, time: float) -> simpy.Timeout:
    """Return the wait until a time, none where it is past: a case may be opened, and a step taken,
    late on a day."""
    return case.env.timeout(max(0.0, time - case.env.now))


def appeal_period(case: Case, served: int, event: Event) -> Process:
    """Bring orders into force when the appeal period ends and nobody has appealed.

    Args:
        case: the case.
        served: day of service.
        event: the service.
    """
    day = served + case.file.appeal_period_days
    yield until(case, day + APPEAL_PERIOD_TIME)
    orders = case.orders
    assert orders is not None
    if orders.status is not Status.SERVED:
        return
    orders.move(day, Status.IN_FORCE)
    text = "No appeal was lodged: the enforcement notice is in force."
    expiry = case.note(day, "appeal_period_ends", ORDER, event, text)
    if orders.bound is None:
        case.bind(expiry, day, served)


def checks(case: Case, binding: int) -> Process:
    """Let the authority look whether it is obeyed, some days after each deadline.

    Args:
        case: the case.
        binding: which of the orders' bindings it is about; a later one has checks of its own.
    """
    orders, powers = case.orders, case.file.powers
    if orders is None or powers is None:
        return
    deadlines = {orders.deadline(duty) for duty in orders.obligations if _checked(duty)}
    for deadline in sorted(day for day in deadlines if day is not None):
        day = deadline + powers.check_days
        yield until(case, day + CHECK_TIME)
        if case.binding != binding or case.phase is Phase.CLOSED:
            return
        check(case, day)


def check(case: Case, day: int) -> None:
    """Look whether what is due by today is met; what is found may start a periodic penalty.

    A check that finds nothing leaves nothing in the log.
    """
    powers = case.file.powers
    unmet = unmet_duties(case, day)
    found = case.luck(case.checks_made) < (1.0 if powers is None else powers.detects)
    case.checks_made += 1
    if not unmet or not found:
        return
    text = f"In this model a check finds what is due and not met: {', '.join(unmet)}."
    event = case.note(day, "disobedience_found", ORDER, case.last_order, text)
    _count_from_deadline(case, day, event)


def _count_from_deadline(case: Case, day: int, event: Event) -> None:
    """Begin to count the days of delay that was found out, back to the day on which it began.

    Nothing begins where nothing was threatened, or where the case says itself when it does.
    """
    periodic, orders = case.periodic, case.orders
    pinned = any(step.kind == "penalty_period_starts" for step in case.file.steps)
    if periodic is None or orders is None or pinned or periodic.starts is not None:
        return
    if periodic.status is not Status.PROPOSED or orders.bound is None:
        return
    late = [past for past in range(orders.bound, day) if unmet_duties(case, past)]
    periodic.start(late[0] if late else day)
    for past in late:
        if periodic.counts(past):
            periodic.count()
    text = "In this model the days of delay are counted from the deadline that was missed."
    case.note(day, "periodic_penalty_starts", PERIODIC, event, text)
    case.env.process(delay(case, day))


def unmet_duties(case: Case, day: int) -> tuple[str, ...]:
    """Return the duties that are due on a day and not met, each once."""
    orders = case.orders
    if orders is None or not orders.binding:
        return ()
    due = []
    for duty in orders.obligations:
        deadline, ends = orders.deadline(duty), orders.ends(duty)
        runs = deadline is not None and deadline <= day and (ends is None or day < ends)
        if _checked(duty) and runs and not _met(case, duty.kind, day):
            due.append(duty.kind)
    return tuple(dict.fromkeys(due))


def _met(case: Case, duty: str, day: int) -> bool:
    """Return whether a duty that is due is met: as the record says, or as the operator does."""
    conduct = case.file.conduct
    if conduct is not None:
        return duty in conduct.meets
    return case.parties.obeyed(case, duty, day)


def _checked(duty: Obligation) -> bool:
    """Return whether a duty is one that a check looks at: payment is the ledger's."""
    return DUTIES[duty.kind].job != "payment"


def delay(case: Case, day: int) -> Process:
    """Count every day on which a duty is unmet, while the case is open.

    Args:
        case: the case; the days of delay have begun to be counted.
        day: first day to look at.
    """
    periodic = case.periodic
    assert periodic is not None
    while periodic.status is Status.PROPOSED and periodic.counts(day):
        yield until(case, day + CHECK_TIME)
        if case.phase is Phase.CLOSED:
            return
        if periodic.counts(day) and unmet_duties(case, day):
            periodic.count()
        day += 1
