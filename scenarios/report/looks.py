"""How the arms and the record's events look, on a light and on a dark ground.

Colours are Okabe and Ito's (2008, "Color Universal Design"), told apart by every common kind of
colour vision; dashes and widths tell the lines apart once more, so that two lines that coincide
are both seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scenarios.report.marks import ON_RECORD
from scenarios.report.words import arm_words

if TYPE_CHECKING:
    import altair as alt

    from scenarios.store import Run


@dataclass(frozen=True)
class Palette:
    """What a chart is drawn in, on a light or a dark ground.

    Attributes:
        ground: colour of the page.
        ink: colour of text and rules.
        faint: colour of the grid.
        arms: one colour an arm, in the order counterfactual, scenario, beside.
    """

    ground: str
    ink: str
    faint: str
    arms: tuple[str, ...]


LIGHT = Palette("#ffffff", "#31333f", "#e3e4e8", ("#E69F00", "#0072B2", "#009E73", "#CC79A7"))
DARK = Palette("#0e1117", "#e6e6ea", "#30333d", ("#E69F00", "#56B4E9", "#009E73", "#CC79A7"))

SOLID, DASHED = [1, 0], [4, 3]
_DASHES: tuple[list[int], ...] = (SOLID, [6, 4], SOLID, [2, 2])
_WIDTHS = (7.0, 2.4, 2.4, 2.4)
_OPACITIES = (0.45, 1.0, 1.0, 1.0)


def first_look(run: Run) -> int:
    """Return which look the first arm has: 0 for a counterfactual, 1 where there is none."""
    return 0 if run.counterfactual else 1


def strokes(
    run: Run, palette: Palette, natures: Sequence[str] = (), legend: Any = None
) -> dict[str, Any]:
    """Return the encodings of the field `line`: one look an arm and one a nature of event.

    Arms and events share the four scales, so that one legend holds both.
    """
    import altair as alt

    count, first = len(run.arms), first_look(run)
    domain = [arm_words(arm, run.manifest) for arm in run.arms] + list(natures)

    def scale(arms: Sequence[Any], events: Sequence[Any]) -> alt.Scale:
        return alt.Scale(
            type="ordinal",
            domain=domain,
            range=[arms[(first + i) % len(arms)] for i in range(count)] + list(events),
        )

    rules = len(natures)
    dashes = [SOLID if nature == ON_RECORD else DASHED for nature in natures]
    scales = {
        "color": (alt.Color, scale(palette.arms, [palette.ink] * rules)),
        "strokeDash": (alt.StrokeDash, scale(_DASHES, dashes)),
        "strokeWidth": (alt.StrokeWidth, scale(_WIDTHS, [1.2] * rules)),
        "opacity": (alt.Opacity, scale(_OPACITIES, [0.8] * rules)),
    }
    return {
        channel: kind("line:O", scale=one, legend=legend, title=None)
        for channel, (kind, one) in scales.items()
    }
