"""The columns of a run as tiles and as a table: each arm's mean and range, then the differences.

The rows, numbers and reasons are those of the run's own report; here they are only laid out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from dashboard.markup import element, quiet, table
from scenarios.report.looks import first_look
from scenarios.report.table_numbers import Scale, decimals_for, number, scale_of
from scenarios.report.table_rows import Difference, Row, content_of
from scenarios.report.words import arm_words, day_words, per_hundred, reading
from sim.measures import MEASURES

if TYPE_CHECKING:
    from scenarios.store import Run

FAMILIES: Mapping[str, str] = {
    "presence": "Who can be found",
    "recognition": "What searches return",
    "orders": "What the order reaches",
    "rights": "What people can do",
    "money": "Money",
}
"""What the page calls the families of measures."""


def tiles(run: Run, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return one tile an arm: residents searchable per 100 on the last day, with the range.

    Args:
        run: the run.
        rows: headline rows of `measures.parquet`.
    """
    manifest = run.manifest
    at = manifest["horizon"]["to"]
    written = []
    for index, arm in enumerate(run.arms, first_look(run)):
        row = reading(rows, arm, "searchable_persons", at)
        if row is None or row["value"] is None:
            continue
        low, high = row["value_range_low"], row["value_range_high"]
        span = "no range was drawn"
        if low is not None and high is not None:
            span = f"range {per_hundred(low)} to {per_hundred(high)}"
        body = (
            element("div", escape(arm_words(arm, manifest).capitalize()), kind="name")
            + element("div", per_hundred(row["value"]), kind="big", data_value=arm)
            + quiet(span)
        )
        dashed = " dashed" if arm == run.scenario else ""
        written.append(element("div", body, kind=f"ef-tile arm{index}{dashed}"))
    return element("div", "".join(written), kind="ef ef-tiles")


def measures_table(run: Run, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of every headline measure: a column an arm, then the differences.

    Args:
        run: the run.
        rows: headline rows of `measures.parquet`, for the ranges of the arms' own values.
    """
    ranges = {
        (row["arm"], row["name"], row["at"]): (row["value_range_low"], row["value_range_high"])
        for row in rows
        if row["margin"] == "all"
    }
    others = [arm for arm in run.arms if arm != run.scenario]
    mine = arm_words(run.scenario, run.manifest)
    head = [
        "<th>Measure</th>",
        *(
            element("th", escape(arm_words(arm, run.manifest)), kind=f"arm arm{index}", scope="col")
            for index, arm in enumerate(run.arms, first_look(run))
        ),
        *(
            element(
                "th", f"{escape(mine)}<br>minus {escape(arm_words(arm, run.manifest))}", scope="col"
            )
            for arm in others
        ),
    ]
    body = []
    by_family: dict[str, list[Row]] = {}
    for row in content_of(run).rows:
        by_family.setdefault(MEASURES[row.name].family, []).append(row)
    for family, members in by_family.items():
        title = element("th", FAMILIES[family], colspan=str(len(head)), scope="rowgroup")
        body.append(element("tr", title, kind="family"))
        body += [_row(run, row, others, ranges) for row in members]
    return table("Every measure in every column, with differences", head, body, "measures")


def _row(
    run: Run,
    row: Row,
    others: Sequence[str],
    ranges: Mapping[tuple[str, str, str], tuple[float | None, float | None]],
) -> str:
    differences = [row.differences[run.scenario, arm] for arm in others]
    values = [row.values[arm] for arm in run.arms]
    ends = [end for d in differences for end in (d.mean, d.range_low, d.range_high)]
    scale = scale_of(row.unit, [*values, *ends])
    decimals = max(decimals_for(_scaled(values, scale)), 1 if scale.factor == 100.0 else 0)
    cells = []
    for arm in run.arms:
        span = ranges.get((arm, row.name, row.at), (None, None))
        cells.append(_value(row, arm, span, scale, decimals))
    cells += [_difference(d, scale, decimals) for d in differences]
    when = f"{day_words(row.at)}, {scale.unit}" if row.at else scale.unit
    label = element(
        "th",
        escape(_name(row.name)) + quiet(when),
        scope="row",
        title=MEASURES[row.name].question,
    )
    return element("tr", label + "".join(cells), data_measure=row.name, data_at=row.at or "whole")


def _name(measure: str) -> str:
    return "FPIR" if measure == "fpir" else measure.replace("_", " ").capitalize()


def _scaled(values: Sequence[float | None], scale: Scale) -> list[float | None]:
    return [None if value is None else value * scale.factor for value in values]


def _value(
    row: Row,
    arm: str,
    span: tuple[float | None, float | None],
    scale: Scale,
    decimals: int,
) -> str:
    """Return the cell of an arm: mean, and the range where it is not the mean alone."""
    value = row.values[arm]
    if value is None:
        return element("td", "–", title=row.whys[arm] or "undefined", data_arm=arm)
    low, high = span
    below = ""
    if low is not None and high is not None and low != high:
        below = quiet(f"{number(low, scale, decimals)} to {number(high, scale, decimals)}")
    return element("td", number(value, scale, decimals) + below, data_arm=arm)


def _difference(difference: Difference, scale: Scale, decimals: int) -> str:
    """Return the cell of a difference: the range first, then the mean with its error."""
    why = difference.why or ""
    if difference.structural_zero:
        return element("td", "0 by assumption", kind="zero", title=why)
    if difference.mean is None:
        return element("td", "–", title=why or "undefined")
    ends = (difference.range_low, difference.range_high)
    decimals = max(decimals, decimals_for(_scaled([difference.mean, *ends], scale), 2))
    below = f"mean {number(difference.mean, scale, decimals, sign=True)}"
    if difference.low is not None and difference.high is not None:
        half = (difference.high - difference.low) / 2
        below += f" ± {number(half, scale, decimals)}"
    low, high = ends
    first = "no range"
    if low is not None and high is not None:
        low_text, high_text = (number(end, scale, decimals, sign=True) for end in (low, high))
        first = low_text if low_text == high_text else f"{low_text} to {high_text}"
    return element("td", first + quiet(below))
