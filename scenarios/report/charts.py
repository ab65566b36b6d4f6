"""The chart of a case: searchable residents over time in every arm, between the record's events.

One builder serves the dashboard and the picture of `efface report`. Lines and bands are the
model's; upright rules are the record's: solid for what happened, dashed for a deadline that was
set and never fell. How the lines look is said in `looks`, where the events stand in `marks`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scenarios.report.looks import LIGHT, Palette, strokes
from scenarios.report.marks import FELL, NEVER_FELL, ON_RECORD, Mark, case_marks, placed
from scenarios.report.words import arm_words, day_words, residents

if TYPE_CHECKING:
    import altair as alt
    import pandas as pd

    from scenarios.store import Run

LABEL_STEP = 8.0
"""Height of a row of labels, in units of the axis (residents per 100)."""
_FLOOR = 101.0
"""Where the lowest row of labels begins, in units of the axis."""
_MARGIN = 34
"""Room for the labels of the upright axes in pixels, so that both panels begin at one place."""


def weekly(run: Run, measure: str = "searchable_persons") -> pd.DataFrame:
    """Return a weekly series of shares as residents per 100, one row an arm and week.

    Columns: `at` (datetime), `line` (the arm in words), `value`, `low` and `high` (range over the
    assumed parameters, null where none was drawn), `gap`, `gap_low`, `gap_high` (the scenario
    under question minus the arm, and its range).

    Args:
        run: a finished run.
        measure: name of a measure whose unit is a share of residents.

    Raises:
        RunFolderError: the run has no such series.
    """
    import pandas as pd

    table = run.series(measure).to_pandas()
    columns = {
        "value": "value",
        "low": "value_range_low",
        "high": "value_range_high",
    }
    frame = pd.DataFrame({name: 100 * table[column] for name, column in columns.items()})
    frame["gap"] = 0.0 - 100 * table["from_scenario"]
    frame["gap_low"] = 0.0 - 100 * table["from_scenario_range_high"]
    frame["gap_high"] = 0.0 - 100 * table["from_scenario_range_low"]
    frame.insert(0, "at", pd.to_datetime(table["at"].astype(str)))
    frame.insert(1, "line", [arm_words(str(arm), run.manifest) for arm in table["arm"]])
    return frame


def _axis_x(run: Run) -> alt.X:
    """Return the time axis, one scale for every panel."""
    import altair as alt

    horizon = run.manifest["horizon"]
    return alt.X(
        "at:T",
        title=None,
        scale=alt.Scale(domain=[horizon["from"], horizon["to"]]),
        axis=alt.Axis(format="%Y", tickCount="year", grid=False),
    )


def _lines(
    frame: pd.DataFrame, run: Run, names: tuple[str, str, str], y: alt.Y, **looks: Any
) -> list[alt.Chart]:
    """Return band, edges of the band and line of every arm, the scenario's own on top.

    Args:
        frame: as `weekly` returns it.
        run: the run.
        names: columns of the mean and of the lower and upper end of its range.
        y: the axis.
        looks: as `strokes` returns them.
    """
    import altair as alt

    order = [arm_words(arm, run.manifest) for arm in run.arms if arm != run.scenario]
    order.append(arm_words(run.scenario, run.manifest))
    frame = frame.sort_values("line", key=lambda lines: lines.map(order.index), kind="stable")
    ends = names[1:]
    x = _axis_x(run)
    base = alt.Chart(frame)
    thin = {name: looks[name] for name in ("color", "strokeDash")}
    return [
        base.mark_area(opacity=0.1).encode(
            x=x, y=f"{ends[0]}:Q", y2=f"{ends[1]}:Q", color=looks["color"]
        ),
        *(
            base.mark_line(strokeWidth=1, opacity=0.7).encode(x=x, y=f"{end}:Q", **thin)
            for end in ends
        ),
        base.mark_line(strokeCap="butt").encode(x=x, y=y, **looks),
    ]


def _hover(frame: pd.DataFrame, run: Run, names: tuple[str, str, str]) -> alt.Chart:
    """Return an unseen rule for each week whose tooltip reads every arm's value and range."""
    import altair as alt

    wide = frame[["at"]].drop_duplicates().set_index("at")
    tips = [alt.Tooltip("at:T", title="week of", format="%-d %B %Y")]
    for arm in [arm_words(name, run.manifest) for name in run.arms]:
        rows = frame[frame["line"] == arm].set_index("at")
        if rows[names[0]].isna().all():
            continue  # the scenario minus itself
        wide[arm] = [
            # A null range is a NaN here, which does not equal itself.
            f"{value:.1f} ({low:.1f} to {high:.1f})" if low == low else f"{value:.1f}"
            for value, low, high in zip(*(rows[name] for name in names), strict=True)
        ]
        tips.append(alt.Tooltip(f"{arm}:N"))
    return (
        alt.Chart(wide.reset_index())
        .mark_rule(strokeWidth=3, opacity=0.001)
        .encode(x=_axis_x(run), tooltip=tips)
    )


