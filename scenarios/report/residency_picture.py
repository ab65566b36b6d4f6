"""The picture of the operator's excuse: precision against recall, at every threshold.

One line is the closed form, one what is expected of the photos of a drawn population, one what was
counted there, with the error of the count; a mark on each shows where the operator's own threshold
puts it. Colour, dash and the shape of the mark tell them apart, each alone. What is counted of too
few people is not drawn.
"""

from __future__ import annotations

import math
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios.report.frame import framed
from scenarios.report.looks import DARK, DASHED, LIGHT, SOLID, Palette
from scenarios.report.picture import write_spec
from scenarios.report.words import resident, residents

if TYPE_CHECKING:
    from scenarios.residency import Rate, ResidencyFigures
    from sim.operator.residency import ResidencyCurve

WIDTH, HEIGHT = 640, 420
CLOSED = "closed form: everybody posts their own photos, at home"
EXPECTED = "photos of a simulated population: friends post, people move"
COUNTED = "the same photos, as chance gave them their signals"
DOTTED = [1, 2]
LABELLED = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0)
"""Thresholds whose place on the closed form is written beside it, in nats."""
TOO_FEW = 0.5
"""A share whose standard error is this large or larger tells nothing and is not shown."""
_FURTHEST = 12.0
"""Beyond this threshold both shares are those of a handful of patterns, and nothing is drawn."""


def residency_spec(figures: ResidencyFigures, palette: Palette = LIGHT) -> dict[str, Any]:
    """Return the Vega-Lite specification of the curves.

    Args:
        figures: as `residency_figures` gives them.
        palette: colours of the ground that it stands on.
    """
    import altair as alt

    ink = palette.ink
    threshold = figures.signals.threshold
    measured = figures.measured
    curves = {CLOSED: figures.closed, EXPECTED: measured.expected}
    if enough(measured.recall) and enough(measured.precision):
        curves[COUNTED] = measured.counted
    lines = [
        {"line": name, "order": order, **point}
        for name, curve in curves.items()
        for order, point in enumerate(_points(curve))
    ]
    marks = [
        {"line": name, "recall": recall, "precision": precision, "text": f"{threshold:g}"}
        for name, curve in curves.items()
        for recall, precision in [_at(curve, threshold)]
        if not math.isnan(precision)
    ]
    labels = [
        {"recall": recall, "precision": precision, "text": f"{nats:g}"}
        for nats in LABELLED
        for recall, precision in [_at(figures.closed, nats)]
        if not math.isnan(precision) and abs(nats - threshold) > 0.5
    ]
    bars = [_bars(measured.recall, measured.precision)] if COUNTED in curves else []
    x = alt.X(
        "recall:Q",
        title=f"recall: share of the faces of {residents(figures.scope)} that count as such",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format="%", tickCount=5, gridColor=palette.faint, domainColor=ink),
    )
    y = alt.Y(
        "precision:Q",
        title="precision: share of those counted who are",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(format="%", tickCount=5, gridColor=palette.faint, domainColor=ink),
    )
    legend = alt.Legend(
        title=None,
        orient="bottom",
        direction="vertical",
        labelLimit=0,
        symbolType="stroke",
        symbolSize=700,
        symbolStrokeWidth=2.4,
    )
    names = list(curves)
    colour = alt.Color(
        "line:N",
        scale=alt.Scale(domain=names, range=list(palette.arms[: len(names)])),
        legend=legend,
    )
    drawn = (
        alt.Chart(alt.Data(values=lines))
        .mark_line(strokeWidth=2.4)
        .encode(
            x=x,
            y=y,
            color=colour,
            strokeDash=alt.StrokeDash(
                "line:N",
                scale=alt.Scale(domain=names, range=[SOLID, DASHED, DOTTED][: len(names)]),
                legend=legend,
            ),
            order="order:Q",
        )
    )
    operator = (
        alt.Chart(alt.Data(values=marks))
        .mark_point(filled=True, size=150, opacity=1, stroke=ink, strokeWidth=1.2)
        .encode(
            x=x,
            y=y,
            color=colour,
            shape=alt.Shape(
                "line:N",
                scale=alt.Scale(domain=names, range=["circle", "diamond", "square"][: len(names)]),
                legend=None,
            ),
        )
    )
    numbers = (
        alt.Chart(alt.Data(values=marks))
        .mark_text(align="right", dx=-9, dy=11, color=ink, fontSize=11)
        .encode(x=x, y=y, text="text:N")
    )
    error = alt.Chart(alt.Data(values=bars)).mark_rule(color=ink, strokeWidth=1.2)
    dots = alt.Chart(alt.Data(values=labels)).encode(x=x, y=y)
    chart = (
        alt.layer(
            drawn,
            dots.mark_point(filled=True, size=28, color=ink, opacity=1),
            dots.mark_text(align="left", dx=7, dy=-7, color=ink, fontSize=11).encode(text="text:N"),
            error.encode(x=alt.X("left:Q"), x2="right:Q", y=alt.Y("precision:Q")),
            error.encode(x=alt.X("recall:Q"), y=alt.Y("bottom:Q"), y2="top:Q"),
            numbers,
            operator,
        )
        .resolve_scale(shape="independent")
        .properties(
            width=WIDTH,
            height=HEIGHT,
        )
        .configure_axis(labelColor=ink, titleColor=ink, titleFontWeight="normal", titleFontSize=12)
        .configure_legend(labelColor=ink, labelFontSize=12)
    )
    title = f"How well could an operator tell who is {resident(figures.scope)}?"
    return dict(framed(chart, title, textwrap.wrap(caption(figures), 104), palette).to_dict())


