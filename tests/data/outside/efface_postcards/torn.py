"""Postcards that tear: an intervention whose own code fails while the run goes on."""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Fail a week after the start."""

    def tear() -> Process:
        yield actors.env.timeout(spec.start + 7 - actors.env.now)
        raise ZeroDivisionError("the postcard tore")

    actors.env.process(tear())


KIND = InterventionKind(
    name="torn-postcards",
    what="Postcards that tear.",
    power="None needed: anybody may write a postcard.",
    options={},
    install=install,
    acts_on="people",
)
