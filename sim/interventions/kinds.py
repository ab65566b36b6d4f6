"""What an intervention is: a name, a legal power, options, and what it does."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import simpy

from generators.errors import Fault, ScenarioError
from sim.events import Log
from sim.levers import Levers
from sim.operator.compliance import Compliance
from sim.setup import InterventionSpec


@dataclass(frozen=True)
class Actors:
    """Whom an intervention may speak to, and under which name.

    Attributes:
        env: the simulation's clock.
        log: the run's log.
        levers: the run's levers.
        operator: the operator's compliance, for jobs.
        source: the intervention's own name in lever stacks and jobs, unique in the run.
        jurisdiction: whose residents the levers on residents in scope are about.
        last_day: last day of the run.
    """

    env: simpy.Environment
    log: Log
    levers: Levers
    operator: Compliance
    source: str
    jurisdiction: str
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
        install: called once at the start of a run with every option filled in; schedules what
            the intervention does.
    """

    name: str
    what: str
    power: str
    options: Mapping[str, Option]
    install: Callable[[InterventionSpec, Actors], None]


def completed(spec: InterventionSpec, options: Mapping[str, Option]) -> InterventionSpec:
    """Return an intervention with every option filled in.

    Raises:
        ScenarioError: an unknown option, or a value outside its bounds; every fault at once.
    """
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
    return replace(spec, options=values)
