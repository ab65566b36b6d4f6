"""The path of a case: which steps may come after which, and when.

Found before anything runs: a step before its cause or without one, out of its phase, a penalty
without a notice of intent where the law asks for one or too long after it, a second penalty, an
appeal that is too late.
"""

from __future__ import annotations

from collections.abc import Mapping

from generators.errors import Fault
from sim.dates import iso, period_ends
from sim.law.phases import Phase
from sim.law.step_kinds import (
    ANSWERS,
    APPEALABLE,
    PENALTY,
    PERIODIC,
    UNCONDITIONAL,
    Act,
    phase_after,
)
from sim.law.steps import STEPS
from sim.setup import CaseFile, Step

PATH = "dates"
"""Key of a fault of the path: of which steps there are, and when."""


def astray(file: CaseFile) -> list[Fault]:
    """Return the steps that cannot come where they do, going through the case in order.

    A case that leaves its path is not followed further: one fault, or one for every kind of step
    that is unknown.
    """
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
        if kind.appealable and kind.act in APPEALABLE:
            served[step.kind] = step.day
        if kind.act is Act.PROPOSE and kind.money == PENALTY:
            intent = step.day
        # In a case that is settled where it may be, and not appealed.
        if phase in kind.phases:
            phase = phase_after(phase, kind)
    return faults


def _before_cause(file: CaseFile, at: int) -> Fault | None:
    """Return the fault of a step whose causes come later, or that answers what the case lacks.

    An investigation needs no complaint, and a hearing or what else changes nothing stands where it
    stands.
    """
    step = file.steps[at]
    if STEPS[step.kind].act in (Act.OPEN, Act.HEAR, Act.NOTE):
        return None
    earlier = {s.kind for s in file.steps[:at]}
    causes = STEPS[step.kind].causes
    if any(cause in earlier for cause in causes):
        return None
    for later in file.steps[at + 1 :]:
        if later.kind in causes and later.day > step.day:
            return _fault(
                file,
                step,
                f"comes before its cause '{later.kind}' on {iso(later.day)}",
                f"{iso(later.day)} or later",
            )
    if STEPS[step.kind].act not in ANSWERS:
        return None
    return _fault(
        file, step, "has no cause in the case", f"one of these before it: {', '.join(causes)}"
    )


def _out_of_phase(file: CaseFile, step: Step, phase: Phase) -> Fault | None:
    kind = STEPS[step.kind]
    if phase in kind.phases or (kind.act not in UNCONDITIONAL and phase is not Phase.CLOSED):
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
    ends = period_ends(intent, months)
    agreed = (s.day for s in file.steps if s.kind == "intent_extended")
    extended = any(intent <= day <= min(ends, step.day) for day in agreed)
    if step.day < 0 or extended or step.day <= ends:
        return None
    return _fault(
        file,
        step,
        f"is out of time: the notice of intent of {iso(intent)} holds for {months} months "
        f"unless both agree to more within them",
        f"{iso(intent)} to {iso(ends)}, or a step 'intent_extended' by then",
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
