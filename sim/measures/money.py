"""The penalty's ledger at the end of the run: proposed, imposed, payable, collected."""

from __future__ import annotations

from collections.abc import Callable

from sim.history import History
from sim.measures.question import Measure, Reading

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
        others = {ledger.currency for ledger in history.ledgers} - {CURRENCY}
        if others:
            why = f"a ledger is in {', '.join(sorted(others))}"
            return [Reading(f"fine_{entry}", "", "all", "", None, why)]
        amount = sum(getattr(ledger, entry) for ledger in history.ledgers)
        return [Reading(f"fine_{entry}", "", "all", "", float(amount))]

    return read


MEASURES = tuple(
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
