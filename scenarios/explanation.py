"""What a scenario is, told before it is run: question, record, arms, case, levers, parameters.

`explanation` returns plain values, the JSON of `efface explain`; `scenarios.explanation_text` says
them to people.
"""

from __future__ import annotations

from typing import Any

from scenarios.arms import arm_setup, arms_of
from scenarios.cases import iso_windows
from scenarios.catalogue import parameter_row
from scenarios.lever_stack import lever_stack
from scenarios.public_record import load_record
from scenarios.record import growth_curve
from scenarios.scenario import LoadedScenario, scenario_hash
from sim.dates import iso
from sim.setup import ArmSetup, CaseFile, Windows

Told = dict[str, Any]


def explanation(loaded: LoadedScenario) -> Told:
    """Return everything that fixes a scenario, as plain values.

    Raises:
        ScenarioError: an arm is wrong.
    """
    from sim.day import ORDER_OF_A_DAY
    from sim.interventions.registry import interventions

    record = load_record()
    scenario = loaded.scenario
    arms = arms_of(loaded)
    setups = {name: arm_setup(arm, question=loaded) for name, arm in arms.items()}
    mine = setups[loaded.name]
    kinds = interventions()
    return {
        "scenario": loaded.name,
        "scenario_hash": scenario_hash(scenario),
        "question": scenario.question,
        "rests_on": [
            {
                "id": id,
                "authority": record.action(id).authority,
                "outcome": record.action(id).outcome,
            }
            for id in scenario.rests_on
        ],
        "world": scenario.world,
        "horizon": {"from": str(scenario.horizon.from_), "to": str(scenario.horizon.to)},
        "people": scenario.people,
        "fidelity": str(scenario.fidelity),
        "windows": iso_windows(mine.windows),
        "arms": [_arm(name, arm, setups[name], _role(name, loaded)) for name, arm in arms.items()],
        "cases": [
            _case(case, mine.windows, case.id in {own.record for own in scenario.cases})
            for case in mine.cases
        ],
        "interventions": [
            {
                "kind": spec.kind,
                "from": iso(spec.start),
                "to": None if spec.end is None else iso(spec.end),
                "options": spec.options,
                "what": kinds[spec.kind].what,
                "power": kinds[spec.kind].power,
                "acts_on": kinds[spec.kind].acts_on,
                "place": kinds[spec.kind].order,
            }
            for spec in sorted(
                mine.interventions, key=lambda spec: (spec.start, kinds[spec.kind].order)
            )
        ],
        "levers": lever_stack(mine),
        "news": [{"date": iso(n.day), "size": n.size, "text": n.text} for n in mine.news],
        "growth": _growth(mine),
        "parameters": [
            {**parameter_row(parameter), "set_by": loaded.set_by(name)}
            for name, parameter in loaded.parameters.table.items()
        ],
        "order_of_a_day": [{"name": name, "what": what} for name, _, what in ORDER_OF_A_DAY],
    }


def _role(name: str, question: LoadedScenario) -> str:
    if name == question.name:
        return "scenario"
    return "counterfactual" if name == question.scenario.counterfactual else "beside"


def _arm(name: str, arm: LoadedScenario, setup: ArmSetup, role: str) -> Told:
    return {
        "name": name,
        "role": role,
        "question": arm.scenario.question,
        "strategy": str(setup.strategy),
        "stores": {store: str(manner.kind) for store, manner in setup.profile.keeping.items()},
        "cases": [
            {
                "id": case.id,
                "stay": str(case.stay),
                "listed": case.id in {own.record for own in arm.scenario.cases},
            }
            for case in setup.cases
        ],
        "interventions": [spec.kind for spec in setup.interventions],
    }


def _case(case: CaseFile, windows: Windows, listed: bool) -> Told:
    nominal = {"cease_collection": windows.cease_deadline, "delete": windows.delete_deadline}
    return {
        "id": case.id,
        "authority": case.authority,
        "jurisdiction": case.jurisdiction,
        "listed": listed,
        "conduct": None
        if case.conduct is None
        else {
            "appeals": case.conduct.appeals,
            "meets": sorted(case.conduct.meets),
            "pays": case.conduct.pays,
            "source": case.conduct.source,
        },
        "stay": str(case.stay),
        "appeal_period_days": case.appeal_period_days,
        "obligations": [
            {
                "kind": duty.kind,
                "months": duty.months,
                "nominal_deadline": iso(nominal[duty.kind]) if duty.kind in nominal else None,
            }
            for duty in case.obligations
        ],
        "steps": [
            {
                "date": None if step.drawn is not None else iso(step.day),
                "drawn": None
                if step.drawn is None
                else {
                    "after": step.drawn.after,
                    "median_days": step.drawn.median,
                    "sigma": step.drawn.sigma,
                },
                "kind": step.kind,
                "amount": step.amount,
                "currency": step.currency,
                "recorded": step.recorded,
                "text": step.text,
                "source": step.source,
                "grade": step.grade,
            }
            for step in case.steps
        ],
    }


def _growth(setup: ArmSetup) -> list[Told]:
    curve = growth_curve(load_record(), setup.first_day, setup.last_day)
    return [
        {
            "curve": point.curve,
            "date": None if point.date is None else str(point.date),
            "value": point.value,
            "grade": point.grade,
            "used": point.use_in_fit,
            "weak": point.weak,
            "why": point.why,
            "fitted": point.fitted,
        }
        for point in curve.points
    ]
