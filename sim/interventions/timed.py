"""From one day to another: levers that are held, and removals that go on meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.events import Process
from sim.interventions.kinds import Actors
from sim.levers import LEVERS
from sim.operator.removal_order import RemovalOrder
from sim.setup import InterventionSpec, Scope


def lever_scope(lever: str, spec: InterventionSpec) -> Scope:
    """Return whom an intervention covers with a lever, as far as that lever tells people apart.

    Customers are covered wherever the scope does not say where; everything else is limited to the
    residents of the intervention's jurisdiction.

    Args:
        lever: name of the lever.
        spec: the intervention as the scenario lists it.
    """
    if lever.startswith("customers."):
        return spec.scope
    whole = replace(spec.scope, jurisdiction=spec.jurisdiction)
    return Scope(**{field: getattr(whole, field) for field in LEVERS[lever].scopes})


def hold_removal(spec: InterventionSpec, actors: Actors, order: RemovalOrder) -> None:
    """Ask the operator for a removal, and let it stop where it stands at the intervention's end.

    Args:
        spec: the intervention as the scenario lists it.
        actors: whom it may speak to.
        order: what is to be removed, under the intervention's own name.
    """

    def end() -> Process:
        if spec.end is None or spec.end > actors.last_day:
            return
        yield actors.env.timeout(spec.end - actors.env.now)
        actors.operator.stop_removal(order.source, spec.end)

    actors.operator.start_removal(order)
    actors.env.process(end())


def hold_levers(spec: InterventionSpec, actors: Actors, values: Mapping[str, float]) -> None:
    """Hold levers at values from the intervention's start to its end, and log both.

    Args:
        spec: the intervention as the scenario lists it.
        actors: whom it may speak to.
        values: lever to its value meanwhile, in the order in which they are set.
    """

    def process() -> Process:
        if spec.start > actors.last_day:
            return
        yield actors.env.timeout(spec.start - actors.env.now)
        for lever, value in values.items():
            actors.levers.set(lever, actors.source, spec.start, value, lever_scope(lever, spec))
        begun = actors.log.write(spec.start, "world", f"{spec.kind}_begins")
        if spec.end is None or spec.end > actors.last_day:
            return
        yield actors.env.timeout(spec.end - actors.env.now)
        for lever in values:
            actors.levers.clear(lever, actors.source, spec.end)
        actors.log.write(spec.end, "world", f"{spec.kind}_ends", because=begun)

    actors.env.process(process())
