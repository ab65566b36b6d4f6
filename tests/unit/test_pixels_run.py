"""`efface run --fidelity pixels` from the command line to the run folder, with made-up faces."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from generators.digests import sha256
from generators.errors import FacesUnavailableError
from scenarios.cli.main import app
from scenarios.experiment import run_experiment
from scenarios.report.brief import brief
from scenarios.report.picture import picture_spec
from scenarios.report.table_words import recognition
from scenarios.scenario import load_scenario, scenario_hash
from scenarios.store import load_run
from scenarios.verification import verify
from sim import model
from sim.fidelity import MOST_PEOPLE_DRAWN
from sim.pixels import faces as faces_module

SHIPPED_FACES = faces_module.shipped_faces.__wrapped__
"""The function itself, without what it keeps."""
THRESHOLD = "search.encoder_threshold=0.75"
SEARCHES = {
    "identifiability": "encoder",
    "surfaced_per_million_searches": "encoder",
    "wrong_identifications_per_100k": "encoder and operator",
    "fpir": "encoder and operator",
    "identification_rate": "encoder",
    "wrong_return_rate": "encoder and operator",
    "selectivity": "operator",
    "true_identifications_forgone": "operator",
}


def efface(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def drawn(patterned):
    """Runs draw made-up faces while this is at work."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (model, faces_module):
            patch.setattr(module, "shipped_faces", lambda: patterned(0.25))
        yield


