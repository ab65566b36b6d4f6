"""A spread of findability that people cannot have, and people too few: before a run, and in one."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from generators.errors import Fault, ParameterError
from generators.population import build_population
from scenarios.cli.main import app
from scenarios.design import design
from scenarios.experiment import run_design
from scenarios.oneway import OneWay
from scenarios.replication import Done, Task
from scenarios.scenario import load_scenario
from sim.parameters import load_parameters
from sim.people.unseen import unseen, unseen_words

EVEN = ["people.findability_cv=1.1", "photos.uploader_shown=1", "photos.others=0 faces per photo"]


def test_it_is_refused_before_the_folder_opens_and_the_smallest_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ["run", "ico-2022", "--people", "3000", *(f"--set={setting}" for setting in EVEN)]
    for out in ([], ["--out", "run"]):
        result = CliRunner().invoke(app, [*words, *out])
        assert result.exit_code == 2, result.output
        assert "spread so evenly" in result.stderr
        assert "or more" in result.stderr
        assert list(tmp_path.iterdir()) == []


def test_a_range_draw_that_cannot_be_is_refused_as_the_main_run_is() -> None:
    """With photos of nobody else pinned, the main run's spread can be and a draw's cannot."""
    few = ["photos.others=0 faces per photo", "photos.uploader_shown=1"]
    design(load_scenario("ico-2022", few), 3000, 1, 0, 0)
    with pytest.raises(ParameterError, match="spread so evenly"):
        design(load_scenario("ico-2022", few), 3000, 1, 0, 12)


def refuse(task: Task | OneWay) -> Done:
    raise ParameterError(Fault("not for these people"))


def test_what_only_the_work_can_find_leaves_nothing_behind(tmp_path: Path) -> None:
    what = design(load_scenario("ico-2022"), 200, 1, 1, 0)
    with pytest.raises(ParameterError, match="not for these"):
        run_design(what, workers=1, out=tmp_path / "run", work=refuse)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", [1, 2])
def test_a_run_says_once_whose_faces_are_missing(
    seed: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    people = build_population(200, seed, acquaintances="by community")
    missing = unseen(people, load_parameters())
    what = design(load_scenario("ico-2022"), 200, 1, seed, 0)
    with caplog.at_level(logging.WARNING), pytest.raises(ParameterError):
        run_design(what, workers=1, out=tmp_path / "run", work=refuse)
    told = [record.message for record in caplog.records]
    assert told == ([unseen_words(missing, 200)] if missing else [])
