"""The columns of a run as tiles and as a table: each arm's mean and range, then the differences.

The rows, numbers and reasons are those of the run's own report; here they are only laid out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from dashboard.markup import element, quiet, signs, table
from scenarios.report.headlines import reading
from scenarios.report.looks import first_look
from scenarios.report.notes import Notes
from scenarios.report.table_differences import AMOUNTS, Shown, layout, shown
from scenarios.report.table_numbers import Scale, number
from scenarios.report.table_rows import Content, Row, content_of
from scenarios.report.words import arm_words, day_words, per_hundred
from sim.fidelity import Fidelity
from sim.measures import Measure, measures_at

if TYPE_CHECKING:
    from scenarios.store import Run

FAMILIES: Mapping[str, str] = {
    "presence": "Who can be found",
    "recognition": "What searches return",
    "service": "What customers do",
    "orders": "What the order reaches",
    "rights": "What people can do",
    "money": "Money",
}
"""What the page calls the families of measures."""

CAPTION = (
    "A cell holds the range over assumed parameters and below it the model's mean; an amount that "
    "never varies stands alone. “± …” is the error of the mean over replications (95 %): it says "
    "how well the simulation was averaged, not how sure the answer is. “0 by assumption” stands "
    "where nothing in the model could have moved the figure. Footnotes say why."
)
"""What the table of measures shows."""


def tiles(run: Run, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return one tile an arm: residents searchable per 100 on the last day, range and then mean.

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
        mean = per_hundred(row["value"])
        first, second = f"mean {mean}", _missing(manifest)
        if low is not None and high is not None:
            first, second = f"{per_hundred(low)} to {per_hundred(high)}", first
        body = (
            element("div", escape(arm_words(arm, manifest).capitalize()), kind="name")
            + element("div", first, kind="big", data_value=arm)
            + quiet(second)
        )
        dashed = " dashed" if arm == run.scenario else ""
        written.append(element("div", body, kind=f"ef-tile arm{index}{dashed}"))
    return element("div", "".join(written), kind="ef ef-tiles")


def _missing(manifest: Mapping[str, Any]) -> str:
    """Return why a run's measure has no range."""
    return "undefined in some range draw" if manifest["ranges"] else "no range was drawn"


def measures_table(run: Run, rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the table of every headline measure, and its footnotes.

    A column an arm, then the differences.

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
    notes = Notes()
    content = content_of(run)
    asked = measures_at(Fidelity(run.fidelity))
    by_family: dict[str, list[Row]] = {}
    for row in content.rows:
        by_family.setdefault(asked[row.name].family, []).append(row)
    for family, members in by_family.items():
        title = element("th", FAMILIES[family], colspan=str(len(head)), scope="rowgroup")
        body.append(element("tr", title, kind="family"))
        body += [_row(content, row, asked[row.name], others, ranges, notes) for row in members]
    whole = table("Every measure in every column, with differences", head, body, "measures")
    lines = "".join(element("p", escape(line)) for line in notes.lines())
    return whole + element("div", lines, kind="ef ef-note", data_name="notes")


def _row(
    content: Content,
    row: Row,
    measure: Measure,
    others: Sequence[str],
    ranges: Mapping[tuple[str, str, str], tuple[float | None, float | None]],
    notes: Notes,
) -> str:
    scenario = content.roles.scenario
    scale, decimals = layout(row, scenario)
    when = f"{day_words(row.at)}, {scale.unit}" if row.at else scale.unit
    label = element(
        "th",
        escape(_name(row.name) + notes.mark(AMOUNTS.get(row.name))) + quiet(when),
        scope="row",
        title=measure.question,
    )
    cells = []
    for arm in content.roles.arms:
        span = ranges.get((arm, row.name, row.at), (None, None))
        cells.append(_value(row, arm, span, scale, decimals, notes))
    for arm in others:
        text = shown(row.differences[scenario, arm], scale, decimals, content.ranges > 0)
        cells.append(_difference(text, notes))
    return element("tr", label + "".join(cells), data_measure=row.name, data_at=row.at or "whole")


def _name(measure: str) -> str:
    return "FPIR" if measure == "fpir" else measure.replace("_", " ").capitalize()


def _value(
    row: Row,
    arm: str,
    span: tuple[float | None, float | None],
    scale: Scale,
    decimals: int,
    notes: Notes,
) -> str:
    """Return the cell of an arm: the range where it is not the mean alone, and the mean."""
    value = row.values[arm]
    if value is None:
        return element("td", "undefined" + notes.mark(row.whys[arm]), kind="none", data_arm=arm)
    mean = number(value, scale, decimals)
    low, high = span
    if low is None or high is None or low == high == value:
        return element("td", signs(mean), data_arm=arm)
    first = f"{number(low, scale, decimals)} to {number(high, scale, decimals)}"
    return element("td", signs(first) + quiet(f"mean {signs(mean)}"), data_arm=arm)


def _difference(text: Shown, notes: Notes) -> str:
    """Return the cell of a difference: the range first, then the mean with its error."""
    first = signs(text.first) + notes.mark(text.first_why)
    mean = signs(text.mean) + notes.mark(text.mean_why)
    if not text.mean:
        return element("td", first, kind="none")
    if not text.first:
        return element("td", mean)
    return element("td", first + quiet(f"mean {mean}"))
