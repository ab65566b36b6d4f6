"""Ban on sale to private firms: private customers are barred.

Legal power: an injunction under the Illinois Biometric Information Privacy Act (740 ILCS
14/20(a)(4)); in the record it was agreed in a consent order, which bars private customers for
good. States and their contractors go on searching.
"""

from __future__ import annotations

from dataclasses import replace

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Bar the private customers in scope from the start to the end."""
    private = replace(spec, scope=replace(spec.scope, customer="private"))
    hold_levers(private, actors, {"customers.pass": 1.0 - float(spec.options["strength"])})


KIND = InterventionKind(
    name="private-sale-ban",
    what="Private customers in scope are barred.",
    power="740 ILCS 14/20(a)(4), as agreed in the consent order of the record.",
    address="https://self-law.org/code/il/chapter-740/act-14/20",
    options={
        "strength": Option(
            1.0,
            "share of the private customers in scope that are barred",
            low=0.8,
            high=1.0,
            source="Assumption: the consent order says all; entities that are not seen to be "
            "private are let through.",
        )
    },
    install=install,
    acts_on="customers",
)
