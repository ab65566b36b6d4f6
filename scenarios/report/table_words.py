"""The sentences around the table. Generated ones open with "In this model"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scenarios.drivers import drivers_of
from scenarios.report.table_differences import layout, mean_text, range_decimals
from scenarios.report.table_numbers import Scale, decimals_for, number, scale_of, scaled
from scenarios.report.table_rows import Content, Row
from scenarios.report.words import counted
from scenarios.store import Run
from sim.fidelity import Fidelity

_FITS = {"assumed": "assumed", "proxy": "measured on something close", "same": "measured"}


def row_label(row: Row, scale: Scale, mark: str = "") -> str:
    """Return what a row is called: measure, date, and the unit of what is shown.

    Args:
        row: the row.
        scale: in which it is shown.
        mark: of its footnote.
    """
    name = row.name.replace("_", " ")
    first = (f"{name}, {row.at}" if row.at else name) + mark
    return f"{first}\n  {scale.unit}".rstrip()


def headline_sentence(run: Run, content: Content) -> str:
    """Return the run's headline as one sentence: the range first, then the error of the mean."""
    headline = run.manifest["headline"]
    row = next(
        row for row in content.rows if (row.name, row.at) == (headline["name"], headline["at"])
    )
    what = row.name.replace("_", " ") + (f" on {row.at}" if row.at else "")
    pair = content.roles.headline_pair
    if pair is None:
        return f"In this model there is nothing to compare {what} with: no arm stands beside it."
    a, b = (f"'{content.title(arm)}'" for arm in pair)
    difference = row.differences[pair]
    if difference.structural_zero:
        return f"In this model, {what} cannot differ between {a} and {b}: {difference.why}."
    if difference.mean is None:
        return f"In this model, {what} has no difference between {a} and {b}: {difference.why}."
    scale, decimals = layout(row, pair[0])
    decimals = range_decimals(difference, scale, decimals)
    mean = f"{mean_text(difference, scale, decimals)} {scale.unit}"
    if difference.low is not None:
        replications = counted(run.manifest["replications"], "replication")
        mean += f" (95 % error of the mean of {replications})"
    low, high = difference.range_low, difference.range_high
    if low is None or high is None:
        drawn = content.ranges > 0
        without = "it is undefined in some range draw" if drawn else "no range was computed"
        return (
            f"In this model, {what} in {a} minus {b} is {mean} with the parameters as set, and "
            f"{without}."
        )
    if low >= 0 or high <= 0:
        least, most = sorted((abs(low), abs(high)))
        word = "higher" if low >= 0 else "lower"
        ends_text = f"between {number(least, scale, decimals)} and {number(most, scale, decimals)}"
        spread = f"{ends_text} {scale.unit} {word}"
    else:
        spread = (
            f"between {number(-low, scale, decimals)} {scale.unit} lower and "
            f"{number(high, scale, decimals)} {scale.unit} higher"
        )
    return (
        f"In this model, {what} is {spread} in {a} than in {b} (5–95 % over the assumed "
        f"parameters and populations); with the parameters as set, {mean}."
    )


def driver_lines(run: Run) -> list[str]:
    """Return the lines that name the headline's drivers without direct evidence."""
    every = run.parameters().to_pylist()
    drivers = drivers_of(every)
    if not drivers.tried:
        return [f"What drives the headline is unknown: {drivers.why}."]
    if drivers.still == drivers.tried:
        moved = counted(drivers.tried, "parameter")
        return [f"In this model, nothing drives the headline: {moved} moved, none moves it."]
    still = (
        f"{drivers.still} of {drivers.tried} tried move it by less than a twentieth of what the "
        "strongest does"
    )
    if not drivers.listed:
        return [
            "In this model, no parameter without direct evidence drives the headline: "
            f"{still}, and the others are measured."
        ]
    scale = effect_scale(run, every)
    head = (
        "What drives the headline without direct evidence. In this model, moving one parameter "
        "alone from the low to the high end of its range takes the headline difference from the "
        f"first figure to the second ({scale.unit}); {still}:"
    )
    return [head, *(f"  {effect_ends(row, scale)}  {_marked(row)}" for row in drivers.listed)]


