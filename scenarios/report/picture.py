"""The picture of a run: the chart of its case as an SVG or PNG file, from the run folder alone.

`efface report RUN --picture FILE` writes it; the README's picture is made so. The chart is the
dashboard's own, on a light ground, with the question above it and how to make it again below.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import EffaceError, Fault
from scenarios.folder import write_atomic
from scenarios.report.charts import case_chart, gap_chart
from scenarios.report.frame import framed
from scenarios.report.headlines import headlines
from scenarios.report.looks import LIGHT
from scenarios.report.table_words import other_than_usual
from scenarios.report.words import counted

if TYPE_CHECKING:
    from scenarios.store import Run

PLOT_WIDTH = 800
"""Width of the plot in pixels; with its axis the picture is about 900 wide."""
FORMATS = (".svg", ".png")


def picture_spec(run: Run) -> dict[str, Any]:
    """Return the Vega-Lite specification of the run's picture.

    Args:
        run: a finished run.

    Raises:
        RunFolderError: the run has no weekly series of searchable residents.
    """
    import altair as alt

    manifest = run.manifest
    sentences = headlines(run.measures(headline=True).to_pylist(), manifest)
    made = (
        f"Differences between simulated worlds, not what the notice caused. "
        f"{manifest['people']:,} simulated people, "
        f"{counted(manifest['replications'], 'replication')}, "
        f"{counted(manifest['ranges'], 'range draw')}, seed {manifest['seed']}; "
        f"scenario {run.scenario} ({str(manifest['scenario_hash'])[:12]}), "
        f"Efface {manifest['efface_version']}. {other_than_usual(run)}"
    ).strip()
    ink = LIGHT.ink
    foot = textwrap.wrap(made, 150)
    footer = alt.Chart(
        alt.Data(values=[{}]),
        width=PLOT_WIDTH,
        height=13 * max(2, len(foot)),
        view=alt.ViewConfig(stroke=None),
    ).mark_text(text=foot, align="left", x=0, y=6, fontSize=11, color=ink, opacity=0.8)
    panels = [case_chart(run, LIGHT, PLOT_WIDTH)]
    if len(run.arms) > 1:
        panels.append(gap_chart(run, LIGHT, PLOT_WIDTH))
    chart = (
        alt.vconcat(*panels, footer, spacing=12)
        .configure_axis(labelColor=ink, titleColor=ink, titleFontWeight="normal", titleFontSize=12)
        .configure_legend(labelColor=ink, titleColor=ink, labelFontSize=12, titleFontSize=11)
    )
    said = [line for sentence in sentences for line in textwrap.wrap(sentence, 125)]
    return dict(framed(chart, manifest["question"], said, LIGHT).to_dict())


def write_picture(run: Run, path: Path) -> Path:
    """Write the run's picture and return where it lies.

    Args:
        run: a finished run.
        path: a file ending in `.svg` or `.png`; PNG is drawn at twice the size for sharp screens.

    Raises:
        EffaceError: another ending, or the file cannot be written.
        RunFolderError: the run has no weekly series of searchable residents.
    """
    return write_spec(lambda: picture_spec(run), path)


def write_spec(draw: Callable[[], dict[str, Any]], path: Path) -> Path:
    """Write a picture as SVG or PNG, whole or not at all, and return where it lies.

    Args:
        draw: makes the Vega-Lite specification; not called where the ending is wrong.
        path: a file ending in `.svg` or `.png`; PNG is drawn at twice the size for sharp screens.

    Raises:
        EffaceError: another ending, or the file cannot be written.
    """
    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise EffaceError(
            Fault(
                "a picture is written as SVG or PNG",
                file=str(path),
                found=ending or "no ending",
                expected=" or ".join(FORMATS),
            )
        )
    import vl_convert

    spec = draw()
    if ending == ".svg":
        data = vl_convert.vegalite_to_svg(spec).encode("utf-8")
    else:
        data = vl_convert.vegalite_to_png(spec, scale=2)

    def fill(to: Path) -> None:
        to.write_bytes(data)

    try:
        write_atomic(path, fill)
    except OSError as error:
        why = error.strerror or str(error)
        raise EffaceError(Fault(f"the picture cannot be written: {why}", file=str(path))) from error
    return path
