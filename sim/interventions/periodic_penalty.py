"""Periodic penalty: an order, and a sum for every day on which it is not obeyed.

Legal power: an injunction may carry a daily penalty (loi n° 78-17 of 6 January 1978, article 20);
the record has none under the United Kingdom's law. The order binds from service; where a look after
the deadline finds disobedience, every day of it is counted from the deadline on, up to a number of
days; then the days become a sum to be paid. Where the operator appeals and that suspends the order,
its deadline runs anew from the dismissal, and so do the days.
"""

from __future__ import annotations

from sim.dates import add_months
from sim.events import Process
from sim.interventions.kinds import Actors, InterventionKind, Option
from sim.interventions.own_case import (
    COLLECTS,
    ON_APPEAL,
    appealed,
    own_authority,
    own_case,
    own_step,
)
from sim.law.case import Case
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
    lodged, dismissed = appealed(spec.start, spec)
    steps = [
        own_step("investigation_opened", spec.start, "The authority investigates."),
        own_step("injunction", spec.start, "The authority orders; delay costs a sum a day.", a_day),
        lodged,
        dismissed,
    ]
    obligations = [Obligation(duty, months=months, from_service=True) for duty in duties]
    authority = own_authority(spec, actors, powers)
    case = actors.open_case(own_case(spec, actors, authority, steps, obligations))
    deadlines = [add_months(day, months) for day in (spec.start, dismissed.day)]
    actors.env.process(_count(spec, actors, case, deadlines))


def _count(spec: InterventionSpec, actors: Actors, case: Case, deadlines: list[int]) -> Process:
    """Let the days be counted from the deadline that holds, and make a sum of them.

    Args:
        spec: the intervention, every option filled in.
        actors: whom it may speak to.
        case: its own.
        deadlines: that from service, and that from the dismissal of an appeal.
    """
    orders = case.orders
    assert orders is not None
    for deadline in deadlines:
        ends = deadline + round(float(spec.options["days"]))
        # What is found counts back to the deadline, and is liquidated once it has been found.
        liquidated = max(ends, deadline + round(float(spec.options["check"])) + 1)
        yield actors.env.timeout(ends - actors.env.now)
        if orders.deadline(orders.obligations[0]) != deadline:
            continue  # suspended, or counted anew since
        case.take(own_step("penalty_period_ends", ends, "No day is counted any more."))
        yield actors.env.timeout(liquidated - ends)
        text = "The days become a sum to be paid."
        case.take(own_step("periodic_penalty_liquidated", liquidated, text))
        return


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
            whole=True,
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
            whole=True,
        ),
        "check": Option(
            2.0,
            "days from the deadline to the day on which disobedience is found",
            unit="days",
            most=3650.0,
            low=1.0,
            high=365.0,
            source="Two days in the record's French case; no other dates a check.",
            whole=True,
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
            whole=True,
        ),
        **ON_APPEAL,
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
