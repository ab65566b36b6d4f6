"""Movers: everything that may make one arm differ from another, each with a signature.

Two arms in which a mover has the same signature cannot differ by it: a measure's structural zeros
rest on this (`sim.measures.registry`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sim.events import OFFICIALS, Event
from sim.history import UNDATED, Ledger
from sim.operator.strategy import Decision
from sim.setup import Scope

Signature = tuple[tuple[Any, ...], ...]
"""Entries that open with their day, or with `UNDATED`."""

RETENTION = ("gallery.retention", "gallery.rolling_retention")
"""Levers that limit how long a template is held."""


def lever_movers(changes: Sequence[tuple[int, str, float, Scope]]) -> dict[str, Signature]:
    """Return the movers of levers: those of customers, of the desk, the limits of retention, and
    all but customers'.

    Args:
        changes: (day, lever, value, scope) of every change (`sim.levers.Levers.changes`).
    """
    return _present(
        levers=[c for c in changes if not c[1].startswith("customers.")],
        customers=[c for c in changes if c[1].startswith("customers.")],
        desk=[c for c in changes if c[1].startswith("desk.")],
        retention=[c for c in changes if c[1] in RETENTION],
    )


def case_movers(events: Sequence[Event], decisions: Iterable[Decision]) -> dict[str, Signature]:
    """Return the movers of cases: what officials did and what the operator decided.

    Args:
        events: the log.
        decisions: the operator's, in order.
    """
    return _present(
        case=[
            (e.day, e.kind, e.authority)
            for e in events
            if e.actor in OFFICIALS or e.kind == "appeal_lodged"
        ],
        decisions=[(d.day, d) for d in decisions],
    )


def money_movers(ledgers: Sequence[Ledger], home: str) -> dict[str, Signature]:
    """Return the movers of money: each entry of the question's ledgers, and all that was paid.

    Args:
        ledgers: every case's.
        home: code of the jurisdiction that the question is about.
    """
    amounts = {
        f"money.{name}": [
            (UNDATED, entry.case, entry.instrument, getattr(entry, name))
            for entry in ledgers
            if entry.jurisdiction == home and getattr(entry, name)
        ]
        for name in ("proposed", "imposed", "payable", "collected")
    }
    paid = [(UNDATED, e.case, e.instrument, e.collected) for e in ledgers if e.collected]
    return _present(**amounts, money=paid)


def _present(**entries: Sequence[tuple[Any, ...]]) -> dict[str, Signature]:
    return {name: tuple(some) for name, some in entries.items() if some}
