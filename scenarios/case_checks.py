"""What a case may not order: a duty without a power, an amount over the largest that the law knows.

The checks are pure: they read a case file and say what is wrong, before anything runs. The law
machine's own rules (which phase may follow which) are `sim.law`'s.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.case_dates import NOTICES
from sim.setup import Authority, CaseFile

INSTRUMENT_OF: dict[str, str] = {
    "provisional_notice": "monetary penalty notice",
    "final_penalty": "monetary penalty notice",
    "injunction": "periodic penalty",
    "order_with_penalty": "periodic penalty",
    "settlement": "private action",
    "final_approval": "private action",
}
"""The instrument whose amount a step of the record gives."""


@dataclass(frozen=True)
class Overreach:
    """Something that an authority may not order.

    Attributes:
        key: `clauses`, `order_of` or `amounts`: the key of the case that asked for it.
        at: the duty or the kind of step.
        message: the fault as a sentence.
        expected: what may be ordered.
    """

    key: str
    at: str
    message: str
    expected: str


def overreaches(file: CaseFile) -> tuple[Overreach, ...]:
    """Return every duty without a power and every amount over the law's largest in a case file."""
    if file.powers is None:
        return ()
    return (*_without_power(file, file.powers), *_too_large(file, file.powers))


def _without_power(file: CaseFile, powers: Authority) -> tuple[Overreach, ...]:
    may = ", ".join(kind for kind in powers.powers if " " not in kind)
    found = [
        Overreach(
            "clauses",
            duty.kind,
            f"{powers.id} has no power to order '{duty.kind}'",
            may or "nothing: this authority orders no duty",
        )
        for duty in file.obligations
        if duty.kind not in powers.powers
    ]
    if file.obligations and not any(step.kind in _ORDERS for step in file.steps):
        found.append(
            Overreach(
                "order_of",
                file.id,
                f"'{file.id}' has no final notice that could hold an order",
                "a case of the record with a final notice",
            )
        )
    return tuple(found)


_ORDERS = (*NOTICES, "hearing_before_order", "moratorium", "cease_and_desist", "settlement")


def _too_large(file: CaseFile, powers: Authority) -> tuple[Overreach, ...]:
    found = []
    for step in file.steps:
        instrument = INSTRUMENT_OF.get(step.kind)
        if instrument is None or not step.amount:
            continue
        if instrument not in powers.powers:
            message = f"{powers.id} has no power to impose a {instrument}"
            found.append(Overreach("amounts", step.kind, message, "no amount"))
            continue
        most = powers.maximum.get(instrument)
        if most is not None and step.amount > most:
            currency = step.currency or powers.currency
            message = (
                f"'{step.kind}' of {step.amount:,} {currency} is over the most that {powers.id} "
                f"may impose as a {instrument}"
            )
            found.append(Overreach("amounts", step.kind, message, f"at most {most:,} {currency}"))
    return tuple(found)
