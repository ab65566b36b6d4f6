"""Monetary penalty: a notice of intent, then a penalty; nothing is ordered.

Legal power: a penalty notice requires a sum to be paid to the authority (Data Protection Act 2018,
section 155), after a notice of intent, within six months of it (schedule 16, paragraph 2), and up
to a maximum (section 157(5)). Nothing is payable before all appeals have ended (schedule 16,
paragraph 9). The penalty alone changes nothing that is held: what moves is the purse, and through
it what a strategy decides that weighs money.
"""

from __future__ import annotations

from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.own_case import (
    COLLECTS,
    ON_APPEAL,
    appealed,
    own_authority,
    own_case,
    own_step,
)
from sim.law.step_kinds import PENALTY
from sim.setup import InterventionSpec

POWER = "Data Protection Act 2018, sections 155 to 159 and schedule 16."


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Open a case with a notice of intent on the start, and the penalty some months later."""
    amount = round(float(spec.options["amount"]))
    served = spec.start + round(float(spec.options["intent"]))
    authority = own_authority(spec, actors, {PENALTY: POWER})
    steps = [
        own_step("investigation_opened", spec.start, "The authority investigates."),
        own_step("provisional_notice", spec.start, "A penalty is intended.", amount),
        own_step("final_penalty", served, "The penalty is imposed.", amount),
        *appealed(served, spec),
    ]
    actors.open_case(own_case(spec, actors, authority, steps))


KIND = InterventionKind(
    name="monetary-penalty",
    what="A penalty is imposed and nothing is ordered.",
    power=POWER,
    address="https://www.legislation.gov.uk/cy/ukpga/2018/12/section/155?timeline=false&view=extent",
    options={
        "amount": Option(
            7_552_800.0,
            "amount of the penalty",
            unit="GBP",
            most=17_500_000.0,
            low=1_000_000.0,
            high=17_500_000.0,
            source="The penalty under question in the record; at the top, section 157(5).",
            whole=True,
        ),
        "intent": Option(
            170.0,
            "days from the notice of intent to the penalty",
            unit="days",
            least=1.0,
            most=181.0,
            low=60.0,
            high=181.0,
            source="The record: 29 November 2021 to 18 May 2022; at the top, six months (schedule "
            "16, paragraph 2), which are never shorter than 181 days.",
            whole=True,
        ),
        **ON_APPEAL,
        "collects": COLLECTS,
    },
    install=install,
    acts_on="purse",
    ends=False,
)
