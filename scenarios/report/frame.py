"""The frame that every written picture shares: title, what it says, ground and margins."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from scenarios.report.looks import Palette

if TYPE_CHECKING:
    import altair as alt


def framed(
    chart: alt.LayerChart | alt.VConcatChart, title: str, said: Sequence[str], palette: Palette
) -> alt.LayerChart | alt.VConcatChart:
    """Return a chart with its title above, what it says below that, and the palette's ground.

    Args:
        chart: the chart.
        title: its question or name.
        said: lines under the title.
        palette: its colours.
    """
    import altair as alt

    return chart.properties(
        title=alt.TitleParams(
            title,
            subtitle=list(said),
            anchor="start",
            fontSize=17,
            subtitleFontSize=13,
            subtitlePadding=6,
            color=palette.ink,
            subtitleColor=palette.ink,
            offset=14,
        ),
        background=palette.ground,
        padding=12,
    ).configure_view(stroke=None)
