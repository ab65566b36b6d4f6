"""A scenario file says what it means, and the shipped ones mean what the model's document says."""

from __future__ import annotations

import pickle
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from generators.errors import ScenarioError
from scenarios.scenario import (
    library,
    library_folder,
    load_scenario,
    scenario_from_text,
    scenario_hash,
    scenario_yaml,
)


def test_the_library_holds_the_five_scenarios_of_the_case() -> None:
    expected = {"ico-2022", "ico-2022-obeyed", "no-stay", "no-stay-ignored", "no-uk-order"}
    assert expected <= set(library())


@pytest.mark.parametrize("name", library())
def test_each_shipped_file_opens_with_its_question_and_its_place_in_the_record(name: str) -> None:
    text = (library_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    comment = text[: text.index("format:")]
    assert comment.startswith("# Question: ")
    assert all(entry in comment for entry in load_scenario(name).scenario.rests_on)


@pytest.mark.parametrize(
    ("name", "strategy", "stay", "counterfactual", "beside"),
    [
        ("ico-2022", "litigate", "automatic", "no-uk-order", ("ico-2022-obeyed",)),
        ("ico-2022-obeyed", "comply", "automatic", "no-uk-order", ()),
        ("no-stay", "litigate", "none", "no-uk-order", ("no-stay-ignored", "ico-2022")),
        ("no-stay-ignored", "ignore", "none", "no-uk-order", ()),
        ("no-uk-order", "litigate", None, None, ()),
    ],
)
def test_a_shipped_scenario_is_the_one_it_is_called(
    name: str, strategy: str, stay: str | None, counterfactual: str | None, beside: tuple[str, ...]
) -> None:
    loaded = load_scenario(name)
    scenario = loaded.scenario
    assert loaded.name == scenario.name == name
    assert scenario.operator.strategy == strategy
    assert [case.stay for case in scenario.cases] == ([] if stay is None else [stay])
    assert scenario.counterfactual == counterfactual
    assert scenario.beside == beside
    assert (scenario.horizon.from_, scenario.horizon.to) == (date(2017, 1, 1), date(2025, 12, 31))
    assert scenario.people == 100_000
    assert loaded.pinned == frozenset()


def test_a_scenario_is_frozen() -> None:
    scenario = load_scenario("ico-2022").scenario
    with pytest.raises(ValidationError):
        scenario.people = 5  # type: ignore[misc]


@pytest.mark.parametrize("name", library())
def test_the_resolved_file_reads_as_the_same_scenario(name: str) -> None:
    changes = ["desk.delay=2 weeks", "search.fpir=0.5 %", "people=5000"]
    if load_scenario(name).scenario.cases:
        changes.append("cases.0.dates.tribunal_sets_aside=2023-05-01")
    loaded = load_scenario(name, changes)
    again = scenario_from_text(scenario_yaml(loaded.scenario), Path(f"{name}.yaml"))
    assert again.scenario == loaded.scenario
    assert scenario_hash(again.scenario) == scenario_hash(loaded.scenario)
    assert again.parameters == loaded.parameters


@pytest.mark.parametrize(
    "setting", ["gallery.share.uk=0", "people.private_spread=0", "desk.delay=3 days"]
)
def test_a_whole_number_is_written_back_without_a_warning(
    setting: str, recwarn: pytest.WarningsRecorder
) -> None:
    scenario = load_scenario("ico-2022", [setting]).scenario
    name, _, value = setting.partition("=")
    assert scenario_hash(scenario)
    assert f"  {name}: {value}\n" in scenario_yaml(scenario)
    assert not recwarn.list


def test_equal_content_has_an_equal_hash_and_a_changed_date_another() -> None:
    fortnight = load_scenario("ico-2022", ["desk.delay=2 weeks"])
    days = load_scenario("ico-2022", ["desk.delay=14 days"])
    other = load_scenario("ico-2022", ["desk.delay=15 days"])
    assert scenario_hash(fortnight.scenario) == scenario_hash(days.scenario)
    assert scenario_hash(fortnight.scenario) != scenario_hash(other.scenario)


def test_set_reaches_parameters_and_fields_and_says_who_set_them() -> None:
    loaded = load_scenario(
        "ico-2022",
        [
            "desk.delay=2 weeks",
            "parameters.search.fpir=1 %",
            "operator.strategy=ignore",
            "horizon.to=2023-12-31",
            "people=2000",
            "cases.0.stay=none",
            "beside=[]",
        ],
    )
    scenario = loaded.scenario
    assert loaded.parameters["desk.delay"] == 14
    assert loaded.parameters["search.fpir"] == pytest.approx(0.01)
    assert scenario.operator.strategy == "ignore"
    assert scenario.horizon.to == date(2023, 12, 31)
    assert scenario.people == 2000
    assert scenario.cases[0].stay == "none"
    assert scenario.beside == ()
    assert loaded.pinned == {"desk.delay", "search.fpir"}
    assert [loaded.set_by(p) for p in ("desk.delay", "desk.capacity")] == ["--set", "default"]


def test_a_parameter_of_the_file_is_set_by_the_scenario(tmp_path: Path) -> None:
    text = (library_folder() / "no-uk-order.yaml").read_text(encoding="utf-8")
    path = tmp_path / "slow-desk.yaml"
    path.write_text(text.replace("parameters: {}", "parameters: {desk.delay: 60 days}"))
    loaded = load_scenario(str(path))
    assert loaded.parameters["desk.delay"] == 60
    assert loaded.set_by("desk.delay") == "scenario"


def test_an_intervention_takes_its_options_in_their_units(tmp_path: Path) -> None:
    path = tmp_path / "deletion.yaml"
    text = (library_folder() / "no-uk-order.yaml").read_text(encoding="utf-8")
    path.write_text(
        text.replace(
            "interventions: []",
            "interventions: [{kind: deletion-order, from: 2022-05-18, days: 13 weeks}]",
        )
    )
    (intervention,) = load_scenario(str(path)).scenario.interventions
    assert intervention.values == {"days": 91.0}
    assert intervention.from_ == date(2022, 5, 18)


def test_a_loaded_scenario_travels_to_a_worker() -> None:
    loaded = load_scenario("ico-2022", ["desk.delay=2 weeks"])
    again = pickle.loads(pickle.dumps(loaded))
    assert again == loaded
    assert again.name == "ico-2022"


def test_an_unknown_name_gets_the_nearest_of_the_library() -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario("ico-2202")
    assert "ico-2022" in caught.value.faults[0].nearest
