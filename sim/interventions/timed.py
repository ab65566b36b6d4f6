"""Setting a lever from one day to another: what most interventions do."""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors
from sim.setup import InterventionSpec


def hold_lever(spec: InterventionSpec, actors: Actors, lever: str, passes: float) -> None:
    """Hold a lever at a value from the intervention's start to its end, and log both.

    Args:
        spec: the intervention as the scenario lists it.
        actors: whom it may speak to.
        lever: name of the lever.
        passes: what it lets pass meanwhile.
    """

    def process() -> Process:
        if spec.start > actors.last_day:
            return
        yield actors.env.timeout(spec.start - actors.env.now)
        actors.levers.set(lever, actors.source, spec.start, passes)
        begun = actors.log.write(spec.start, "world", f"{spec.kind}_begins")
        if spec.end is None or spec.end > actors.last_day:
            return
        yield actors.env.timeout(spec.end - actors.env.now)
        actors.levers.clear(lever, actors.source, spec.end)
        actors.log.write(spec.end, "world", f"{spec.kind}_ends", because=begun)

    actors.env.process(process())
