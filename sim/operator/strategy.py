"""Strategies: given an order, does the operator appeal, obey, pay, and how does it remove?

One table, so that a reader sees what each name means and a new strategy is one more row. Four
rows answer every case alike; `rational` decides case by case on what disobeying and obeying are
expected to cost (`sim.operator.rational`). What the record says of a case comes before either.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.setup import CaseFile, StrategyName


@dataclass(frozen=True)
class Strategy:
    """What the operator does when it is served.

    Attributes:
        name: as the scenario file has it.
        appeals: lodges an appeal against every notice.
        obeys: does what a binding order says, by its deadlines.
        erases: removes from every store; otherwise it only hides from results.
        pays: pays a penalty that has fallen due.
        settles: agrees to end a private action.
        weighs: decides appeal, obedience and payment by their expected costs instead.
        what: one sentence.
    """

    name: StrategyName
    appeals: bool
    obeys: bool
    erases: bool
    pays: bool
    settles: bool
    weighs: bool
    what: str


STRATEGIES: dict[StrategyName, Strategy] = {
    s.name: s
    for s in (
        Strategy(
            StrategyName.COMPLY, False, True, True, True, True, False,
            "No appeal; obeys in full and pays.",
        ),
        Strategy(
            StrategyName.MINIMAL, False, True, False, True, True, False,
            "No appeal; stops collecting, hides from results instead of erasing, pays.",
        ),
        Strategy(
            StrategyName.IGNORE, False, False, False, False, False, False,
            "No appeal, no obedience, no payment.",
        ),
        Strategy(
            StrategyName.LITIGATE, True, True, True, True, False, False,
            "Appeals everything; obeys, and pays, only what is in force.",
        ),
        Strategy(
            StrategyName.RATIONAL, False, True, True, True, True, True,
            "Obeys, pays and appeals where that is expected to cost it less than not to.",
        ),
    )
}  # fmt: skip
"""Every strategy. A row that weighs obeys, pays and settles only where the sums say so."""


PAYMENT = frozenset({"pay_penalty"})
"""Duties that are met by paying."""


@dataclass(frozen=True)
class Expected:
    """What a decision rests on, US dollars as the operator reckons them.

    Attributes:
        sanction: the most that disobeying a binding order can add.
        detected: chance that disobedience is found out.
        collectable: share of a sum that can be had from this operator.
        barred: revenue of the customers whom the authority could bar.
        obeying: cost of doing all that is ordered, lost revenue included.
        penalty: penalty that has been imposed already.
        due: share of it, and of what people claim, that can be had from this operator.
        appeal: cost of an appeal.
        relief: what an appeal is expected to save.
    """

    sanction: float
    detected: float
    collectable: float
    barred: float
    obeying: float
    penalty: float
    due: float
    appeal: float
    relief: float

    @property
    def disobeying(self) -> float:
        """Expected loss from disobeying (Becker 1968: chance of conviction times sanction).

        An authority bars the customers of whom it has found out, so that they stand within the
        chance too; that is a choice of this model's.
        """
        return self.detected * (self.sanction * self.collectable + self.barred)

    @property
    def deters(self) -> bool:
        """Whether disobeying is expected to cost at least as much as obeying."""
        return self.obeying <= self.disobeying

    @property
    def deterrence(self) -> float | None:
        """Expected loss from disobeying over the cost of obeying; None where that is free."""
        return self.disobeying / self.obeying if self.obeying > 0.0 else None


@dataclass(frozen=True)
class Decision:
    """How the operator meets one case.

    Attributes:
        case: the case's id.
        day: day on which it was decided.
        appeals: lodges an appeal.
        obeys: kinds of duty that it meets once they bind it.
        erases: removes from every store; otherwise it only hides.
        pays: pays a penalty that has fallen due.
        settles: agrees to end a private action.
        because: the ground, a sentence.
        expected: what it reckons with, whether it weighs that or not.
    """

    case: str
    day: int
    appeals: bool
    obeys: frozenset[str]
    erases: bool
    pays: bool
    settles: bool
    because: str
    expected: Expected


def decide(strategy: Strategy, file: CaseFile, day: int, expected: Expected) -> Decision:
    """Return how the operator meets a case.

    What the record says of a case decides; then the strategy's row; `rational` obeys all or
    nothing, because any duty that is not met risks the whole sanction, it pays only what is due
    and could be had from it anyway, and it settles only on terms that it would keep and pay. Who
    pays meets the duty to pay, whatever else they meet.

    Args:
        strategy: the operator's.
        file: the case.
        day: today.
        expected: costs and losses of this case.
    """
    duties = frozenset(duty.kind for duty in file.obligations)
    if file.conduct is not None:
        own = file.conduct
        return Decision(
            file.id,
            day,
            own.appeals,
            own.meets & duties,
            True,
            own.pays,
            True,
            own.source,
            expected,
        )
    appeals, obeys, because = strategy.appeals, strategy.obeys, strategy.what
    pays, settles = strategy.pays, strategy.settles
    if strategy.weighs:
        obeys = expected.deters
        pays = expected.due >= 1.0
        settles = obeys and pays
        appeals = expected.relief > expected.appeal
        because = _sums(expected, obeys)
    meets = duties - PAYMENT if obeys else frozenset[str]()
    if pays:
        meets |= duties & PAYMENT
    return Decision(
        case=file.id,
        day=day,
        appeals=appeals,
        obeys=meets,
        erases=strategy.erases,
        pays=pays,
        settles=settles,
        because=because,
        expected=expected,
    )


def _sums(expected: Expected, obeys: bool) -> str:
    """Return the comparison that decided, in words."""
    verb = "obeys" if obeys else "does not obey"
    sign = "no more" if obeys else "more"
    return (
        f"In this model it {verb}: obeying costs {expected.obeying:,.0f} dollars, {sign} than the "
        f"{expected.disobeying:,.0f} that disobeying is expected to cost "
        f"({expected.detected:.0%} of a sanction of {expected.sanction:,.0f}, of which "
        f"{expected.collectable:.0%} can be collected, and of {expected.barred:,.0f} from barred "
        f"customers)."
    )
