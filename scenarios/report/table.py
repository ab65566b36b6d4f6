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
from scenarios.report.table_json import run_json
from scenarios.report.table_numbers import Scale, decimals_for, number, scale_of
from scenarios.report.table_rows import Content, Difference, Row, content_of
from scenarios.report.table_words import driver_lines, headline_sentence, limits, row_label
from scenarios.store import Run

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

TEXT_WIDTH = 100
"""Width of `report/table.txt`."""

_FINER = 2
"""How many more decimals than its range a mean may have, so that its error shows."""

_GAP = 3
"""How much wider than its content a column is made where there is room."""


class _Notes:
    """Footnotes: the same reason keeps its letter.

    Args:
        shown: False where there is no room for them, so that nothing is marked.
    """

    def __init__(self, shown: bool = True) -> None:
        self.shown = shown
        self.reasons: list[str] = []

    def mark(self, reason: str | None) -> str:
        """Return ` [a]` for a reason, or nothing where there is none."""
        if not reason or not self.shown:
            return ""
        if reason not in self.reasons:
            self.reasons.append(reason)
        return f" [{_letters(self.reasons.index(reason))}]"

    def lines(self) -> list[str]:
        """Return the footnotes, one line each."""
        return [f"[{_letters(i)}] {reason}" for i, reason in enumerate(self.reasons)]


def _letters(index: int) -> str:
    return chr(ord("a") + index) if index < 26 else f"z{index - 25}"


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
        f"{manifest['replications']} paired replications, seed {manifest['seed']}. "
        f"{_arm_words(run)}. {_range_words(run)}",
        markup=False,
        highlight=False,
    )
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
    notes = _Notes()
    for beside in content.roles.beside or [None]:
        grid = _grid(content, beside, notes, console.width)
        needed = sum(column.width or 0 for column in grid.columns) + len(grid.columns) - 1
        if needed <= console.width:
            console.print(grid)
        else:
            # Rich would cut what does not fit; the terminal wraps and keeps everything.
            text = printed(partial(_print_grid, grid), needed)
            console.print(text, soft_wrap=True, markup=False, highlight=False)
    for line in notes.lines():
        console.print(line, markup=False, highlight=False)
    return notes.lines()


def _arm_words(run: Run) -> str:
    titles = run.manifest.get("titles", {})
    return "Columns: " + "; ".join(f"{titles.get(arm, arm)} = {arm}" for arm in run.arms)


def _range_words(run: Run) -> str:
    error = "the mean ± its error (95 %, over replications)"
    draws = run.manifest.get("ranges", 0)
    if not draws:
        return f"Differences: {error}; no range was computed (--ranges 0)."
    return (
        f"Differences: first the range (5–95 % over {draws} joint draws of the assumed "
        f"parameters, each with another population of {run.manifest['range_people']:,}), "
        f"then {error}."
    )


def _print_grid(grid: Table, console: Console) -> None:
    console.print(grid)


def headline_grid(content: Content, width: int) -> Table:
    """Return the grid for the first arm beside the scenario alone, without notes."""
    return _grid(content, next(iter(content.roles.beside), None), _Notes(shown=False), width)


def _grid(content: Content, beside: str | None, notes: _Notes, width: int) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    roles = content.roles
    arms = [arm for arm in (roles.counterfactual, roles.scenario, beside) if arm is not None]
    others = [other for other in (roles.counterfactual, beside) if other is not None]
    heads = ["measure", *(content.title(arm) for arm in arms)]
    heads += [f"{content.title(roles.scenario)} minus {content.title(other)}" for other in others]
    cells = [_cells(content, row, arms, others, notes) for row in content.rows]
    grid = Table(box=box.SIMPLE_HEAD, padding=0, pad_edge=False, show_edge=False)
    widths = column_widths(heads, cells, width - len(heads) + 1)
    for place, (head, wide) in enumerate(zip(heads, widths, strict=True)):
        justify: Literal["left", "right"] = "right" if place else "left"
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
    columns = list(zip(*cells, strict=True))
    least = [
        max(len(word) for cell in (title, *column) for word in cell.split())
        for title, column in zip(head, columns, strict=True)
    ]
    whole, wished = (
        [
            max(short, *(len(line) for cell in column for line in cell.split("\n") if keep(line)))
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
    content: Content, row: Row, arms: Sequence[str], others: Sequence[str], notes: _Notes
) -> list[str]:
    differences = [row.differences[content.roles.scenario, other] for other in others]
    values = [row.values[arm] for arm in arms]
    scale = scale_of(row.unit, [*values, *(end for d in differences for end in _ends(d))])
    decimals = max(decimals_for(_scaled(values, scale)), 1 if scale.factor == 100.0 else 0)
    cells = [row_label(row, scale)]
    for arm, value in zip(arms, values, strict=True):
        if value is None:
            cells.append("undefined" + notes.mark(row.whys[arm]))
        else:
            cells.append(number(value, scale, decimals))
    ranged = content.ranges > 0
    cells += [_difference(d, scale, decimals, ranged, notes) for d in differences]
    return cells


def _ends(difference: Difference) -> list[float | None]:
    return [difference.mean, difference.range_low, difference.range_high]


def _scaled(values: Sequence[float | None], scale: Scale) -> list[float | None]:
    return [None if value is None else value * scale.factor for value in values]


def _difference(
    difference: Difference, scale: Scale, decimals: int, ranges: bool, notes: _Notes
) -> str:
    """Return the range first, then the mean with its error."""
    if difference.structural_zero:
        return "0 by assumption" + notes.mark(difference.why)
    if difference.mean is None:
        return "undefined" + notes.mark(difference.why)
    decimals = max(decimals, decimals_for(_scaled(_ends(difference), scale), 2))
    if difference.low is None or difference.high is None:
        mean = number(difference.mean, scale, decimals, sign=True)
        second = mean + notes.mark("one replication has no error of the mean")
    else:
        half = (difference.high - difference.low) / 2
        finer = min(max(decimals, decimals_for([half * scale.factor], 1)), decimals + _FINER)
        mean = number(difference.mean, scale, finer, sign=True)
        second = f"{mean} ± {number(half, scale, finer)}"
    if not ranges:
        return second
    if difference.range_low is None or difference.range_high is None:
        return "no range" + notes.mark("undefined in some range draw") + f"\n{second}"
    low = number(difference.range_low, scale, decimals, sign=True)
    high = number(difference.range_high, scale, decimals, sign=True)
    return f"{low} to {high}\n{second}" if low != high else f"{low}\n{second}"
