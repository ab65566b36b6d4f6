"""`verify` certifies what a run says of itself, and nothing is read from a damaged folder.

The model is replaced by a table of numbers, so that a run takes no time; everything else is real.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generators.errors import RunFolderError
from scenarios import tables
from scenarios.cli.main import app
from scenarios.design import design
from scenarios.experiment import run_design
from scenarios.folder import write_table
from scenarios.manifest import files_of_run
from scenarios.oneway import OneWay
from scenarios.replication import Done, Task, headlines_of, zeros_path
from scenarios.scenario import load_scenario
from scenarios.store import load_run, open_folder
from scenarios.verification import verify
from sim.parameters import load_parameters

MEASURES = ("exposure_during_appeal", "searchable_persons")
Editor = Callable[[Path], None]


def made_up(task: Task | OneWay) -> Done:
    """Every file of a task, with numbers of no meaning."""
    if isinstance(task, OneWay):
        ends = {
            "parameter": [task.name] * 2,
            "end": ["low", "high"],
            "value": [parameters[task.name] for parameters in task.parameters],
            "effect": [1.0, 2.0],
        }
        write_table(task.readings, tables.table(tables.ONEWAY, ends))
        return Done(task.kind, task.number)
    rows = [(arm, name, at) for arm in task.arms for name in MEASURES for at in ("2025-12-31", "")]
    columns: dict[str, list[Any]] = {
        "arm": [row[0] for row in rows],
        "measure": [row[1] for row in rows],
        "at": [row[2] for row in rows],
        "margin": ["all"] * len(rows),
        "level": [""] * len(rows),
        "headline": [True] * len(rows),
        "value": [float(number + task.number) for number, _ in enumerate(rows)],
        "why": [None] * len(rows),
    }
    if task.kind == "replication":
        write_table(task.folder / f"events/r{task.number:04d}.parquet", tables.events_table({}))
    if task.watched:
        write_table(task.folder / "people.parquet", empty(tables.PEOPLE))
        write_table(task.folder / "decisions.parquet", empty(tables.DECISIONS))
    write_table(zeros_path(task.folder, task.kind, task.number), empty(tables.ZEROS))
    readings = tables.table(tables.READINGS, columns)
    write_table(task.readings, readings)
    return Done(task.kind, task.number, headlines_of(readings))


def empty(schema: Any) -> Any:
    return tables.table(schema, {name: [] for name in schema.names})


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    what = design(load_scenario("ico-2022"), people=200, replications=2, seed=3, ranges=2)
    out = tmp_path_factory.mktemp("runs") / "ico-2022-1"
    return run_design(what, workers=1, out=out, work=made_up).folder


@pytest.fixture
def run(whole: Path, tmp_path: Path) -> Path:
    """A copy of the run, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / whole.name))


def edit(run: Path, **changes: Any) -> None:
    """Change keys of the manifest; None takes one away."""
    path = run / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8")) | changes
    path.write_text(json.dumps({k: v for k, v in manifest.items() if v != "away"}))


def rehash(run: Path, name: str, content: str) -> None:
    """Replace a file and its hash, as somebody would who knows the layout."""
    (run / name).write_text(content, encoding="utf-8")
    files = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["files"]
    edit(run, files=files | {name: hashlib.sha256(content.encode()).hexdigest()})


def problems(run: Path) -> list[str]:
    found = verify(run)
    assert found["ok"] == (not found["problems"])
    problems: list[str] = found["problems"]
    return problems


def test_a_whole_run_has_the_files_that_its_design_implies_and_no_problem(run: Path) -> None:
    manifest = load_run(run).manifest
    assert set(manifest["files"]) == files_of_run(manifest)
    moved = [name for name in manifest["files"] if name.startswith("oneway/")]
    assert len(moved) == len(load_parameters().ranged(frozenset()))
    assert verify(run) == {"ok": True, "checked": len(manifest["files"]), "problems": []}


def test_a_folder_emptied_together_with_its_list_is_not_certified(run: Path) -> None:
    for path in list(run.iterdir()):
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != "manifest.json":
            path.unlink()
    edit(run, files={})
    found = problems(run)
    assert len(found) == len(files_of_run(open_folder(run).manifest))
    assert "measures.parquet: missing" in found


@pytest.mark.parametrize("name", ["people.parquet", "events/r0001.parquet", "oneway/p0020.parquet"])
def test_a_file_taken_away_with_its_entry_is_missed(run: Path, name: str) -> None:
    (run / name).unlink()
    files = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["files"]
    edit(run, files={other: digest for other, digest in files.items() if other != name})
    assert problems(run) == [f"{name}: missing"]


