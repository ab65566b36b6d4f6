"""Appeal and stay: one procedural move in the running cases of a jurisdiction.

Legal power: whoever is given a notice may appeal (Data Protection Act 2018, section 162). What an
appeal suspends is the authority's law: where the law itself suspends no court can lift it, where an
appeal suspends nothing a court may grant a stay (section 164 for urgent notices) and lift it again.
The move is made on the start in every case of the jurisdiction that stands where it makes sense,
whatever the operator's strategy. Several, listed one by one, tell a whole story; time is counted
anew when a notice binds again.
"""

from __future__ import annotations

from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.own_case import own_step
from sim.setup import InterventionSpec

MOVES = {
    "appeal": ("appeal_lodged", "The operator appeals."),
    "stay granted": ("stay_granted", "A court grants a stay."),
    "stay lifted": ("stay_lifted", "A court lifts the stay."),
    "withdrawn": ("appeal_withdrawn", "The appeal is withdrawn."),
    "dismissed": ("appeal_dismissed", "The appeal is dismissed."),
    "set aside": ("tribunal_sets_aside", "A tribunal sets the notices aside."),
}
"""Moves, each to the step and its sentence."""


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Make the move on the start."""
    step, text = MOVES[str(spec.options["move"])]

    def move() -> Process:
        if spec.start > actors.last_day:
            return
        yield actors.env.timeout(spec.start - actors.env.now)
        before = len(actors.log.events)
        for case in list(actors.cases.values()):
            if case.file.jurisdiction == spec.jurisdiction:
                case.take(own_step(step, spec.start, text), forced=True)
        if len(actors.log.events) == before:
            kind = f"{spec.kind}_without_effect"
            why = "No case of the jurisdiction stands where the move makes sense."
            actors.log.write(spec.start, "world", kind, text=why)

    actors.env.process(move())


KIND = InterventionKind(
    name="appeal-and-stay",
    what="An appeal is lodged or ends, or a stay is granted or lifted, in the running cases.",
    power="Data Protection Act 2018, sections 150, 162 and 164.",
    address="https://www.legislation.gov.uk/ukpga/2018/12/part/6/enacted",
    options={
        "move": Option(
            "appeal",
            "what happens",
            choices=tuple(MOVES),
            source="The steps of the record, and a stay, which other authorities' laws know.",
        )
    },
    install=install,
    acts_on="case",
    ends=False,
)