@pytest.fixture(scope="module")
def ran(drawn, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("runs") / "pixels"
    words = ["--people", "120", "--replications", "2", "--ranges", "0", "--workers", "1"]
    words += ["--fidelity", "pixels", "--set", THRESHOLD, "--json", "--out", str(out)]
    return out, efface("run", "ico-2022", *words)


def test_the_run_says_what_drew_encoded_and_scored(ran: tuple[Path, Result]) -> None:
    out, result = ran
    assert result.exit_code == 0, result.output
    answers = json.loads(result.stdout)
    assert answers["fidelity"] == "pixels"
    used = answers["recognition"]
    assert used["score_models"] == SEARCHES
    assert used["faces"] == {
        "source": "patterns",
        "resolution": 16,
        "encoder": "projection",
        "digests": {},
        "threshold": 0.75,
    }
    manifest = json.loads((out / "manifest.json").read_text("utf-8"))
    assert (manifest["fidelity"], manifest["recognition"]) == ("pixels", used)
    assert {"faiss-cpu", "torch"} <= set(manifest["packages"])
    shown = " ".join((out / "report/table.txt").read_text("utf-8").split())
    assert "Fidelity pixels: photos of adults from 'patterns' (16 pixels)" in shown
    assert "nobody under 18 is drawn or searched for" in shown


def test_the_table_has_the_measures_of_real_searches(ran: tuple[Path, Result]) -> None:
    entries = {(e["name"], e["at"]): e for e in json.loads(ran[1].stdout)["measures"]}
    assert {name for name, _ in entries} >= set(SEARCHES)
    rate = entries["identification_rate", ""]
    assert rate["unit"] == "share of mated searches"
    assert 0 < rate["scenario"] <= 1
    found = entries["identifiability", "2025-12-31"]
    assert found["unit"] == "share of residents aged 18 or over"
    # A search that differs between the arms may move it: it is no structural zero here.
    assert not entries["fpir", "2025-12-31"]["structural_zero"]


def test_the_folder_is_whole_and_the_scenario_says_its_fidelity(ran: tuple[Path, Result]) -> None:
    checked = verify(ran[0])
    assert checked["ok"], checked["problems"]
    again = load_scenario(str(ran[0] / "arms/ico-2022.yaml"))
    assert str(again.scenario.fidelity) == "pixels"
    assert scenario_hash(again.scenario) == load_run(ran[0]).manifest["scenario_hash"]


def test_the_same_seed_gives_the_same_bytes(ran: tuple[Path, Result], tmp_path: Path) -> None:
    question = load_scenario("ico-2022", [THRESHOLD, "fidelity=pixels"])
    run = run_experiment(
        question, people=120, replications=2, ranges=0, workers=1, out=tmp_path / "again"
    )
    kept = [p for p in ran[0].rglob("*.parquet") if p.is_file()]
    assert len(kept) > 8
    for path in kept:
        assert sha256(path) == sha256(run.folder / path.relative_to(ran[0]))


def test_runs_of_another_fidelity_are_not_compared(
    ran: tuple[Path, Result], tmp_path: Path
) -> None:
    question = load_scenario("ico-2022")
    run_experiment(question, people=120, replications=2, ranges=0, workers=1, out=tmp_path / "s")
    result = efface("compare", ran[0], tmp_path / "s")
    assert result.exit_code == 2
    assert "what a photo is differs" in result.stderr


def test_runs_by_other_weights_are_not_compared(
    ran: tuple[Path, Result], patterned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = replace(patterned(0.25), digests={"encoder.safetensors": "a" * 64})
    for module in (model, faces_module):
        monkeypatch.setattr(module, "shipped_faces", lambda: other)
    question = load_scenario("ico-2022", [THRESHOLD, "fidelity=pixels"])
    run_experiment(question, people=120, replications=2, ranges=0, workers=1, out=tmp_path / "o")
    result = efface("compare", ran[0], tmp_path / "o")
    assert result.exit_code == 2
    assert "other faces, or another encoder" in result.stderr
    assert "a" * 64 in "".join(result.stderr.split())
    same = efface("compare", ran[0], ran[0])
    assert same.exit_code == 0
    assert " ".join(same.stdout.split()).count("photos of adults from 'patterns'") == 1
    told = json.loads(efface("compare", ran[0], ran[0], "--json").stdout)
    assert told["fidelity"] == "pixels"
    assert told["recognition"]["faces"]["encoder"] == "projection"


def test_brief_and_picture_say_what_drew_and_whom_searches_are_about(
    ran: tuple[Path, Result],
) -> None:
    run = load_run(ran[0])
    said = recognition(run)
    assert "photos of adults from 'patterns'" in said
    assert said in brief(run)
    assert said in json.dumps(picture_spec(run), ensure_ascii=False).replace('", "', " ")
    rows = [line.split(" | ")[0] for line in brief(run).splitlines() if "searched for on" in line]
    assert rows == [
        "| are returned when one photo of them is searched for on 31 December 2025 (of 100 adults)"
    ]


@pytest.mark.slow
def test_the_faces_that_ship_give_the_same_bytes_with_two_workers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few people, few photos of each and few searches: the real generator and encoder are slow."""
    try:
        shipped = SHIPPED_FACES()
    except FacesUnavailableError as error:
        pytest.skip(str(error))
    for module in (model, faces_module):
        monkeypatch.setattr(module, "shipped_faces", lambda: shipped)
    few = ["search.share.uk=0.00002", "gallery.share.uk=0.002", "gallery.share.us=0.02"]
    question = load_scenario("no-uk-order", [*few, "fidelity=pixels"])
    runs = [
        run_experiment(
            question, people=100, replications=2, ranges=0, workers=n, out=tmp_path / f"w{n}"
        )
        for n in (1, 2)
    ]
    listed = [run.manifest["files"] for run in runs]
    assert listed[0] == listed[1]
    faces = runs[0].manifest["recognition"]["faces"]
    assert faces["source"] == "generated"
    assert len(faces["digests"]) == 2
    rows = runs[0].measures(headline=True).to_pylist()
    assert any(row["name"] == "identifiability" and row["value"] is not None for row in rows)


def test_range_draws_are_drawn_too_and_single_moves_are_not(
    drawn, patterned, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The headline counts templates, the same at every fidelity, so its moves need no photo."""
    from sim.parameters import load_parameters

    faces = patterned(0.25)
    monkeypatch.setattr(model, "shipped_faces", lambda: faces)
    table = load_parameters()
    rows = [table.parameter(name) for name in table.ranged(frozenset())[2:]]
    pins = [f"{row.name}={row.value!r} {row.unit}".removesuffix(" 1") for row in rows]
    question = load_scenario("ico-2022", [*pins, THRESHOLD, "fidelity=pixels"])
    run = run_experiment(
        question, people=100, replications=1, ranges=2, workers=1, out=tmp_path / "r"
    )
    rows = run.measures(headline=True).to_pylist()
    ranged = [r for r in rows if r["name"] == "identification_rate" and r["arm"] == "ico-2022"]
    assert ranged[0]["value_range_low"] is not None
    moved = [r for r in run.parameters().to_pylist() if r["drives"] is not None]
    assert len(moved) == 2
    # One replication and two draws of a hundred people each: three sets of photos, not seven.
    assert len(faces.source.asked) == len({photo for _, photo, _ in faces.source.asked})


def test_too_many_people_to_draw_and_a_missing_extra_end_with_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "run"
    many = str(MOST_PEOPLE_DRAWN + 1)
    result = efface("run", "ico-2022", "--fidelity", "pixels", "--people", many, "--out", out)
    assert result.exit_code == 2
    assert "--people 1000" in result.stderr
    monkeypatch.setattr(faces_module, "shipped_faces", SHIPPED_FACES)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    result = efface("run", "ico-2022", "--fidelity", "pixels", "--people", "200", "--out", out)
    assert result.exit_code == 2
    assert "pip install 'efface[faces]'" in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []
