"""Access without a photo: those who ask what is held of them need not send a photo first.

Legal power: an enforcement notice may require a controller to honour the rights of those whose
data it holds (Data Protection Act 2018, section 149(2)(b), on UK GDPR articles 12 to 22); that
people had to send a further photo to use them is among the findings of the record. Without the
demand nobody gives up because of it and no further photo is held.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Let the desk demand a photo of no more than that share from the start to the end."""
    hold_levers(spec, actors, {"desk.photo_demanded": float(spec.options["demanded"])})


KIND = InterventionKind(
    name="access-without-photo",
    what="Requests are answered without a photo being demanded first.",
    power="UK GDPR articles 12 to 22; Data Protection Act 2018, section 149(2)(b).",
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    options={
        "demanded": Option(
            0.0,
            "largest share of requests of which a photo may still be demanded",
            low=0.0,
            high=0.2,
            source="Assumption: none, up to some requests that leave it open who asks.",
        )
    },
    install=install,
    acts_on="desk",
)
