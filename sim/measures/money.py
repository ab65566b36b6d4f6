"""Money at the end of the run: the penalty's ledger, the operator's gain, the authority's cost."""

from __future__ import annotations

from collections.abc import Callable

from generators.people import DAYS_A_YEAR
from sim.events import OFFICIALS
from sim.history import History
from sim.measures.question import Measure, Reading
from sim.operator.purse import usd

CURRENCY = "GBP"
"""Currency of the fine measures; a ledger in another one makes them undefined, not converted."""

_WORDS = {
    "proposed": (
        "Q_p",
        "What amount did the notice of intent propose?",
        "no notice of intent proposed an amount, or both proposed the same",
    ),
    "imposed": (
        "Q_i",
        "What amount stands imposed at the end?",
        "no penalty stands imposed, or the same in both arms",
    ),
    "payable": (
        "Q_d",
        "What amount has fallen due by the end?",
        "nothing has fallen due in either arm (nothing is payable while an appeal is open), or the "
        "same amount in both",
    ),
    "collected": (
        "Q_c",
        "What amount has been paid by the end?",
        "nothing has been paid in either arm, or the same amount in both",
    ),
}


def _reader(entry: str) -> Callable[[History], list[Reading]]:
    def read(history: History) -> list[Reading]:
        code = history.setup.windows.jurisdiction
        mine = [ledger for ledger in history.ledgers if ledger.jurisdiction == code]
        others = {ledger.currency for ledger in mine} - {CURRENCY}
        if others:
            why = f"a ledger is in {', '.join(sorted(others))}"
            return [Reading(f"fine_{entry}", "", "all", "", None, why)]
        amount = sum(getattr(ledger, entry) for ledger in mine)
        return [Reading(f"fine_{entry}", "", "all", "", float(amount))]

    return read


FINES = tuple(
    Measure(
        name=f"fine_{entry}",
        symbol=symbol,
        unit=CURRENCY,
        formula=rf"\text{{amount {entry}}}",
        question=question,
        family="money",
        decimals=0,
        moved_by=(f"money.{entry}",),
        zero_reason=why,
        read=_reader(entry),
    )
    for entry, (symbol, question, why) in _WORDS.items()
)


def _gain(history: History) -> list[Reading]:
    purse, parameters = history.books.purse, history.setup.parameters
    others = {file.id for file in history.books.cases if file.addressee != "operator"}
    collected = sum(
        usd(ledger.collected, ledger.currency, parameters)
        for ledger in history.ledgers
        if ledger.case not in others
    )
    value = purse.revenue - purse.costs - collected
    return [Reading("operator_gain", "", "all", "", value)]


def _here(history: History) -> set[str]:
    """Return the ids of the cases of the jurisdiction that the question is about."""
    code = history.setup.windows.jurisdiction
    return {file.id for file in history.books.cases if file.jurisdiction == code}


def _deterrence(history: History) -> list[Reading]:
    mine = [decision for decision in history.books.decisions if decision.case in _here(history)]
    value = mine[0].expected.deterrence if mine else None
    why = None
    if value is None:
        why = "obeying costs nothing" if mine else "no order here has asked for a decision"
    return [Reading("deterrence_ratio", "", "all", "", value, why)]


def _regulator(history: History) -> list[Reading]:
    parameters = history.setup.parameters
    days = 0
    for case in _here(history):
        own = [e.day for e in history.events if e.case == case and e.actor in OFFICIALS]
        days += max(own, default=0) - min(own, default=0)
    years = days / DAYS_A_YEAR
    value = years * parameters["law.staff_share"] * parameters["law.officer_cost"]
    return [Reading("regulator_cost", "", "all", "", value)]


MEASURES = (
    *FINES,
    Measure(
        "operator_gain", "G", "USD",
        r"G = \text{revenue} - \text{costs} - \text{collected by authorities}",
        "What does the operator gain by the end, after costs and what was collected from it?",
        "money", 0,
        ("customers", "removal", "erasure", "stores", "news", "people", "desk", "case", "money"),
        "no customer, erasure, request, appeal or payment differs between the two arms", _gain,
    ),
    Measure(
        "deterrence_ratio", "D", "ratio",
        r"D = \frac{p \, (c \, S + R_b)}{K}",
        "How much does disobeying the first order here cost the operator in expectation, for each "
        "dollar that obeying costs? Below 1 it does not deter.",
        "money", 2, ("decisions",), "no order differs on which the operator decides", _deterrence,
    ),
    Measure(
        "regulator_cost", "K_r", "USD",
        r"K_r = \sum \text{years from the first to the last step of a case} \times \text{officers}"
        r" \times \text{cost of an officer}",
        "What do the cases here cost the authority, from their first step to their last?",
        "money", 0, ("case",), "no step of a case differs between the two arms", _regulator,
    ),
)  # fmt: skip
