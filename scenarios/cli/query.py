"""`efface query`: one SQL statement over the tables of a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def query(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    sql: Annotated[
        str,
        typer.Argument(
            help="One SELECT over measures, events, people, parameters and draws.",
            metavar="SQL",
        ),
    ],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and only that.")] = False,
) -> None:
    """Ask a run folder in SQL (DuckDB); the statement reaches this run's tables and no file."""
    from scenarios.query import answer
    from scenarios.store import load_run

    table = answer(load_run(run), sql)
    rows = [[row[name] for name in table.column_names] for row in table.to_pylist()]
    if as_json:
        typer.echo(json.dumps({"columns": table.column_names, "rows": rows}, default=str))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(*table.column_names)
    for row in rows:
        shown.add_row(*(Text("–" if cell is None else str(cell)) for cell in row))
    Console().print(shown)