def _events(
    marks: Sequence[Mark], run: Run, palette: Palette, looks: Mapping[str, Any]
) -> list[Any]:
    """Return rules up to their labels, and the labels on a halo of the ground's colour."""
    import altair as alt
    import pandas as pd

    frame = pd.DataFrame(
        {
            "at": pd.to_datetime([mark.at for mark in marks]),
            "label": [mark.label for mark in marks],
            "line": [mark.nature for mark in marks],
            "top": [_FLOOR + LABEL_STEP * (mark.row + 0.75) for mark in marks],
            "bottom": 0.0,
            "leftwards": [mark.leftwards for mark in marks],
        }
    )
    x = _axis_x(run)
    tips = [
        alt.Tooltip("at:T", title="date", format="%-d %B %Y"),
        alt.Tooltip("label:N", title="event"),
        alt.Tooltip("line:N", title="what it is"),
    ]
    rule = alt.Chart(frame).mark_rule()
    layers: list[Any] = [rule.encode(x=x, y="top:Q", y2="bottom:Q", tooltip=tips, **looks)]
    for leftwards, rows in frame.groupby("leftwards"):
        side: dict[str, Any] = (
            {"align": "right", "dx": -4} if leftwards else {"align": "left", "dx": 4}
        )
        side |= {"baseline": "top", "fontSize": 12}
        text = alt.Chart(rows).encode(x=x, y="top:Q", text="label:N")
        layers += [
            text.mark_text(stroke=palette.ground, strokeWidth=4, **side),
            text.mark_text(color=palette.ink, **side),
        ]
    return layers


def case_chart(
    run: Run, palette: Palette = LIGHT, width: int = 700, hover: bool = False
) -> alt.LayerChart:
    """Return the chart of the case: residents searchable per 100, with ranges and events.

    Args:
        run: a finished run.
        palette: colours of the ground that it stands on.
        width: width in pixels for which the labels are laid out.
        hover: add what a pointer shows, for a page.

    Raises:
        RunFolderError: the run has no weekly series of searchable residents.
    """
    import altair as alt

    frame = weekly(run)
    horizon, windows = run.manifest["horizon"], run.manifest["windows"]
    marks = placed(
        case_marks(run.own_events(run.scenario).to_pylist(), windows),
        horizon["from"],
        horizon["to"],
        width - 60,
    )
    top = _FLOOR + LABEL_STEP * (max((mark.row for mark in marks), default=-1) + 1)
    y = alt.Y(
        "value:Q",
        title=f"searchable, per 100 {residents(windows['jurisdiction'])}",
        scale=alt.Scale(domain=[0, top], nice=False),
        axis=alt.Axis(
            values=[0, 20, 40, 60, 80, 100],
            gridColor=palette.faint,
            domain=False,
            minExtent=_MARGIN,
        ),
    )
    legend = alt.Legend(
        title=["Bands: range 5–95 % of the model's", "assumed parameters"],
        orient="top-left",
        symbolType="stroke",
        symbolSize=700,
        rowPadding=1,
        fillColor=palette.ground,
        padding=4,
        labelLimit=0,
        titleLimit=0,
        titleFontWeight="normal",
    )
    natures = [n for n in (ON_RECORD, FELL, NEVER_FELL) if n in {mark.nature for mark in marks}]
    looks = strokes(run, palette, natures, legend)
    names = ("value", "low", "high")
    layers = [
        *_lines(frame, run, names, y, **looks),
        *(_events(marks, run, palette, looks) if marks else []),
        *([_hover(frame, run, names)] if hover else []),
    ]
    return alt.LayerChart(layer=layers, width=width, height=int(2 * top + 80))


def gap_chart(
    run: Run, palette: Palette = LIGHT, width: int = 700, hover: bool = False
) -> alt.LayerChart:
    """Return the chart of differences: the scenario under question minus every arm.

    Args:
        run: a finished run.
        palette: colours of the ground that it stands on.
        width: width in pixels.
        hover: add what a pointer shows, for a page.

    Raises:
        RunFolderError: the run has no weekly series of searchable residents.
    """
    import altair as alt

    frame = weekly(run)
    y = alt.Y(
        "gap:Q",
        title="difference, per 100",
        axis=alt.Axis(gridColor=palette.faint, tickCount=5, minExtent=_MARGIN),
    )
    names = ("gap", "gap_low", "gap_high")
    layers = [
        *_lines(frame, run, names, y, **strokes(run, palette)),
        *([_hover(frame, run, names)] if hover else []),
    ]
    title = alt.TitleParams(
        f"{arm_words(run.scenario, run.manifest).capitalize()}, minus each of the others",
        anchor="start",
        color=palette.ink,
        fontSize=12,
        fontWeight="normal",
    )
    return alt.LayerChart(layer=layers, width=width, height=170, title=title)


def described(run: Run) -> str:
    """Return in words what the chart of the case shows, for those who do not see it."""
    frame = weekly(run)
    last = frame["at"].max()
    parts = []
    for arm, rows in frame[frame["at"] == last].groupby("line", sort=False):
        row = rows.iloc[0]
        text = f"{arm}: {row['value']:.1f}"
        if row["low"] == row["low"]:
            text += f", range {row['low']:.1f} to {row['high']:.1f}"
        parts.append(text)
    where = residents(run.manifest["windows"]["jurisdiction"])
    events = case_marks(run.own_events(run.scenario).to_pylist(), run.manifest["windows"])
    return (
        f"Line chart of the model's searchable {where} per 100, week by week. In the week of "
        f"{day_words(last.date().isoformat())}: "
        + "; ".join(parts)
        + ". Events of the record: "
        + "; ".join(f"{day_words(mark.at)}, {mark.label}" for mark in events)
        + "."
    )
