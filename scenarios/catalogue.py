"""What there is to ask with: scenarios, interventions, measures and parameters, as plain rows.

The rows are what `efface list --json` prints and what documents are made from.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]


def scenarios() -> list[Row]:
    """Return the shipped scenarios with their questions."""
    from scenarios.scenario import library, load_scenario

    rows = []
    for name in library():
        scenario = load_scenario(name).scenario
        rows.append(
            {
                "name": name,
                "question": scenario.question,
                "rests_on": list(scenario.rests_on),
                "counterfactual": scenario.counterfactual,
                "beside": list(scenario.beside),
            }
        )
    return rows


def interventions() -> list[Row]:
    """Return the interventions that a scenario may list, each with its power and options."""
    from sim.interventions.registry import interventions as registered

    return [
        {
            "name": kind.name,
            "what": kind.what,
            "power": kind.power,
            "options": [
                {
                    "name": name,
                    "what": option.what,
                    "default": option.default,
                    "unit": option.unit,
                    "choices": list(option.choices),
                }
                for name, option in kind.options.items()
            ],
        }
        for kind in registered().values()
    ]


def measures() -> list[Row]:
    """Return the measures: each a question with a name, a unit and a formula.

    `fidelities` are those at which it is read. The words are those of `scores` where it is read
    there; `at_pixels` holds the question, unit and formula of `pixels` where they are others.
    """
    from sim.fidelity import IN_THIS_VERSION, Fidelity
    from sim.measures import MEASURES, measures_at

    drawn = measures_at(Fidelity.PIXELS)
    return [
        {
            "name": measure.name,
            "symbol": measure.symbol,
            "unit": measure.unit,
            "family": measure.family,
            "question": measure.question,
            "formula": measure.formula,
            "fidelities": [str(f) for f in IN_THIS_VERSION if measure.name in measures_at(f)],
            "at_pixels": None
            if drawn[measure.name] is measure
            else {
                "question": drawn[measure.name].question,
                "unit": drawn[measure.name].unit,
                "formula": drawn[measure.name].formula,
            },
        }
        for measure in MEASURES.values()
    ]


def parameters() -> list[Row]:
    """Return the model's parameters with their defaults, ranges, sources and marks."""
    from sim.parameters import load_parameters

    table = load_parameters()
    return [parameter_row(table.table[name]) for name in table]


def parameter_row(parameter: Any) -> Row:
    """Return one parameter (`sim.parameters.Parameter`) as a row."""
    return {
        "name": parameter.name,
        "value": parameter.value,
        "unit": parameter.unit,
        "low": parameter.low,
        "high": parameter.high,
        "distribution": parameter.distribution,
        "quality": parameter.quality,
        "fit": parameter.fit,
        "what": parameter.what,
        "source": parameter.source,
        "seen_at": parameter.seen_at,
    }


def value_text(row: Row) -> str:
    """Return a parameter's value with its unit, and its range where it has one."""
    unit = "" if row["unit"] == "1" else f" {row['unit']}"
    text = f"{row['value']:g}{unit}"
    if row["distribution"] != "fixed":
        text += f" ({row['low']:g} to {row['high']:g})"
    return text


def marks_text(row: Row) -> str:
    """Return a parameter's two marks: grade of its source, and what the source measures."""
    return f"[{row['quality'] or 'no source'}, {row['fit']}]"


def line(row: Row) -> str:
    """Return what a list shows beside a row's name."""
    if "distribution" in row:
        return f"{value_text(row)} {marks_text(row)} {row['what']}"
    said = str(row.get("question") or row["what"])
    if row.get("at_pixels"):
        return f"{said} At fidelity pixels: {row['at_pixels']['question']}"
    if row.get("fidelities") == ["pixels"]:
        return f"{said} (fidelity pixels alone)"
    return said
