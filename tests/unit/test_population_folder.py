"""A saved population is the one that was built, whole, or it is refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from generators import people_file, population_folder
from generators.errors import Fault, PopulationError
from generators.graph import Communities, Ties
from generators.graph.communities import PLAN
from generators.population import Population, build_population, load_population
from generators.population_folder import files_of
from generators.population_manifest import BY_COMMUNITY, STORED

STORED_FILES, COMMUNITY_FILES = files_of(STORED), files_of(BY_COMMUNITY)


@pytest.fixture(scope="module")
def stored() -> Population:
    return build_population(200, seed=5)


@pytest.fixture(scope="module")
def computed() -> Population:
    return build_population(200, seed=5, acquaintances="by community")


@pytest.fixture
def saved(stored: Population, tmp_path: Path) -> tuple[Population, Path]:
    stored.save(tmp_path / "people")
    return stored, tmp_path / "people"


@pytest.fixture
def planned(computed: Population, tmp_path: Path) -> tuple[Population, Path]:
    computed.save(tmp_path / "planned")
    return computed, tmp_path / "planned"


def refusal(folder: Path) -> Fault:
    with pytest.raises(PopulationError) as refused:
        load_population(folder)
    return refused.value.faults[0]


def seal(folder: Path, name: str) -> None:
    """Write a file's digest into the manifest, as somebody would who wants to be believed."""
    manifest = json.loads((folder / "manifest.json").read_text())
    path = folder / name
    manifest["files"][name] = {
        "bytes": path.stat().st_size,
        "sha256": population_folder.file_entry(path)["sha256"],
    }
    (folder / "manifest.json").write_text(json.dumps(manifest))


@pytest.mark.parametrize("kept", ["saved", "planned"])
def test_what_is_loaded_is_what_was_saved(kept: str, request: pytest.FixtureRequest) -> None:
    people, folder = request.getfixturevalue(kept)
    loaded = load_population(folder)
    for name in loaded.__dataclass_fields__:
        ours, theirs = getattr(people, name), getattr(loaded, name)
        if isinstance(ours, np.ndarray):
            assert ours.dtype == theirs.dtype, name
            assert np.array_equal(ours, theirs), name
        elif isinstance(ours, Ties | Communities):
            assert type(theirs) is type(ours)
            for mine, yours in zip(
                ours.rows(np.arange(200)), theirs.rows(np.arange(200)), strict=True
            ):
                assert np.array_equal(mine, yours), name
        else:
            assert ours == theirs, name
    assert loaded.content_hash == people.content_hash
    assert not list(folder.parent.glob("*.partial"))
    assert loaded.with_isolated_person().content_hash == people.with_isolated_person().content_hash


def test_one_population_has_one_hash_however_acquaintances_are_kept(
    saved: tuple[Population, Path], planned: tuple[Population, Path]
) -> None:
    said = [json.loads((folder / "manifest.json").read_text()) for _, folder in (saved, planned)]
    assert said[0]["content_hash"] == said[1]["content_hash"]
    assert [one["acquaintances"] for one in said] == [STORED, BY_COMMUNITY]


def test_people_are_a_table_that_any_program_reads(saved: tuple[Population, Path]) -> None:
    import pyarrow.parquet

    people, folder = saved
    table = pyarrow.parquet.read_table(folder / "people.parquet")
    assert table.num_rows == 200
    assert table.column("posting_z").to_numpy() == pytest.approx(people.posting_z)
    named = f"public_{people.platforms[1]}"
    assert table.column(named).to_pylist() == people.public[:, 1].tolist()


