"""Going private: people answer a call to make their accounts private.

No legal power is needed. Whoever heeds takes what they post out of the crawler's reach from that
day on, those close to them included; ties may follow as they follow any example. What was
collected before stays held.
"""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.setup import InterventionSpec


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Call on the residents in scope once, on the start."""

    def call() -> Process:
        if spec.start > actors.last_day:
            return
        yield actors.env.timeout(spec.start - actors.env.now)
        share = float(spec.options["share"])
        where = f"of {spec.jurisdiction} with a public account"
        text = f"{share:.0%} of the residents {where} are to make it private."
        begun = actors.log.write(spec.start, "world", f"{spec.kind}_begins", text=text)
        heeding = actors.people.go_private(spec.start, share, spec.jurisdiction)
        if heeding:
            text = f"Of the simulated residents {where}, {heeding:,} make it private."
            kind = "accounts_made_private"
            actors.log.write(spec.start, "people", kind, because=begun, text=text)

    actors.env.process(call())


KIND = InterventionKind(
    name="going-private",
    what="A share of the residents with a public account make it private, and ties may follow.",
    power="None needed: people's own accounts.",
    options={
        "share": Option(
            0.3,
            "share of the residents with a public account who heed the call",
            low=0.05,
            high=0.8,
            source="Assumption: a call that is heeded more than the news is "
            "(people.private_after_news).",
        )
    },
    install=install,
    acts_on="people",
    ends=False,
)
