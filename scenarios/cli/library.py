"""`efface list | explain | validate | schema`: what there is to ask, and what a file may say."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from generators.errors import EffaceError, Fault, ScenarioError
from scenarios.cli.options import WRONG_INPUT, JsonOption, SetOption, print_json, print_wrapped

HANG = 22
"""How far the rest of an entry is set in at most; names of parameters are longer."""


class Kind(StrEnum):
    """What `efface list` can list."""

    SCENARIOS = "scenarios"
    INTERVENTIONS = "interventions"
    MEASURES = "measures"
    PARAMETERS = "parameters"
    STRATEGIES = "strategies"
    OPERATORS = "operators"
    STORES = "stores"
    AUTHORITIES = "authorities"


def list_names(
    what: Annotated[Kind, typer.Argument(help="What to list.")] = Kind.SCENARIOS,
    as_json: JsonOption = False,
) -> None:
    """List scenarios, interventions, measures, parameters, strategies, operators, authorities, ….

    Interventions stand in the order in which they take effect, each with its options. Stores are
    manners of keeping what was erased.
    """
    from scenarios import catalogue

    entries = {
        Kind.SCENARIOS: catalogue.scenarios,
        Kind.INTERVENTIONS: catalogue.interventions,
        Kind.MEASURES: catalogue.measures,
        Kind.PARAMETERS: catalogue.parameters,
        Kind.STRATEGIES: catalogue.strategies,
        Kind.OPERATORS: catalogue.operators,
        Kind.STORES: catalogue.stores,
        Kind.AUTHORITIES: catalogue.authorities,
    }[what]()
    if as_json:
        print_json({str(what): entries})
        return
    width = max(len(entry["name"]) for entry in entries)
    for entry in entries:
        print_wrapped(f"{entry['name']:<{width}}  {catalogue.line(entry)}", min(width, HANG) + 2)
        if entry.get("address"):
            print_wrapped(f"    {entry['address']}", breaks=True)
        for option in entry.get("options", ()):
            print_wrapped(f"    {catalogue.option_line(option)}")


def validate(
    names: Annotated[list[str], typer.Argument(metavar="NAME_OR_FILE...", help="Scenarios.")],
    settings: SetOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check scenario files and their arms; print everything wrong at once."""
    from scenarios.arms import arms_of
    from scenarios.scenario import load_scenario

    faults: list[Fault] = []
    for name in names:
        try:
            arms = arms_of(load_scenario(name, settings or ()))
        except ScenarioError as error:
            faults += error.faults
        else:
            if not as_json:
                typer.echo(f"{name}: holds (arms: {', '.join(arms)})")
    if as_json:
        print_json({"ok": not faults, "errors": [fault.as_json() for fault in faults]})
    if faults and as_json:
        raise typer.Exit(WRONG_INPUT)
    if faults:
        raise EffaceError(faults)


def schema() -> None:
    """Print the JSON schema of the scenario file, for editors."""
    from scenarios.format import json_schema
    from sim.parameters import load_parameters

    print_json(json_schema(load_parameters()))


def explain(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[NAME_OR_FILE]", help="A scenario.")
    ] = None,
    settings: SetOption = None,
    findings: Annotated[
        bool,
        typer.Option("--findings", help="Tell the findings of the notice under question instead."),
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Say what a scenario asks, rests on and runs: arms, case, who holds which lever, parameters.

    With --findings, what the notice under question found, and the mechanism, levers and measures
    of each finding.
    """
    from scenarios import catalogue
    from scenarios.explanation import explanation
    from scenarios.explanation_text import as_text
    from scenarios.scenario import load_scenario

    if findings == (scenario is not None):
        expected = "a scenario's name or file, or --findings, and not both"
        raise ScenarioError(Fault("explain what?", found=scenario or "neither", expected=expected))
    if findings:
        rows = catalogue.findings()
        if as_json:
            print_json({"findings": rows})
        else:
            print_wrapped(
                "\n\n".join(f"{i}. {catalogue.finding_text(row)}" for i, row in enumerate(rows, 1))
            )
        return
    assert scenario is not None
    told = explanation(load_scenario(scenario, settings or ()))
    if as_json:
        print_json(told)
    else:
        print_wrapped(as_text(told))