def caption(figures: ResidencyFigures) -> str:
    """Return what the picture shows, in words that also serve those who do not see it."""
    measured, threshold = figures.measured, figures.signals.threshold
    drawn = (
        f"{measured.people:,} simulated people ({measured.faces:,} faces by the day of the "
        f"notice, seed {measured.seed})"
    )
    above = f"Above the operator's threshold of {threshold:g} nats"
    at = _at(figures.closed, threshold)
    if math.isnan(at[1]):
        told = f"{above} nobody counts as one, in the photos of {drawn} as in closed form."
    else:
        expected = measured.recall.expected, measured.precision.expected
        told = (
            f"{above} (large marks): {_both(*at)} if everybody posts their own photos; "
            f"{_both(*expected)} expected of the photos of {drawn}; "
            f"{_came_out(measured.recall, measured.precision)}."
        )
    return (
        f"In this model. {percent(figures.share)} of the gallery's faces are taken to show "
        f"{residents(figures.scope)}. {told} Small numbers: thresholds, in nats. Not a figure of "
        "any real operator."
    )


def _both(recall: float, precision: float) -> str:
    return f"recall {percent(recall)}, precision {percent(precision)}"


def _came_out(recall: Rate, precision: Rate) -> str:
    if math.isnan(precision.value):
        return "nobody there counted as one"
    if enough(recall) and enough(precision):
        return (
            f"counted there: {_both(recall.value, precision.value)} "
            f"(standard errors of at most {100 * recall.error:.1f} and "
            f"{100 * precision.error:.1f} points, the bars)"
        )
    return "too few people to count what came out"


def enough(rate: Rate) -> bool:
    """Return whether a share is counted of enough people to be told: its error is below a half."""
    return not math.isnan(rate.value) and rate.error < TOO_FEW


def percent(share: float) -> str:
    """Return a share as a percentage, or "none" where there is nothing to count."""
    return "none" if math.isnan(share) else f"{100 * share:.1f} %"


def write_residency_picture(figures: ResidencyFigures, path: Path, dark: bool = False) -> Path:
    """Write the picture and return where it lies.

    Args:
        figures: as `residency_figures` gives them.
        path: a file ending in `.svg` or `.png`.
        dark: draw it for a dark ground.

    Raises:
        EffaceError: another ending, or the file cannot be written.
    """
    return write_spec(lambda: residency_spec(figures, DARK if dark else LIGHT), path)


def _at(curve: ResidencyCurve, threshold: float) -> tuple[float, float]:
    row = curve.at(threshold)
    return float(curve.recall[row]), float(curve.precision[row])


def _points(curve: ResidencyCurve) -> list[dict[str, float]]:
    rows = zip(curve.thresholds, curve.recall, curve.precision, strict=True)
    return [
        {"recall": float(recall), "precision": float(precision)}
        for threshold, recall, precision in rows
        if threshold <= _FURTHEST and not math.isnan(precision)
    ]


def _bars(recall: Rate, precision: Rate) -> dict[str, float]:
    """Return one standard error to either side of what was counted, cut off at 0 and 1."""
    return {
        "recall": recall.value,
        "precision": precision.value,
        "left": max(recall.value - recall.error, 0.0),
        "right": min(recall.value + recall.error, 1.0),
        "bottom": max(precision.value - precision.error, 0.0),
        "top": min(precision.value + precision.error, 1.0),
    }
