"""`efface population`: JSON on standard output and nothing else; exit 1 where a check misses."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import networkx
import numpy as np
import pytest
from pyarrow import parquet
from typer.testing import CliRunner

from generators.calendar import LAST_DAY, NEVER
from generators.errors import EffaceError, PopulationError
from generators.graph.ties import Ties
from generators.population import Population, build_population, load_population
from generators.population_check.distance import chance_graph
from generators.posting import POSTING_LOG_SD
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
    assert set(answer) == {
        "population", "hash", "people", "edges", "close_edges", "seconds", "peak_bytes",
    }  # fmt: skip
    assert "drawing 500 people" in result.stderr
    people = load_population(out)
    assert answer["close_edges"] == people.close.edges
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


def test_build_is_the_same_however_it_is_worked_and_kept(tmp_path: Path) -> None:
    hashes = set()
    for number, words in enumerate(
        ([], ["--workers", "3"], ["--acquaintances", "by-community"], ["--seed", "2"])
    ):
        out = tmp_path / f"people-{number}"
        result = run.invoke(app, ["build", "--people", "400", "--out", str(out), "--json", *words])
        hashes.add(json.loads(result.stdout)["hash"])
        assert isinstance(load_population(out).acquaintances, Ties) == ("by-community" not in words)
    assert len(hashes) == 2


def test_show_counts_everybody(folder: Path) -> None:
    result = run.invoke(app, ["show", str(folder), "--json"])
    summary = json.loads(result.stdout)
    people = load_population(folder)
    assert sum(row["people"] for row in summary["jurisdictions"]) == summary["people"] == 2000
    assert sum(row["people"] for row in summary["places"]) == 2000
    for row in summary["jurisdictions"]:
        assert sum(row[key] for key in row if key.startswith("age_")) == pytest.approx(1)
        assert 0 <= row["any_public"] <= row["any_account"] <= row["online"] <= 1
        assert row["bystanders"] == pytest.approx(1 - row["any_account"])
        assert 0 <= row["under_13"] <= row["under_18"] == pytest.approx(row["age_0-17"])
        assert 0 < row["close_ties"] <= row["ties"]
    ties = sum(row["ties"] * row["people"] for row in summary["jurisdictions"])
    assert ties == pytest.approx(2 * people.edges)
    table = run.invoke(app, ["show", str(folder)])
    assert "any account" in table.stdout
    assert "Scotland" in table.stdout


def test_show_counts_whom_others_photos_can_show(folder: Path) -> None:
    """Bystanders beside somebody with a public account, person by person."""
    people = load_population(folder)
    summary = json.loads(run.invoke(app, ["show", str(folder), "--json"]).stdout)
    bystanders = [i for i in people.residents("GB").tolist() if not people.accounts[i].any()]
    found = [
        i
        for i in bystanders
        if people.public[people.neighbours(i, layer="close")].any(axis=1).any()
    ]
    told = summary["jurisdictions"][0]
    assert told["bystanders_by_public_friends"] == pytest.approx(len(found) / len(bystanders))
    assert 0.5 < told["bystanders_by_public_friends"] < 1


def test_show_counts_posting_and_moves(folder: Path) -> None:
    people = load_population(folder)
    told = json.loads(run.invoke(app, ["show", str(folder), "--json"]).stdout)["jurisdictions"][0]
    uk = people.residents("GB")
    z = people.posting_z[uk].astype(float)
    photos = people.public_rate()[uk] * np.exp(POSTING_LOG_SD * z - POSTING_LOG_SD**2 / 2)
    assert told["photos_a_year"] == pytest.approx(photos.mean())
    top = np.sort(photos)[-(uk.size // 10) :]
    assert told["photos_of_top_tenth"] == pytest.approx(top.sum() / photos.sum())
    here = (people.residence_on(0)[uk] != 0).mean()
    away = (people.residence_on(LAST_DAY + 1)[uk] != 0).mean()
    assert (told["moved_here"], told["moved_away"]) == (pytest.approx(here), pytest.approx(away))


def test_show_tells_of_one_person(folder: Path) -> None:
    people = load_population(folder)
    i = next(i for i in range(2000) if people.public[i].any() and people.move_day[i] < NEVER)
    told = json.loads(run.invoke(app, ["show", str(folder), "--person", str(i), "--json"]).stdout)
    assert told["name"] == people.display_name(i)
    assert sorted(told["close_ties"] + told["acquaintances"]) == people.neighbours(i).tolist()
    assert told["close_ties"] == people.close.of(i).tolist()
    held = [people.profile_url(i, p) for p in np.flatnonzero(people.accounts[i])]
    assert [account["url"] for account in told["accounts"]] == held
    before, after = people.residence_on(-1)[i], people.residence_on(LAST_DAY + 1)[i]
    assert told["move"]["from"] == people.jurisdictions[before]
    assert told["move"]["to"] == people.jurisdictions[after]
    text = run.invoke(app, ["show", str(folder), "--person", str(i)]).stdout
    assert people.display_name(i) in text
    assert "who does not exist" in text
    for url in held:
        assert url in text


def test_show_says_how_a_bystander_can_be_found(folder: Path) -> None:
    people = load_population(folder)
    i = int(np.flatnonzero(~people.accounts.any(axis=1))[0])
    text = run.invoke(app, ["show", str(folder), "--person", str(i)]).stdout
    assert "in others' photos" in text


@pytest.mark.parametrize("person", ["-1", "2000"])
def test_show_refuses_a_person_who_is_not_there(folder: Path, person: str) -> None:
    refused = run.invoke(app, ["show", str(folder), f"--person={person}"])
    assert isinstance(refused.exception, PopulationError)
    fault = refused.exception.faults[0]
    assert (fault.key, fault.found, fault.expected) == ("--person", person, "0 to 1999")


def test_show_refuses_a_picture_of_nobody_and_another_ending(folder: Path, tmp_path: Path) -> None:
    nobody = run.invoke(app, ["show", str(folder), "--picture", str(tmp_path / "x.svg")])
    assert isinstance(nobody.exception, PopulationError)
    words = ["show", str(folder), "--person", "5", "--picture", str(tmp_path / "x.jpg")]
    assert isinstance(run.invoke(app, words).exception, EffaceError)
    assert list(tmp_path.iterdir()) == []


def test_check_prints_every_check_and_exits_1_where_one_misses(folder: Path) -> None:
    result = run.invoke(app, ["check", str(folder), "--json"])
    checks = json.loads(result.stdout)["checks"]
    for entry in checks:
        keys = {"name", "published", "source", "ours", "tolerance", "holds"}
        assert keys < set(entry)
        if entry["published"] is None or entry["ours"] is None:
            continue
        if entry["by_ratio"]:
            apart = max(entry["ours"] / entry["published"], entry["published"] / entry["ours"])
        else:
            apart = abs(entry["ours"] - entry["published"])
        assert (apart <= entry["tolerance"]) == entry["holds"], entry
    assert result.exit_code == (0 if all(entry["holds"] for entry in checks) else 1)


def test_check_prints_a_table_with_its_title_its_sources_and_what_a_miss_is(folder: Path) -> None:
    result = run.invoke(app, ["check", str(folder)])
    checks = json.loads(run.invoke(app, ["check", str(folder), "--json"]).stdout)["checks"]
    lines = result.stdout.splitlines()
    assert "beside its own tables and published statistics" in lines[0]
    assert sum(line.startswith(("holds", "MISSES")) for line in lines) == len(checks)
    assert "Ugander" in result.stdout
    held = sum(entry["holds"] for entry in checks)
    assert lines[-1].startswith(f"{held} of {len(checks)} hold. A miss is a finding")


def test_check_misses_a_society_whose_ties_are_dealt_by_chance(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = build_population(5000, seed=3)
    generator = np.random.default_rng(1)

    def dealt(ties: Ties) -> Ties:
        return Ties(*chance_graph(ties.indptr, generator))

    assert isinstance(people.acquaintances, Ties)
    wired = replace(people, close=dealt(people.close), acquaintances=dealt(people.acquaintances))
    monkeypatch.setattr("generators.population.load_population", lambda folder: wired)
    result = run.invoke(app, ["check", str(tmp_path), "--json"])
    missed = {c["name"] for c in json.loads(result.stdout)["checks"] if not c["holds"]}
    assert result.exit_code == 1
    assert {
        "clustering_at_median_degree",
        "ties_abroad",
        "ties_inside_the_country",
        "ties_inside_the_place",
        "age_correlation_across_ties",
        "densest_group_of_100_friends",
    } <= missed


def test_check_misses_people_who_are_not_those_of_the_tables(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = build_population(1000, seed=3)
    mended = replace(
        people,
        tone=np.full_like(people.tone, 3),
        sex=np.zeros_like(people.sex),
        place=np.roll(people.place, 200),
        online=np.ones_like(people.online),
        accounts=np.zeros_like(people.accounts),
        posting_z=people.posting_z + np.float32(0.5),
        tagging=people.tagging + np.float32(0.5),
        aware=~people.aware,
        informed=~people.informed,
        move_day=np.full_like(people.move_day, LAST_DAY),
    )
    monkeypatch.setattr("generators.population.load_population", lambda folder: mended)
    result = run.invoke(app, ["check", str(tmp_path), "--json"])
    missed = {c["name"] for c in json.loads(result.stdout)["checks"] if not c["holds"]}
    expected = {"age_and_sex", "skin_tone", "place", "online", "account", "photos_posted"}
    assert expected | {"tagging", "aware", "informed", "moves"} <= missed


def test_check_refuses_a_population_of_other_tables(folder: Path) -> None:
    tables = Path(__file__).parents[1] / "data" / "tables-lethe"
    refused = run.invoke(app, ["check", str(folder), "--tables", str(tables)])
    assert isinstance(refused.exception, PopulationError)
    assert refused.exception.faults[0].key == "tables"


def listed(people: Population) -> set[tuple[int, int, str]]:
    return {
        (i, j, layer)
        for i in range(len(people))
        for layer, ties in (("close", people.close), ("acquaintance", people.acquaintances))
        for j in ties.of(i).tolist()
        if i < j
    }


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
    assert f"writing {people.edges:,} ties as edgelist ..." in result.stderr
    graph = networkx.read_edgelist(edges, nodetype=int, data=[("layer", str)])
    found = {(min(i, j), max(i, j), layer) for i, j, layer in graph.edges(data="layer")}
    assert found == listed(people)
    assert len(edges.read_text().splitlines()) == people.edges
    assert isinstance(run.invoke(app, command).exception, PopulationError)


def test_export_writes_columns_for_any_size(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.population_export.BLOCK", 300)
    out = tmp_path / "ties.parquet"
    words = ["export", str(folder), "--format", "parquet", "--out", str(out)]
    assert run.invoke(app, words).exit_code == 0
    table = parquet.read_table(out).to_pydict()
    rows = list(zip(table["from"], table["to"], table["layer"], strict=True))
    people = load_population(folder)
    assert len(rows) == people.edges
    assert set(rows) == listed(people)


def test_export_refuses_graphml_of_more_people_than_networkx_takes(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.population_graph.NETWORKX_LIMIT", 1999)
    out = tmp_path / "ties.graphml"
    refused = run.invoke(app, ["export", str(folder), "--out", str(out)])
    assert isinstance(refused.exception, PopulationError)
    fault = refused.exception.faults[0]
    assert "networkx" in fault.message
    assert (fault.key, fault.found) == ("--format graphml", "2,000 people")
    assert str(fault.expected).startswith("1,999 people or fewer; ")
    assert "edge list" in str(fault.expected)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("seed", ["-1", str(2**64)])
def test_build_refuses_another_seed_before_any_work(
    tmp_path: Path, seed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("generators.population.build_population", never)
    words = ["build", "--people", "500", f"--seed={seed}", "--out", str(tmp_path / "people")]
    refused = run.invoke(app, words)
    assert isinstance(refused.exception, PopulationError)
    fault = refused.exception.faults[0]
    assert (fault.key, fault.found) == ("--seed", seed)
    assert list(tmp_path.iterdir()) == []


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

    def full(people: object, kind: object, to: Path) -> None:
        to.write_text("0 1")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("generators.population_export.write_ties", full)
    refused = run.invoke(app, [*words, str(out.with_name("more.txt"))])
    assert isinstance(refused.exception, PopulationError)
    assert [path.name for path in out.parent.iterdir()] == ["ties.txt"]


def test_show_cuts_no_number_off_in_a_pipe(folder: Path) -> None:
    summary = json.loads(run.invoke(app, ["show", str(folder), "--json"]).stdout)
    text = run.invoke(app, ["show", str(folder)], env={"COLUMNS": "20"}).stdout
    assert "…" not in text
    for row in summary["jurisdictions"]:
        assert f"{row['weight']:,.0f}" in text
