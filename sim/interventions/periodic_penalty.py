"""Periodic penalty: an order, and a sum for every day on which it is not obeyed.

Legal power: an injunction may carry a daily penalty (loi n° 78-17 of 6 January 1978, article 20);
the record has none under the United Kingdom's law. The order binds from service; where a look after
the deadline finds disobedience, every day of it is counted from the deadline on, up to a number of
days; then the days become a sum to be paid.
"""

from __future__ import annotations

from sim.dates import add_months
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.own_case import (
    APPEAL_PERIOD,
    COLLECTS,
    own_authority,
    own_case,
    own_step,
)
from sim.law.step_kinds import ORDER, PERIODIC
from sim.setup import InterventionSpec, Obligation

POWER = "Loi n° 78-17 du 6 janvier 1978, article 20."
DUTIES = {
    "cease": ("cease_collection",),
    "cease and delete": ("cease_collection", "delete"),
    "answer": ("answer_requests",),
}
"""What may be ordered, to the duties."""


def install(spec: InterventionSpec, actors: Actors) -> None:
    """Open a case with an order on the start, counted from the deadline on."""
    options = spec.options
    a_day = round(float(options["amount"]))
    months = round(float(options["months"]))
    duties = DUTIES[str(options["duty"])]
    powers = dict.fromkeys((ORDER, PERIODIC, *duties), POWER)
    deadline = add_months(spec.start, months)
    ends = deadline + round(float(options["days"]))
    # What is found counts back to the deadline, and is liquidated once it has been found.
    liquidated = max(ends, deadline + round(float(options["check"])) + 1)
    steps = [
        own_step("investigation_opened", spec.start, "The authority investigates."),
        own_step("injunction", spec.start, "The authority orders; delay costs a sum a day.", a_day),
        own_step("penalty_period_ends", ends, "No day is counted any more."),
        own_step("periodic_penalty_liquidated", liquidated, "The days become a sum to be paid."),
    ]
    obligations = [Obligation(duty, months=months, from_service=True) for duty in duties]
    authority = own_authority(spec, actors, powers)
    actors.open_case(own_case(spec, actors, authority, steps, obligations))


KIND = InterventionKind(
    name="periodic-penalty",
    what="An order, with a sum for every day on which it is not obeyed.",
    power=POWER,
    address="https://2017-2022.nosdeputes.fr/15/intervention/146140",
    options={
        "amount": Option(
            100_000.0,
            "amount of a day of delay",
            unit="GBP",
            most=10_000_000.0,
            low=10_000.0,
            high=1_000_000.0,
            source="Proxy: EUR 100,000 a day in the record's French injunction, taken as pounds.",
        ),
        "duty": Option(
            "cease and delete",
            "what is ordered",
            choices=tuple(DUTIES),
            source="The record's injunction orders all three.",
        ),
        "months": Option(
            2.0,
            "calendar months from service to the deadline",
            unit="1",
            most=24.0,
            low=1.0,
            high=6.0,
            source="Two months in the record's French injunction.",
        ),
        "check": Option(
            2.0,
            "days from the deadline to the day on which disobedience is found",
            unit="days",
            most=3650.0,
            low=1.0,
            high=365.0,
            source="Two days in the record's French case; no other dates a check.",
        ),
        "days": Option(
            52.0,
            "days of delay that are counted at most",
            unit="days",
            least=1.0,
            most=3650.0,
            low=30.0,
            high=365.0,
            source="52 days in the record's French case.",
        ),
        "appeal_period": APPEAL_PERIOD,
        "stay": Option(
            "none",
            "what an appeal does to what is ordered or imposed",
            choices=("automatic", "on application", "none"),
            source="An appeal suspends nothing in France (the authority's file).",
        ),
        "collects": COLLECTS,
    },
    install=install,
    acts_on="purse",
    ends=False,
)
