"""Cease collection: the crawler no longer enrols faces inferred to be residents in scope.

Legal power: an enforcement notice may require somebody to refrain from steps, and ban processing
(Data Protection Act 2018, sections 149(1) and 150(3); UK GDPR article 58(2)(f)). Here it holds from
its own start, without a case, an appeal or a strategy: what the measure alone would change.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Hold the crawler's filter at 1 - strength from the start to the end."""
    strength = float(spec.options["strength"])
    hold_levers(spec, actors, {"crawler.in_scope_pass": 1.0 - strength})


KIND = InterventionKind(
    name="cease-collection",
    what="The crawler stops enrolling faces that it infers to be residents in scope.",
    power="Data Protection Act 2018, sections 149(1) and 150(3); UK GDPR article 58(2)(f).",
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    options={
        "strength": Option(
            1.0,
            "share of the faces inferred in scope that are no longer enrolled",
            low=0.5,
            high=1.0,
            source="Assumption: the orders of the record say all; a filter that is not kept up "
            "lets some through.",
        )
    },
    install=install,
    acts_on="crawler",
    scopes=("jurisdiction", "group"),
)
