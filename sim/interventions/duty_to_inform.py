"""Duty to inform: the operator tells those of whom it holds something.

Legal power: whoever did not obtain data from people themselves must inform them (UK GDPR article
14); an enforcement notice may require it (Data Protection Act 2018, section 149(2)(b)). Nobody
else can be written to, so those of whom nothing is held hear nothing. Who is informed may go
private, and may ask.
"""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Send a notice on the start, and again after every interval until the end."""
    reach, every = float(spec.options["reach"]), round(float(spec.options["every"]))
    last = actors.last_day if spec.end is None else min(actors.last_day, spec.end - 1)

    def notices() -> Process:
        for day in range(spec.start, last + 1, every):
            yield actors.env.timeout(day - actors.env.now)
            whom = f"residents of {spec.jurisdiction} of whom something is held"
            text = f"The operator informs {whom}; it reaches {reach:.0%}."
            sent = actors.log.write(day, "operator", "people_informed", text=text)
            told = actors.people.inform(day, reach, spec.jurisdiction)
            if told:
                text = f"Of the simulated {whom}, {told:,} learn of the operator."
                actors.log.write(day, "people", "notice_read", because=sent, text=text)

    actors.env.process(notices())


KIND = InterventionKind(
    name="duty-to-inform",
    what="The operator tells the residents of whom it holds something.",
    power="UK GDPR article 14; Data Protection Act 2018, section 149(2)(b).",
    address="https://legislation.gov.uk/ukpga/2018/12/part/6/crossheading/enforcement-notices/"
    "2020-12-31",
    options={
        "reach": Option(
            0.3,
            "chance that a notice reaches somebody of whom something is held",
            low=0.02,
            high=0.7,
            source="Assumption; at the top, the notice of the US class action reached an "
            "estimated 70 % of adults through advertisements (source of requests.rate).",
        ),
        "every": Option(
            365.0,
            "days from one notice to the next",
            unit="days",
            least=1.0,
            most=36500.0,
            low=30.0,
            high=1095.0,
            source="Assumption: a notice a year, since what is held changes.",
            whole=True,
        ),
    },
    install=install,
    acts_on="people",
)
