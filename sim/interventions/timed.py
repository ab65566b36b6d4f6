"""From one day to another: levers that are held, and removals that go on meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sim.events import Process
from sim.interventions.kinds import SCOPES, Actors
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


def _told(lever: str, value: float, spec: InterventionSpec) -> str:
    """Return what is held, at which value and for whom, in one sentence."""
    kind, scope = LEVERS[lever], lever_scope(lever, spec)
    unit = "" if kind.unit == "1" else f" {kind.unit}"
    whom = [named for field in SCOPES if (named := getattr(scope, field)) is not None]
    return f"{kind.what.capitalize()}: {value:g}{unit} ({', '.join(whom) or 'everywhere'})."


def hold_levers(spec: InterventionSpec, actors: Actors, values: Mapping[str, float]) -> None:
    """Hold levers at values from the intervention's start to its end, and log both.

    The log also tells what is done first because of them (`sim.first_acts`).

    Args:
        spec: the intervention as the scenario lists it.
        actors: whom it may speak to.
        values: lever to its value meanwhile, in the order in which they are set.
    """

    def process() -> Process:
        if spec.start > actors.last_day:
            return
        yield actors.env.timeout(spec.start - actors.env.now)
        text = " ".join(_told(lever, value, spec) for lever, value in values.items())
        begun = actors.log.write(spec.start, "world", f"{spec.kind}_begins", text=text)
        for lever, value in values.items():
            scope = lever_scope(lever, spec)
            actors.acts.hold(lever, actors.source, value, scope, begun)
        if spec.end is None or spec.end > actors.last_day:
            return
        yield actors.env.timeout(spec.end - actors.env.now)
        for lever in values:
            actors.levers.clear(lever, actors.source, spec.end)
        actors.acts.end(actors.source)
        actors.log.write(spec.end, "world", f"{spec.kind}_ends", because=begun)

    actors.env.process(process())
