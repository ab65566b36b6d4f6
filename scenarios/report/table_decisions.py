"""How the operator met each case, as a table that one can read: what it did, at which costs.

A strategy that does not weigh costs has them beside its decision all the same, so that a reader
sees what disobeying would have been expected to cost it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.store import Run

if TYPE_CHECKING:
    from rich.console import Console

NOTE = (
    "In this model disobeying is expected to cost the chance of being found out times (the "
    "sanction's collectable part and the revenue of customers who can be barred); obeying costs "
    "the revenue and the work that the duties take. Sums are in US dollars."
)


def decisions_json(run: Run, arm: str) -> list[dict[str, Any]]:
    """Return the decisions of an arm as JSON values, in the order in which they were taken."""
    return [row for row in run.decisions().to_pylist() if row["arm"] == arm]


def print_decisions(run: Run, arm: str, console: Console) -> None:
    """Print the decisions of an arm, if it had any to take."""
    from rich import box
    from rich.table import Table

    rows = decisions_json(run, arm)
    if not rows:
        return
    console.print(f"\nHow the operator met it\n{NOTE}")
    grid = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    grid.add_column("case", overflow="fold")
    grid.add_column("what it did, and why", overflow="fold")
    for head in (
        "sanction",
        "found\nout",
        "can be\ncollected",
        "disobeying\ncosts",
        "obeying\ncosts",
    ):
        grid.add_column(head, justify="right", no_wrap=True)
    for row in rows:
        grid.add_row(
            f"{row['case']}\n{row['date']}",
            f"{_did(row)}\n  {row['because']}",
            *(f"{row['sanction']:,.0f}", f"{row['detected']:.0%}", f"{row['collectable']:.0%}"),
            *(f"{row['disobeying']:,.0f}", f"{row['obeying']:,.0f}"),
        )
    console.print(grid)


def _did(row: dict[str, Any]) -> str:
    """Return what the operator does about a case, in words."""
    obeys = f"obeys: {row['obeys'].replace('_', ' ')}" if row["obeys"] else "obeys nothing"
    rest = [what for what in ("appeals", "pays", "settles") if row[what]]
    return "; ".join([obeys, *rest])
