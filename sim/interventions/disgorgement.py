"""Disgorgement: what was derived from the photos is destroyed, and the photos themselves stay.

Legal power: consent orders under the Federal Trade Commission Act, section 5 (15 U.S.C. § 45), let
companies delete models and algorithms built from what they should not have had; in this model what
is derived from photos are templates. Somebody whose template is destroyed can no longer be found,
until templates are made anew from the photos that were kept.
"""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.timed import hold_removal
from sim.operator.removal_order import RemovalOrder
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Destroy templates from the start to the deadline, and perhaps make them anew after it."""
    deadline = spec.start + round(float(spec.options["days"]))
    order = RemovalOrder(
        source=actors.source,
        jurisdiction=spec.jurisdiction,
        start=spec.start,
        deadline=deadline,
        erases=True,
        templates_only=True,
    )
    hold_removal(spec, actors, order)
    if spec.options["rebuild"] != "never":
        after = round(float(spec.options["rebuild"]))
        actors.env.process(_rebuild(spec, actors, deadline + after))


def _rebuild(spec: InterventionSpec, actors: Actors, day: int) -> Process:
    if day > actors.last_day:
        return
    yield actors.env.timeout(day - actors.env.now)
    actors.world_jobs.rebuild(spec.jurisdiction, day)
    text = "The operator makes templates anew from the photos that it kept."
    actors.log.write(day, "operator", "templates_rebuilt", text=text)


KIND = InterventionKind(
    name="disgorgement",
    what="Templates of residents in scope are destroyed and the photos stay.",
    power="Federal Trade Commission Act, section 5 (15 U.S.C. § 45).",
    address="https://cippu.thesmios.com/topics/ch5-ftc-enforcement-tools-amg/",
    options={
        "days": Option(
            90.0,
            "days allowed",
            unit="days",
            least=1.0,
            most=3650.0,
            low=30.0,
            high=180.0,
            source="Assumption: the consent orders of the record give no time.",
            whole=True,
        ),
        "rebuild": Option(
            "never",
            "days after the deadline on which templates are made anew from the photos",
            unit="days",
            most=36500.0,
            choices=("never",),
            low=1.0,
            high=365.0,
            source="Assumption: an operator that keeps the photos and the right to use them can.",
            whole=True,
        ),
    },
    install=install,
    acts_on="gallery",
)
