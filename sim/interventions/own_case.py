"""Cases that an intervention opens of its own: no authority of the record stands behind them.

What a case needs of an authority (its power, its rule of stay, how long one may appeal, how much of
a sum it can collect) comes from the intervention's options. The case then goes through the same
machine as every other, and the operator's strategy answers it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.interventions.kinds import Actors, Option
from sim.setup import Authority, CaseFile, InterventionSpec, Obligation, Stay, Step

APPEAL_PERIOD = Option(
    28.0,
    "days from service in which an appeal may be lodged",
    unit="days",
    least=1.0,
    most=365.0,
    low=21.0,
    high=60.0,
    source="28 days in the United Kingdom (Tribunal Procedure (First-tier Tribunal) (General "
    "Regulatory Chamber) Rules 2009, rule 22); 21 to 60 days elsewhere in the record.",
    whole=True,
)
STAY = Option(
    str(Stay.AUTOMATIC),
    "what an appeal does to what is ordered or imposed",
    choices=tuple(str(rule) for rule in Stay),
    source="Automatic in the United Kingdom (Data Protection Act 2018, sections 149, 150 and 162 "
    "and schedule 16).",
)
JUDGMENT = Option(
    593.0,
    "days from an appeal to its dismissal, where the operator appeals",
    unit="days",
    least=1.0,
    most=36500.0,
    low=200.0,
    high=1500.0,
    source="Median from a final notice to the first decision, fitted to the record "
    "(`efface law durations`).",
    whole=True,
)
COLLECTS = Option(
    0.0,
    "share of what is payable that can be collected by force",
    low=0.0,
    high=1.0,
    source="Assumption from the record: no payment by this operator to any authority is known, "
    "and it has no assets there.",
)
ON_APPEAL = {"appeal_period": APPEAL_PERIOD, "stay": STAY, "judgment": JUDGMENT}
"""Options of every case that can be appealed."""


def own_authority(
    spec: InterventionSpec, actors: Actors, powers: Mapping[str, str], *, kind: str = "authority"
) -> Authority:
    """Return the authority behind an intervention's own case.

    Args:
        spec: the intervention, every option filled in.
        actors: whom it may speak to.
        powers: duty or instrument to the address of the legal power.
        kind: `authority` or `court`.
    """
    options = spec.options
    return Authority(
        id=actors.source,
        name=actors.source,
        kind=kind,
        jurisdictions=(spec.jurisdiction,),
        powers=powers,
        maximum={},
        currency="GBP",
        stay=Stay(options.get("stay", Stay.AUTOMATIC)),
        appeal_period_days=round(float(options.get("appeal_period", APPEAL_PERIOD.default))),
        intent_months=0,
        durations={},
        officers=1,
        joins=0.0,
        check_days=round(float(options.get("check", 0.0))),
        detects=1.0,
        collects=float(options.get("collects", 0.0)),
    )


def appealed(served: int, spec: InterventionSpec) -> tuple[Step, Step]:
    """Return an appeal on the last day in time, and its dismissal; both happen only where the
    operator appeals.

    Args:
        served: day of service.
        spec: the intervention, with the options `ON_APPEAL`.
    """
    lodged = served + round(float(spec.options["appeal_period"]))
    decided = lodged + round(float(spec.options["judgment"]))
    return (
        own_step("appeal_lodged", lodged, "The operator appeals."),
        own_step("appeal_dismissed", decided, "The appeal is dismissed."),
    )


def own_step(kind: str, day: int, text: str, amount: int | None = None) -> Step:
    """Return a step of a case that is not in the record; amounts are in pounds."""
    return Step(kind, day, amount, None if amount is None else "GBP", recorded=False, text=text)


def own_case(
    spec: InterventionSpec,
    actors: Actors,
    authority: Authority,
    steps: Sequence[Step],
    obligations: Sequence[Obligation] = (),
) -> CaseFile:
    """Return an intervention's own case.

    Args:
        spec: the intervention.
        actors: whom it may speak to.
        authority: of the case.
        steps: in order of day.
        obligations: duties that its order lays on the operator.
    """
    return CaseFile(
        id=actors.source,
        authority=actors.source,
        jurisdiction=spec.jurisdiction,
        steps=tuple(steps),
        obligations=tuple(obligations),
        appeal_period_days=authority.appeal_period_days,
        stay=authority.stay,
        powers=authority,
    )
