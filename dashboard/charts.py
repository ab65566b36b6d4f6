"""The charts of the pages: the shared builders on the ground that the reader's theme has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from scenarios.report.charts import case_chart, described, gap_chart
from scenarios.report.looks import DARK, LIGHT, Palette

if TYPE_CHECKING:
    import altair as alt

    from scenarios.store import Run

FONT = '"Source Sans", sans-serif'
"""What Streamlit itself serves and sets its pages in."""
LABEL_WIDTH = 740
"""Width in pixels for which event labels are laid out; wider pages leave more room."""


def palette() -> Palette:
    """Return the palette of the theme that the reader's browser shows."""
    return DARK if st.context.theme.type == "dark" else LIGHT


def _dressed(chart: alt.LayerChart, colours: Palette) -> alt.LayerChart:
    return (
        chart.configure(background="transparent", font=FONT)
        .configure_axis(
            labelColor=colours.ink,
            titleColor=colours.ink,
            titleFontWeight="normal",
            titleFontSize=13,
            labelFontSize=12,
        )
        .configure_legend(labelColor=colours.ink, titleColor=colours.ink, labelFontSize=12)
        .configure_view(stroke=None)
    )


def draw_case(run: Run) -> None:
    """Draw searchable residents over time between the record's events."""
    colours = palette()
    st.altair_chart(
        _dressed(case_chart(run, colours, LABEL_WIDTH, hover=True), colours),
        width="stretch",
        theme=None,
        alt=described(run),
        key="case-chart",
    )


def draw_gap(run: Run, sentence: str) -> None:
    """Draw the scenario under question minus every arm.

    Args:
        run: the run.
        sentence: what it shows, for those who do not see it.
    """
    colours = palette()
    st.altair_chart(
        _dressed(gap_chart(run, colours, LABEL_WIDTH, hover=True), colours),
        width="stretch",
        theme=None,
        alt=sentence,
        key="gap-chart",
    )
