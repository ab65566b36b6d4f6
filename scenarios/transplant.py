"""Order transplant: one authority's wording in another authority's world.

The case under question keeps its dates, its residents and its rule for appeals; the order that it
ends in is another action's, its power borrowed for the comparison, and the operator obeys. Run
beside it: each duty of that order alone, the case's own order, and the order served and ignored.
So one reads which clause does what, and which order is worth copying.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from generators.errors import Fault, ScenarioError
from scenarios.arms import arms_of
from scenarios.cases import CODES, case_file
from scenarios.design import Design, design_of
from scenarios.duty_wording import obligations
from scenarios.public_record import Record, load_record
from scenarios.report.words import counted
from scenarios.scenario import LoadedScenario, scenario_from_document, scenario_yaml
from scenarios.strict import nearest_names
from scenarios.yaml_reader import read_yaml
from sim.law.duties import DUTIES
from sim.operator.compliance import place_of
from sim.setup import CaseFile, Obligation

OWN, IGNORED = "own-order", "served-and-ignored"
"""Arms beside the transplanted order: the case's own order obeyed, the new one ignored."""


@dataclass(frozen=True)
class Clause:
    """One row of a transplant's table.

    Attributes:
        arm: name of the arm that shows it.
        wording: the record's words, or what the row is.
        duty: the duty that they were read as, or "" for a whole order.
        moves: the lever or job that meeting the duty moves, or why it moves nothing.
        scope: whom the lever covers, "" where there is none.
        allowed: the time that the order gives for it.
    """

    arm: str
    wording: str
    duty: str = ""
    moves: str = ""
    scope: str = ""
    allowed: str = ""


@dataclass(frozen=True)
class Transplant:
    """A question with another authority's order in its case.

    Attributes:
        order_of: id of the action whose order is copied.
        asked: name of the arm with the whole order, the scenario under question.
        arms: every arm by name.
        clauses: rows of the table, in order.
    """

    order_of: str
    asked: str
    arms: Mapping[str, LoadedScenario]
    clauses: tuple[Clause, ...]

    def design(self, people: int | None, replications: int, seed: int, ranges: int) -> Design:
        """Fix what is to be run; arguments and errors as `scenarios.design.design`."""
        return design_of(self.arms, self.asked, people, replications, seed, ranges)


def transplanted(loaded: LoadedScenario, order_of: str) -> Transplant:
    """Return a question's arms with another action's order in the place of its own.

    Args:
        loaded: the question; its first entry of `rests_on` is the case that gets the order.
        order_of: id of an action of the record.

    Raises:
        ScenarioError: no such action or one that orders nothing, a question whose own case does
            not happen, or one of its arms is wrong.
    """
    asked_of = loaded.scenario.rests_on[0]
    places = [i for i, case in enumerate(loaded.scenario.cases) if case.record == asked_of]
    if not places:
        raise ScenarioError(
            Fault(
                f"'{loaded.name}' has no case {asked_of} that could end in another order",
                file=str(loaded.path),
                key="cases",
                expected=f"a scenario that lists {asked_of}, such as ico-2022",
            )
        )
    duties = _duties(order_of)
    whole = f"order-of-{order_of}"
    found = arms_of(loaded)
    counterfactual = loaded.scenario.counterfactual
    arms = {} if counterfactual is None else {counterfactual: found[counterfactual]}

    def arm(name: str, strategy: str, changes: Mapping[str, Any]) -> None:
        arms[name] = _arm(loaded, name, strategy, places[0], changes)

    arm(whole, "comply", {"order_of": order_of, "clauses": None})
    arm(OWN, "comply", {})
    own = case_file(load_record(), asked_of)
    time = allowed(duties)
    rows = [Clause(whole, f"{order_of}, whole", allowed=time)]
    for duty in duties:
        name = f"{whole}-{duty.kind}"
        arm(name, "comply", {"order_of": order_of, "clauses": (duty.kind,)})
        moves, scope = moved_by_duty(duty.kind), covered_by_duty(duty.kind, own)
        rows.append(Clause(name, duty.wording, duty.kind, moves, scope, allowed((duty,))))
    arm(IGNORED, "ignore", {"order_of": order_of, "clauses": None})
    rows.append(Clause(IGNORED, "served and ignored", allowed=time))
    own_time = allowed(own.obligations)
    rows.append(Clause(OWN, f"{asked_of}, its own order", allowed=own_time))
    beside = tuple(name for name in arms if name not in (whole, counterfactual))
    question = (
        f"What would the order of {order_of} have changed for the residents whom {asked_of} is "
        "about, had it been obeyed?"
    )
    asked = arms[whole].scenario.model_copy(
        update={"question": question, "counterfactual": counterfactual, "beside": beside}
    )
    arms[whole] = replace(arms[whole], scenario=asked)
    return Transplant(order_of, whole, arms, tuple(rows))


