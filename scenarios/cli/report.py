"""`efface report`: the report of a run folder, and its picture as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer


def report(
    run: Annotated[Path, typer.Argument(help="Run folder.")],
    picture: Annotated[
        Path | None, typer.Option(help="Write the chart of the case: a name in .svg or .png.")
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="Print three rows per 100 residents as Markdown.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, and only that.")] = False,
) -> None:
    """Print a run's report, or write its picture with --picture."""
    from scenarios.report.picture import write_picture
    from scenarios.report.table import table_text
    from scenarios.store import load_run

    found = load_run(run)
    if brief:
        from scenarios.report.brief import brief as three_rows

        typer.echo(three_rows(found), nl=False)
        return
    if picture is None:
        if as_json:
            from scenarios.report.table_json import run_json

            typer.echo(json.dumps(run_json(found)))
        else:
            typer.echo(table_text(found), nl=False)
        return
    write_picture(found, picture)
    if as_json:
        typer.echo(json.dumps({"run": found.name, "picture": str(picture)}))
    else:
        typer.echo(f"{picture}: the chart of {found.name}", err=True)
