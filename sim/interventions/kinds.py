"""What an intervention is: a name, a legal power, options, and what it does."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

from generators.errors import Fault, ScenarioError
from generators.keyed import Streams
from sim.events import Log
from sim.guard import Guarded
from sim.law.case import Case
from sim.levers import Levers
from sim.operator.compliance import Compliance
from sim.people.side import PeopleSide
from sim.setup import CaseFile, InterventionSpec


class WorldJobs(Protocol):
    """What an actor may ask of the operator's stores, beyond the removals of `Compliance`."""

    def remove_person(self, person: int, day: int) -> None:
        """Erase every template of one person (a row of the population) on a day."""


@dataclass(frozen=True)
class Actors:
    """Whom an intervention may speak to, and under which name.

    Attributes:
        env: the simulation's clock; errors of a process that is started on it name the
            intervention.
        log: the run's log.
        levers: the run's levers.
        operator: the operator's compliance, for jobs.
        streams: the replication's streams, for keyed draws of the intervention's own.
        people: informing people and calling on them to go private.
        world_jobs: what else the operator's stores may be asked for.
        open_case: opens a case in this run and returns it.
        cases: every case of the run by its id, those opened so far included.
        source: the intervention's own name in lever stacks and jobs, unique in the run.
        jurisdiction: code of those whose residents the question is about.
        last_day: last day of the run.
        spec: the intervention as the scenario lists it, every option filled in.
    """

    env: Guarded
    log: Log
    levers: Levers
    operator: Compliance
    streams: Streams
    people: PeopleSide
    world_jobs: WorldJobs
    open_case: Callable[[CaseFile], Case]
    cases: Mapping[str, Case]
    source: str
    jurisdiction: str
    last_day: int
    spec: InterventionSpec


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
