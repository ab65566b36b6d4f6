"""The arms of a question: the counterfactual, the scenario itself, and what is shown beside it.

An arm brings its own cases, strategy, stores and interventions; everything else (the days of the
run, the people, the operator's profile, the parameters, the days at which measures look) is the
question's, since a difference between arms may come from nothing else.
"""

from __future__ import annotations

from dataclasses import replace

from generators.errors import Fault, ScenarioError
from scenarios.cases import cases_of_world, windows
from scenarios.faults import SET
from scenarios.format import Scenario
from scenarios.growth import growth_curve
from scenarios.news import letters, news
from scenarios.operator_files import clients_of, operator_of
from scenarios.overrides import set_keys
from scenarios.public_record import load_record
from scenarios.scenario import LoadedScenario, beside_or_library, load_scenario
from scenarios.yaml_reader import fault_in_file
from sim.dates import day_of
from sim.interventions.registry import lacking
from sim.operator.profile import Profile
from sim.parameters import Parameters
from sim.setup import ArmSetup, CaseFile, InterventionSpec, StrategyName


def arms_of(loaded: LoadedScenario) -> dict[str, LoadedScenario]:
    """Return the arms of a question by name: counterfactual first, the scenario, those beside.

    Every arm comes back with the question's horizon, people, world, profile, fidelity and
    parameters; a world without any case is the arm's own and stays.

    Raises:
        ScenarioError: an arm's file is wrong; counterfactuals that lead back to themselves; an
            arm whose file has another horizon or another value of a parameter, or an intervention
            that misses what it needs.
    """
    written = load_scenario(str(loaded.path)) if loaded.overrides else loaded
    counterfactual = loaded.scenario.counterfactual
    _require_an_end(loaded)
    names = ([] if counterfactual is None else [counterfactual]) + [loaded.name]
    names += list(loaded.scenario.beside)
    arms: dict[str, LoadedScenario] = {}
    faults: list[Fault] = []
    for name in names:
        if name == loaded.name:
            arms[name] = loaded
            continue
        try:
            arm = load_scenario(str(beside_or_library(name, loaded.path)))
        except ScenarioError as error:
            faults += error.faults
            continue
        faults += _differences(arm, written) + _after_the_run(arm, loaded)
        arms[name] = _under_question(arm, loaded)
    if not faults:
        faults = [fault for arm in arms.values() for fault in _lacking(arm, loaded)]
    if faults:
        raise ScenarioError(faults)
    return arms


def _require_an_end(loaded: LoadedScenario) -> None:
    """Follow the counterfactuals from file to file and refuse a circle."""
    chain = [loaded.name]
    after = loaded.scenario.counterfactual
    while after is not None:
        if after in chain:
            circle = " → ".join([*chain[chain.index(after) :], after])
            message = "the counterfactuals lead in a circle"
            expected = "a scenario that needs no counterfactual at the end"
            if "counterfactual" in set_keys(loaded.overrides):
                key = "counterfactual"
                raise ScenarioError(
                    Fault(message, file=SET, key=key, found=circle, expected=expected)
                )
            raise ScenarioError(
                fault_in_file(
                    loaded.path, ("counterfactual",), message, found=circle, expected=expected
                )
            )
        chain.append(after)
        after = load_scenario(str(beside_or_library(after, loaded.path))).scenario.counterfactual


def _differences(arm: LoadedScenario, question: LoadedScenario) -> list[Fault]:
    """Return a fault for everything in an arm's file that the arms must share and do not."""
    faults = []
    mine, asked = arm.scenario.horizon, question.scenario.horizon
    if mine != asked:
        faults.append(
            fault_in_file(
                arm.path,
                ("horizon", "to"),
                f"the arm '{arm.name}' runs over other days than '{question.name}'",
                found=str(mine.to),
                expected=f"{asked.to}; --set horizon.to=… reaches every arm",
            )
        )
    for name, quantity in arm.scenario.parameters.items():
        if question.scenario.parameters.get(name) != quantity:
            faults.append(
                fault_in_file(
                    arm.path,
                    ("parameters", name),
                    f"the arm '{arm.name}' sets '{name}', which all arms must share",
                    found=str(quantity.as_written()),
                    expected=f"the value in '{question.name}', or none",
                )
            )
    return faults


