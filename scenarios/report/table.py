"""The three-column table that a run ends with: without the order, as it happened, obeyed.

Each row has the arms' values and the paired differences that the question asks for; each
difference first says its range over the assumed parameters, then its mean with the error of the
mean. Under the table stand the assumed parameters that drive the headline and what the table
cannot tell. Printed with Rich at the width of the terminal; nothing is ever cut off.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from io import StringIO
from typing import TYPE_CHECKING, Literal

from scenarios.folder import write_json, write_text
from scenarios.report.notes import Notes
from scenarios.report.table_differences import AMOUNTS, layout, shown
from scenarios.report.table_json import run_json
from scenarios.report.table_numbers import number
from scenarios.report.table_rows import Content, Row, content_of
from scenarios.report.table_words import (
    driver_lines,
    headline_sentence,
    limits,
    recognition,
    row_label,
    settings,
)
from scenarios.report.words import counted
from scenarios.store import Run

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TEXT_WIDTH = 100
"""Width of `report/table.txt`."""

_GAP = 3
"""How much wider than its content a column is made where there is room."""


def write_report(run: Run) -> None:
    """Write `report/table.txt` and `report/table.json` into the run's folder.

    Neither holds the run's own name, so that equal runs have equal files.
    """
    write_text(run.folder / "report/table.txt", table_text(run))
    answers = {key: value for key, value in run_json(run).items() if key != "run"}
    answers["sentences"] = {
        "headline": headline_sentence(run, content_of(run)),
        "drivers": driver_lines(run),
        "limits": limits(run),
    }
    write_json(run.folder / "report/table.json", answers)


def table_text(run: Run, width: int = TEXT_WIDTH) -> str:
    """Return the whole table as plain text, at most `width` columns wide."""
    return printed(lambda console: print_table(run, console), width)


def printed(show: Callable[[Console], None], width: int = TEXT_WIDTH) -> str:
    """Return what `show` prints to a console of that width, as plain text."""
    from rich.console import Console

    stream = StringIO()
    show(Console(file=stream, width=width, color_system=None, legacy_windows=False))
    return "\n".join(line.rstrip() for line in stream.getvalue().splitlines()) + "\n"


def print_table(run: Run, console: Console) -> None:
    """Print the table, its footnotes, the drivers and what it cannot tell.

    One table for the scenario, its counterfactual and the first arm beside it, and another for
    each further arm.
    """
    from rich.text import Text

    content = content_of(run)
    manifest = run.manifest
    console.print(Text(manifest["question"], style="bold"))
    console.print(
        f"{run.scenario}: {manifest['people']:,} simulated people, "
        f"{_replication_words(run)}, seed {manifest['seed']}. "
        f"{_arm_words(run)}.{_range_words(run)}",
        markup=False,
        highlight=False,
    )
    for said in (settings(run), recognition(run)):
        if said:
            console.print(said, markup=False, highlight=False)
    console.print()
    notes = print_grids(content, console)
    if notes:
        console.print()
    for line in (headline_sentence(run, content), "", *driver_lines(run), "", *limits(run)):
        console.print(line, markup=False, highlight=False)


def print_grids(content: Content, console: Console) -> list[str]:
    """Print a grid for the first arm beside the scenario, one for each further arm, and notes.

    Returns:
        The footnotes that were printed.
    """
    notes = Notes()
    for beside in content.roles.beside or [None]:
        print_whole(_grid(content, beside, notes, console.width), console)
    for line in notes.lines():
        console.print(line, markup=False, highlight=False)
    return notes.lines()


def print_whole(grid: Table, console: Console) -> None:
    """Print a grid whose columns have widths; one that is too wide wraps and keeps everything."""
    needed = sum(column.width or 0 for column in grid.columns) + len(grid.columns) - 1
    if needed <= console.width:
        console.print(grid)
    else:
        # Rich would cut what does not fit.
        text = printed(partial(_print_grid, grid), needed)
        console.print(text, soft_wrap=True, markup=False, highlight=False)


def _replication_words(run: Run) -> str:
    words = counted(run.manifest["replications"], "paired replication")
    first = run.manifest.get("first_replication", 0)
    return f"{words} (number {first})" if first else words


def _arm_words(run: Run) -> str:
    titles = run.manifest.get("titles", {})
    return "Columns: " + "; ".join(f"{titles.get(arm, arm)} = {arm}" for arm in run.arms)


def _range_words(run: Run) -> str:
    """Return what the cells of differences hold, after a space; nothing where there are none."""
    if len(run.arms) < 2:
        return ""
    error = "the mean ± its error (95 %, over replications)"
    draws = run.manifest.get("ranges", 0)
    if not draws:
        return f" Differences: {error}; no range was computed (--ranges 0)."
    return (
        f" Differences: first the range (5–95 % over {counted(draws, 'joint draw')} of the "
        f"assumed parameters, each with another population of {run.manifest['range_people']:,}), "
        f"then {error}."
    )


def _print_grid(grid: Table, console: Console) -> None:
    console.print(grid)


def headline_grid(content: Content, width: int) -> Table:
    """Return the grid for the first arm beside the scenario alone, without notes."""
    return _grid(content, next(iter(content.roles.beside), None), Notes(shown=False), width)


def _grid(content: Content, beside: str | None, notes: Notes, width: int) -> Table:
    roles = content.roles
    arms = [arm for arm in (roles.counterfactual, roles.scenario, beside) if arm is not None]
    others = [other for other in (roles.counterfactual, beside) if other is not None]
    heads = ["measure", *(content.title(arm) for arm in arms)]
    heads += [f"{content.title(roles.scenario)} minus {content.title(other)}" for other in others]
    cells = [_cells(content, row, arms, others, notes) for row in content.rows]
    return grid_of(heads, cells, width, words=1)


def grid_of(heads: Sequence[str], cells: Sequence[Sequence[str]], width: int, words: int) -> Table:
    """Return cells under their heads, wrapped between words to a width.

    Args:
        heads: the columns' heads.
        cells: the rows; a cell may have several lines.
        width: of the whole, in characters.
        words: how many columns, from the first, hold words; the others are numbers, to the right.
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    grid = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    widths = column_widths(heads, cells, width - len(heads) + 1)
    for place, (head, wide) in enumerate(zip(heads, widths, strict=True)):
        justify: Literal["left", "right"] = "left" if place < words else "right"
        grid.add_column(Text(head, style="bold"), justify=justify, width=wide, overflow="fold")
    for row_cells in cells:
        grid.add_row(*(Text(cell) for cell in row_cells))
    return grid