def effect_scale(run: Run, parameters: Sequence[Mapping[str, Any]]) -> Scale:
    """Return the scale in which the headline effects of parameters are shown.

    Args:
        run: the run.
        parameters: rows of `parameters.parquet`; those that were not moved are left out.
    """
    headline = run.manifest["headline"]["name"]
    unit = next(
        (row["unit"] for row in run.measures(headline=True).to_pylist() if row["name"] == headline),
        "1",
    )
    moved = [row for row in parameters if row["drives"] is not None]
    return scale_of(unit, [end for row in moved for end in (row["effect_low"], row["effect_high"])])


def effect_ends(row: Mapping[str, Any], scale: Scale) -> str:
    """Return the headline effect at the low and at the high end of a parameter's range."""
    low, high = row["effect_low"], row["effect_high"]
    decimals = decimals_for(scaled([low, high], scale))
    return f"{number(low, scale, decimals)} → {number(high, scale, decimals)}"


def _marked(row: Any) -> str:
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    grade = f", source grade {row['quality']}" if row["quality"] else ""
    return (
        f"{row['name']} = {row['value']:g}{unit} ({row['low']:g} to {row['high']:g}, "
        f"{_FITS[row['fit']]}{grade}): {row['what']}"
    )


def limits(run: Run) -> list[str]:
    """Return what the table rests on and cannot tell."""
    scope = run.manifest["windows"]["jurisdiction"]
    share = "uk" if scope == "GB" else scope.lower()
    names = (f"gallery.share.{share}", "people.findability_cv")
    rows = {row["name"]: row for row in run.parameters().to_pylist()}
    levels = [_marked(rows[name]) for name in names if name in rows]
    return [
        "The levels rest on these; nobody has published a count:",
        *(f"  {line}" for line in levels),
        "What this table cannot tell: what the notice caused. It compares simulated worlds under "
        "stated assumptions; the operator cannot or does not say how many residents it holds, "
        "and no figure here has been checked against its gallery.",
    ]


def recognition(run: Run) -> str:
    """Return which fidelity, faces and score model the run's figures of searches used, or "".

    Runs made before there was another fidelity do not say it, and nothing is said of them.
    """
    used = run.manifest.get("recognition")
    if used is None:
        return ""
    measures: dict[str, list[str]] = {}
    for name, model in used["score_models"].items():
        measures.setdefault(model, []).append(name.replace("_", " "))
    found = "; ".join(f"{', '.join(names)} by {model}" for model, names in measures.items())
    faces = used["faces"]
    if faces is None:
        return f"Fidelity {run.fidelity}: no photo is drawn. Score models: {found}."
    return (
        f"Fidelity {run.fidelity}: photos of adults from '{faces['source']}' "
        f"({faces['resolution']} pixels), encoder '{faces['encoder']}', a candidate from cosine "
        f"{faces['threshold']:g} on, in a gallery of the sample alone; nobody under 18 is drawn or "
        f"searched for. Score models: {found}."
    )


def other_than_usual(run: Run) -> str:
    """Return what must stand beside this run's figures wherever they go, or "".

    That is what was set, and, where photos were drawn, what drew, encoded and scored them. A run
    at the usual fidelity and the defaults needs neither.
    """
    drawn = recognition(run) if run.fidelity != Fidelity.SCORES else ""
    return " ".join(said for said in (settings(run), drawn) if said)


def settings(run: Run) -> str:
    """Return what this run sets otherwise than the model's defaults, as a sentence, or "".

    A parameter that is set keeps its value in every range draw, so the range is over the others.
    """
    from sim.parameters import load_parameters

    defaults = load_parameters()
    said = []
    for row in run.parameters().to_pylist():
        if row["set_by"] == "default":
            continue
        unit = "" if row["unit"] == "1" else f" {row['unit']}"
        usual = ""
        if row["name"] in defaults and defaults[row["name"]] != row["value"]:
            usual = f" (default {defaults[row['name']]:g})"
        said.append(f"{row['name']} = {row['value']:g}{unit}{usual}")
    if not said:
        return ""
    return f"Set for this run, and kept in every range draw: {'; '.join(said)}."