def _after_the_run(arm: LoadedScenario, question: LoadedScenario) -> list[Fault]:
    """Return a fault for every intervention of an arm after the days that `--set` has left."""
    last = question.scenario.horizon.to
    return [
        fault_in_file(
            arm.path,
            ("interventions", i, "from"),
            f"the arm '{arm.name}' has an intervention that would begin after the run",
            found=str(entry.from_),
            expected=f"{last} or earlier",
        )
        for i, entry in enumerate(arm.scenario.interventions)
        if entry.from_ > last
    ]


def _lacking(arm: LoadedScenario, question: LoadedScenario) -> list[Fault]:
    """Return a fault for every intervention that misses what it needs among an arm's cases."""
    if not arm.scenario.interventions:
        return []
    cases = _cases(arm, question.scenario.rests_on[0])
    specs = (_specification(arm, i) for i in range(len(arm.scenario.interventions)))
    return [fault for spec in specs if (fault := lacking(spec, cases)) is not None]


def _under_question(arm: LoadedScenario, question: LoadedScenario) -> LoadedScenario:
    asked = question.scenario
    shared: Scenario = arm.scenario.model_copy(
        update={
            "horizon": asked.horizon,
            "people": asked.people,
            "world": "none" if arm.scenario.world == "none" else asked.world,
            "fidelity": asked.fidelity,
            "operator": arm.scenario.operator.model_copy(
                update={"profile": asked.operator.profile}
            ),
            "parameters": asked.parameters,
        }
    )
    return replace(
        arm,
        scenario=shared,
        parameters=question.parameters,
        pinned=question.pinned,
        overridden=question.overridden,
        overrides=question.overrides,
    )


def arm_setup(
    loaded: LoadedScenario, parameters: Parameters | None = None, *, question: LoadedScenario
) -> ArmSetup:
    """Return what the model needs to run one arm.

    Args:
        loaded: the arm.
        parameters: the parameters of a range draw; the question's own where None.
        question: the scenario under question: its horizon, parameters and first entry of
            `rests_on` hold in every arm.

    Raises:
        ScenarioError: a case that the record cannot give.
    """
    record = load_record()
    scenario, asked = loaded.scenario, question.scenario
    first_day, last_day = day_of(asked.horizon.from_), day_of(asked.horizon.to)
    return ArmSetup(
        first_day=first_day,
        last_day=last_day,
        strategy=StrategyName(scenario.operator.strategy),
        cases=_cases(loaded, asked.rests_on[0]),
        interventions=tuple(_specification(loaded, i) for i in range(len(scenario.interventions))),
        news=news(record),
        curves=growth_curve(record, first_day, last_day).plain(),
        parameters=question.parameters if parameters is None else parameters,
        windows=windows(record, asked.rests_on[0], first_day, last_day),
        letters=letters(record, first_day, last_day),
        fidelity=asked.fidelity,
        profile=_profile(scenario),
    )


def _profile(scenario: Scenario) -> Profile:
    """Return the operator's profile, with the manners of keeping that a scenario chooses."""
    profile = operator_of(scenario.operator.profile).profile
    rules = {store: rule.manner for store, rule in scenario.operator.stores.items()}
    return replace(profile, keeping={**profile.keeping, **rules})


def _cases(arm: LoadedScenario, question_id: str) -> tuple[CaseFile, ...]:
    """Return an arm's own cases, then the other cases of its world, all against its operator."""
    record, scenario = load_record(), arm.scenario
    clients = clients_of(operator_of(scenario.operator.profile).profile)
    own = tuple(case.file(record) for case in scenario.cases)
    others = cases_of_world(
        record,
        scenario.world,
        question_id,
        operator_of(scenario.operator.profile).targets,
        tuple(case.id for case in own),
    )
    return tuple(replace(case, clients=clients) for case in (*own, *others))


def _specification(arm: LoadedScenario, i: int) -> InterventionSpec:
    entry = arm.scenario.interventions[i]
    area = entry.area
    return InterventionSpec(
        kind=entry.kind,
        start=day_of(entry.from_),
        end=None if entry.to is None else day_of(entry.to),
        jurisdiction=area.jurisdiction or "GB",
        options=entry.values,
        scope=area,
        place=_place(arm, i),
    )


def _place(arm: LoadedScenario, i: int) -> str:
    """Return where an arm lists an intervention: file and line, or the command line."""
    if "interventions" in set_keys(arm.overrides):
        return SET
    if not arm.path.is_file():  # read from a text, or moved away since
        return str(arm.path)
    fault = fault_in_file(arm.path, (*arm.at, "interventions", i), "", found="", expected="")
    return f"{fault.file}:{fault.line}"
