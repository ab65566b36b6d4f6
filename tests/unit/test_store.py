"""A run folder is whole or `.partial`, refuses what it is not, and notices a changed byte."""

import json
from pathlib import Path

import pyarrow as pa
import pytest

from generators.errors import EffaceError, RunFolderError
from scenarios import tables
from scenarios.folder import (
    RunWriter,
    free_folder,
    make_room,
    open_run,
    partial_of,
    write_json,
    write_table,
    write_text,
)
from scenarios.store import load_run

HASH = "0" * 64
DEADLINES = ("notice", "cease_deadline", "delete_deadline", "litigation_end")
PLAN = {"scenario_hash": "abc", "seed": 7, "people": 100}


def measures() -> pa.Table:
    size = 4
    columns: dict[str, list] = {name: [0.5] * size for name in tables.MEASURES.names}
    columns |= {
        "arm": ["without", "without", "with", "with"],
        "name": ["searchable_persons"] * size,
        "at": ["2022-12-18", "2022-12-18", "2022-12-18", "2022-12-18"],
        "margin": ["all", "jurisdiction", "all", "jurisdiction"],
        "level": ["", "GB", "", "GB"],
        "headline": [False] * size,
        "unit": ["share of residents"] * size,
        "structural_zero": [False] * size,
        "why": [None] * size,
        "from_scenario_zero": [False] * size,
        "from_scenario_why": [None] * size,
    }
    return tables.table(tables.MEASURES, columns)


def write_run(folder: Path, **other: object) -> Path:
    writer = open_run(folder, PLAN, resume=False)
    write_table(writer.path("measures.parquet"), measures())
    write_text(writer.path("report/table.txt"), "a table\n")
    about = {
        "scenario": "with",
        "scenario_hash": HASH,
        "counterfactual": "without",
        "beside": [],
        "arms": ["without", "with"],
        "titles": {"without": "without", "with": "as it happened"},
        "question": "What did it change?",
        "seed": 7,
        "replications": 2,
        "people": 100,
        "ranges": 0,
        "range_people": 100,
        "moved": [],
        "horizon": {"from": "2017-01-01", "to": "2025-12-31"},
        "windows": {"jurisdiction": "GB"} | dict.fromkeys(DEADLINES, "2022-12-15"),
        "population_hash": HASH,
        "efface_version": "0.1.0",
        "code": HASH,
        "packages": {"numpy": "2.2"},
        "headline": {"name": "searchable_persons", "at": "2025-12-31"},
    }
    write_json(writer.path("about.json"), about)
    made = {"machine": {"system": "Linux", "memory_bytes": None}, "workers": 1, "seconds": 0.5}
    return writer.finish({"run": folder.name, **about, **made, **other})


def test_a_finished_run_opens_and_gives_its_series_arm_by_arm(tmp_path: Path) -> None:
    run = load_run(write_run(tmp_path / "r-1"))
    assert run.arms == ("without", "with")
    assert run.series("searchable_persons", "jurisdiction", "GB")["arm"].to_pylist() == [
        "without",
        "with",
    ]
    with pytest.raises(RunFolderError, match="no weekly series of 'height'"):
        run.series("height")
    with pytest.raises(RunFolderError, match="no arm 'obeyed'"):
        run.events("obeyed")


def test_until_it_is_finished_a_run_is_partial_and_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "r-1"
    writer = open_run(out, PLAN, resume=False)
    write_table(writer.path("measures.parquet"), measures())
    assert not out.exists()
    assert writer.folder == tmp_path / "r-1.partial"
    for path in (out, writer.folder):
        with pytest.raises(RunFolderError, match="unfinished"):
            load_run(path)


def test_a_finished_run_is_never_written_over(tmp_path: Path) -> None:
    out = write_run(tmp_path / "r-1")
    before = (out / "manifest.json").read_bytes()
    for resume in (False, True):
        with pytest.raises(RunFolderError, match="there already"):
            open_run(out, PLAN, resume)
    assert (out / "manifest.json").read_bytes() == before
    assert not partial_of(out).exists()


def test_an_unfinished_run_needs_resume_and_the_same_plan(tmp_path: Path) -> None:
    out = tmp_path / "r-1"
    with pytest.raises(RunFolderError, match="no unfinished run to resume"):
        open_run(out, PLAN, resume=True)
    open_run(out, PLAN, resume=False)
    with pytest.raises(RunFolderError, match="--resume"):
        open_run(out, PLAN, resume=False)
    with pytest.raises(RunFolderError) as caught:
        open_run(out, PLAN | {"seed": 8, "people": 50}, resume=True)
    assert [(fault.key, fault.found, fault.expected) for fault in caught.value.faults] == [
        ("people", "100", "50"),
        ("seed", "7", "8"),
    ]
    assert open_run(out, PLAN, resume=True).final == out


