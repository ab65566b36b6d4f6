"""Cloaking: people change what they post so that it matches them less.

No legal power is needed: it is people's own defence. A cloaked photo is collected and held like
any other; what falls is the chance that a search with another photo of the person finds it. A
shift is taken rather than an evasion rate, since published rates are of one matcher, and shrink
when matchers are trained anew.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Let a share of the residents cloak what they post from the start to the end."""
    values = {
        "people.cloak_shift": float(spec.options["shift"]),
        "people.cloaking": float(spec.options["share"]),
    }
    hold_levers(spec, actors, values)


KIND = InterventionKind(
    name="cloaking",
    what="A share of the residents cloak what they post, so that it matches them less.",
    power="None needed: people's own photos.",
    options={
        "share": Option(
            0.1,
            "share of the residents who cloak what they post",
            low=0.0,
            high=0.5,
            source="Assumption: no survey of use was found.",
        ),
        "shift": Option(
            2.0,
            "standard deviations by which cloaking lowers a photo's mated scores",
            unit="standard deviations",
            most=10.0,
            low=0.0,
            high=4.0,
            source="Assumption: from no effect on a matcher trained against it to near certain "
            "evasion.",
        ),
    },
    install=install,
    acts_on="people",
)
