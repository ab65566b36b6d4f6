"""The `efface` command: one module a verb group, and nothing heavy imported before it is needed.

Exit codes: 0 done, 1 a check did not hold, 2 wrong input, 130 interrupted. What a program reads
goes to standard output, messages and progress to standard error.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from generators.errors import EffaceError
from scenarios.cli import (
    dashboard,
    demonstrate,
    faces,
    gallery,
    law,
    library,
    population,
    query,
    report,
    residency,
    runs,
)
from scenarios.cli.options import INTERRUPTED, WRONG_INPUT


class Efface(TyperGroup):
    """The group of all commands: turns errors of the input into messages and exit codes."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command; an input that is wrong ends it with code 2, Ctrl-C with 130.

        So does a machine that gives out: no room on the disk, no right to write, no memory.
        """
        try:
            return super().invoke(ctx)
        except EffaceError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(WRONG_INPUT) from None
        except KeyboardInterrupt:
            typer.echo("interrupted", err=True)
            raise typer.Exit(INTERRUPTED) from None
        except BrokenPipeError:
            raise  # whoever read the output has seen enough; Typer ends quietly
        except (OSError, MemoryError) as error:
            _say(error)
            raise typer.Exit(WRONG_INPUT) from None


def _say(error: OSError | MemoryError) -> None:
    """Print in one line what the machine refused."""
    if isinstance(error, MemoryError):
        typer.echo("the memory does not suffice: try fewer --people or --workers", err=True)
        return
    place = f"{error.filename}: " if error.filename else ""
    typer.echo(f"{place}{error.strerror or error}", err=True)
    try:
        sys.stdout.flush()
    except OSError:
        # Python flushes once more at its end, and must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


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
app.command()(residency.residency)
app.command()(demonstrate.demonstrate)
app.add_typer(population.app, name="population")
app.add_typer(faces.app, name="faces")
app.add_typer(gallery.app, name="gallery")
app.add_typer(law.app, name="law")
app.command()(dashboard.dashboard)


def main() -> None:
    """Run the command line (the entry point of `efface`)."""
    try:
        app(prog_name="efface")
    except OSError as error:  # --help and --version are printed before any command
        _say(error)
        sys.exit(WRONG_INPUT)


if __name__ == "__main__":
    main()
