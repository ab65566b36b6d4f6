"""What a kind of step is, and what its act does to a case's phase.

Acts are few and kinds of step many: the record has a word for every authority's way of doing the
same. The kinds themselves are the table in `sim.law.steps`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sim.law.phases import Phase

CASE = "case"
ORDER = "enforcement notice"
PENALTY = "monetary penalty notice"
PERIODIC = "periodic penalty"
PRIVATE = "private action"
INSTRUMENTS = (ORDER, PENALTY, PERIODIC, PRIVATE)
"""Names of the instruments, as events and authorities' powers have them. An order of any
authority goes by the name of the British one."""


class Act(StrEnum):
    """What a step does to a case."""

    OPEN = "open"
    JOIN = "join"
    ASK = "ask"
    PROPOSE = "propose"
    EXTEND = "extend"
    REPRESENT = "represent"
    RECOMMEND = "recommend"
    ORDER = "order"
    PENALISE = "penalise"
    SETTLE = "settle"
    APPEAL = "appeal"
    STAY = "stay"
    UNSTAY = "lift a stay"
    HEAR = "hear"
    SET_ASIDE = "set aside"
    SEEK = "seek permission"
    RESTORE = "restore"
    REMIT = "remit"
    UPHOLD = "uphold"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    START_PERIODIC = "start a periodic penalty"
    END_PERIODIC = "end what is counted"
    LIQUIDATE = "liquidate"
    LEAVE_MARKET = "leave the market"
    CHECK = "check"
    COLLECT = "collect"
    CLOSE = "close"
    NOTE = "note"


ORDERS = frozenset({Act.ORDER, Act.PENALISE, Act.SETTLE})
"""Acts after which something is ordered, imposed or agreed."""

APPEALABLE = ORDERS | {Act.LIQUIDATE, Act.UPHOLD}
"""Acts against which an appeal may lie: what is given, a sum that days of delay come to, and a
judgment, against which the next court may be asked."""

GIVES = ORDERS | {Act.PROPOSE, Act.START_PERIODIC, Act.LIQUIDATE}
"""Acts that announce or give an instrument, which takes a power to give it."""

UNCONDITIONAL = frozenset(
    {Act.OPEN, Act.ASK, Act.PROPOSE, Act.RECOMMEND, Act.ORDER, Act.PENALISE, Act.CLOSE}
)
"""Acts of the authority that happen whatever the operator does: out of their phase they are an
impossible path. The others happen only where they make sense (a court decides only an appeal
that was lodged)."""


ANSWERS = frozenset(
    {
        *(Act.SET_ASIDE, Act.SEEK, Act.RESTORE, Act.REMIT, Act.UPHOLD, Act.WITHDRAW, Act.STAY),
        *(Act.UNSTAY, Act.START_PERIODIC, Act.END_PERIODIC, Act.LIQUIDATE),
    }
)
"""Acts that answer another step: a case that has none of their causes has no place for them."""


@dataclass(frozen=True)
class StepKind:
    """What one kind of step is.

    Attributes:
        act: what it does to the case.
        actor: who takes it: `authority`, `operator`, `tribunal`, `platform`, `world`.
        instrument: of which it tells: a name in `INSTRUMENTS`, or `case`.
        phases: in which it may happen.
        causes: kinds of step that it answers in law; the first of these that has happened is its
            cause in the log, and none of these may come after it in a case that has them in
            order.
        news: size of the news that it makes (`news.weight.*`), or "".
        money: the instrument whose amount it states, or "".
        appealable: of an order: whether an appeal lies against it; what was agreed, and what
            only announces an order, binds from service.
        what: one sentence for people.
    """

    act: Act
    actor: str
    instrument: str
    phases: frozenset[Phase]
    causes: tuple[str, ...]
    news: str
    what: str
    money: str = ""
    appealable: bool = True


LEADS_TO: dict[Act, Phase] = {
    Act.OPEN: Phase.INVESTIGATION,
    Act.PROPOSE: Phase.INTENT,
    Act.RECOMMEND: Phase.INTENT,
    Act.ORDER: Phase.FINAL,
    Act.PENALISE: Phase.FINAL,
    Act.SETTLE: Phase.FINAL,
    Act.REMIT: Phase.INVESTIGATION,
    Act.REFUSE: Phase.CLOSED,
    Act.CLOSE: Phase.CLOSED,
}
"""The phase to which an act brings a case; the other acts leave it where it is."""


def phase_after(phase: Phase, kind: StepKind) -> Phase:
    """Return the phase of a case after a step.

    A complaint opens a case and changes nothing in one that is open; a notice that is given while
    another is under appeal leaves the appeal open.
    """
    if kind.act is Act.OPEN and kind.actor == "world":
        return Phase.COMPLAINT if phase in (Phase.NONE, Phase.CLOSED) else phase
    leads_to = LEADS_TO.get(kind.act, phase)
    return phase if leads_to is Phase.FINAL and phase is Phase.APPEAL else leads_to
