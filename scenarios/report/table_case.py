"""The log of a case, as a table and as JSON: what happened, when, because of what.

Facts of the public record and events that the model made are never to be confused: each line says
which it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.report.table_decisions import decisions_json, print_decisions
from scenarios.store import Run

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

_DATE, _SOURCE, _BECAUSE = 10, 6, 26
"""Widths of the columns beside that of the events, in characters; the last at most."""

_KEYS = ("date", "case", "authority", "instrument", "kind", "amount", "currency", "because")
_MORE = ("id", "actor", "recorded", "text")


def case_json(run: Run, arm: str | None) -> dict[str, Any]:
    """Return the log of an arm (None: the scenario's) and its decisions as JSON values.

    `because` is the `id` of the event that caused it.

    Raises:
        RunFolderError: the run has no such arm.
    """
    arm = run.scenario if arm is None else arm
    events = run.events(arm).to_pylist()
    return {
        "run": run.name,
        "arm": arm,
        "events": [{key: event[key] for key in (*_KEYS, *_MORE)} for event in events],
        "decisions": decisions_json(run, arm),
    }


def print_case(run: Run, arm: str | None, console: Console) -> None:
    """Print the log of an arm (None: the scenario's), and how the operator met the cases.

    Each case of the world stands by itself under its name: those of the question first, then what
    belongs to no case, then the others in the order in which they begin.

    Raises:
        RunFolderError: the run has no such arm.
    """
    from rich.text import Text

    arm = run.scenario if arm is None else arm
    events = run.events(arm).to_pylist()
    title = run.manifest.get("titles", {}).get(arm, arm)
    console.print(Text(f"The cases in '{arm}' ({title})", style="bold"))
    if not events:
        console.print("Nothing happened in this arm.")
        return
    console.print("RECORD: a fact of the public record. model: made by the model.")
    by_id = {event["id"]: event for event in events}
    own = run.own_cases
    found = list(dict.fromkeys(event["case"] for event in events))
    for case in sorted(found, key=lambda case: _place(case, own)):
        of_case = [event for event in events if event["case"] == case]
        console.print(Text(f"\n{_headed(case, of_case, own)}", style="bold"))
        console.print(_grid(of_case, by_id, console.width))
    print_decisions(run, arm, console)


def _place(case: str, own: Sequence[str]) -> int:
    """Return where a case stands: the question's own first, in its order, then none, then rest."""
    if case in own:
        return own.index(case)
    return len(own) + (case != "")


def _headed(case: str, events: Sequence[dict[str, Any]], own: Sequence[str]) -> str:
    """Return a case's heading: its id, its authority, and whether the question is about it."""
    if not case:
        return "Outside any case"
    authority = next((event["authority"] for event in events if event["authority"]), "")
    mark = " (the case under question)" if case in own else ""
    return f"{case}: {authority}{mark}" if authority not in ("", case) else f"{case}{mark}"


def _grid(
    events: Sequence[dict[str, Any]], by_id: Mapping[int, dict[str, Any]], width: int
) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    because_of = min(_BECAUSE, width // 4)
    grid = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    for head, wide in (
        *(("date", _DATE), ("", _SOURCE)),
        *(("event", width - _DATE - _SOURCE - because_of - 3), ("because of", because_of)),
    ):
        grid.add_column(head, width=wide, overflow="fold")
    for event in events:
        style = "bold" if event["recorded"] else "italic cyan"
        cause = by_id.get(event["because"])
        grid.add_row(
            Text(event["date"], style),
            Text("RECORD" if event["recorded"] else "model", style),
            Text.assemble((_what(event), style), f"\n  {event['text']}" if event["text"] else ""),
            Text("" if cause is None else cause["kind"].replace("_", " ")),
        )
    return grid


def _what(event: dict[str, Any]) -> str:
    """Return what was done, by whom, about which instrument, and the sum."""
    who = ", ".join(part for part in (event["actor"], event["instrument"]) if part)
    amount = "" if event["amount"] is None else f": {event['amount']:,} {event['currency']}"
    return f"{event['kind'].replace('_', ' ')} ({who}){amount}"
