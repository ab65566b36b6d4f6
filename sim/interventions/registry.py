"""The registry of interventions: what a scenario may list, from here or from another package.

An intervention is a module with a `KIND` (an `InterventionKind`). It modifies levers, or asks the
operator for a job; it never writes the state. Packages add their own through the entry-point group
`efface.interventions`, whose entries point at an `InterventionKind`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

import simpy

from generators.errors import Fault, ScenarioError
from sim.events import Log
from sim.levers import Levers
from sim.operator.compliance import Compliance
from sim.setup import InterventionSpec


@dataclass(frozen=True)
class Actors:
    """Whom an intervention may speak to.

    Attributes:
        env: the simulation's clock.
        log: the run's log.
        levers: the run's levers.
        operator: the operator's compliance, for jobs.
        last_day: last day of the run.
    """

    env: simpy.Environment
    log: Log
    levers: Levers
    operator: Compliance
    last_day: int


@dataclass(frozen=True)
class Option:
    """An option of an intervention: default, bounds, unit and meaning."""

    default: float | str
    what: str
    unit: str = "1"
    least: float = 0.0
    most: float = 1.0
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class InterventionKind:
    """A kind of power.

    Attributes:
        name: as the scenario file has it.
        what: one sentence.
        power: the legal power and its address, or why none is needed.
        options: its options.
        install: called once at the start of a run; schedules what it does.
    """

    name: str
    what: str
    power: str
    options: Mapping[str, Option]
    install: Callable[[InterventionSpec, Actors], None]


@cache
def interventions() -> dict[str, InterventionKind]:
    """Return every intervention by name: the project's own, then those of other packages.

    Raises:
        ScenarioError: two of the same name, or an entry point that is no `InterventionKind`.
    """
    from sim.interventions import cease_collection, deletion_order, platform_defence

    kinds = [cease_collection.KIND, deletion_order.KIND, platform_defence.KIND]
    for entry in entry_points(group="efface.interventions"):
        kind = entry.load()
        if not isinstance(kind, InterventionKind):
            raise ScenarioError(f"entry point '{entry.name}' is not an InterventionKind")
        kinds.append(kind)
    names = [kind.name for kind in kinds]
    twice = sorted({n for n in names if names.count(n) > 1})
    if twice:
        raise ScenarioError(f"two interventions are called {', '.join(twice)}")
    return dict(zip(names, kinds, strict=True))


def checked_options(spec: InterventionSpec) -> dict[str, Any]:
    """Return the options of an intervention with defaults filled in.

    Raises:
        ScenarioError: an unknown kind or option, or a value outside its bounds.
    """
    known = interventions()
    if spec.kind not in known:
        raise ScenarioError(
            Fault(
                f"unknown intervention '{spec.kind}'",
                key="interventions",
                found=spec.kind,
                expected=", ".join(known),
                nearest=tuple(difflib.get_close_matches(spec.kind, known, 3, 0.5)),
            )
        )
    options = known[spec.kind].options
    faults = [
        Fault(
            f"unknown option '{name}' of '{spec.kind}'",
            key=name,
            found=name,
            expected=", ".join(options),
            nearest=tuple(difflib.get_close_matches(name, options, 3, 0.5)),
        )
        for name in spec.options
        if name not in options
    ]
    values: dict[str, Any] = {name: option.default for name, option in options.items()}
    values |= {k: v for k, v in spec.options.items() if k in options}
    for name, option in options.items():
        value = values[name]
        if option.choices:
            fine = value in option.choices
            expected = ", ".join(option.choices)
        else:
            fine = isinstance(value, int | float) and option.least <= value <= option.most
            expected = f"{option.least:g} to {option.most:g} {option.unit}"
        if not fine:
            faults.append(
                Fault(
                    f"'{name}' of '{spec.kind}' cannot be {value!r}",
                    key=name,
                    found=str(value),
                    expected=expected,
                )
            )
    if faults:
        raise ScenarioError(faults)
    return values