def test_verify_names_changed_missing_and_added_files(run: Path) -> None:
    (run / "report/table.txt").write_text("another table\n")
    (run / "measures.parquet").unlink()
    (run / "notes.txt").write_text("mine")
    assert problems(run) == [
        "measures.parquet: missing",
        "report/table.txt: changed since the run was written",
        "notes.txt: not in the manifest",
    ]


def test_a_file_that_no_such_run_has_is_named_though_its_hash_is_listed(run: Path) -> None:
    rehash(run, "notes.txt", "mine")
    assert problems(run) == ["notes.txt: a run of this design has no such file"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("question", "What did nobody ask?"),
        ("titles", dict.fromkeys(("no-uk-order", "ico-2022", "ico-2022-obeyed"), "obeyed")),
        ("population_hash", "0" * 64),
        ("headline", {"name": "searchable_persons", "at": "2025-12-31"}),
        ("seed", 8),
        ("range_people", 7),
        ("efface_version", "9.9"),
        ("horizon", {"from": "2017-01-01", "to": "2024-12-31"}),
    ],
)
def test_what_the_manifest_says_of_the_run_cannot_be_swapped(
    run: Path, key: str, value: Any
) -> None:
    edit(run, **{key: value})
    assert f"manifest.json: {key} is not what about.json says" in problems(run)


@pytest.mark.parametrize(
    ("key", "value"), [("fidelity", "pixels"), ("recognition", {"score_models": {}, "faces": None})]
)
def test_what_found_people_is_held_to_the_plan_as_well(run: Path, key: str, value: Any) -> None:
    about = json.loads((run / "about.json").read_text(encoding="utf-8"))
    rehash(run, "about.json", json.dumps(about | {key: value}))
    edit(run, **{key: value})
    assert problems(run) == [f"manifest.json: {key} is not what plan.json says"]


def test_a_run_from_before_there_was_another_fidelity_is_whole(run: Path) -> None:
    new = ("fidelity", "recognition")
    for name in ("plan.json", "about.json"):
        held = json.loads((run / name).read_text(encoding="utf-8"))
        rehash(run, name, json.dumps({k: v for k, v in held.items() if k not in new}))
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    old = {key: value for key, value in manifest.items() if key not in new}
    (run / "manifest.json").write_text(json.dumps(old), encoding="utf-8")
    assert problems(run) == []


def test_windows_and_parts_of_the_arms_cannot_be_swapped(run: Path) -> None:
    manifest = load_run(run).manifest
    edit(run, windows=manifest["windows"] | {"notice": "2021-01-01"})
    assert problems(run) == ["manifest.json: windows is not what about.json says"]
    one, other, third = manifest["arms"]
    edit(
        run,
        windows=manifest["windows"],
        counterfactual=third,
        beside=[one],
        arms=[third, other, one],
        titles={arm: arm for arm in (third, other, one)},
    )
    found = problems(run)
    assert "manifest.json: counterfactual is not what about.json says" in found
    assert "manifest.json: arms is not what plan.json says" in found


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "plan.json: is no JSON object"),
        ("{}", "plan.json: lacks seed"),
        ("5", "plan.json: is no JSON object"),
        ("{", "plan.json: cannot be read"),
        ("[" * 100_000, "plan.json: cannot be read: nested too deep"),
        ('{"seed": NaN}', "plan.json: cannot be read: NaN"),
    ],
)
@pytest.mark.parametrize("name", ["plan.json", "about.json"])
def test_a_plan_that_is_none_is_a_problem_and_no_traceback(
    run: Path, name: str, content: str, said: str
) -> None:
    rehash(run, name, content)
    said = said.replace("plan.json", name)
    said = said.replace("about.json: lacks seed", "manifest.json: seed is not what about.json says")
    assert any(line.startswith(said) for line in problems(run))


def test_another_scenario_under_a_new_hash_is_noticed(run: Path) -> None:
    for name in ("scenario.yaml", "arms/ico-2022.yaml"):
        before = (run / name).read_text(encoding="utf-8")
        rehash(run, name, before.replace("litigate", "comply"))
        (line,) = problems(run)
        assert line == f"{name}: is not the scenario that was run: it has another hash"
        rehash(run, name, before)
    assert problems(run) == []
    rehash(run, "scenario.yaml", "[1, 2")
    assert [line.split(":")[0] for line in problems(run)] == ["scenario.yaml"]


@pytest.mark.parametrize("words", [["show", "RUN"], ["report", "RUN", "--brief"]])
def test_nothing_is_shown_under_a_manifest_that_contradicts_the_run(
    run: Path, words: list[str]
) -> None:
    edit(run, headline={"name": "height", "at": ""}, question="What did nobody ask?")
    refused = efface(words, run)
    assert refused.exit_code == 2
    assert "is not what about.json says: headline, question" in refused.stderr
    assert refused.stdout == ""
    rehash(run, "about.json", "[]")
    assert efface(words, run).exit_code == 2


