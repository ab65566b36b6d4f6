"""A saved population is the one that was built, whole, or it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from generators import population_folder
from generators.errors import Fault, PopulationError
from generators.population import Population, build_population, load_population


@pytest.fixture
def saved(tmp_path: Path) -> tuple[Population, Path]:
    people = build_population(200, seed=5)
    folder = tmp_path / "people"
    people.save(folder)
    return people, folder


def refusal(folder: Path) -> Fault:
    with pytest.raises(PopulationError) as refused:
        load_population(folder)
    return refused.value.faults[0]


def test_what_is_loaded_is_what_was_saved(saved: tuple[Population, Path]) -> None:
    people, folder = saved
    loaded = load_population(folder)
    for name in ("weights", *loaded.__dataclass_fields__):
        ours, theirs = getattr(people, name), getattr(loaded, name)
        if isinstance(ours, np.ndarray):
            assert ours.dtype == theirs.dtype, name
            assert np.array_equal(ours, theirs), name
        else:
            assert ours == theirs, name
    assert loaded.content_hash == people.content_hash
    assert not list(folder.parent.glob("*.partial"))


def test_ties_stay_on_disk_and_cannot_be_written(saved: tuple[Population, Path]) -> None:
    loaded = load_population(saved[1])
    assert isinstance(loaded.indices, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        loaded.indices[0] = 1


@pytest.mark.parametrize("name", ["people.parquet", "indptr.npy", "indices.npy"])
def test_one_changed_byte_is_refused(saved: tuple[Population, Path], name: str) -> None:
    path = saved[1] / name
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    fault = refusal(saved[1])
    assert fault.file == str(path)
    assert "sha256" in str(fault.found)
    assert "sha256" in str(fault.expected)


@pytest.mark.parametrize("name", ["people.parquet", "indptr.npy", "indices.npy"])
def test_a_missing_file_is_named(saved: tuple[Population, Path], name: str) -> None:
    (saved[1] / name).unlink()
    assert refusal(saved[1]).file == str(saved[1] / name)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 6),
        ("weights", [1.0] * 5),
        ("platforms", ["plaza", "lumen", "guildhall", "chirrup"]),
    ],
)
def test_a_changed_manifest_is_refused(
    saved: tuple[Population, Path], key: str, value: object
) -> None:
    path = saved[1] / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest[key] = value
    path.write_text(json.dumps(manifest))
    assert refusal(saved[1]).key == "content_hash"


def test_another_version_is_refused(saved: tuple[Population, Path]) -> None:
    path = saved[1] / "manifest.json"
    path.write_text(path.read_text().replace('"version": 1', '"version": 2'))
    fault = refusal(saved[1])
    assert (fault.key, fault.found, fault.expected) == ("version", "2", "1")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("files", []),
        ("files", {"people.parquet": 1}),
        ("jurisdictions", "GB"),
        ("weights", [1, "2"]),
        ("platforms", [1]),
        ("seed", "5"),
        ("parameters", 1),
        ("content_hash", None),
    ],
)
def test_a_manifest_of_the_wrong_shape_is_refused_by_key(
    saved: tuple[Population, Path], key: str, value: object
) -> None:
    path = saved[1] / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {key: value}))
    fault = refusal(saved[1])
    assert (fault.file, str(fault.key).split(".")[0]) == (str(path), key)


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", '{"format": "efface population"}', "[" * 100_000]
)
def test_a_broken_manifest_is_refused(saved: tuple[Population, Path], content: str) -> None:
    path = saved[1] / "manifest.json"
    path.write_text(content)
    assert refusal(saved[1]).file == str(path)


def test_an_array_that_carries_code_is_never_run(saved: tuple[Population, Path]) -> None:
    path = saved[1] / "indptr.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    manifest_path = saved[1] / "manifest.json"
    manifest = json.loads(manifest_path.read_text())
    manifest["files"]["indptr.npy"] = {
        "bytes": path.stat().st_size,
        "sha256": population_folder.sha256(path),
    }
    manifest_path.write_text(json.dumps(manifest))
    assert refusal(saved[1]).file == str(path)


def test_what_exists_is_not_overwritten(saved: tuple[Population, Path]) -> None:
    people, folder = saved
    before = sorted((path.name, path.read_bytes()) for path in folder.iterdir())
    with pytest.raises(PopulationError, match="exists already"):
        people.save(folder)
    assert sorted((path.name, path.read_bytes()) for path in folder.iterdir()) == before


def test_a_killed_build_leaves_a_partial_folder_that_nobody_takes_for_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = build_population(50, seed=5)

    def killed(path: Path) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(population_folder, "sha256", killed)
        with pytest.raises(KeyboardInterrupt):
            people.save(tmp_path / "people")
    assert [path.name for path in tmp_path.iterdir()] == ["people.partial"]
    assert "partial" in str(refusal(tmp_path / "people.partial").found)
    people.save(tmp_path / "people")
    assert [path.name for path in tmp_path.iterdir()] == ["people"]
    assert load_population(tmp_path / "people").content_hash == people.content_hash


def test_what_lies_in_the_way_is_not_removed(tmp_path: Path) -> None:
    own = tmp_path / "people.partial" / "thesis.txt"
    own.parent.mkdir()
    own.write_text("mine")
    with pytest.raises(PopulationError, match="something else"):
        build_population(50, seed=5).save(tmp_path / "people")
    assert own.read_text() == "mine"


def test_a_folder_without_a_population_is_refused(tmp_path: Path) -> None:
    assert "manifest.json" in str(refusal(tmp_path).found)
    assert refusal(tmp_path / "nowhere").file == str(tmp_path / "nowhere")
