"""`efface demonstrate`: what each intervention and strategy moves, and what leaves it unmoved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.options import CHECK_FAILED, JsonOption, print_json

if TYPE_CHECKING:
    from scenarios.demonstrate import Demonstrated, Shown
    from sim.events import Event


def demonstrate(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME_OR_FILE...", help="Interventions or strategies (default: all)."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Root seed.")] = 0,
    as_json: JsonOption = False,
) -> None:
    """Run the demonstrations of interventions and strategies; exit 1 where one does not hold."""
    from scenarios.workers import one_thread_each

    one_thread_each()
    from scenarios.demonstrate import demonstrate as run_demonstration
    from scenarios.demonstration_files import demonstrations, load_demonstration

    loaded = [load_demonstration(name) for name in names or demonstrations()]
    found = []
    for demonstration in loaded:
        found.append(run_demonstration(demonstration, seed))
        if not as_json:
            typer.echo(_as_text(found[-1]) + "\n")
    failed = [one for one in found if not one.holds]
    if as_json:
        print_json({"ok": not failed, "demonstrations": [_as_json(one) for one in found]})
    else:
        typer.echo(f"{len(found) - len(failed)} of {len(found)} demonstrations hold")
    if failed:
        raise typer.Exit(CHECK_FAILED)


def _as_json(shown: Demonstrated) -> dict[str, Any]:
    file = shown.demonstration.file
    return {
        "about": file.about,
        "actor": file.actor,
        "measure": file.measure,
        "at": file.at,
        "unit": shown.unit,
        "base": file.base,
        "people": file.people,
        "replications": file.replications,
        "holds": shown.holds,
        "moves": _pair_json(shown.pairs[0]),
        "unmoved": {**_pair_json(shown.pairs[1]), "why": file.unmoved.why},
    }


def _pair_json(pair: Shown) -> dict[str, Any]:
    from sim.dates import iso

    return {
        "says": pair.says,
        "holds": pair.holds,
        "fault": pair.fault or None,
        "with": pair.first,
        "without": pair.second,
        "difference": pair.difference,
        "low": pair.low,
        "high": pair.high,
        "structural_zero": pair.structural_zero,
        "causes": [
            {
                "date": iso(event.day),
                "actor": event.actor,
                "kind": event.kind,
                "authority": event.authority,
                "recorded": event.recorded,
                "text": event.text,
            }
            for event in pair.causes
        ],
    }


def _as_text(shown: Demonstrated) -> str:
    file = shown.demonstration.file
    at = f" on {file.at}" if file.at else ""
    lines = [
        f"{file.about}: acts through the {file.actor}; {file.measure}{at}, "
        f"{file.replications} replications of {file.people:,} people over '{file.base}'"
    ]
    for pair in shown.pairs:
        lines += ["", f"  {pair.says}", f"    {_numbers(pair, shown.unit)}"]
        lines.append("    because of" if pair.pair == "moves" else f"    {file.unmoved.why}")
        lines += [f"      {_event(event)}" for event in pair.causes]
        lines.append("    holds" if pair.holds else f"    DOES NOT HOLD: {pair.fault}")
    return "\n".join(lines)


def _numbers(pair: Shown, unit: str) -> str:
    from scenarios.report.table_numbers import decimals_for, number, scale_of, scaled

    values = [pair.first, pair.second, pair.difference, pair.low, pair.high]
    scale = scale_of(unit, values)
    decimals = decimals_for(scaled(values[:2], scale))
    finer = max(decimals, decimals_for(scaled(values[2:], scale)))
    level = f"{number(pair.first, scale, decimals)} against {number(pair.second, scale, decimals)}"
    level = f"{level} {scale.unit}".rstrip()
    if pair.structural_zero is not None:
        return f"{level}; difference 0 by assumption: {pair.structural_zero}"
    mean, low, high = (
        number(value, scale, finer, sign=True) for value in (pair.difference, pair.low, pair.high)
    )
    return f"{level}; difference {mean} (95 % {low} to {high})"


def _event(event: Event) -> str:
    from sim.dates import iso

    source = "RECORD" if event.recorded else "model"
    by = event.authority if event.actor == "authority" else event.actor
    text = f": {event.text}" if event.text else ""
    return f"{iso(event.day)}  {source:<6}  {event.kind.replace('_', ' ')} ({by}){text}"
