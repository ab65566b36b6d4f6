"""What no case may be: an impossible path, an order without a power, too large an amount, too late.

The checks are pure: they read a case file and say what is wrong, before anything runs. A case
makes them of its own file, and a scenario at load.
"""

from __future__ import annotations

from generators.errors import Fault
from sim.law.duties import DUTIES
from sim.law.paths import astray
from sim.law.scope import regime_of
from sim.law.step_kinds import GIVES, INSTRUMENTS, ORDER, ORDERS, Act
from sim.law.steps import STEPS
from sim.setup import Authority, CaseFile, Step


def check_case(file: CaseFile) -> list[Fault]:
    """Return everything that is wrong with a case file.

    The `key` of a fault is the part of the case that is at fault (`dates`, `clauses`, `order_of`,
    `amounts`, `reading`) and its `found` the step or the duty. Steps whose days are still to be
    drawn are checked for their order alone.
    """
    faults = astray(file)
    if any(step.kind not in STEPS for step in file.steps):
        return faults
    faults += _reading_without_effect(file)
    if file.powers is not None:
        faults += _without_power(file, file.powers)
        faults += _beyond_powers(file, file.powers)
    return faults


# -- powers --------------------------------------------------------------------------------


def _without_power(file: CaseFile, powers: Authority) -> list[Fault]:
    may = ", ".join(kind for kind in powers.powers if kind in DUTIES)
    found = [
        Fault(
            f"{powers.id} has no power to order '{duty.kind}'",
            key="clauses",
            found=duty.kind,
            expected=may or "nothing: this authority orders no duty",
        )
        for duty in file.obligations
        if duty.kind not in powers.powers
    ]
    if file.obligations and not any(_may_hold_an_order(step) for step in file.steps):
        found.append(
            Fault(
                f"'{file.id}' has no final notice that could hold an order",
                key="order_of",
                found=file.id,
                expected="a case of the record with a final notice",
            )
        )
    return found


def _may_hold_an_order(step: Step) -> bool:
    return STEPS[step.kind].act in ORDERS or step.kind == "consent_order_proposed"


def _beyond_powers(file: CaseFile, powers: Authority) -> list[Fault]:
    """Return the steps that give an instrument which the authority lacks, or too large a sum."""
    found = []
    for step in file.steps:
        kind = STEPS[step.kind]
        given = {kind.instrument} if kind.act in GIVES else set()
        if kind.money and step.amount:
            given.add(kind.money)
        lacking = [name for name in INSTRUMENTS if name in given and name not in powers.powers]
        for name in lacking:
            article = "an" if name == ORDER else "a"
            message = f"{powers.id} has no power to impose {article} {name}"
            found.append(Fault(message, key="amounts", found=step.kind, expected="no such step"))
        if not lacking:
            found += _too_large(step, powers)
    return found


def _too_large(step: Step, powers: Authority) -> list[Fault]:
    """Return the fault of a sum over the most that the law knows.

    The most of a periodic penalty is of a day, or of all days where the law sets none; what the
    days come to is no more than their number of times it.
    """
    instrument = STEPS[step.kind].money
    most = powers.maximum.get(instrument)
    if not step.amount or most is None or step.amount <= most:
        return []
    if STEPS[step.kind].act is Act.LIQUIDATE:
        return []
    currency = step.currency or powers.currency
    message = (
        f"'{step.kind}' of {step.amount:,} {currency} is over the most that {powers.id} "
        f"may impose as a {instrument}"
    )
    expected = f"at most {most:,} {currency}"
    return [Fault(message, key="amounts", found=step.kind, expected=expected)]


# -- scope ---------------------------------------------------------------------------------


def _reading_without_effect(file: CaseFile) -> list[Fault]:
    """Return the fault of a reading of scope in a case on which it has no bearing."""
    if file.reading is None:
        return []
    ruled = any(STEPS[step.kind].act in (Act.SET_ASIDE, Act.RESTORE) for step in file.steps)
    days = [step.day for step in file.steps if STEPS[step.kind].act in ORDERS]
    regime = regime_of(file.jurisdiction, max(days, default=0))
    if ruled and regime and file.clients:
        return []
    why = "no tribunal of it rules on jurisdiction"
    if ruled:
        why = f"no law that the readings are of holds in {file.jurisdiction}"
        if regime:
            why = "nobody is known whom the operator serves"
    message = f"a reading of scope has no bearing on {file.id}: {why}"
    return [Fault(message, key="reading", found=str(file.reading), expected="no reading")]
