"""What is done about days of delay: they begin to be counted, cease to be, and become a sum."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from sim.law import clocks, payment
from sim.law.instruments import Status
from sim.law.step_kinds import StepKind
from sim.setup import Step

if TYPE_CHECKING:
    from sim.law.case import Case


def start_periodic(case: Case, step: Step, _kind: StepKind) -> None:
    """Begin to count days of delay, where something was threatened and the order binds."""
    periodic, orders = case.periodic, case.orders
    if periodic is None or periodic.status is not Status.PROPOSED or periodic.starts is not None:
        return
    if orders is None or not orders.binding:
        return
    case.write(step)
    periodic.start(step.day)
    case.env.process(clocks.delay(case, step.day))


def end_periodic(case: Case, step: Step, _kind: StepKind) -> None:
    """Count no day from here on, whether or not disobedience has been found yet."""
    periodic = case.periodic
    if periodic is None or periodic.status is not Status.PROPOSED:
        return
    periodic.end(step.day)
    if periodic.starts is not None:
        case.write(step)


def liquidate(case: Case, step: Step, _kind: StepKind) -> None:
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
    told = replace(step, currency=step.currency or periodic.currency)
    event = case.write(told, amount, recorded=as_recorded)
    case.env.process(payment.waits(case, periodic, step.day, event))
