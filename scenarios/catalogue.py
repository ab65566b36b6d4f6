"""What there is to ask with: scenarios, interventions, measures, parameters, strategies, operators,
stores and authorities, as plain rows.

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
    """Return the interventions that a scenario may list, in the order in which they take effect."""
    from sim.interventions.registry import interventions as registered

    return [
        {
            "name": kind.name,
            "what": kind.what,
            "power": kind.power,
            "address": kind.address,
            "acts_on": kind.acts_on,
            "place": kind.order,
            "scopes": list(kind.scopes),
            "options": [
                {
                    "name": name,
                    "what": option.what,
                    "default": option.default,
                    "unit": option.unit,
                    "choices": list(option.choices),
                    "least": option.least if option.numeric else None,
                    "most": option.most if option.numeric else None,
                    "low": option.low,
                    "high": option.high,
                    "source": option.source,
                }
                for name, option in kind.options.items()
            ],
        }
        for kind in sorted(registered().values(), key=lambda kind: kind.order)
    ]


def strategies() -> list[Row]:
    """Return what an operator may do when it is served, strategy by strategy."""
    from sim.operator.strategy import STRATEGIES

    return [
        {
            "name": str(strategy.name),
            "what": strategy.what,
            "appeals": strategy.appeals,
            "obeys": strategy.obeys,
            "erases": strategy.erases,
            "pays": strategy.pays,
        }
        for strategy in STRATEGIES.values()
    ]


def operators() -> list[Row]:
    """Return the shipped operators' profiles with the marks of every value in their files."""
    from scenarios.operator_files import known_operators

    return [
        {
            "name": id,
            "what": known.profile.what,
            "targets": list(known.targets),
            "values": {key: value.model_dump() for key, value in known.values.items()},
        }
        for id, known in known_operators().items()
    ]


def stores() -> list[Row]:
    """Return how stores keep what was erased, each manner with the marks of its numbers."""
    from scenarios.keepings import known_keepings

    return [
        {
            "name": name,
            "what": known.what,
            "values": {key: value.model_dump() for key, value in known.values.items()},
        }
        for name, known in known_keepings().items()
    ]


def authorities() -> list[Row]:
    """Return the authorities, courts and prosecutors, each with what it may order."""
    from scenarios.authority_files import known_authorities

    return [
        {
            "name": id,
            "what": known.authority.name,
            "kind": known.authority.kind,
            "jurisdictions": list(known.authority.jurisdictions),
            "acts_in": list(known.acts_in),
            "stay": str(known.authority.stay),
            "appeal_period_days": known.authority.appeal_period_days,
            "currency": known.authority.currency,
            "powers": dict(known.authority.powers),
            "maximum": dict(known.authority.maximum),
        }
        for id, known in known_authorities().items()
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


def findings() -> list[Row]:
    """Return the findings of the notice under question: mechanism, levers and measures of each."""
    from scenarios.findings import notice_findings

    notice = notice_findings()
    whence = {"source": notice.source, "seen_at": notice.seen_at}
    return [{**finding.model_dump(), **whence} for finding in notice.findings]


def finding_text(row: Row) -> str:
    """Return one finding for people."""
    told = [
        f"{row['finding']} (UK GDPR {', '.join(row['articles'])})",
        f"In this model: {row['mechanism']}",
        f"interventions: {', '.join(row['interventions']) or 'none'}",
        f"levers: {', '.join(row['levers']) or 'none, a job'}",
        f"measures: {', '.join(row['measures'])}",
        f"source: {row['source']} {row['seen_at']}",
    ]
    return "\n    ".join(told)


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
    if "acts_on" in row:
        by = f"; by {', '.join(row['scopes'])}" if row["scopes"] else ""
        said = f"({row['place']}. {row['acts_on']}{by}) {row['what']}"
        return f"{said} Power: {row['power']}"
    if "stay" in row:
        protects = ", ".join(row["jurisdictions"])
        return f"{row['what']} ({row['kind']}; protects {protects}; stay: {row['stay']})"
    said = str(row.get("question") or row["what"])
    if row.get("at_pixels"):
        return f"{said} At fidelity pixels: {row['at_pixels']['question']}"
    if row.get("fidelities") == ["pixels"]:
        return f"{said} (fidelity pixels alone)"
    return said


def option_line(option: Row) -> str:
    """Return an intervention's option: default, what is accepted, the likely range, meaning."""
    unit = "" if option["unit"] == "1" else f" {option['unit']}"
    accepted = list(option["choices"])
    if option["least"] is not None:
        accepted.append(_from_to(option["least"], option["most"], unit))
    default = option["default"]
    text = default if isinstance(default, str) else f"{default:,.12g}{unit}"
    text = f"{option['name']} = {text} ({' or '.join(accepted)}"
    if option["low"] is not None:
        text += f"; likely {_from_to(option['low'], option['high'])}"
    source = f" [{option['source']}]" if option["source"] else ""
    return f"{text}): {option['what']}{source}"


def _from_to(low: float, high: float, unit: str = "") -> str:
    return f"{low:,.12g} to {high:,.12g}{unit}"
