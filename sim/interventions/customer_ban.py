"""Customer ban: customers may no longer search.

Legal power: a notice may ban a purpose or manner of processing, or be addressed to a customer as
controller (Data Protection Act 2018, sections 149(1) and 150(3)). In the record the directions of
New Jersey's Attorney General stopped police forces, and the Canadian orders ended services in the
provinces. The gallery is left as it is: who is searchable does not change, how often they are
searched for does.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Let 1 - strength of the customers in scope search, new ones too, from start to end."""
    hold_levers(spec, actors, {"customers.pass": 1.0 - float(spec.options["strength"])})


KIND = InterventionKind(
    name="customer-ban",
    what="Customers in scope may no longer search.",
    power="Data Protection Act 2018, sections 149(1) and 150(3).",
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    options={
        "strength": Option(
            1.0,
            "share of the customers in scope that stop",
            low=0.5,
            high=1.0,
            source="Assumption: the record's bans are total; use by single officers went on "
            "elsewhere (free trials).",
        )
    },
    install=install,
    acts_on="customers",
    scopes=("jurisdiction", "customer"),
)
