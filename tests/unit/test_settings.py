"""A run says what it sets otherwise than the defaults, wherever it is shown."""

from __future__ import annotations

import json

import pytest

from scenarios.compare import differing
from scenarios.experiment import run_experiment
from scenarios.report.brief import brief
from scenarios.report.picture import picture_spec
from scenarios.report.table import table_text
from scenarios.scenario import load_scenario


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs")
    sizes = {"people": 200, "replications": 1, "ranges": 0, "workers": 1}
    return [
        run_experiment(load_scenario("ico-2022", overrides), out=folder / name, **sizes)
        for name, overrides in (("usual", []), ("changed", ["signals.declared.present=0.3"]))
    ]


def test_what_is_set_is_told_under_table_brief_and_picture(runs):
    _, changed = runs
    said = "signals.declared.present = 0.3 (default 0.66)"
    assert said in brief(changed)
    assert said in " ".join(table_text(changed).split())
    assert said in json.dumps(picture_spec(changed)).replace('", "', " ")


def test_a_run_of_the_defaults_says_nothing(runs):
    usual, _ = runs
    assert "Set for this run" not in table_text(usual)
    assert "Set for this run" not in brief(usual)
    assert "Fidelity" not in brief(usual), "the usual one needs no word beside three rows"


def test_a_comparison_names_the_parameters_that_differ(runs):
    usual, changed = runs
    assert differing(changed, usual) == (
        "The runs differ in signals.declared.present (0.3 against 0.66)."
    )
    assert differing(usual, usual) == "The runs have the same parameters."