VERBS = [
    ["show", "RUN"],
    ["show", "RUN", "--json"],
    ["show", "RUN", "--case"],
    ["report", "RUN"],
    ["report", "RUN", "--brief"],
    ["compare", "RUN", "RUN"],
    ["query", "RUN", "select 1"],
    ["dashboard", "RUN", "--no-browser"],
    ["verify", "RUN"],
]


def efface(words: list[str], run: Path) -> Any:
    return CliRunner().invoke(app, [str(run) if word == "RUN" else word for word in words])


@pytest.mark.parametrize(
    ("words", "name"),
    [
        (["show", "RUN"], "measures.parquet"),
        (["show", "RUN", "--json"], "measures.parquet"),
        (["show", "RUN", "--case"], "events/r0000.parquet"),
        (["report", "RUN"], "measures.parquet"),
        (["compare", "RUN", "RUN"], "measures.parquet"),
        (["compare", "RUN", "RUN"], "replications/r0001.parquet"),
        (["compare", "RUN", "RUN"], "ranges/d0000.parquet"),
        (["query", "RUN", "select * from people"], "people.parquet"),
    ],
)
def test_a_flipped_bit_is_refused_and_not_shown(run: Path, words: list[str], name: str) -> None:
    path = run / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))
    refused = efface(words, run)
    assert refused.exit_code == 2
    assert "changed since the run was written" in refused.stderr
    assert refused.stdout == ""
    path.unlink()
    refused = efface(words, run)
    assert refused.exit_code == 2
    assert f"{name}: a file of the run is missing" in refused.stderr


def test_a_table_of_other_columns_is_refused_though_its_hash_is_listed(run: Path) -> None:
    write_table(run / "measures.parquet", empty(tables.DRAWS))
    files = json.loads((run / "manifest.json").read_text(encoding="utf-8"))["files"]
    digest = hashlib.sha256((run / "measures.parquet").read_bytes()).hexdigest()
    edit(run, files=files | {"measures.parquet": digest})
    with pytest.raises(RunFolderError, match="other columns"):
        load_run(run).measures()


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"headline": "away"}, "lacks headline"),
    ({"windows": "away"}, "lacks windows"),
    ({"question": "away"}, "lacks question"),
    ({"ranges": "away"}, "lacks ranges"),
    ({"beside": "away"}, "lacks beside"),
    ({"windows": {"jurisdiction": "GB"}}, "lacks windows.notice"),
    ({"people": "many"}, "people: "),
    ({"people": True}, "people: "),
    ({"question": 5}, "question: "),
    ({"question": "\ud800"}, "surrogates not allowed"),
    ({"seconds": float("inf")}, "not a number of JSON"),
    ({"seconds": float("nan")}, "NaN is not a number"),
    ({"replications": 10**9}, "replications: "),
    ({"scenario": "no-such"}, "arms must be"),
    ({"beside": ["another"]}, "arms must be"),
    ({"beside": ["../../etc"]}, "beside.0: "),
    ({"titles": {}}, "titles must name every arm"),
    ({"horizon": {"from": "yesterday", "to": "2025-12-31"}}, "horizon.from: "),
    ({"more": 1}, "more: "),
]


@pytest.mark.parametrize(("changes", "said"), WRONG)
def test_a_manifest_of_the_wrong_shape_is_one_error(
    run: Path, changes: dict[str, Any], said: str
) -> None:
    edit(run, **changes)
    with pytest.raises(RunFolderError, match="manifest") as caught:
        load_run(run)
    assert said in str(caught.value)


@pytest.mark.parametrize("words", VERBS)
@pytest.mark.parametrize("content", ["[" * 100_000, '{"format": 1, "files": {}}', "5", "\x00"])
def test_no_command_ends_in_a_traceback_over_a_broken_manifest(
    run: Path, words: list[str], content: str
) -> None:
    (run / "manifest.json").write_text(content, encoding="utf-8")
    refused = efface(words, run)
    assert refused.exit_code == 2
    assert isinstance(refused.exception, SystemExit)
    assert "manifest.json: " in refused.stderr
    assert refused.stdout == ""


def test_the_page_of_a_damaged_run_says_so_and_shows_nothing(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dashboard

    streamlit = pytest.importorskip("streamlit.testing.v1")
    monkeypatch.setattr("sys.argv", ["app.py", str(run)])
    (place,) = dashboard.__path__
    for name, said in (("measures.parquet", "changed since"), ("manifest.json", "manifest")):
        (run / name).write_text("{", encoding="utf-8")
        page = streamlit.AppTest.from_file(str(Path(place) / "app.py"), default_timeout=60).run()
        assert not page.exception
        assert [error.value for error in page.error] == ["This run folder cannot be shown."]
        (code,) = page.code
        assert f"{name}: " in code.value
        assert said in code.value
        assert not page.title
