"""Which instruments a case has: those that its steps and duties name, and those that its authority
may give."""

from __future__ import annotations

from dataclasses import dataclass

from sim.law.instruments import EnforcementNotice, PenaltyNotice
from sim.law.periodic import PeriodicPenalty
from sim.law.private_action import PrivateAction
from sim.law.step_kinds import ORDER, PENALTY, PERIODIC, PRIVATE, Act
from sim.law.steps import STEPS
from sim.setup import CaseFile


@dataclass(frozen=True)
class Issued:
    """The instruments of one case, each None where the case cannot have it."""

    orders: EnforcementNotice | None
    penalty: PenaltyNotice | None
    periodic: PeriodicPenalty | None
    private: PrivateAction | None


def issued_by(file: CaseFile) -> Issued:
    """Return the instruments of a case before anything has happened.

    Orders follow the case's rule of stay, which a scenario may change; payment follows the law's
    own. An authority without limits (`powers` None) may impose a penalty.
    """
    powers = file.powers
    kinds = [STEPS[step.kind] for step in file.steps]
    named = {kind.instrument for kind in kinds} | {kind.money for kind in kinds}
    may = named | {PENALTY} if powers is None else named | set(powers.powers)
    currency = "GBP" if powers is None else powers.currency
    by_law = file.stay if powers is None else powers.stay
    orders = bool(file.obligations) or any(kind.act is Act.ORDER for kind in kinds)
    in_equity = any(duty.kind == "equity" for duty in file.obligations)
    return Issued(
        orders=EnforcementNotice(ORDER, stay=file.stay, obligations=file.obligations)
        if orders
        else None,
        penalty=PenaltyNotice(PENALTY, stay=by_law, currency=currency) if PENALTY in may else None,
        periodic=PeriodicPenalty(PERIODIC, stay=by_law, currency=currency)
        if PERIODIC in may
        else None,
        private=PrivateAction(PRIVATE, stay=by_law, currency=currency, in_equity=in_equity)
        if PRIVATE in may
        else None,
    )
