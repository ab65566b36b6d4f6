"""The arms of a question share everything but cases, strategy and interventions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from generators.errors import ScenarioError
from scenarios.arms import arm_setup, arms_of
from scenarios.scenario import library_folder, load_scenario
from sim.dates import iso
from sim.setup import Stay, StrategyName

WITHOUT = (library_folder() / "no-uk-order.yaml").read_text(encoding="utf-8")


def write(folder: Path, name: str, *changes: tuple[str, str]) -> str:
    text = WITHOUT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = folder / f"{name}.yaml"
    path.write_text(text, encoding="utf-8")
    return str(path)


def assert_stands_at(error: ScenarioError, path: Path, key: str, text: str) -> None:
    """Check that the one fault names the key and points at its value in the file."""
    (fault,) = error.faults
    assert (fault.file, fault.key) == (str(path), key)
    assert fault.line is not None
    assert fault.column is not None
    line = path.read_text(encoding="utf-8").splitlines()[fault.line - 1]
    assert line[fault.column - 1 :].startswith(text)
    assert fault.excerpt == line
    assert fault.found
    assert fault.expected


def test_the_counterfactual_comes_first_then_the_scenario_then_those_beside() -> None:
    assert list(arms_of(load_scenario("ico-2022"))) == [
        "no-uk-order",
        "ico-2022",
        "ico-2022-obeyed",
    ]
    assert list(arms_of(load_scenario("no-stay"))) == [
        *("no-uk-order", "no-stay", "no-stay-ignored", "ico-2022")
    ]
    assert list(arms_of(load_scenario("no-uk-order"))) == ["no-uk-order"]


def test_arms_differ_in_case_and_strategy_only() -> None:
    question = load_scenario("ico-2022", ["desk.delay=2 weeks", "horizon.to=2023-12-31"])
    setups = {name: arm_setup(arm, question=question) for name, arm in arms_of(question).items()}
    without, happened, obeyed = setups.values()
    own = [[case.id for case in s.cases if case.id == "UK-ICO-2022"] for s in setups.values()]
    assert [len(cases) for cases in own] == [0, 1, 1]
    assert happened.cases[1:] == obeyed.cases[1:] == without.cases
    assert {"FR-CNIL-2022", "US-IL-ACLU-2022"} <= {case.id for case in without.cases}
    assert [s.strategy for s in (happened, obeyed)] == [StrategyName.LITIGATE, StrategyName.COMPLY]
    assert happened.cases == obeyed.cases
    for setup in setups.values():
        assert iso(setup.last_day) == "2023-12-31"
        assert setup.windows == without.windows
        assert setup.news == without.news
        assert setup.parameters == question.parameters
        assert setup.parameters["desk.delay"] == 14
        assert np.array_equal(setup.curves.images, without.curves.images)


def test_the_windows_look_at_the_recorded_days_where_there_is_no_case() -> None:
    question = load_scenario("no-uk-order")
    windows = arm_setup(question, question=question).windows
    assert iso(windows.notice) == "2022-05-18"
    assert iso(windows.delete_deadline) == "2022-12-15"


def test_every_arm_has_the_questions_operator_and_keeps_its_own_strategy() -> None:
    question = load_scenario("ico-2022", ["operator.profile=public-search"])
    arms = arms_of(question)
    assert {arm.scenario.operator.profile for arm in arms.values()} == {"public-search"}
    assert arms["ico-2022"].scenario.operator.strategy == "litigate"
    assert arms["ico-2022-obeyed"].scenario.operator.strategy == "comply"
    targets = {arm_setup(arm, question=question).profile.id for arm in arms.values()}
    assert targets == {"public-search"}


def test_a_range_draw_replaces_the_parameters() -> None:
    question = load_scenario("ico-2022")
    drawn = question.parameters.with_values({"desk.delay": 44.0})
    assert arm_setup(question, drawn, question=question).parameters["desk.delay"] == 44.0


def test_no_stay_has_the_recorded_case_without_the_stay() -> None:
    question = load_scenario("no-stay")
    setup = arm_setup(question, question=question)
    assert setup.cases[0].stay is Stay.NONE
    assert (
        setup.cases[0].steps
        == arm_setup(load_scenario("ico-2022"), question=question).cases[0].steps
    )


def test_a_file_beside_the_question_comes_before_the_library(tmp_path: Path) -> None:
    write(tmp_path, "no-uk-order", ("strategy: litigate", "strategy: comply"))
    question = write(tmp_path, "mine", ("counterfactual: null", "counterfactual: no-uk-order"))
    arms = arms_of(load_scenario(question))
    assert arms["no-uk-order"].scenario.operator.strategy == "comply"


def test_counterfactuals_in_a_circle_are_refused(tmp_path: Path) -> None:
    first = write(tmp_path, "first", ("counterfactual: null", "counterfactual: second"))
    write(tmp_path, "second", ("counterfactual: null", "counterfactual: third"))
    write(tmp_path, "third", ("counterfactual: null", "counterfactual: second"))
    with pytest.raises(ScenarioError, match="second → third → second") as caught:
        arms_of(load_scenario(first))
    assert_stands_at(caught.value, tmp_path / "first.yaml", "counterfactual", "second")


def test_a_circle_made_on_the_command_line_is_laid_to_the_command_line() -> None:
    with pytest.raises(ScenarioError, match="circle") as caught:
        arms_of(load_scenario("no-uk-order", ["counterfactual=ico-2022"]))
    (fault,) = caught.value.faults
    assert (fault.file, fault.line, fault.key) == ("--set", None, "counterfactual")


def test_an_arm_over_other_days_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "short", ("to: 2025-12-31", "to: 2024-12-31"))
    question = write(tmp_path, "long", ("counterfactual: null", "counterfactual: short"))
    with pytest.raises(ScenarioError, match="runs over other days") as caught:
        arms_of(load_scenario(question))
    assert_stands_at(caught.value, tmp_path / "short.yaml", "horizon.to", "2024-12-31")


def test_an_arms_intervention_after_the_shortened_run_is_refused(tmp_path: Path) -> None:
    listed = "interventions: [{kind: cease-collection, from: 2024-06-01}]"
    write(tmp_path, "late", ("interventions: []", listed))
    question = write(tmp_path, "mine", ("counterfactual: null", "counterfactual: late"))
    assert list(arms_of(load_scenario(question))) == ["late", "mine"]
    with pytest.raises(ScenarioError, match="begin after the run") as caught:
        arms_of(load_scenario(question, ["horizon.to=2023-12-31"]))
    assert_stands_at(caught.value, tmp_path / "late.yaml", "interventions.0.from", "2024-06-01")


def test_an_intervention_without_the_case_that_it_needs_is_refused_at_its_line(
    tmp_path: Path,
) -> None:
    listed = "interventions:\n  - {kind: coordinated-action, from: 2022-05-18}"
    alone = write(tmp_path, "alone", ("interventions: []", listed))
    with pytest.raises(ScenarioError, match="does not find what it needs") as caught:
        arms_of(load_scenario(alone))
    (fault,) = caught.value.faults
    lines = (tmp_path / "alone.yaml").read_text(encoding="utf-8").splitlines()
    assert fault.file == str(tmp_path / "alone.yaml")
    assert "coordinated-action" in lines[fault.line - 1]
    case = ("cases: []", "cases: [{record: UK-ICO-2022, dates: recorded, stay: automatic}]")
    joined = write(tmp_path, "joined", ("interventions: []", listed), case)
    assert list(arms_of(load_scenario(joined))) == ["joined"]


def test_an_arm_with_its_own_value_of_a_parameter_is_refused(tmp_path: Path) -> None:
    write(tmp_path, "slow", ("parameters: {}", "parameters: {desk.delay: 60 days}"))
    question = write(tmp_path, "fast", ("counterfactual: null", "counterfactual: slow"))
    with pytest.raises(ScenarioError, match=r"desk\.delay") as caught:
        arms_of(load_scenario(question))
    assert_stands_at(caught.value, tmp_path / "slow.yaml", "parameters.desk.delay", "60 days")


def test_a_fault_in_an_arms_file_is_reported_in_that_file(tmp_path: Path) -> None:
    write(tmp_path, "broken", ("people: 100000", "people: many"))
    question = write(tmp_path, "fine", ("beside: []", "beside: [broken]"))
    with pytest.raises(ScenarioError) as caught:
        arms_of(load_scenario(question))
    (fault,) = caught.value.faults
    assert (fault.file, fault.key) == (str(tmp_path / "broken.yaml"), "people")