def test_resuming_removes_what_was_being_written_and_keeps_what_is_whole(tmp_path: Path) -> None:
    writer = open_run(tmp_path / "r-1", PLAN, resume=False)
    write_text(writer.path("replications/r0000.parquet"), "whole")
    stale = writer.path("replications/.writing-99-r0001.parquet")
    stale.write_text("half")
    folder = writer.path(".writing-population")
    folder.mkdir()
    (folder / "people.parquet").write_text("half")
    again = open_run(tmp_path / "r-1", PLAN, resume=True)
    assert again.has("replications/r0000.parquet")
    assert not stale.exists()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["r-1.partial", "..", "."])
def test_a_name_that_no_finished_run_can_have_is_refused_before_anything(
    tmp_path: Path, name: str
) -> None:
    with pytest.raises(RunFolderError) as caught:
        open_run(tmp_path / "x" / name if name != "." else Path(name), PLAN, resume=False)
    assert caught.value.faults[0].key == "--out"
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_refused_before_anything(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    for refuse in (
        lambda: open_run(tmp_path / "file/x", PLAN, resume=False),
        lambda: make_room("the sheet", tmp_path / "file/x.png"),
    ):
        with pytest.raises(EffaceError) as caught:
            refuse()
        (fault,) = caught.value.faults
        assert (fault.key, fault.expected) == ("--out", "a place that can be written")
        assert fault.found is not None
        assert fault.found.startswith(str(tmp_path / "file/x"))
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_room_is_made_for_what_is_to_be_written_and_nothing_left_in_it(tmp_path: Path) -> None:
    make_room("the sheet", tmp_path / "a/b/c.png")
    assert list((tmp_path / "a/b").iterdir()) == []


def test_a_write_that_fails_leaves_neither_file_nor_temporary(tmp_path: Path) -> None:
    from scenarios.folder import write_atomic

    def fail(to: Path) -> None:
        to.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_atomic(tmp_path / "a.parquet", fail)
    assert list(tmp_path.iterdir()) == []


def test_equal_tables_give_equal_bytes(tmp_path: Path) -> None:
    write_table(tmp_path / "a.parquet", measures())
    write_table(tmp_path / "b.parquet", measures())
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read as a manifest"),
        ("[]", "not the manifest of a run"),
        ('{"format": 2, "files": {}}', "another layout"),
        ('{"format": 1, "files": {}}', "lacks run"),
    ],
)
def test_a_broken_or_foreign_manifest_is_refused(tmp_path: Path, text: str, message: str) -> None:
    out = write_run(tmp_path / "r-1")
    (out / "manifest.json").write_text(text)
    with pytest.raises(RunFolderError, match=message):
        load_run(out)


def test_a_folder_without_manifest_or_no_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(RunFolderError, match="no manifest"):
        load_run(tmp_path / "empty")
    with pytest.raises(RunFolderError, match="no such run folder"):
        load_run(tmp_path / "nowhere")


def test_runs_are_numbered_and_the_newest_unfinished_one_is_resumed(tmp_path: Path) -> None:
    assert free_folder(tmp_path, "ico-2022", resume=False) == tmp_path / "ico-2022-1"
    for name in ("ico-2022-1", "ico-2022-2.partial", "ico-2022-3.partial", "ico-2022-obeyed-9"):
        (tmp_path / name).mkdir()
    assert free_folder(tmp_path, "ico-2022", resume=False) == tmp_path / "ico-2022-4"
    assert free_folder(tmp_path, "ico-2022", resume=True) == tmp_path / "ico-2022-3"
    with pytest.raises(RunFolderError, match="no unfinished run"):
        free_folder(tmp_path, "no-stay", resume=True)


def test_an_undefined_number_is_null_and_nan_is_refused() -> None:
    row = {"draw": [0], "parameter": ["a"], "value": [None]}
    assert tables.table(tables.DRAWS, row)["value"].to_pylist() == [None]
    with pytest.raises(ValueError, match="not finite"):
        tables.table(tables.DRAWS, row | {"value": [float("nan")]})
    with pytest.raises(ValueError, match="not in both"):
        tables.table(tables.DRAWS, {"draw": [0]})


def test_finish_hashes_what_is_there_and_lists_the_manifest_last(tmp_path: Path) -> None:
    writer = open_run(tmp_path / "r-1", PLAN, resume=False)
    assert isinstance(writer, RunWriter)
    write_text(writer.path("scenario.yaml"), "format: 1\n")
    out = writer.finish({"run": "r-1"})
    manifest = json.loads((out / "manifest.json").read_text())
    assert list(manifest["files"]) == ["plan.json", "scenario.yaml"]
    assert manifest["format"] == 1
