"""Retention limit: what is held of residents in scope is erased when it has been held long enough.

Legal power: personal data may be kept no longer than is necessary (UK GDPR article 5(1)(e), which
the decisions of the record find broken); an enforcement notice may require steps to keep to it
(Data Protection Act 2018, section 149(1) and (2)(a)). With `counts: age` a template is erased on
reaching the age; with `counts: rolling` templates are erased at random so that they are held for
that time on average, as a store does that is overwritten bit by bit. Collection is left as it is:
what is erased and still public can be found again.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_levers
from sim.setup import InterventionSpec

LEVER = {"age": "gallery.retention", "rolling": "gallery.rolling_retention"}
"""How time is counted, to the lever that does it."""


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Hold the limit from the start to the end."""
    lever = LEVER[str(spec.options["counts"])]
    hold_levers(spec, actors, {lever: float(spec.options["time"])})


KIND = InterventionKind(
    name="retention-limit",
    what="Templates inferred to be of residents in scope are erased after a time.",
    power="UK GDPR article 5(1)(e); Data Protection Act 2018, section 149(1) and (2)(a).",
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    options={
        "time": Option(
            365.0,
            "time after which a template is erased",
            unit="days",
            least=1.0,
            most=36500.0,
            low=30.0,
            high=1095.0,
            source="Assumption: the decisions of the record find that there is no limit and name "
            "none.",
        ),
        "counts": Option(
            "age",
            "erased on reaching that age, or held for that time on average",
            choices=tuple(LEVER),
            source="Assumption: a limit is written as an age.",
        ),
    },
    install=install,
    acts_on="gallery",
)
