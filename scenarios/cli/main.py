"""The `efface` command: one module a verb group, and nothing heavy imported before it is needed.

Exit codes: 0 done, 1 a check did not hold, 2 wrong input, 130 interrupted. What a program reads
goes to standard output, messages and progress to standard error.
"""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from generators.errors import EffaceError
from scenarios.cli import dashboard, faces, library, population, query, report, runs

WRONG_INPUT = 2
INTERRUPTED = 130


class Efface(TyperGroup):
    """The group of all commands: turns errors of the input into messages and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an input that is wrong ends it with code 2, Ctrl-C with 130."""
        try:
            return super().invoke(ctx)
        except EffaceError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(WRONG_INPUT) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    cls=Efface,
    help="What would an order against a face-scraping operator really change? "
    "Measured on people who do not exist.",
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"efface {version('efface')}")
        raise typer.Exit


@app.callback()
def efface(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Take the options that stand before any command."""


app.command("list")(library.list_names)
app.command()(runs.run)
app.command()(runs.show)
app.command()(runs.compare)
app.command()(runs.verify)
app.command()(query.query)
app.command()(report.report)
app.command()(library.explain)
app.command()(library.validate)
app.command()(library.schema)
app.add_typer(population.app, name="population")
app.add_typer(faces.app, name="faces")
app.command()(dashboard.dashboard)


def main() -> None:
    """Run the command line (the entry point of `efface`)."""
    app(prog_name="efface")


if __name__ == "__main__":
    main()
