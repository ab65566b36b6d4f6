"""Independent audit: somebody looks into the stores whether what was to be erased is erased.

Legal power: the authority may look for itself or require a report (Data Protection Act 2018,
section 146, assessment notices; GDPR article 58(1)(b), data protection audits). It orders nothing
new: where an order to delete is in force, whatever was only hidden, or was collected since, has to
be erased by a deadline; where none is, there is nothing to audit. What an audit has had erased is
no order that the next one looks at, whoever makes it.
"""

from __future__ import annotations

from dataclasses import replace

from sim.events import Event, Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.law.drawing import case_key
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Audit on the start, and again after every interval until the end."""
    every = round(float(spec.options["every"]))
    last = actors.last_day if spec.end is None else min(actors.last_day, spec.end - 1)

    def audits() -> Process:
        for number, day in enumerate(range(spec.start, last + 1, every)):
            yield actors.env.timeout(day - actors.env.now)
            _audit(spec, actors, day, number)

    actors.env.process(audits())


def _audit(spec: InterventionSpec, actors: Actors, day: int, number: int) -> None:
    """Look once, and have erased what is found."""

    def told(kind: str, text: str) -> Event:
        return actors.log.write(day, "authority", kind, authority=actors.source, text=text)

    audited = [
        replace(order, erases=True)
        for order in actors.operator.removals_in_force(spec.jurisdiction)
        if not order.again
    ]
    if not audited:
        told("audit_without_order", "No order to delete is in force: there is nothing to audit.")
        return
    left = {order: actors.operator.left_of(order) for order in audited}
    kept = any(
        actors.world_jobs.kept_in_stores(order.jurisdiction, order.threshold, day)
        for order in audited
    )
    if not kept and not any(left.values()):
        told("audit_finds_nothing", "Nothing that was to be erased is left in a store.")
        return
    key = case_key(actors.source)
    if actors.streams.uniform("audit.finds", key, number)[0] >= float(spec.options["finds"]):
        told("audit_finds_nothing", "In this model the audit misses what is left in a store.")
        return
    text = "What was to be erased, and is still in a store, has to be erased."
    found = told("audit_finds_residue", text)
    deadline = day + round(float(spec.options["days"]))
    for order in (order for order, faces in left.items() if faces > 0.0):
        source = f"{actors.source} {number + 1}, {order.source}"
        again = replace(order, source=source, start=day, deadline=deadline, again=True)
        actors.operator.start_removal(again, found)
    actors.env.process(_empty(actors, deadline, found))


def _empty(actors: Actors, day: int, because: Event) -> Process:
    """Have the stores that keep what was erased written anew by a deadline."""
    if day > actors.last_day:
        return
    yield actors.env.timeout(day - actors.env.now)
    if actors.world_jobs.empty_stores(day):
        text = "The stores are written anew, without anything that was erased."
        actors.log.write(
            day, "operator", "stores_emptied", authority=actors.source, because=because, text=text
        )


KIND = InterventionKind(
    name="independent-audit",
    what="Whether what was to be erased is erased is looked into, and what is found is erased.",
    power="Data Protection Act 2018, section 146; GDPR article 58(1)(b).",
    address="https://www.legislation.gov.uk/ukpga/2018/12/part/6/crossheading/assessment-notices",
    options={
        "every": Option(
            365.0,
            "days from one audit to the next",
            unit="days",
            least=1.0,
            most=36500.0,
            low=90.0,
            high=1095.0,
            source="Assumption: once a year.",
            whole=True,
        ),
        "finds": Option(
            0.9,
            "chance that an audit finds what is left",
            low=0.5,
            high=1.0,
            source="Assumption: higher than an authority's check from outside (0.8 in the "
            "authorities' files).",
        ),
        "days": Option(
            30.0,
            "days in which what is found has to be erased",
            unit="days",
            least=1.0,
            most=3650.0,
            low=7.0,
            high=91.0,
            source="Assumption: a month.",
            whole=True,
        ),
    },
    install=install,
    acts_on="gallery",
)
