"""What a scenario is, told before it is run: question, record, arms, case, levers, parameters.

`explanation` returns plain values (the JSON of `efface explain`), `as_text` the same for people.
"""

from __future__ import annotations

from typing import Any

from scenarios.arms import arm_setup, arms_of
from scenarios.cases import iso_windows
from scenarios.catalogue import marks_text, parameter_row, value_text
from scenarios.lever_stack import lever_stack, stack_lines
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


def _under(title: str, lines: list[str]) -> str:
    return "\n".join([title, *(f"  {line}" for line in lines)])


def as_text(told: Told) -> str:
    """Return an explanation for people.

    Args:
        told: what `explanation` returned.
    """
    looks = told["windows"]
    parts = [
        f"{told['scenario']}: {told['question']}",
        _under(
            "Rests on", [f"{e['id']} ({e['authority']}): {e['outcome']}" for e in told["rests_on"]]
        ),
        _under(
            "Runs",
            [
                f"{told['horizon']['from']} to {told['horizon']['to']}, {told['people']} people, "
                f"fidelity {told['fidelity']}",
                f"looks at the notice ({looks['notice']}), the nominal deadlines for ceasing "
                f"({looks['cease_deadline']}) and deleting ({looks['delete_deadline']}), and "
                f"the end of litigation or of the run ({looks['litigation_end']})",
            ],
        ),
        _under("Arms", [_arm_line(arm) for arm in told["arms"]]),
    ]
    for case in (case for case in told["cases"] if case["listed"]):
        parts.append(_under(f"Case {case['id']} (stay: {case['stay']})", _case_lines(case)))
    others = [_other_line(case) for case in told["cases"] if not case["listed"]]
    if others:
        parts.append(_under("Other cases of this world, as recorded", others))
    parts += [
        _under(
            "Interventions outside any case, in the order in which they take effect",
            [
                f"{i['from']} to {i['to'] or 'the end'}  {i['place']}. {i['kind']} (acts on the "
                f"{i['acts_on']}): {i['what']} {i['power']}"
                for i in told["interventions"]
            ]
            or ["none"],
        ),
        _under(
            "Levers, in the order in which they meet a find, and who holds them",
            stack_lines(told["levers"]),
        ),
        _under(
            "News", [f"{n['date']}  (news.weight.{n['size']}) {n['text']}" for n in told["news"]]
        ),
        _under("Growth is fitted to", [_point_line(p) for p in told["growth"] if p["used"]]),
        _under("Parameters", [_parameter_line(p) for p in told["parameters"]]),
        _under(
            "Order of a day",
            [f"{i}. {e['name']}: {e['what']}" for i, e in enumerate(told["order_of_a_day"], 1)],
        ),
    ]
    return "\n\n".join(parts)


def _arm_line(arm: Told) -> str:
    listed = [f"{c['id']} (stay: {c['stay']})" for c in arm["cases"] if c["listed"]]
    others = len(arm["cases"]) - len(listed)
    more = [f"{others} other cases of the world"] if others else []
    cases = ", ".join(listed + more) or "no case"
    return f"{arm['name']} [{arm['role']}]: {cases}; strategy {arm['strategy']}"


def _case_lines(case: Told) -> list[str]:
    lines = []
    for step in case["steps"]:
        amount = "" if step["amount"] is None else f" {step['amount']:,} {step['currency']}"
        drawn = step["drawn"]
        if drawn is None:
            when = step["date"]
            moved = "" if step["recorded"] else " (moved by the scenario)"
        else:
            when, moved = "drawn     ", _drawn_words(drawn)
        lines.append(f"{when}  {step['kind']}{amount}{moved} [{step['grade']}] {step['text']}")
    for duty in case["obligations"]:
        by = duty["nominal_deadline"]
        when = f"by {by} had nobody appealed" if by else "once nothing suspends it"
        lines.append(f"duty: {duty['kind']}, {when}")
    return lines


def _drawn_words(drawn: Told) -> str:
    about = "exactly" if drawn["sigma"] == 0 else "about"
    return f" ({about} {drawn['median_days']:g} days after {drawn['after']})"


def _other_line(case: Told) -> str:
    who = f"{case['id']} ({case['authority']}, {case['jurisdiction']})"
    duties = ", ".join(duty["kind"] for duty in case["obligations"])
    if not duties:
        return f"{who}: orders nothing"
    met = case["conduct"]
    how = "as the strategy decides"
    if met is not None:
        how = (
            f"meets {', '.join(met['meets']) or 'nothing'}{'' if met['pays'] else ', pays nothing'}"
        )
    return f"{who}: orders {duties}; {how}"


def _point_line(point: Told) -> str:
    fitted = "beyond the run" if point["fitted"] is None else f"curve {point['fitted']:,.0f}"
    return (
        f"{point['date']}  {point['curve']} {point['value']:,.0f} [{point['grade']}] "
        f"({fitted}): {point['why']}"
    )


def _parameter_line(row: Told) -> str:
    by = "" if row["set_by"] == "default" else f" (set by {row['set_by']})"
    return f"{row['name']} = {value_text(row)}{by} {marks_text(row)} {row['what']}"
