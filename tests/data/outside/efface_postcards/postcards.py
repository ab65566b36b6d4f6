"""Postcards: a charity writes to a share of those of whom something is held."""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Write once, on the start."""

    def write() -> Process:
        yield actors.env.timeout(spec.start - actors.env.now)
        share = float(spec.options["share"])
        actors.people.inform(spec.start, share, spec.jurisdiction)
        actors.log.write(spec.start, "world", "postcards_sent")

    actors.env.process(write())


KIND = InterventionKind(
    name="postcards",
    what="A charity writes to a share of those of whom something is held.",
    power="None needed: anybody may write a postcard.",
    options={
        "share": Option(
            0.5, "share that is written to", low=0.1, high=0.9, source="Assumption, for a test."
        )
    },
    install=install,
    acts_on="people",
)