def test_people_are_written_and_read_in_groups_of_rows(
    saved: tuple[Population, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_file, "_ROWS_A_GROUP", 7)
    saved[0].save(tmp_path / "again")
    assert load_population(tmp_path / "again").content_hash == saved[0].content_hash


def test_ties_stay_on_disk_and_cannot_be_written(
    saved: tuple[Population, Path], planned: tuple[Population, Path]
) -> None:
    written, plan = load_population(saved[1]), load_population(planned[1])
    assert isinstance(written.acquaintances, Ties)
    assert isinstance(plan.acquaintances, Communities)
    arrays = [written.close.indices, written.acquaintances.indices, plan.close.indices]
    for array in [*arrays, plan.acquaintances.wide.stub]:
        assert isinstance(array, np.memmap)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1


@pytest.mark.parametrize(
    ("kept", "name"),
    [("saved", name) for name in STORED_FILES] + [("planned", name) for name in COMMUNITY_FILES],
)
def test_one_changed_byte_or_a_missing_file_is_refused(
    kept: str, name: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(kept)[1]
    path = folder / name
    whole = path.read_bytes()
    content = bytearray(whole)
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    fault = refusal(folder)
    assert (fault.file, fault.key) == (str(path), name)
    assert "sha256" in str(fault.found)
    assert "sha256" in str(fault.expected)
    path.write_bytes(whole[:-1])
    assert refusal(folder).file == str(path)
    path.unlink()
    fault = refusal(folder)
    assert (fault.file, fault.found) == (str(path), "no such file")


@pytest.mark.parametrize("name", [f"communities_{name}.npy" for name in PLAN])
def test_another_plan_of_acquaintances_is_refused_even_if_it_is_sealed(
    planned: tuple[Population, Path], name: str
) -> None:
    path = planned[1] / name
    array = np.load(path).copy()
    array.flat[-1] += 1
    np.save(path, array)
    seal(planned[1], name)
    assert refusal(planned[1]).key == "parameters.acquaintances"


@pytest.mark.parametrize("layer", ["close", "acquaintances"])
def test_ties_of_another_size_are_refused_even_if_they_are_sealed(
    saved: tuple[Population, Path], layer: str
) -> None:
    path = saved[1] / f"{layer}_indices.npy"
    np.save(path, np.load(path)[:-2])
    seal(saved[1], path.name)
    fault = refusal(saved[1])
    assert (fault.file, fault.key) == (str(path), f"{layer}_indices")
    path = saved[1] / f"{layer}_indptr.npy"
    np.save(path, np.load(path).astype(np.float64))
    seal(saved[1], path.name)
    assert "float64" in str(refusal(saved[1]).found)


def test_a_table_of_other_people_is_refused_even_if_it_is_sealed(
    saved: tuple[Population, Path],
) -> None:
    import pyarrow.parquet

    path = saved[1] / "people.parquet"
    table = pyarrow.parquet.read_table(path)
    at = table.column_names.index("tone")
    for key, other in (
        ("people", table.slice(1)),
        ("tone", table.drop_columns(["tone"])),
        ("tone", table.set_column(at, "tone", table["tone"].cast("int64"))),
    ):
        pyarrow.parquet.write_table(other, path)
        seal(saved[1], path.name)
        fault = refusal(saved[1])
        assert (fault.file, fault.key) == (str(path), key)
    path.write_bytes(b"no table at all")
    seal(saved[1], path.name)
    assert refusal(saved[1]).message == "not a table of people"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 6),
        ("weights", [1.0] * 17),
        ("photos", [[1.0] * 5] * 4),
        ("regions", ["UK"] * 17),
        ("places", ["Nowhere"]),
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


def test_another_number_of_close_ties_is_refused(saved: tuple[Population, Path]) -> None:
    path = saved[1] / "manifest.json"
    manifest = json.loads(path.read_text())
    ties = saved[0].close.edges
    assert manifest["close_ties"] == ties
    path.write_text(json.dumps(manifest | {"close_ties": ties + 1}))
    fault = refusal(saved[1])
    assert (fault.key, fault.found, fault.expected) == ("close_ties", str(ties), str(ties + 1))


def test_another_version_is_refused(saved: tuple[Population, Path]) -> None:
    path = saved[1] / "manifest.json"
    path.write_text(path.read_text().replace('"version": 2', '"version": 1'))
    fault = refusal(saved[1])
    assert (fault.file, fault.key) == (str(path), "version")
    assert (fault.found, fault.expected) == ("1", "2")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("files", []),
        ("files", {"people.parquet": 1}),
        ("people", "200"),
        ("people", 0),
        ("people", True),
        ("acquaintances", "elsewhere"),
        ("acquaintances", BY_COMMUNITY),
        ("jurisdictions", "GB"),
        ("regions", [1]),
        ("places", {}),
        ("photos", [1.0]),
        ("weights", [1, "2"]),
        ("platforms", [1]),
        ("seed", "5"),
        ("close_ties", -1),
        ("close_ties", "many"),
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
    about = "files" if value == BY_COMMUNITY else key
    assert (fault.file, str(fault.key).split(".")[0]) == (str(path), about)
    assert fault.found is not None
    assert fault.expected is not None


@pytest.mark.parametrize(
    "content", ["", "not json", "[]", '{"format": "efface population"}', "[" * 100_000]
)
def test_a_broken_manifest_is_refused(saved: tuple[Population, Path], content: str) -> None:
    path = saved[1] / "manifest.json"
    path.write_text(content)
    assert refusal(saved[1]).file == str(path)


def test_an_array_that_carries_code_is_never_run(saved: tuple[Population, Path]) -> None:
    path = saved[1] / "close_indptr.npy"
    np.save(path, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    seal(saved[1], path.name)
    fault = refusal(saved[1])
    assert (fault.file, fault.message) == (str(path), "not an array of numbers")


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

    def killed(path: Path) -> dict[str, object]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(population_folder, "file_entry", killed)
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
