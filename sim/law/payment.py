"""Money in a case: when a sum falls due, who is told, and what is collected by force."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.day import PAYMENT_TIME
from sim.events import Event, Process
from sim.law.clocks import until
from sim.law.instruments import MonetaryInstrument, Status
from sim.setup import Stay

if TYPE_CHECKING:
    from sim.law.case import Case


def waits(case: Case, money: MonetaryInstrument, served: int, event: Event) -> Process:
    """Let a sum fall due when neither the appeal period nor the payment period runs any more.

    Where an appeal suspends nothing by law, payment waits for its own period alone; where one is
    open and does not suspend payment, the sum falls due all the same.

    Args:
        case: the case.
        money: the instrument.
        served: day of service.
        event: the service.
    """
    wait = case.payment_period
    if money.stay is not Stay.NONE:
        wait = max(wait, case.file.appeal_period_days)
    yield until(case, served + wait + PAYMENT_TIME)
    unpaid = money.payable == 0 and not money.suspended
    if unpaid and money.status in (Status.SERVED, Status.UNDER_APPEAL):
        falls_due(case, money, served + wait, event)


def falls_due(case: Case, money: MonetaryInstrument, day: int, event: Event) -> None:
    """Make a sum payable, and tell the operator unless the record says that it did not pay.

    Args:
        case: the case.
        money: the instrument.
        day: today.
        event: what made it payable.
    """
    open_still = money.appeal_pending and not money.suspended
    if not open_still and money.status is not Status.IN_FORCE:
        money.move(day, Status.IN_FORCE)
    money.fall_due()
    in_equity = money.payable == 0 and money.imposed > 0
    if in_equity or 0 < money.payable == money.collected:
        return
    at_once = money.stay is Stay.NONE and money.may_be_appealed(day, case.file.appeal_period_days)
    ground = "No appeal is open or can be lodged"
    if open_still or at_once:
        ground = "An appeal does not suspend payment"
    what = "settlement" if money is case.private else "penalty"
    due = case.note(
        *(day, f"{what}_payable", money.name, event, f"{ground}: the {what} is payable."),
        amount=money.payable,
        currency=money.currency,
    )
    conduct = case.file.conduct
    if conduct is None or conduct.pays:
        case.parties.due(money, day, due)
    case.env.process(collection(case, money, day, due))


def collection(case: Case, money: MonetaryInstrument, day: int, event: Event) -> Process:
    """Let the authority collect by force, some days after a sum has fallen due unpaid."""
    powers = case.file.powers
    if powers is None or powers.collects <= 0.0:
        return
    when = day + powers.check_days
    yield until(case, when + PAYMENT_TIME)
    collect(case, money, when, event)


def collect(case: Case, money: MonetaryInstrument, day: int, event: Event) -> None:
    """Collect what the authority can reach of what is payable, and no more than there is."""
    powers = case.file.powers
    reach = 0 if powers is None else int(powers.collects * money.payable)
    wanted = reach - money.collected
    if wanted <= 0 or money.suspended:
        return
    amount = case.parties.seize(money, wanted)
    if amount == 0:
        return
    money.pay(amount)
    text = f"In this model {money.collected:,} of {money.payable:,} {money.currency} is collected."
    case.note(
        *(day, "penalty_collected", money.name, event, text),
        amount=amount,
        currency=money.currency,
    )
