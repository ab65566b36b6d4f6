"""What the commands share: their common options, exit codes and ways of printing."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.console import Console

CHECK_FAILED = 1
WRONG_INPUT = 2
INTERRUPTED = 130

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, and only that.")]
RunArgument = Annotated[Path, typer.Argument(metavar="RUN", help="A run folder.")]
SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="Replace a value; may be given several times."),
]


def print_json(value: Any) -> None:
    """Print a value as JSON; a number that is not finite is a defect and refused."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def print_to_output(show: Callable[[Console], None]) -> None:
    """Print at the terminal's width, or as plain text where standard output is no terminal."""
    from rich.console import Console

    from scenarios.report.table import printed

    console = Console()
    if console.is_terminal:
        show(console)
    else:
        typer.echo(printed(show), nl=False)


def print_wrapped(text: str, hang: int | None = None, breaks: bool = False) -> None:
    """Print lines wrapped as `scenarios.report.lines.hanging` does, at the width of what is read.

    Args:
        text: the lines.
        hang: by how much further the rest of a line is set in; None for the usual.
        breaks: break a word that is longer than a line.
    """
    from scenarios.report.lines import HANG, hanging

    typer.echo(hanging(text, _width(), HANG if hang is None else hang, breaks))


def _width() -> int:
    """Return the terminal's width, or the reports' where standard output is no terminal."""
    from rich.console import Console

    from scenarios.report.table import TEXT_WIDTH

    console = Console()
    return console.width if console.is_terminal else TEXT_WIDTH


def print_columns(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], title: str = ""
) -> None:
    """Print rows in columns, with no cell cut off.

    Args:
        header: name of each column.
        rows: the cells, as many a row as there are columns.
        right: for each column, whether it holds numbers.
        title: a line above.
    """
    from rich.console import Console

    console = Console()
    if not console.is_terminal:
        typer.echo(_plain(header, rows, right, title))
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(title=Text(title) if title else None)
    for name, number in zip(header, right, strict=True):
        table.add_column(Text(name), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


def _plain(
    header: Sequence[str], rows: Sequence[Sequence[str]], right: Sequence[bool], title: str
) -> str:
    lines = [[" ".join(cell.splitlines()) for cell in row] for row in (header, *rows)]
    widths = [max(len(cell) for cell in column) for column in zip(*lines, strict=True)]
    text = [
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for cell, width, number in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([title, *text] if title else text)