def moved_by_duty(kind: str) -> str:
    """Return what meeting a duty moves in the model: a lever, a job, or nothing and why."""
    duty = DUTIES[kind]
    if duty.lever:
        to = "" if duty.value is None else f" = {duty.value:g}"
        return f"{duty.lever}{to}"
    return f"job: {duty.job}" if duty.job else f"nothing: {duty.why_none}"


def covered_by_duty(kind: str, case: CaseFile) -> str:
    """Return whom the lever that a duty moves covers in a case, "" where it moves none."""
    duty = DUTIES[kind]
    if not duty.lever:
        return ""
    place = place_of(duty, case)
    return f"{place.customer} customers everywhere" if place.customer else str(place.jurisdiction)


def allowed(duties: Iterable[Obligation]) -> str:
    """Return the times that an order gives for its duties, each once; a sum of money has none."""
    timed = (_time(duty) for duty in duties if DUTIES[duty.kind].job != "payment")
    return "; ".join(dict.fromkeys(timed))


def _time(duty: Obligation) -> str:
    spans = [
        counted(number, unit)
        for number, unit in ((duty.months, "month"), (duty.days, "day"))
        if number
    ]
    if not spans:
        told = "at service" if duty.from_service else "when the appeal period ends"
    else:
        since = "from service" if duty.from_service else "after the appeal period"
        told = f"{' and '.join(spans)} {since}"
    return told if duty.lasts_months is None else f"{told}, for {duty.lasts_months} months"


def _duties(order_of: str) -> tuple[Obligation, ...]:
    """Return the duties of an action's order, each kind once."""
    record = load_record()
    if order_of not in record.ids:
        raise ScenarioError(
            Fault(
                f"the record has no entry '{order_of}'",
                key="--order-of",
                found=order_of,
                expected=", ".join(lendable(record)),
                nearest=nearest_names(order_of.upper(), lendable(record)),
            )
        )
    case_file(record, order_of)
    duties = {duty.kind: duty for duty in obligations(record.action(order_of))}
    if not duties:
        raise ScenarioError(
            Fault(
                f"{order_of} ended in no order, so there is nothing to copy",
                key="--order-of",
                found=record.action(order_of).outcome,
                expected=", ".join(lendable(record)),
            )
        )
    return tuple(duties.values())


def lendable(record: Record) -> tuple[str, ...]:
    """Return the ids of the actions whose order can be copied, in the record's order."""
    return tuple(
        action.id
        for action in record.actions
        if action.jurisdiction in CODES and obligations(action)
    )


def _arm(
    loaded: LoadedScenario, name: str, strategy: str, place: int, changes: Mapping[str, Any]
) -> LoadedScenario:
    """Return the question with a strategy and changes to one of its cases, checked anew."""
    path = Path(f"{name}.yaml")
    alone = loaded.scenario.model_copy(update={"counterfactual": None, "beside": ()})
    document = read_yaml(scenario_yaml(alone), str(path))
    cases = list(document.data["cases"])
    cases[place] = {**cases[place], **changes}
    document.data["cases"] = tuple(cases)
    document.data["operator"] = {**document.data["operator"], "strategy": strategy}
    arm = scenario_from_document(document, path)
    return replace(
        arm,
        parameters=loaded.parameters,
        pinned=loaded.pinned,
        overridden=loaded.overridden,
        overrides=loaded.overrides,
    )