def column_widths(head: Sequence[str], cells: Sequence[Sequence[str]], width: int) -> list[int]:
    """Return the width of each column, so that no word is broken and few lines are.

    Args:
        head: the columns' heads, which may be wrapped between words.
        cells: the rows; a cell may have several lines.
        width: what there is for all columns together; more is taken where words need it.
    """
    columns = [[row[place] for row in cells] for place in range(len(head))]
    least = [
        max(len(word) for cell in (title, *column) for word in cell.split())
        for title, column in zip(head, columns, strict=True)
    ]
    whole, wished = (
        [
            max([short, *(len(line) for cell in column for line in cell.split("\n") if keep(line))])
            for short, column in zip(least, columns, strict=True)
        ]
        for keep in (len, _has_numbers)
    )
    spare = width - sum(least)
    if sum(whole) > width:
        # The last columns are the differences, and come first.
        widths = list(least)
        for place in reversed(range(len(least))):
            more = max(min(wished[place] - least[place], spare), 0)
            widths[place] += more
            spare -= more
        return widths
    gap = min(_GAP, (width - sum(whole)) // max(len(head) - 1, 1))
    return [whole[0], *(long + gap for long in whole[1:])]


def _has_numbers(line: str) -> bool:
    """Return whether a line had better stay whole; these words may be wrapped."""
    return not line.startswith(("0 by assumption", "undefined"))


def _cells(
    content: Content, row: Row, arms: Sequence[str], others: Sequence[str], notes: Notes
) -> list[str]:
    scenario = content.roles.scenario
    scale, decimals = layout(row, scenario)
    cells = [row_label(row, scale, notes.mark(AMOUNTS.get(row.name)))]
    for arm in arms:
        value = row.values[arm]
        if value is None:
            cells.append("undefined" + notes.mark(row.whys[arm]))
        else:
            cells.append(number(value, scale, decimals))
    for other in others:
        text = shown(row.differences[scenario, other], scale, decimals, content.ranges > 0)
        lines = (text.first + notes.mark(text.first_why), text.mean + notes.mark(text.mean_why))
        cells.append("\n".join(line for line in lines if line))
    return cells
