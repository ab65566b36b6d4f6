"""What no case may be: an impossible path, an order without a power, too large an amount, too late.

The checks are pure: they read a case file and say what is wrong, before anything runs. A case
makes them of its own file, and a scenario at load.
"""

from __future__ import annotations

from collections.abc import Mapping

from generators.errors import Fault
from sim.dates import add_months, iso
from sim.law.duties import DUTIES
from sim.law.phases import Phase
from sim.law.steps import ORDERS, PENALTY, PERIODIC, STEPS, UNCONDITIONAL, Act
from sim.setup import Authority, CaseFile, Step

PATH = "dates"
"""Key of a fault of the path: of which steps there are, and when."""


def check_case(file: CaseFile) -> list[Fault]:
    """Return everything that is wrong with a case file.

    The `key` of a fault is the part of the case that is at fault (`dates`, `clauses`, `order_of`,
    `amounts`) and its `found` the step or the duty. Steps whose days are still to be drawn are
    checked for their order alone.
    """
    faults = _path(file)
    if file.powers is not None and all(step.kind in STEPS for step in file.steps):
        faults += _without_power(file, file.powers)
        faults += _too_large(file, file.powers)
    return faults


# -- the path ------------------------------------------------------------------------------


def _path(file: CaseFile) -> list[Fault]:
    """Return the steps that cannot come where they do, going through the case in order."""
    unknown = [step for step in file.steps if step.kind not in STEPS]
    if unknown:
        return [
            Fault(f"case {file.id}: no rule for the step '{step.kind}'", key=PATH, found=step.kind)
            for step in unknown
        ]
    phase, intent = Phase.NONE, None
    served: dict[str, int] = {}
    faults: list[Fault] = []
    for at, step in enumerate(file.steps):
        kind = STEPS[step.kind]
        wrong = _before_cause(file, at) or _out_of_phase(file, step, phase) or _second(file, at)
        if wrong is None and kind.act is Act.PENALISE:
            wrong = _penalty_too_early_or_late(file, step, phase, intent)
        if wrong is None and kind.act is Act.APPEAL:
            wrong = _appeal_out_of_time(file, step, served)
        if wrong is not None:
            faults.append(wrong)
            break
        if kind.act in ORDERS and kind.appealable:
            served[step.kind] = step.day
        if kind.act is Act.PROPOSE and kind.money == PENALTY:
            intent = step.day
        phase = _next_phase(phase, step)
    return faults


def _next_phase(phase: Phase, step: Step) -> Phase:
    """Return the phase after a step of a case that is settled where it may be, and not appealed."""
    kind = STEPS[step.kind]
    if phase not in kind.phases:
        return phase
    if kind.act is Act.OPEN and kind.actor == "world":
        return Phase.COMPLAINT if phase in (Phase.NONE, Phase.CLOSED) else phase
    leads_to = {
        Act.OPEN: Phase.INVESTIGATION,
        Act.PROPOSE: Phase.INTENT,
        Act.RECOMMEND: Phase.INTENT,
        Act.ORDER: Phase.FINAL,
        Act.PENALISE: Phase.FINAL,
        Act.SETTLE: Phase.FINAL,
        Act.REMIT: Phase.INVESTIGATION,
        Act.CLOSE: Phase.CLOSED,
        Act.REFUSE: Phase.CLOSED,
    }
    return leads_to.get(kind.act, phase)


def _before_cause(file: CaseFile, at: int) -> Fault | None:
    """Return the fault of a step all of whose causes come later, if any does.

    An investigation needs no complaint, and a hearing or what else changes nothing stands where it
    stands.
    """
    step = file.steps[at]
    if STEPS[step.kind].act in (Act.OPEN, Act.HEAR, Act.NOTE):
        return None
    earlier = {s.kind for s in file.steps[:at]}
    causes = STEPS[step.kind].causes
    if step.day < 0 or any(cause in earlier for cause in causes):
        return None
    for later in file.steps[at + 1 :]:
        if later.kind in causes and later.day > step.day:
            return _fault(
                file,
                step,
                f"comes before its cause '{later.kind}' on {iso(later.day)}",
                f"{iso(later.day)} or later",
            )
    return None


