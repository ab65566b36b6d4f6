"""The registry of interventions: what a scenario may list, from here or from another package.

An intervention is a module with a `KIND` (`sim.interventions.kinds`). It holds levers, asks the
operator for a job, reaches people, or opens or moves a case; it never writes the state. Packages
add their own through the entry-point group `efface.interventions`, whose entries point at an
`InterventionKind`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import TypeVar

from generators.errors import EffaceError, Fault, ScenarioError
from sim.guard import failed
from sim.interventions import (
    access_without_photo,
    appeal_and_stay,
    cease_collection,
    cloaking,
    coordinated_action,
    customer_ban,
    deletion_order,
    disgorgement,
    duty_to_inform,
    going_private,
    independent_audit,
    monetary_penalty,
    periodic_penalty,
    platform_defence,
    private_action,
    private_sale_ban,
    retention_limit,
    suppression_list,
)
from sim.interventions.completion import completed
from sim.interventions.kinds import Actors, InterventionKind
from sim.setup import ArmSetup, CaseFile, InterventionSpec

GROUP = "efface.interventions"
"""Group of the entry points by which other packages add theirs."""

Answer = TypeVar("Answer")

MODULES = (
    cloaking,
    duty_to_inform,
    going_private,
    platform_defence,
    cease_collection,
    deletion_order,
    disgorgement,
    independent_audit,
    retention_limit,
    suppression_list,
    access_without_photo,
    customer_ban,
    private_sale_ban,
    monetary_penalty,
    periodic_penalty,
    private_action,
    appeal_and_stay,
    coordinated_action,
)
"""The project's own, in the order of those they act on."""


@cache
def interventions() -> dict[str, InterventionKind]:
    """Return every intervention by name: the project's own, then those of other packages.

    Raises:
        ScenarioError: two of the same name, or an entry point that cannot be loaded or is no
            `InterventionKind`; every fault at once.
    """
    kinds = {module.KIND.name: module.KIND for module in MODULES}
    packages = dict.fromkeys(kinds, "this project")
    faults = []
    for entry in entry_points(group=GROUP):
        package = "unknown" if entry.dist is None else entry.dist.name
        kind = _loaded(entry, package)
        if isinstance(kind, Fault):
            faults.append(kind)
        elif kind.name in kinds:
            message = (
                f"two interventions are called '{kind.name}': one of {packages[kind.name]}, one of "
                f"the package '{package}'"
            )
            faults.append(Fault(message, key=entry.name, found=entry.value, expected="a new name"))
        else:
            kinds[kind.name], packages[kind.name] = kind, f"the package '{package}'"
    if faults:
        raise ScenarioError(faults)
    return kinds


def _loaded(entry: EntryPoint, package: str) -> InterventionKind | Fault:
    """Return an entry point's intervention, or what is wrong with it: a package may do anything."""
    named = f"the entry point '{entry.name}' of the package '{package}'"
    expected = "an InterventionKind, or remove the package"
    try:
        kind = entry.load()
    except Exception as error:
        message = f"{named} cannot be loaded: {type(error).__name__}: {error}"
        return Fault(message, key=entry.name, found=entry.value, expected=expected)
    if isinstance(kind, InterventionKind):
        return kind
    message = f"{named} is not an InterventionKind"
    return Fault(message, key=entry.name, found=type(kind).__name__, expected=expected)


def kind_of(spec: InterventionSpec) -> InterventionKind:
    """Return an intervention's kind.

    Raises:
        ScenarioError: there is none of that name.
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
    return known[spec.kind]


def in_stated_order(
    specs: Sequence[InterventionSpec],
) -> list[tuple[int, InterventionSpec]]:
    """Return the interventions with their places in the scenario, in the order of those they act
    on (`sim.interventions.kinds.ACTORS`): on one day they take effect in this order.

    Raises:
        ScenarioError: an unknown kind.
    """
    return sorted(enumerate(specs, 1), key=lambda listed: kind_of(listed[1]).order)


def lacking(spec: InterventionSpec, cases: Sequence[CaseFile]) -> Fault | None:
    """Return the fault of an intervention that does not find among an arm's cases what it needs.

    Raises:
        ScenarioError: an unknown kind, or an error of its own (named).
    """
    missing = _asked(spec, cases, kind_of(spec).lacks)
    if not missing:
        return None
    file, line = spec.file_and_line
    count = len(cases)
    return Fault(
        f"'{spec.kind}' does not find what it needs",
        file=file,
        line=line,
        key="interventions",
        found=f"{count} case{'' if count == 1 else 's'}, none of them such" if count else "no case",
        expected=missing,
    )


def _asked(
    spec: InterventionSpec,
    cases: Sequence[CaseFile],
    question: Callable[[InterventionSpec, Sequence[CaseFile]], Answer],
) -> Answer:
    """Return what an intervention says of an arm's cases.

    Raises:
        ScenarioError: it raised what is none of the project's own errors.
    """
    try:
        return question(spec, cases)
    except EffaceError:
        raise
    except Exception as error:
        when = "when it was asked about the arm's cases"
        raise ScenarioError(failed(spec, when, error)) from error


def reached(setup: ArmSetup) -> set[str]:
    """Return the codes of the jurisdictions, beyond their own, that an arm's interventions reach.

    Raises:
        ScenarioError: an unknown kind, or an error of its own (named).
    """
    codes: set[str] = set()
    for spec in setup.interventions:
        codes |= _asked(spec, setup.cases, kind_of(spec).reaches)
    return codes


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Put an intervention into a run.

    Args:
        spec: the intervention as the scenario lists it.
        actors: whom it may speak to.

    Raises:
        ScenarioError: an unknown kind or option, a value outside its bounds, a jurisdiction
            where nobody is simulated, something missing that it needs, or an error of its own
            (named).
    """
    kind = kind_of(spec)
    codes = actors.people.population.jurisdictions
    # Customers, courts and platforms may be anywhere, whoever is simulated.
    covers = kind.acts_on in ("people", "crawler", "gallery", "desk")
    if covers and spec.jurisdiction not in codes:
        raise ScenarioError(
            Fault(
                f"'{spec.kind}' cannot cover {spec.jurisdiction}: nobody is simulated there",
                key="interventions",
                found=spec.jurisdiction,
                expected=", ".join(codes),
            )
        )
    full = completed(spec, kind)
    fault = lacking(full, [case.file for case in actors.cases.values()])
    if fault is not None:
        raise ScenarioError(fault)
    mine = replace(actors, spec=full)
    actors.env.call(lambda: kind.install(full, mine))
