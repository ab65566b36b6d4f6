"""The registry of interventions: what a scenario may list, from here or from another package.

An intervention is a module with a `KIND` (`sim.interventions.kinds`). It holds levers, asks the
operator for a job, reaches people, or opens or moves a case; it never writes the state. Packages
add their own through the entry-point group `efface.interventions`, whose entries point at an
`InterventionKind`.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import entry_points

from generators.errors import Fault, ScenarioError
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
from sim.interventions.kinds import Actors, InterventionKind, completed
from sim.setup import ArmSetup, CaseFile, InterventionSpec

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
        ScenarioError: two of the same name, or an entry point that is no `InterventionKind`.
    """
    kinds = [module.KIND for module in MODULES]
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
        ScenarioError: an unknown kind.
    """
    missing = kind_of(spec).lacks(spec, cases)
    if not missing:
        return None
    file, line = spec.file_and_line
    return Fault(
        f"'{spec.kind}' does not find what it needs",
        file=file,
        line=line,
        key="interventions",
        found=f"{len(cases)} cases, none of them such",
        expected=missing,
    )


def reached(setup: ArmSetup) -> set[str]:
    """Return the codes of the jurisdictions, beyond their own, that an arm's interventions reach.

    Raises:
        ScenarioError: an unknown kind.
    """
    codes: set[str] = set()
    for spec in setup.interventions:
        codes |= kind_of(spec).reaches(spec, setup.cases)
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
