"""A run folder answers SQL about itself and reaches nothing else."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from generators.errors import RunFolderError
from scenarios.cli.main import app
from scenarios.experiment import run_experiment
from scenarios.query import answer
from scenarios.scenario import load_scenario


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs") / "run"
    return run_experiment(
        load_scenario("ico-2022"), people=300, replications=2, ranges=0, workers=1, out=out
    )


def test_the_answer_is_what_the_tables_hold(run):
    penalties = "SELECT sum(amount) AS total FROM events WHERE kind = 'final_penalty'"
    found = answer(run, f"{penalties} AND \"case\" = 'UK-ICO-2022'")
    assert found.to_pylist() == [{"total": 2 * 7_552_800}]  # as it happened, and obeyed
    arms = answer(run, "SELECT DISTINCT arm FROM measures ORDER BY arm")["arm"].to_pylist()
    assert sorted(run.arms) == arms


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT nothing FROM measures",
        "SELEC",
        "SELECT * FROM read_csv('{file}')",
        "COPY measures TO '{file}'",
    ],
)
def test_what_cannot_be_answered_is_refused_and_no_file_is_reached(run, tmp_path, sql):
    secret = tmp_path / "secret.csv"
    secret.write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(RunFolderError, match="cannot be answered"):
        answer(run, sql.format(file=secret))
    assert secret.read_text(encoding="utf-8") == "a\n1\n"


def test_the_command_prints_json_alone(run):
    result = CliRunner().invoke(
        app, ["query", str(run.folder), "SELECT 1 AS one, NULL AS none", "--json"]
    )
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"columns": ["one", "none"], "rows": [[1, None]]}
    assert CliRunner().invoke(app, ["query", str(run.folder), "nonsense"]).exit_code == 2


def test_what_json_cannot_hold_is_null_or_text_and_numbers_stay_numbers(run):
    sql = "SELECT 'nan'::DOUBLE AS a, 1.5 AS b, DATE '2022-05-18' AS c, [1, 2] AS d"
    result = CliRunner().invoke(app, ["query", str(run.folder), sql, "--json"])
    assert json.loads(result.stdout)["rows"] == [[None, 1.5, "2022-05-18", [1, 2]]]


def test_nothing_is_cut_off_in_a_pipe(run):
    sql = "SELECT repeat('wide ', 60) AS words, 123456789012345 AS number, 'two\nlines' AS more"
    text = CliRunner().invoke(app, ["query", str(run.folder), sql]).stdout
    assert "wide " * 60 in text
    assert "123456789012345" in text
    assert len(text.splitlines()) == 2
