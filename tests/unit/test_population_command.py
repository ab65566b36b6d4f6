"""`efface population`: JSON on standard output and nothing else; exit 1 where a check misses."""

from __future__ import annotations

import json
from pathlib import Path

import networkx
import numpy as np
import pytest
from typer.testing import CliRunner

from generators.errors import EffaceError, PopulationError
from generators.population import build_population, load_population
from scenarios.cli.population import app

run = CliRunner()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("population") / "people"
    build_population(2000, seed=3).save(out)
    return out


def test_build_writes_a_folder_and_says_what_it_is(tmp_path: Path) -> None:
    out = tmp_path / "people"
    result = run.invoke(
        app, ["build", "--people", "500", "--seed", "9", "--out", str(out), "--json"]
    )
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert set(answer) == {"population", "hash", "people", "edges", "seconds", "peak_bytes"}
    people = load_population(out)
    assert answer["hash"] == people.content_hash == build_population(500, 9).content_hash
    assert (answer["people"], answer["edges"]) == (500, people.edges)
    assert answer["seconds"] > 0
    assert answer["peak_bytes"] is None or answer["peak_bytes"] > 10**7


def test_build_refuses_what_exists_and_too_few_people(tmp_path: Path) -> None:
    existing = run.invoke(app, ["build", "--people", "500", "--out", str(tmp_path)])
    assert isinstance(existing.exception, PopulationError)
    few = run.invoke(app, ["build", "--people", "9", "--out", str(tmp_path / "p")])
    assert isinstance(few.exception, PopulationError)
    assert list(tmp_path.iterdir()) == []


def test_show_counts_everybody(folder: Path) -> None:
    result = run.invoke(app, ["show", str(folder), "--json"])
    summary = json.loads(result.stdout)
    assert sum(row["people"] for row in summary["jurisdictions"]) == summary["people"] == 2000
    for row in summary["jurisdictions"]:
        assert sum(row[key] for key in row if key.startswith("age_")) == pytest.approx(1)
        assert 0 <= row["any_public"] <= row["any_account"] <= 1
    table = run.invoke(app, ["show", str(folder)])
    assert "any account" in table.stdout


def test_check_prints_every_check_and_exits_1_where_one_misses(folder: Path) -> None:
    result = run.invoke(app, ["check", str(folder), "--json"])
    checks = json.loads(result.stdout)["checks"]
    for entry in checks:
        assert set(entry) == {"name", "published", "source", "ours", "tolerance", "holds"}
        if entry["published"] is not None:
            near = abs(entry["ours"] - entry["published"]) <= entry["tolerance"]
            assert near == entry["holds"], entry
    assert result.exit_code == (0 if all(entry["holds"] for entry in checks) else 1)


def test_check_misses_a_graph_without_circles(tmp_path: Path) -> None:
    from dataclasses import replace

    people = build_population(20_000, seed=3)
    wired = np.random.default_rng(1).permutation(people.indices)
    replace(people, indices=wired).save(tmp_path / "random")
    result = run.invoke(app, ["check", str(tmp_path / "random"), "--json"])
    missed = {c["name"] for c in json.loads(result.stdout)["checks"] if not c["holds"]}
    assert result.exit_code == 1
    assert {"clustering_at_degree_100", "ties_inside_the_jurisdiction"} <= missed


def test_export_writes_what_others_read(folder: Path, tmp_path: Path) -> None:
    people = load_population(folder)
    graphml = tmp_path / "ties.graphml"
    assert run.invoke(app, ["export", str(folder), "--out", str(graphml)]).exit_code == 0
    read = networkx.read_graphml(graphml)
    assert (len(read), read.number_of_edges()) == (2000, people.edges)
    assert read.nodes["0"]["jurisdiction"] == "GB"
    edges = tmp_path / "ties.txt"
    command = ["export", str(folder), "--format", "edgelist", "--out", str(edges)]
    result = run.invoke(app, command)
    assert result.stdout == ""
    listed = np.loadtxt(edges, dtype=int)
    assert listed.shape == (people.edges, 2)
    assert (listed[:, 0] < listed[:, 1]).all()
    assert isinstance(run.invoke(app, command).exception, PopulationError)


@pytest.mark.parametrize("name", ["people.partial", "x/..", "file/people"])
def test_build_refuses_a_place_before_any_work(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("mine")
    monkeypatch.setattr("generators.population.build_population", never)
    out = str(tmp_path) + "/" + name
    refused = run.invoke(app, ["build", "--people", "500", "--out", out])
    assert isinstance(refused.exception, EffaceError)
    assert [(f.key, f.found) for f in refused.exception.faults] == [("--out", out)]
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def never(*_: object) -> None:
    raise AssertionError("work was done")


def test_build_refuses_more_people_than_any_machine_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.population.build_population", never)
    out = tmp_path / "people"
    many = run.invoke(app, ["build", "--people", "99999999999", "--out", str(out)])
    assert isinstance(many.exception, PopulationError)
    assert many.exception.faults[0].key == "--people"
    assert list(tmp_path.iterdir()) == []


def test_a_build_that_fails_midway_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.save", full)
    refused = run.invoke(app, ["build", "--people", "500", "--out", str(tmp_path / "people")])
    assert isinstance(refused.exception, PopulationError)
    assert "No space left on device" in str(refused.exception)
    assert list(tmp_path.iterdir()) == []


def test_export_makes_the_folders_on_the_way_and_leaves_nothing_half_written(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "made/on/the/way/ties.txt"
    words = ["export", str(folder), "--format", "edgelist", "--out"]
    assert run.invoke(app, [*words, str(out)]).exit_code == 0
    assert [path.name for path in out.parent.iterdir()] == ["ties.txt"]

    def full(to: Path, *_: object, **__: object) -> None:
        to.write_text("0 1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("numpy.savetxt", full)
    refused = run.invoke(app, [*words, str(out.with_name("more.txt"))])
    assert isinstance(refused.exception, PopulationError)
    assert [path.name for path in out.parent.iterdir()] == ["ties.txt"]


def test_show_cuts_no_number_off_in_a_pipe(folder: Path) -> None:
    summary = json.loads(run.invoke(app, ["show", str(folder), "--json"]).stdout)
    text = run.invoke(app, ["show", str(folder)], env={"COLUMNS": "20"}).stdout
    assert "…" not in text
    for row in summary["jurisdictions"]:
        assert f"{row['weight']:,.0f}" in text
