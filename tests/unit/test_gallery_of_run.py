"""`efface gallery audit RUN`: a deletion of a run done again and audited, with made-up faces."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
pytest.importorskip("torch", reason="photos are drawn with the extra [faces]")

from generators.errors import RunFolderError
from generators.population import build_population
from scenarios import gallery_of_run
from scenarios.cli.main import app
from scenarios.experiment import run_experiment
from scenarios.removal_jobs import ended_jobs
from scenarios.rerun import rerun
from scenarios.scenario import load_scenario
from scenarios.store import Run
from sim import model
from sim.dates import iso
from sim.pixels import faces as faces_module

pytestmark = pytest.mark.slow  # a run, and the same run twice again

THRESHOLD = "search.encoder_threshold=0.75"
ARM, HIDES, MARKS = "ico-2022-obeyed", "hide-not-erase", "obeyed-never-vacuumed"


def audit(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["gallery", "audit", *(str(word) for word in words)])


@pytest.fixture(scope="module")
def drawn(patterned):
    """Runs and audits draw made-up faces while this is at work."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (model, faces_module, gallery_of_run):
            patch.setattr(module, "shipped_faces", lambda: patterned(0.1))
        patch.setattr(gallery_of_run, "MOST_PROBES", 60)
        yield


@pytest.fixture(scope="module")
def run(drawn, tmp_path_factory: pytest.TempPathFactory) -> Run:
    beside = f"beside=[{ARM}, {HIDES}]"
    question = load_scenario(MARKS, [THRESHOLD, "fidelity=pixels", beside, "horizon.to=2023-01-31"])
    out = tmp_path_factory.mktemp("runs") / "pixels"
    return run_experiment(question, people=100, replications=1, ranges=0, workers=1, out=out)


@pytest.fixture(scope="module")
def audited(run: Run) -> Result:
    return audit(run.folder, "--arm", ARM, "--json")


def test_an_obeyed_deletion_leaves_nothing_of_the_erased(run: Run, audited: Result) -> None:
    told = json.loads(audited.stdout)
    # So few people were erased that searches by new photos of them decide nothing.
    assert [level["holds"] for level in told["levels"]] == [True, None, True, True]
    assert audited.exit_code == 1, audited.output
    assert told["about"]["deletion"]["to"] == "2022-12-15"
    assert told["about"]["arm"] == ARM
    assert told["about"]["profile"] is None


def test_its_day_is_the_one_on_which_the_runs_own_log_says_it_ended(run: Run) -> None:
    ended = [e for e in run.own_events(ARM).to_pylist() if e["kind"] == "removal_ended"]
    assert [iso(job.end) for job in ended_jobs(run, ARM, 0)] == [ended[-1]["date"]]


def test_residents_without_a_signal_are_missed(audited: Result) -> None:
    told = json.loads(audited.stdout)["selection"]
    assert told["scope"] == "residents of GB"
    assert told["chosen"] > 0
    assert told["under_erasure"] > 0


def test_an_arm_without_a_deletion_is_refused(run: Run) -> None:
    told = audit(run.folder, "--arm", "no-uk-order")
    assert told.exit_code == 2
    assert "no deletion to audit" in told.stderr


def test_what_an_operator_hides_and_calls_deleted_is_found_by_everything_but_searches(
    run: Run,
) -> None:
    told = audit(run.folder, "--arm", HIDES, "--json")
    assert told.exit_code == 1, told.output
    found = json.loads(told.stdout)
    assert found["selection"]["done"] == "hid"
    assert [level["holds"] for level in found["levels"]] == [False, None, False, False]


def test_what_an_operators_store_marks_and_never_cleans_up_is_found_by_bytes(run: Run) -> None:
    told = audit(run.folder, "--levels", "L0,L2,L3", "--json")
    assert told.exit_code == 1, told.output
    found = json.loads(told.stdout)
    assert found["about"]["arm"] == MARKS
    assert found["about"]["profile"] == "vacuum_at"
    assert found["selection"]["done"] == "erased"
    assert "as a store of the manner vacuum_at does" in found["notes"][0]
    assert "backups" in found["notes"][1]
    # A fifth of the drawn templates is erased, and no fifth of all that the operator stores.
    assert 5 * found["selection"]["chosen"] > found["selection"]["stored"]
    assert [level["holds"] for level in found["levels"]] == [True, False, False]
    for level in found["levels"][1:]:
        assert level["control"]["behaved"]
        assert level["evidence"]["found"] == found["selection"]["chosen"]


def test_strangers_live_where_the_erased_do() -> None:
    here, day = build_population(100, 1), 2000
    elsewhere, strangers = gallery_of_run.strangers_like(here, "GB", day, 2)
    lives_in = elsewhere.residence_on(day)[strangers]
    assert (lives_in == elsewhere.jurisdictions.index("GB")).all()
    adults = elsewhere.birth_day[strangers] <= day - 18 * 365.25
    assert adults.sum() >= gallery_of_run.MOST_PROBES


def test_no_such_arm_replication_or_level_is_said_at_once(run: Run) -> None:
    told = audit(run.folder, "--arm", "ico", "--replication", "1", "--levels", "L0,L7")
    assert told.exit_code == 2
    assert "the run has no arm 'ico'" in told.stderr
    assert "no such replication" in told.stderr
    assert "L7" in told.stderr


def test_a_run_at_scores_has_no_bytes(tmp_path: Path) -> None:
    question = load_scenario(ARM, ["beside=[]"])
    made = run_experiment(
        question, people=100, replications=1, ranges=0, workers=1, out=tmp_path / "scores"
    )
    told = audit(made.folder)
    assert told.exit_code == 2
    assert "no bytes" in told.stderr


def test_another_log_or_encoder_than_the_runs_is_refused(
    run: Run, patterned, monkeypatch: pytest.MonkeyPatch
) -> None:
    again = rerun(run, ARM, 0)
    arm = again.start()
    arm.env.run(until=2000)
    events = arm.log.events
    again.require_same_log(events, 1999)
    moved = [*events[:-1], replace(events[-1], kind="another")]
    with pytest.raises(RunFolderError, match="another run: the log"):
        again.require_same_log(moved, 1999)
    with pytest.raises(RunFolderError, match="another run: the log"):
        again.require_same_log(events[:-1], 1999)
    other = replace(patterned(0.1), encoder_name="another")
    monkeypatch.setattr(faces_module, "shipped_faces", lambda: other)
    with pytest.raises(RunFolderError, match="draws and encodes"):
        rerun(run, ARM, 0)
