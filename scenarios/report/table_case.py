"""The log of a case, as a table and as JSON: what happened, when, because of what.

Facts of the public record and events that the model made are never to be confused: each line says
which it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.report.table_decisions import decisions_json, print_decisions
from scenarios.store import Run

if TYPE_CHECKING:
    from rich.console import Console

_KEYS = ("date", "authority", "instrument", "kind", "amount", "currency", "because")
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

    Raises:
        RunFolderError: the run has no such arm.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    arm = run.scenario if arm is None else arm
    events = run.events(arm).to_pylist()
    title = run.manifest.get("titles", {}).get(arm, arm)
    console.print(Text(f"The case in '{arm}' ({title})", style="bold"))
    if not events:
        console.print("Nothing happened in this arm.")
        return
    console.print("RECORD: a fact of the public record. model: made by the model.")
    grid = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    for head, justify in (("date", "left"), ("", "left"), ("event", "left"), ("amount", "right")):
        grid.add_column(head, justify=justify, no_wrap=head != "event")  # type: ignore[arg-type]
    grid.add_column("because of", overflow="fold")
    kinds = {event["id"]: event["kind"] for event in events}
    for event in events:
        style = "bold" if event["recorded"] else "italic cyan"
        what = f"{event['kind'].replace('_', ' ')} ({_who(event)})"
        because = event["because"]
        grid.add_row(
            Text(event["date"], style),
            Text("RECORD" if event["recorded"] else "model", style),
            Text.assemble((what, style), f"\n  {event['text']}" if event["text"] else ""),
            Text("" if event["amount"] is None else f"{event['amount']:,} {event['currency']}"),
            Text("" if because is None else kinds[because].replace("_", " ")),
        )
    console.print(grid)
    print_decisions(run, arm, console)


def _who(event: dict[str, Any]) -> str:
    """Return who did it, before which authority where that is another, and about what."""
    actor, authority = event["actor"], event["authority"]
    who = (authority,) if actor == "authority" else (actor, authority)
    return ", ".join(part for part in (*who, event["instrument"]) if part)
