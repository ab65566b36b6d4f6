"""Suppression list: whoever has been erased on request is kept out by a template that is kept.

No order of the record asks for one. It is what an operator offers in answer to erasure requests
and objections (UK GDPR articles 17 and 21; ordered by Data Protection Act 2018, section 149(2)(b)):
to recognise somebody it must keep a template of them, which stays as residue.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Refuse the listed share of finds of those who were erased, from the start to the end."""
    hold_levers(spec, actors, {"gallery.suppression": float(spec.options["recognised"])})


KIND = InterventionKind(
    name="suppression-list",
    what="Those who had their templates erased are recognised by a kept one and refused.",
    power="UK GDPR articles 17 and 21; Data Protection Act 2018, section 149(2)(b).",
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    options={
        "recognised": Option(
            0.9,
            "share of the finds of listed people that is recognised",
            low=0.5,
            high=1.0,
            source="Assumption: 1 less the web penalty of the score model (search.web_penalty, "
            "0.02 to 0.5).",
        )
    },
    install=install,
    acts_on="gallery",
)
