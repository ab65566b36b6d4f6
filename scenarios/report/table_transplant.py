"""The table of an order transplant: clause, lever, time, residents still searchable, difference."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scenarios.report.table import grid_of, print_whole
from scenarios.report.table_differences import layout, mean_text, range_decimals, shown
from scenarios.report.table_numbers import Scale, decimals_for, number, scale_of, scaled
from scenarios.report.table_rows import Row, content_of
from scenarios.report.words import counted
from scenarios.store import Run
from scenarios.transplant import OWN, Clause, Transplant

if TYPE_CHECKING:
    from rich.console import Console

MEASURE = "searchable_persons"
HEADER = ("clause", "moves", "time allowed", "still searchable", "difference")
"""Columns of the table of one day; the first three hold words."""
_WORDS = 3


def transplant_json(run: Run, transplant: Transplant) -> dict[str, Any]:
    """Return the table as JSON values: one entry a clause and day."""
    rows = _answers(run)
    return {
        "run": run.name,
        "order_of": transplant.order_of,
        "counterfactual": run.counterfactual,
        "measure": MEASURE,
        "people": run.manifest["people"],
        "replications": run.manifest["replications"],
        "ranges": run.manifest["ranges"],
        "seed": run.manifest["seed"],
        "clauses": [
            {
                "clause": clause.wording,
                "duty": clause.duty or None,
                "moves": clause.moves or None,
                "scope": clause.scope or None,
                "allowed": clause.allowed or None,
                "arm": clause.arm,
                "at": row.at,
                **_entry(run, row, clause),
            }
            for row in rows
            for clause in transplant.clauses
        ],
        "beside_own_order": beside_own_order(run, transplant),
    }


def _entry(run: Run, row: Row, clause: Clause) -> dict[str, Any]:
    answer = _levels(run)[clause.arm, row.at]
    value = {
        key: answer[column]
        for key, column in (
            ("searchable", "value"),
            ("low", "value_low"),
            ("high", "value_high"),
            ("range_low", "value_range_low"),
            ("range_high", "value_range_high"),
        )
    }
    if run.counterfactual is None:
        return value
    difference = row.differences[clause.arm, run.counterfactual]
    return {
        **value,
        "difference": difference.mean,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "difference_range_low": difference.range_low,
        "difference_range_high": difference.range_high,
        "structural_zero": difference.structural_zero,
        "why": difference.why,
    }


def print_transplant(run: Run, transplant: Transplant, console: Console) -> None:
    """Print the question, how to read the tables, a table a day, and which order does more."""
    from rich.text import Text

    console.print(Text(run.manifest["question"], style="bold"))
    console.print(how_to_read(run), markup=False, highlight=False)
    for title, header, rows in transplant_tables(run, transplant):
        console.print(f"\n{title}", markup=False, highlight=False)
        print_whole(grid_of(header, rows, console.width, _WORDS), console)
    console.print(f"\n{beside_own_order(run, transplant)}", markup=False, highlight=False)


def transplant_tables(
    run: Run, transplant: Transplant
) -> list[tuple[str, tuple[str, ...], list[list[str]]]]:
    """Return a title, a header and the cells of a table for each day on which measures look."""
    header: tuple[str, ...] = HEADER if run.counterfactual is not None else HEADER[:-1]
    levels, tables = _levels(run), []
    for row in _answers(run):
        values = [levels[clause.arm, row.at]["value"] for clause in transplant.clauses]
        scale = scale_of(row.unit, values)
        decimals = max(decimals_for(scaled(values, scale)), 1)
        title = f"In this model, on {row.at}: {MEASURE.replace('_', ' ')}, {scale.unit}"
        if run.counterfactual is not None:
            without = levels[run.counterfactual, row.at]["value"]
            title += f"; without the order {number(without, scale, decimals)}"
        cells = [
            _cells(run, row, clause, levels[clause.arm, row.at], scale, decimals)
            for clause in transplant.clauses
        ]
        tables.append((title, header, cells))
    return tables


def _cells(
    run: Run, row: Row, clause: Clause, answer: dict[str, Any], scale: Scale, decimals: int
) -> list[str]:
    moves = ", ".join(part for part in (clause.moves, clause.scope) if part)
    ends = [answer["value_range_low"], answer["value_range_high"]]
    spread = (number(end, scale, decimals) for end in ends if end is not None)
    value = number(answer["value"], scale, decimals)
    if answer["value_low"] is not None:
        half = (answer["value_high"] - answer["value_low"]) / 2
        value += f" ± {number(half, scale, decimals)}"
    cells = [_named(clause), moves, clause.allowed, _lines(" to ".join(spread), value)]
    if run.counterfactual is not None:
        ranged = bool(run.manifest["ranges"])
        said = shown(row.differences[clause.arm, run.counterfactual], scale, decimals, ranged)
        cells.append(_lines(said.first, said.mean))
    return cells


def beside_own_order(run: Run, transplant: Transplant) -> str:
    """Return how the copied order compares with the case's own on the last day, as a sentence.

    The difference is paired within each replication; where the interval of its mean holds 0, the
    two orders are told as a tie.
    """
    rows = _answers(run)
    if not rows:
        return "In this model, no measure looks after the order: there is nothing to compare."
    row = rows[-1]
    difference = row.differences[transplant.asked, OWN]
    measure = f"{MEASURE.replace('_', ' ')} on {row.at}"
    own = next(clause.wording for clause in transplant.clauses if clause.arm == OWN)
    orders = f"the order of {transplant.order_of} and that of {own.partition(',')[0]}, both obeyed"
    if difference.mean is None:
        return f"In this model, {measure} cannot compare {orders}: {difference.why}."
    if difference.structural_zero:
        return f"In this model, {measure} cannot differ between {orders}: {difference.why}."
    scale, decimals = layout(row, transplant.asked)
    mean = mean_text(difference, scale, range_decimals(difference, scale, decimals))
    told = f"{measure}, the first minus the second, {mean} {scale.unit}"
    if difference.low is None or difference.high is None:
        return f"In this model, {orders}: {told}; one replication has no error of the mean."
    told += f" (95 % error of the mean of {counted(run.manifest['replications'], 'replication')})"
    if difference.low <= 0 <= difference.high:
        return f"In this model, {orders}, tie: {told}; the interval holds 0."
    more = "more" if difference.mean > 0 else "fewer"
    return f"In this model, of {orders}, the first leaves {more} searchable: {told}."


def _named(clause: Clause) -> str:
    """Return the record's words for a clause, and the duty as which they were read."""
    wording, duty = (text.replace("_", " ") for text in (clause.wording, clause.duty))
    return wording if duty in ("", wording) else f"{wording} ({duty})"


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)


def how_to_read(run: Run) -> str:
    """Return what the numbers of the tables are, as a sentence."""
    words = (
        "The operator obeys the order, each clause alone or the whole. Beside a number: its error "
        f"(95 %, over {counted(run.manifest['replications'], 'paired replication')})"
    )
    if run.manifest["ranges"]:
        words += (
            f"; above it: the range, 5–95 % over {counted(run.manifest['ranges'], 'joint draw')} "
            "of the assumed parameters, each with another population of "
            f"{run.manifest['range_people']:,}"
        )
    return f"{words}. Differences are from no order."


def _answers(run: Run) -> list[Row]:
    """Return the rows of the table's measure, one a day after the order was served."""
    notice = run.manifest["windows"]["notice"]
    return [row for row in content_of(run).rows if row.name == MEASURE and row.at > notice]


def _levels(run: Run) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the answers of the table's measure for everybody, by arm and day."""
    answers = run.measures(headline=True).to_pylist()
    return {
        (answer["arm"], answer["at"]): answer
        for answer in answers
        if answer["name"] == MEASURE and answer["margin"] == "all"
    }
