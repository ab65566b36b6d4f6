"""Amounts of a case that a scenario or a legal test may state: those of steps that are about money.

Which step states an amount is the law's (`sim.law.steps`: a penalty, its notice of intent, what a
day of delay costs, a settlement). A complaint states what is claimed where it is a suit. What
days of delay come to is counted, never stated.
"""

from __future__ import annotations

from pydantic_core import PydanticCustomError

from scenarios.strict import wrong
from sim.law.step_kinds import Act, StepKind
from sim.law.steps import STEPS
from sim.setup import Authority


def amount_not_stated(kind: str, powers: Authority) -> PydanticCustomError | None:
    """Return the error of an amount of a step that can have none, None where it may have one.

    Args:
        kind: of the step; one that the law does not know is refused elsewhere.
        powers: the authority before which the case is.
    """
    if kind not in STEPS:
        return None
    row = STEPS[kind]
    if row.act is Act.LIQUIDATE:
        return wrong(
            f"'{kind}' is a sum of days of delay: it is counted and cannot be stated",
            "no amount here, or that of a day at the order",
        )
    if row.money or _sues(row, powers):
        return None
    return wrong(f"'{kind}' states no amount", f"no amount, or one at: {', '.join(_about_money())}")


def _sues(row: StepKind, powers: Authority) -> bool:
    return row.act is Act.OPEN and row.actor == "world" and powers.kind in ("court", "prosecutor")


def _about_money() -> tuple[str, ...]:
    return tuple(kind for kind, row in STEPS.items() if row.money and row.act is not Act.LIQUIDATE)