def _out_of_phase(file: CaseFile, step: Step, phase: Phase) -> Fault | None:
    kind = STEPS[step.kind]
    if phase in kind.phases or kind.act not in UNCONDITIONAL:
        return None
    allowed = ", ".join(p.value for p in Phase if p in kind.phases)
    return _fault(
        file,
        step,
        f"cannot come while the case is at '{phase.value}': what it leads to came before its cause",
        f"a case at: {allowed}",
    )


def _second(file: CaseFile, at: int) -> Fault | None:
    """Return the fault of a penalty that a case has already; a court that sends the case back may
    have undone it."""
    step = file.steps[at]
    if not _imposes(step):
        return None
    for earlier in reversed(file.steps[:at]):
        if STEPS[earlier.kind].act is Act.REMIT:
            return None
        if _imposes(earlier) and STEPS[earlier.kind].money == STEPS[step.kind].money:
            what = STEPS[step.kind].money
            return _fault(file, step, f"gives a second {what}", f"one {what}, '{earlier.kind}'")
    return None


def _imposes(step: Step) -> bool:
    """Return whether a step imposes or threatens a penalty, and not a settlement."""
    kind = STEPS[step.kind]
    if kind.act is Act.PENALISE:
        return True
    return kind.act is Act.ORDER and kind.money in (PENALTY, PERIODIC) and bool(step.amount)


def _penalty_too_early_or_late(
    file: CaseFile, step: Step, phase: Phase, intent: int | None
) -> Fault | None:
    """Return the fault of a penalty without a notice of intent where the law asks for one, or too
    long after it (Data Protection Act 2018, schedule 16, paragraph 2)."""
    months = 0 if file.powers is None else file.powers.intent_months
    if not months:
        return None
    if intent is None:
        return _fault(
            file,
            step,
            f"comes before its cause: a notice of intent must come first, and the case is still "
            f"at '{phase.value}'",
            "a notice of intent before it",
        )
    extended = any(s.kind == "intent_extended" for s in file.steps)
    ends = add_months(intent, months)
    if step.day < 0 or extended or step.day <= ends:
        return None
    return _fault(
        file,
        step,
        f"is out of time: the notice of intent of {iso(intent)} holds for {months} months "
        f"unless both agree to more",
        f"{iso(intent)} to {iso(ends)}, or a step 'intent_extended'",
    )


def _appeal_out_of_time(file: CaseFile, step: Step, served: Mapping[str, int]) -> Fault | None:
    """Return the fault of an appeal that is too late for a notice that it is against.

    Each notice has its own appeal period. An appeal is against the newest and against those that
    could still be appealed when the newest was served.

    Args:
        file: the case.
        step: the appeal.
        served: kind of each notice served before it -> day of service.
    """
    if step.day < 0:
        return None
    if not served:
        return _fault(file, step, "comes before its cause: nothing was served", "a notice first")
    period = file.appeal_period_days
    newest = max(served.values())
    against = {kind: day for kind, day in served.items() if day + period >= newest}
    first = min(against, key=lambda kind: against[kind])
    if step.day <= against[first] + period:
        return None
    return _fault(
        file,
        step,
        f"is out of time: '{first}' is served on {iso(against[first])} and can be appealed for "
        f"{period} days",
        f"{iso(newest)} to {iso(against[first] + period)}",
    )


def _fault(file: CaseFile, step: Step, what: str, expected: str) -> Fault:
    day = "" if step.day < 0 else f" on {iso(step.day)}"
    message = f"case {file.id}: {step.kind}{day} {what}"
    return Fault(message, key=PATH, found=step.kind, expected=expected)


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


def _too_large(file: CaseFile, powers: Authority) -> list[Fault]:
    found = []
    for step in file.steps:
        instrument = STEPS[step.kind].money
        if not instrument or not step.amount:
            continue
        if instrument not in powers.powers:
            message = f"{powers.id} has no power to impose a {instrument}"
            found.append(Fault(message, key="amounts", found=step.kind, expected="no amount"))
            continue
        most = powers.maximum.get(instrument)
        # The most of a periodic penalty is of a day, or of all days where the law sets none.
        if most is not None and step.amount > most and step.kind != "periodic_penalty_liquidated":
            currency = step.currency or powers.currency
            message = (
                f"'{step.kind}' of {step.amount:,} {currency} is over the most that {powers.id} "
                f"may impose as a {instrument}"
            )
            expected = f"at most {most:,} {currency}"
            found.append(Fault(message, key="amounts", found=step.kind, expected=expected))
    return found
