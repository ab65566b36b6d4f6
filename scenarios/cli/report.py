"""`efface report`: the report of a run folder, and its picture as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.options import JsonOption, RunArgument, print_json


def report(
    run: RunArgument,
    picture: Annotated[
        Path | None, typer.Option(help="Write the chart of the case: a name in .svg or .png.")
    ] = None,
    brief: Annotated[
        bool, typer.Option("--brief", help="Print three rows per 100 residents as Markdown.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Print a run's report, or write its picture with --picture."""
    from scenarios.report.picture import write_picture
    from scenarios.report.table import table_text
    from scenarios.store import load_run

    found = load_run(run)
    if brief and as_json:
        raise EffaceError(
            Fault(
                "the brief is Markdown",
                key="--brief",
                found="--brief with --json",
                expected="one of the two",
            )
        )
    if brief:
        from scenarios.report.brief import brief as three_rows

        typer.echo(three_rows(found), nl=False)
        return
    if picture is None:
        if as_json:
            from scenarios.report.table_json import run_json

            print_json(run_json(found))
        else:
            typer.echo(table_text(found), nl=False)
        return
    write_picture(found, picture)
    if as_json:
        print_json({"run": found.name, "picture": str(picture)})
    else:
        typer.echo(f"{picture}: the chart of {found.name}", err=True)
