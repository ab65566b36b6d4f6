"""Two tables of the page: the parameters with their marks, and the case step by step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from dashboard.markup import element, quiet, signs, table
from dashboard.words import GRADES, MARKS
from scenarios.public_record import load_record
from scenarios.report.table_words import effect_ends
from scenarios.report.words import arm_words, day_words, event_words, money

if TYPE_CHECKING:
    from scenarios.public_record import ActionStep
    from scenarios.report.table_numbers import Scale
    from scenarios.store import Run


def parameters(rows: Iterable[Mapping[str, Any]], scale: Scale, caption: str, name: str) -> str:
    """Return a table of parameters: value, range, marks, source.

    Args:
        rows: rows of `parameters.parquet`.
        scale: in which headline effects are shown.
        caption: what the table holds, for screen readers.
        name: what it is called in the page.
    """
    head = [
        element("th", text, kind=kind, scope="col")
        for text, kind in (
            ("Parameter", "text"),
            ("Value", ""),
            ("Range", ""),
            ("Evidence", "text"),
            ("Headline effect" + quiet(f"low → high end, {scale.unit}"), ""),
            ("Source, or ground of the assumption", "text"),
        )
    ]
    return table(caption, head, [_parameter(row, scale) for row in rows], name)


def _parameter(row: Mapping[str, Any], scale: Scale) -> str:
    label = element("code", escape(row["name"])) + quiet(row["what"])
    unit = "" if row["unit"] == "1" else quiet(row["unit"])
    changed = quiet(f"set by {row['set_by']}") if row["set_by"] != "default" else ""
    span = "kept fixed"
    if row["distribution"] != "fixed":
        span = f"{row['low']:g} to {row['high']:g}"
    drives = "–" if row["drives"] is None else signs(effect_ends(row, scale))
    return element(
        "tr",
        element("th", label, scope="row")
        + element("td", f"{row['value']:g}{unit}{changed}")
        + element("td", span)
        + element("td", _marks(row), kind="text")
        + element("td", drives)
        + element("td", _source(row), kind="text source"),
        data_parameter=row["name"],
    )


def _marks(row: Mapping[str, Any]) -> str:
    fit = row["fit"]
    marks = element("span", escape(fit), kind=f"mark {fit}", title=MARKS[fit])
    if row["quality"]:
        grade = f"grade {escape(row['quality'])}"
        marks += " " + element("span", grade, kind="mark", title=GRADES.get(row["quality"], ""))
    return marks


def _source(row: Mapping[str, Any]) -> str:
    source = escape(row["source"])
    if row["seen_at"].startswith(("https://", "http://")):
        link = element(
            "a", "copy that was read", href=row["seen_at"], target="_blank", rel="noreferrer"
        )
        source += f" ({link})"
    return source


def case_log(run: Run) -> str:
    """Return the case step by step: the scenario's log, and what the model adds in other arms.

    The other authorities' cases of the same world are left out; `efface show --case` has them.

    A step of the record links to the copy that was read, with the source's grade.
    """
    rows = [
        (event, arm)
        for arm in run.arms
        for event in run.own_events(arm).to_pylist()
        if arm == run.scenario or not event["recorded"]
    ]
    rows.sort(key=lambda pair: pair[0]["date"])
    sources = {
        (step.date.isoformat(), step.kind, step.text): step
        for action in load_record().actions
        for step in action.steps
        if step.date is not None
    }
    body = []
    for event, arm in rows:
        if event["recorded"]:
            step = sources.get((event["date"], event["kind"], event["text"]))
            body.append(_step(event, _on_record(step)))
        else:
            column = f"the model: {escape(arm_words(arm, run.manifest))}"
            body.append(_step(event, element("span", column, kind="mark assumed")))
    head = [
        element("th", text, kind="text", scope="col")
        for text in ("Date", "Step", "What it says", "Whose")
    ]
    return table("The case step by step", head, body, "case")


def _on_record(step: ActionStep | None) -> str:
    mark = element("span", "on the record", kind="mark")
    if step is None:
        return mark
    link = element(
        "a",
        f"grade {escape(step.grade)}",
        href=step.source,
        target="_blank",
        rel="noreferrer",
        title=GRADES[step.grade],
    )
    return f"{mark} {link}"


def _step(event: Mapping[str, Any], whose: str) -> str:
    what = escape(event["text"][:1].upper() + event["text"][1:])
    if event["amount"] is not None:
        what += f" ({escape(money(int(event['amount']), event['currency']))})"
    cells = (escape(event_words(event["kind"])), what, whose)
    return element(
        "tr",
        element("th", day_words(event["date"]), scope="row")
        + "".join(element("td", cell, kind="text") for cell in cells),
        data_step=event["kind"],
    )
