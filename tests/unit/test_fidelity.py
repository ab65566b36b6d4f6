"""What a scenario file and its arms say of the fidelity; no photo is drawn here."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios.arms import arm_setup, arms_of
from scenarios.cli.main import app
from scenarios.design import design
from scenarios.format import json_schema
from scenarios.scenario import library_folder, load_scenario, scenario_hash, scenario_yaml
from sim.fidelity import Fidelity
from sim.measures import MEASURES, measures_at
from sim.parameters import load_parameters

SHIPPED = (library_folder() / "no-uk-order.yaml").read_text("utf-8")


def written(folder: Path, line: str) -> Path:
    path = folder / "mine.yaml"
    path.write_text(f"{SHIPPED}\n{line}\n", "utf-8")
    return path


def test_a_file_that_says_nothing_is_at_scores_and_keeps_its_hash(tmp_path: Path) -> None:
    silent = load_scenario("no-uk-order").scenario
    assert silent.fidelity is Fidelity.SCORES
    said = load_scenario(str(written(tmp_path, "fidelity: scores"))).scenario
    assert scenario_hash(said) == scenario_hash(silent)
    assert "fidelity" not in scenario_yaml(said)


def test_pixels_are_another_scenario_and_are_written_down(tmp_path: Path) -> None:
    path = written(tmp_path, "fidelity: pixels")
    drawn = load_scenario(str(path)).scenario
    assert drawn.fidelity is Fidelity.PIXELS
    assert scenario_hash(drawn) != scenario_hash(load_scenario("no-uk-order").scenario)
    path.write_text(scenario_yaml(drawn), "utf-8")
    assert scenario_hash(load_scenario(str(path)).scenario) == scenario_hash(drawn)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("fidelity: templates", "the fidelity 'templates' is not in this version"),
        ("fidelity: pixel", "pixels"),
        ("fidelity: 3", "scores or pixels"),
        ("fidelity: null", "scores or pixels"),
        ("fidelity: [pixels]", "scores or pixels"),
    ],
)
def test_another_fidelity_is_a_fault_with_its_place(tmp_path: Path, line: str, said: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_scenario(str(written(tmp_path, line)))
    (fault,) = caught.value.faults
    assert fault.key == "fidelity"
    assert fault.line == len(SHIPPED.splitlines()) + 2
    assert said in fault.as_text()


def test_the_schema_names_the_fidelities_that_can_be_run() -> None:
    said = json_schema(load_parameters())["properties"]["fidelity"]
    assert said["enum"] == ["scores", "pixels"]


def test_the_questions_fidelity_reaches_every_arm() -> None:
    question = load_scenario("ico-2022", ["fidelity=pixels"])
    for arm in arms_of(question).values():
        assert arm.scenario.fidelity is Fidelity.PIXELS
        assert arm_setup(arm, question=question).fidelity is Fidelity.PIXELS


def test_explain_says_the_fidelity() -> None:
    result = CliRunner().invoke(app, ["explain", "ico-2022", "--json"])
    assert json.loads(result.stdout)["fidelity"] == "scores"
    assert "fidelity scores" in CliRunner().invoke(app, ["explain", "ico-2022"]).stdout


def test_a_design_at_scores_names_the_score_model_of_every_search_and_no_faces() -> None:
    what = design(load_scenario("ico-2022"), 200, 1, 0, 0)
    models = what.recognition["score_models"]
    assert models["identifiability"] == models["fpir"] == "operator"
    assert set(models.values()) == {"operator"}
    assert what.recognition["faces"] is None
    assert "torch" not in what.plan()["packages"]


def test_each_fidelity_asks_the_same_questions_and_pixels_two_more() -> None:
    scores, pixels = measures_at(Fidelity.SCORES), measures_at(Fidelity.PIXELS)
    assert set(pixels) - set(scores) == {"identification_rate", "wrong_return_rate"}
    assert set(scores) < set(pixels) == set(MEASURES)
    for name, measure in pixels.items():
        assert measure.name == name
        recognised = measure.family == "recognition"
        assert (measure.score_model != "") == recognised
    # The threshold is not reset as the gallery grows, so the false positives may differ.
    assert scores["fpir"].moved_by == ()
    assert pixels["fpir"].moved_by != ()


def test_the_headlines_single_moves_are_planned_at_scores(tmp_path: Path) -> None:
    from generators.population import build_population
    from scenarios.experiment import _tasks
    from scenarios.folder import open_run
    from scenarios.oneway import OneWay

    what = design(load_scenario("ico-2022"), 200, 1, 0, 1)
    drawn = {n: replace(s, fidelity=Fidelity.PIXELS) for n, s in what.setups.items()}
    what = replace(what, setups=drawn)
    writer = open_run(tmp_path / "run", what.plan(), False)
    left, _ = _tasks(what, writer, build_population(200, 0))
    moves = [task for task in left if isinstance(task, OneWay)]
    assert len(moves) == len(what.moved) > 10
    for task in left:
        wanted = Fidelity.SCORES if isinstance(task, OneWay) else Fidelity.PIXELS
        assert {setup.fidelity for setup in task.arms.values()} == {wanted}
