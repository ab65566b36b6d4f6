"""Manifests, journals and rows that somebody wrote by hand, digests and checks included."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.gallery.folder_manifest import JOURNAL, MANIFEST, NEXT, digest, digest_of
from sim.gallery.gallery import GalleryError
from sim.gallery.opening import open_folder
from sim.gallery.row_checks import row_check
from tests.sealed_galleries import sealed

ROWS = 10


def crafted(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change a manifest and give it the digest that fits."""
    held = json.loads(path.read_text())
    held.pop("digest")
    change(held)
    path.write_text(json.dumps({**held, "digest": digest_of(held)}, indent=1) + "\n")


def contents(path: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in path.iterdir()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sealed gallery of two segments that nobody has open."""
    path = tmp_path_factory.mktemp("crafted") / "gallery"
    sealed(path, ROWS, segments=2).close()
    return path


@pytest.fixture
def path(whole: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(whole, tmp_path / "gallery"))


def first(held: dict[str, Any], *keys: str) -> Any:
    for key in ("segments", 0, *keys):
        held = held[key]
    return held


MANIFESTS: dict[str, Callable[[dict[str, Any]], object]] = {
    "edition": lambda held: held.update(edition=0),
    "dimension": lambda held: held.update(dimension=10**12),
    "design": lambda held: held.update(design="HNSW32"),
    "segments": lambda held: held.update(segments=[]),
    "segments.0": lambda held: held.update(segments=["id"]),
    "segments.0.number": lambda held: first(held).update(number=5),
    "segments.0.settled": lambda held: first(held).update(settled=1),
    "segments.0.sampled_and_gone": lambda held: first(held).update(sampled_and_gone=10**40),
    "segments.0.rows": lambda held: first(held).update(rows=True),
    "segments.0.columns": lambda held: first(held).update(columns=[]),
    "segments.0.columns.code.rows": lambda held: first(held, "columns", "code").update(rows=9),
    "segments.0.columns.id": lambda held: first(held, "columns", "id").update(dtype="<f8"),
    "segments.0.columns.state": lambda held: first(held, "columns", "state").update(shape=[1]),
    "segments.0.columns.list.dtype": lambda held: first(held, "columns", "list").update(dtype="O"),
    "segments.0.columns.list.file": lambda held: first(held, "columns", "list").update(
        file="../../etc/passwd"
    ),
    "segments.0.model.centroids.file": lambda held: first(held, "model", "centroids").update(
        file=held["gone"]["file"]
    ),
    "segments.0.model.centroids.shape": lambda held: first(held, "model", "centroids").update(
        shape=[0]
    ),
    "gone": lambda held: held["gone"].update(dtype="<f4"),
    "gone.check": lambda held: held["gone"].update(check="12"),
    "gone.xcheck": lambda held: held["gone"].update(xcheck="12"),
    "gone.shape": lambda held: held["gone"].pop("shape"),
}


@pytest.mark.parametrize("key", list(MANIFESTS))
def test_a_manifest_that_no_gallery_has_is_refused_by_its_key(key: str, path: Path) -> None:
    crafted(path / MANIFEST, MANIFESTS[key])
    before = contents(path)
    with pytest.raises(GalleryError) as raised:
        open_folder(path)
    fault = raised.value.faults[0]
    assert (fault.file, fault.key) == (str(path / MANIFEST), key)
    assert fault.found
    assert fault.expected
    assert contents(path) == before


def test_all_that_is_wrong_with_a_manifest_is_told_at_once(path: Path) -> None:
    keys = ["dimension", "segments.0.number", "gone", "gone.xcheck"]
    for key in keys[:3]:
        crafted(path / MANIFEST, MANIFESTS[key])
    with pytest.raises(GalleryError) as raised:
        open_folder(path)
    assert sorted(str(f.key) for f in raised.value.faults) == sorted(keys[:3])
    crafted(path / MANIFEST, MANIFESTS["gone.xcheck"])
    with pytest.raises(GalleryError, match="did you mean: check"):
        open_folder(path)


def with_journal(path: Path, head: object, places: list[int]) -> None:
    """Leave a journal with a digest that fits, and the manifest that it names."""
    crafted(path / MANIFEST, lambda held: held.update(edition=1))
    shutil.copy(path / MANIFEST, path / NEXT)
    crafted(path / NEXT, lambda held: held.update(edition=2))
    if isinstance(head, dict):
        head = {"manifest": digest((path / NEXT).read_text()), **head}
    told = head if isinstance(head, bytes) else json.dumps(head).encode()
    body = b"efface gallery journal 1\n" + told + b"\n" + np.array(places, dtype="<i8").tobytes()
    (path / JOURNAL).write_bytes(hashlib.sha256(body).digest() + body)


@pytest.mark.parametrize(
    ("head", "places", "key"),
    [
        (b"no JSON", [], None),
        (b"\xff\xff", [], None),
        ([], [], "manifest"),
        ({"manifest": 7}, [], "manifest"),
        ({}, [], "changes"),
        ({"changes": []}, [], "changes"),
        ({"changes": [[0, 2]]}, [1], "changes"),
        ({"changes": [[0, 300, 1]]}, [1], "changes"),
        ({"changes": [[0, 0, 1]]}, [1], "changes"),
        ({"changes": [[0, 2, -1]]}, [], "changes"),
        ({"changes": [[0, 2, 2]]}, [1], "changes"),
        ({"changes": [[9, 2, 1]]}, [1], "changes.0"),
        ({"changes": [[0, 2, 1], [0, 1, 1]]}, [1, 2], "changes.1"),
        ({"changes": [[1, 1, 1], [0, 2, 1]]}, [1, -1], "changes.1"),
        ({"changes": [[0, 2, 1]]}, [ROWS], "changes.0"),
        ({"changes": [[0, 2, 2]]}, [4, 4], "changes.0"),
    ],
)
def test_a_journal_that_no_gallery_has_is_refused_before_a_byte_is_written(
    head: object, places: list[int], key: str | None, path: Path
) -> None:
    with_journal(path, head, places)
    before = contents(path)
    with pytest.raises(GalleryError, match="the journal is not a gallery's") as raised:
        open_folder(path)
    fault = raised.value.faults[0]
    assert (fault.file, fault.key) == (str(path / JOURNAL), key)
    assert fault.found
    assert fault.expected
    assert contents(path) == before


@pytest.fixture
def exact(tmp_path: Path) -> Path:
    """A sealed gallery of two segments of five templates, exact, that nobody has open."""
    pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    from sim.gallery.stored import StoredGallery

    gallery = StoredGallery(8, "Segments5,Flat")
    gallery.enrol(np.arange(ROWS), np.eye(8, dtype=np.float32)[np.arange(ROWS) % 8])
    gallery.seal(tmp_path / "exact")
    gallery.close()
    return tmp_path / "exact"


def with_rows(path: Path, name: str, change: Callable[[np.ndarray], object]) -> Path:
    """Change rows of a column of the first segment, and give them the check that fits."""
    column = first(json.loads((path / MANIFEST).read_text()), "columns", name)
    file = path / column["file"]
    rows = np.fromfile(file, dtype=column["dtype"]).reshape(-1, *column["shape"])
    change(rows)
    rows.tofile(file)
    check = f"{row_check(rows):016x}"
    crafted(path / MANIFEST, lambda held: first(held, "columns", name).update(check=check))
    return file


ROWS_OF: dict[str, tuple[str, Callable[[np.ndarray], object]]] = {
    "searchable": ("state", lambda rows: rows.__setitem__(3, 7)),
    "an id of 0": ("id", lambda rows: rows.__setitem__(3, -1)),
    "each id once": ("id", lambda rows: rows.__setitem__(3, rows[4])),
    "0 or 1": ("sampled", lambda rows: rows.view(np.uint8).__setitem__(3, 7)),
    "finite": ("vector", lambda rows: rows.__setitem__((3, 2), np.nan)),
    "zeros where": ("state", lambda rows: rows.__setitem__(3, 2)),
}


@pytest.mark.parametrize("expected", list(ROWS_OF))
def test_rows_that_no_gallery_keeps_are_refused_by_their_file(expected: str, exact: Path) -> None:
    from sim.gallery.reopening import open_gallery

    name, change = ROWS_OF[expected]
    file = with_rows(exact, name, change)
    if expected == "zeros where":  # it is the vector that should be gone
        file = exact / file.name.replace("state", "vector")
    for _ in range(2):  # and not: open elsewhere
        with pytest.raises(GalleryError, match="what no gallery keeps") as raised:
            open_gallery(exact)
        (fault,) = raised.value.faults
        assert fault.file == str(file)
        assert fault.key == f"segments.0.columns.{file.name.rpartition('-')[2]}"
        assert expected in str(fault.expected)


def test_an_id_that_two_segments_have_is_refused(exact: Path) -> None:
    from sim.gallery.reopening import open_gallery

    with_rows(exact, "id", lambda rows: rows.__setitem__(slice(0, 2), [7, -5]))
    with pytest.raises(GalleryError) as raised:
        open_gallery(exact)
    found = [(fault.key, fault.found) for fault in raised.value.faults]
    assert found == [
        ("segments.0.columns.id", "-5 in row 1, 1 in all"),
        ("segments.1.columns.id", "7 in row 2, 1 in all"),
    ]
