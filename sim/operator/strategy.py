"""Strategies: given an order, does the operator appeal, obey, pay, and how does it remove?

One table, so that a reader sees what each name means and a new strategy is one more row.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.setup import StrategyName


@dataclass(frozen=True)
class Strategy:
    """What the operator does when it is served.

    Attributes:
        name: as the scenario file has it.
        appeals: lodges an appeal against every notice.
        obeys: does what a binding order says, by its deadlines.
        erases: removes from every store; otherwise it only hides from results.
        pays: pays a penalty that has fallen due.
        what: one sentence.
    """

    name: StrategyName
    appeals: bool
    obeys: bool
    erases: bool
    pays: bool
    what: str


STRATEGIES: dict[StrategyName, Strategy] = {
    s.name: s
    for s in (
        Strategy(
            StrategyName.COMPLY, False, True, True, True, "No appeal; obeys in full and pays."
        ),
        Strategy(
            StrategyName.MINIMAL,
            False,
            True,
            False,
            True,
            "No appeal; stops collecting, hides from results instead of erasing, pays.",
        ),
        Strategy(
            StrategyName.IGNORE, False, False, False, False, "No appeal, no obedience, no payment."
        ),
        Strategy(
            StrategyName.LITIGATE,
            True,
            True,
            True,
            True,
            "Appeals everything; obeys, and pays, only what is in force.",
        ),
    )
}
