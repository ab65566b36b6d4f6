"""`efface residency`: how well the operator can tell who is a resident in scope."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from generators.errors import EffaceError, Fault
from scenarios.cli.options import JsonOption, SetOption, print_columns, print_json

if TYPE_CHECKING:
    from scenarios.residency import ResidencyFigures
    from sim.operator.residency import ResidencyCurve

PRINTED = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0)
"""Thresholds that are printed beside the operator's own, in nats."""
NOBODY = "no face counts as that of a resident in scope"
"""Why there is no precision at a threshold."""


def residency(
    settings: SetOption = None,
    picture: Annotated[
        Path | None, typer.Option(help="Write the curve: a name in .svg or .png.")
    ] = None,
    dark: Annotated[bool, typer.Option("--dark", help="Draw it for a dark ground.")] = False,
    people: Annotated[int, typer.Option(help="How many people to simulate.")] = 20_000,
    seed: Annotated[int, typer.Option(help="Root seed.")] = 1,
    as_json: JsonOption = False,
) -> None:
    """Set what the operator infers about residence beside the truth, at every threshold."""
    from scenarios.design import MOST_SEED
    from scenarios.format import FEWEST_PEOPLE, MOST_PEOPLE
    from scenarios.residency import residency_figures

    for key, value, least, most in (
        ("--people", people, FEWEST_PEOPLE, MOST_PEOPLE),
        ("--seed", seed, 0, MOST_SEED),
    ):
        if not least <= value <= most:
            raise EffaceError(
                Fault(
                    f"{key} cannot be {value}",
                    key=key,
                    found=str(value),
                    expected=f"{least} to {most}",
                )
            )
    figures = residency_figures(settings or [], people, seed)
    if picture is not None:
        from scenarios.report.residency_picture import write_residency_picture

        write_residency_picture(figures, picture, dark)
    if as_json:
        print_json(figures_json(figures, picture))
    else:
        _print(figures)
        if picture is not None:
            typer.echo(f"{picture}: precision against recall", err=True)


def _print(figures: ResidencyFigures) -> None:
    from scenarios.report.residency_picture import caption, enough, percent

    measured, own = figures.measured, figures.signals.threshold
    rows = []
    for threshold in sorted({*PRINTED, own}):
        cells = [f"{threshold:g}" + (" (the operator's)" if threshold == own else "")]
        for curve in (figures.closed, measured.expected, measured.counted):
            row = curve.at(threshold)
            cells += [percent(float(share)) for share in (curve.recall[row], curve.precision[row])]
        rows.append(cells)
    header = ["threshold, nats"]
    for kind in ("closed form", "expected", "counted"):
        header += [f"recall, {kind}", f"precision, {kind}"]
    print_columns(header, rows, [False] + [True] * 6)
    recall, precision = (
        f"at most {100 * rate.error:.1f} points" if enough(rate) else "too few people to count"
        for rate in (measured.recall, measured.precision)
    )
    if math.isnan(measured.precision.value):
        precision = f"nothing, because {NOBODY}"
    typer.echo(
        f"{caption(figures)}\n"
        f"Standard errors of what came out at the operator's threshold: of recall {recall}, "
        f"of precision {precision}. Of the faces of residents in scope "
        f"{percent(measured.posted)} were posted by somebody who lived there, of all other faces "
        f"{100 * measured.posted_of_others:.2f} %."
    )


def figures_json(figures: ResidencyFigures, picture: Path | None) -> dict[str, Any]:
    """Return the curves as JSON values; what cannot be counted is null, and `why` says why."""
    measured, closed = figures.measured, figures.closed
    own = closed.at(figures.signals.threshold)
    rates = {
        name: asdict(getattr(measured, name)) for name in ("recall", "false_inclusion", "precision")
    }
    return {
        "scope": figures.scope,
        "share": figures.share,
        "threshold": figures.signals.threshold,
        "signals": [asdict(signal) for signal in figures.signals.signals],
        "closed_form": {
            **_point(closed, own),
            "why": _why(float(closed.precision[own])),
            "curve": _rows(closed),
        },
        "measured": {
            "people": measured.people,
            "seed": measured.seed,
            "faces": measured.faces,
            "posted": measured.posted,
            "posted_of_others": measured.posted_of_others,
            **{
                name: {**{k: _number(v) for k, v in rate.items()}, "why": _why(rate["value"])}
                for name, rate in rates.items()
            },
            "expected_curve": _rows(measured.expected),
            "counted_curve": _rows(measured.counted),
        },
        "picture": None if picture is None else str(picture),
    }


def _rows(curve: ResidencyCurve) -> list[dict[str, float | None]]:
    return [
        {"threshold": float(threshold), **_point(curve, row)}
        for row, threshold in enumerate(curve.thresholds)
    ]


def _point(curve: ResidencyCurve, row: int) -> dict[str, float | None]:
    return {
        "recall": _number(float(curve.recall[row])),
        "false_inclusion": _number(float(curve.false_inclusion[row])),
        "precision": _number(float(curve.precision[row])),
    }


def _why(value: float) -> str | None:
    """Return why a share is null, or None where it is not."""
    return NOBODY if math.isnan(value) else None


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
