"""How the operator met each case of a run, and the sums that it reckoned with, as a table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from scenarios import tables
from sim.dates import iso

if TYPE_CHECKING:
    from sim.history import History


def decisions_table(histories: Mapping[str, History]) -> pa.Table:
    """Return every decision of every arm, schema `scenarios.tables.DECISIONS`."""
    columns: dict[str, list[object]] = {name: [] for name in tables.DECISIONS.names}
    for arm, history in histories.items():
        for decision in history.books.decisions:
            costs = decision.expected
            row = {
                "arm": arm,
                "case": decision.case,
                "date": iso(decision.day),
                "appeals": decision.appeals,
                "obeys": ", ".join(sorted(decision.obeys)),
                "erases": decision.erases,
                "pays": decision.pays,
                "settles": decision.settles,
                "because": decision.because,
                "sanction": costs.sanction,
                "detected": costs.detected,
                "collectable": costs.collectable,
                "barred": costs.barred,
                "disobeying": costs.disobeying,
                "obeying": costs.obeying,
                "penalty": costs.penalty,
                "appeal": costs.appeal,
                "relief": costs.relief,
            }
            for name, value in row.items():
                columns[name].append(value)
    return tables.table(tables.DECISIONS, columns)
