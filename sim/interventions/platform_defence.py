"""Platforms defend: a share of all collection attempts fails, whoever is in the picture.

No legal power is needed: platforms act on their own terms (the cease-and-desist letters of
January and February 2020 are in the record, and nothing slowed). What is kept out this way is not
collected elsewhere. A defence may be one platform's; residence means nothing to it.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Let 1 - strength of the collection attempts through from the start to the end."""
    strength = float(spec.options["strength"])
    hold_levers(spec, actors, {"platform.pass": 1.0 - strength})


KIND = InterventionKind(
    name="platform-defence",
    what="Platforms block a share of all collection attempts.",
    power="None needed: the platforms' own terms of service.",
    options={
        "strength": Option(
            0.5,
            "share of collection attempts that fail",
            low=0.0,
            high=0.9,
            source="Assumption: the record's letters slowed nothing (0); no measurement of a "
            "defence against this crawler is public.",
        )
    },
    install=install,
    acts_on="platforms",
    scopes=("platform",),
)
