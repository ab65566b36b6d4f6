"""What `validate` accepts also runs: no fault of a scenario waits for the model to find it."""

from __future__ import annotations

import json
import os
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import simpy
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios.case_dates import movable_steps
from scenarios.cases import case_file
from scenarios.cli.main import app
from scenarios.public_record import load_record
from sim.dates import day_of
from sim.events import Log
from sim.law.case import Case
from sim.law.parties import Parties
from sim.setup import Stay

ACTION = load_record().action("UK-ICO-2022")
STEPS = movable_steps(ACTION)
RECORDED = {step.kind: step.date for step in ACTION.steps if step.date is not None}

ACCEPTED = [
    ["horizon.to=2022-12-15"],
    ["horizon.to=2022-12-16", "operator.strategy=comply"],
    ["horizon.to=2030-06-30"],
    ["cases=[]"],
    ["counterfactual=null"],
    ["counterfactual=null", "beside=[]", "cases=[]"],
    ["operator.strategy=ignore", "cases.0.stay=none"],
    ["operator.strategy=minimal", "cases.0.dates={appeal_lodged: 2022-05-18}"],
    ["cases.0.dates={tribunal_sets_aside: 2022-11-21}", "cases.0.stay=none"],
    ["cases.0.dates={tribunal_restores_jurisdiction: 2025-12-31}"],
    ["interventions=[{kind: deletion-order, from: 2025-12-31}]"],
    ["interventions=[{kind: cease-collection, from: 2017-01-01, to: 2099-01-01}]"],
    ["gallery.share.uk=0", "people.private_spread=0"],
]
REFUSED = [
    ["horizon.to=2017-01-01"],
    ["horizon.to=2021-01-01"],
    ["horizon.to=2022-05-18"],
    ["horizon.to=2022-05-19"],
    ["horizon.from=2020-01-01"],
    ["cases.0.dates={appeal_lodged: 2022-07-30}"],
    ["cases.0.dates={tribunal_restores_jurisdiction: 2035-12-31}"],
    ["rests_on=[PIMEYES-UK-2022]"],
    ["interventions=[{kind: deletion-order, from: 2026-01-01}]"],
]


def settled(values: list[str]) -> list[str]:
    return [word for value in values for word in ("--set", value)]


@pytest.mark.parametrize("values", ACCEPTED, ids=" ".join)
def test_what_validate_accepts_runs(values: list[str], tmp_path: Path) -> None:
    told = CliRunner().invoke(app, ["validate", "ico-2022", *settled(values)])
    assert told.exit_code == 0, told.stderr
    size = ["--people", "200", "--replications", "1", "--ranges", "0", "--workers", "1"]
    out = tmp_path / "out"
    run = ["run", "ico-2022", *settled(values), *size, "--out", str(out), "--json"]
    result = CliRunner().invoke(app, run)
    assert result.exit_code == 0, result.stderr
    assert json.loads(result.stdout)
    assert os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("values", REFUSED, ids=" ".join)
@pytest.mark.parametrize("verb", ["validate", "explain", "run"])
def test_what_could_not_run_is_refused_before_anything_is_written(
    verb: str, values: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, [verb, "ico-2022", *settled(values)])
    assert result.exit_code == 2
    assert result.stderr.startswith("--set: ")
    assert "expected: " in result.stderr
    assert os.listdir(tmp_path) == []


@st.composite
def moved_dates(draw: st.DrawFn) -> dict[str, date]:
    """Return days for some of the steps, near the recorded ones or all shifted together."""
    shift = draw(st.sampled_from([0, 0, draw(st.integers(-900, 900))]))
    moved = {}
    for kind in draw(st.sets(st.sampled_from(STEPS), min_size=1)):
        own = draw(st.one_of(st.just(0), st.integers(-30, 30), st.integers(-400, 400)))
        moved[kind] = RECORDED[kind] + timedelta(days=shift + own)
    return moved


@given(moved_dates(), st.sampled_from(Stay), st.booleans())
@settings(max_examples=250, deadline=None)
def test_dates_that_a_scenario_may_have_never_stop_the_case(
    moved: dict[str, date], stay: Stay, appeals: bool
) -> None:
    try:
        file = case_file(load_record(), ACTION.id, moved, stay)
    except ScenarioError:
        assume(False)
    told: list[Any] = []
    parties = Parties(
        appeals=lambda *_: appeals,
        news=lambda *news: told.append(news),
        bound=lambda *order: told.append(order),
        released=lambda *order: told.append(order),
        due=lambda *penalty: told.append(penalty),
        obeyed=lambda *_: True,
        settles=lambda *_: True,
    )
    env = simpy.Environment()
    log = Log()
    Case(env, file, log, parties, payment_period=28)
    env.run(until=day_of(date(2036, 1, 1)))
    happened = {event.kind: event.day for event in log.events}
    assert happened["enforcement_notice"] >= happened["provisional_notice"]
    assert ("appeal_lodged" in happened) is appeals
