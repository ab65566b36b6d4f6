"""Deletion order: templates inferred to be of residents in scope are removed by a deadline.

Legal power: an enforcement notice may require steps, erasure among them (Data Protection Act 2018,
section 149(1); UK GDPR article 58(2)(g)). `semantics: hide` is suppression in results instead,
which is no erasure: what is hidden is still held. Collection is left as it is, so what is erased
and still public can be found again.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_removal
from sim.operator.removal_order import RemovalOrder
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Ask the operator for a removal from the start, to be ended by the deadline."""
    days, threshold = round(float(spec.options["days"])), spec.options["threshold"]
    hold_removal(
        spec,
        actors,
        RemovalOrder(
            source=actors.source,
            jurisdiction=spec.jurisdiction,
            start=spec.start,
            deadline=spec.start + days,
            erases=spec.options["semantics"] == "erase",
            threshold=None if threshold == OWN else float(threshold),
        ),
    )


OWN = "the operator's own"
"""The word for the threshold that the operator has chosen."""

KIND = InterventionKind(
    name="deletion-order",
    what="Templates inferred to be of residents in scope are removed by a deadline.",
    power="Data Protection Act 2018, section 149(1); UK GDPR article 58(2)(g).",
    options={
        "days": Option(
            91.0,
            "days allowed",
            unit="days",
            least=1.0,
            most=3650.0,
            low=30.0,
            high=182.0,
            source="The orders of the record: three months more than for ceasing in the United "
            "Kingdom, 90 days in Australia, two months in France; a month where none is stated is "
            "an assumption.",
            whole=True,
        ),
        "semantics": Option(
            "erase",
            "erase from every store, or only hide",
            choices=("erase", "hide"),
            source="The orders of the record say delete, destroy or erase; hiding is what an "
            "operator might do instead.",
        ),
        "threshold": Option(
            OWN,
            "evidence above which a face counts as a resident's",
            unit="nats",
            most=60.0,
            choices=(OWN,),
            low=1.0,
            high=5.0,
            source="Assumption: no order of the record says how sure the operator has to be; the "
            "range is that of operator.residency.threshold.",
        ),
    },
    install=install,
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    acts_on="gallery",
)
