"""Fetching the head model: the right files at the right commit, or nothing at all."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from generators.errors import FacesUnavailableError
from generators.heads import fetch
from generators.heads.pack import PACK_NAME, arrays_digest
from generators.heads.wavefront import read_surface, read_vertices

NEUTRAL = """# a square
v 0 0 0
v 1 0 0
v 1 1 0
v 0 1 0
vt 0 0
vt 1 0
vt 1 1
vt 0 1
usemtl M_Face
f 1/1 2/2 3/3 4/4
usemtl M_Teeth
f 1/1 3/3 4/4
"""


def _moved(step: float) -> str:
    return "".join(f"v {x + step} {y} 0.5\n" for x, y in ((0, 0), (1, 0), (1, 1), (0, 1)))


def _git(folder: Path, *arguments: str) -> str:
    environment = os.environ | {
        "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }  # fmt: skip
    done = subprocess.run(
        ["git", "-C", str(folder), *arguments],
        capture_output=True, text=True, check=True, env=environment,
    )  # fmt: skip
    return done.stdout.strip()


@pytest.fixture(name="home")
def repository(tmp_path: Path) -> Path:
    """A tiny repository laid out as the public one is: two modes, one expression."""
    home = tmp_path / "home"
    model = home / "FaceXModel"
    model.mkdir(parents=True)
    (home / "LICENSE").write_text("MIT, as it were\n")
    (model / "generic_neutral_mesh.obj").write_text(NEUTRAL)
    (model / "identity000.obj").write_text(_moved(0.25))
    (model / "identity001.obj").write_text(_moved(-1.0))
    (model / "jawOpen.obj").write_text(_moved(0.0))
    (model / "vertex_indices.json").write_text(json.dumps({"expressions": ["jawOpen"]}))
    _git(home, "init", "--quiet")
    _git(home, "add", ".")
    _git(home, "commit", "--quiet", "-m", "model")
    return home


@pytest.fixture(name="source")
def expected(home: Path) -> fetch.Source:
    """The pins that belong to the tiny repository."""
    source = fetch.Source(
        commit=_git(home, "rev-parse", "HEAD"),
        files_sha256="",
        arrays_sha256="",
        modes=2,
        expressions=("jawOpen",),
        landmarks=(0, 2),
        regions=(("face", 0, 3), ("teeth", 0, 3)),
        region_first_polygon=(0, 1),
    )
    contents = {path: (home / path).read_bytes() for path in source.paths()}
    arrays = fetch.build_arrays(contents, source)
    return replace(
        source, files_sha256=fetch.files_digest(contents), arrays_sha256=arrays_digest(arrays)
    )


def test_the_pack_holds_mean_modes_and_expressions(
    home: Path, source: fetch.Source, tmp_path: Path
) -> None:
    seen: list[tuple[int, int]] = []
    path = fetch.fetch_head_model(
        tmp_path / "out",
        home=str(home),
        source=source,
        progress=lambda i, n, _: seen.append((i, n)),
    )
    with np.load(path, allow_pickle=False) as pack:
        assert pack["mean"].tolist() == [[0, 0, 0], [1, 0, 0], [1, 1, 0], [0, 1, 0]]
        assert pack["identity"][1].tolist() == [[-1, 0, 0.5]] * 4
        assert pack["tri"].tolist() == [[0, 1, 2], [0, 2, 3], [0, 2, 3]]
        assert pack["tri_region"].tolist() == [0, 0, 1]
        assert pack["material_names"].tolist() == ["M_Face", "M_Teeth"]
        assert str(pack["commit"]) == source.commit
    assert (path.parent / fetch.LICENCE_NAME).read_text() == "MIT, as it were\n"
    assert sorted(p.name for p in path.parent.iterdir()) == [fetch.LICENCE_NAME, PACK_NAME]
    assert seen[-1] == (len(source.paths()), len(source.paths()))


@pytest.mark.parametrize("how", ["bare", "address"])
def test_a_bare_mirror_and_an_address_give_the_same_pack(
    home: Path, source: fetch.Source, tmp_path: Path, how: str
) -> None:
    bare = tmp_path / "bare.git"
    _git(tmp_path, "clone", "--quiet", "--bare", str(home), str(bare))
    # A shallow fetch of a bare commit id is what the public host allows; local ones must be told.
    _git(bare, "config", "uploadpack.allowAnySHA1InWant", "true")
    where = str(bare) if how == "bare" else f"file://{bare}"
    path = fetch.fetch_head_model(tmp_path / "out", home=where, source=source)
    with np.load(path, allow_pickle=False) as pack:
        assert arrays_digest({name: pack[name] for name in pack.files}) == source.arrays_sha256


def _refused(home: str, source: fetch.Source, folder: Path, words: str) -> None:
    with pytest.raises(FacesUnavailableError, match=words):
        fetch.fetch_head_model(folder, home=home, source=source)
    assert not folder.exists() or list(folder.iterdir()) == []


def test_other_files_are_refused(home: Path, source: fetch.Source, tmp_path: Path) -> None:
    (home / "FaceXModel" / "identity001.obj").write_text(_moved(-1.0001))
    _git(home, "commit", "--quiet", "-a", "-m", "changed")
    changed = replace(source, commit=_git(home, "rev-parse", "HEAD"))
    _refused(str(home), changed, tmp_path / "out", "sha256 differs")


def test_other_arrays_are_refused(home: Path, source: fetch.Source, tmp_path: Path) -> None:
    _refused(
        str(home), replace(source, arrays_sha256="0" * 64), tmp_path / "out", "not the expected"
    )


def test_an_unknown_commit_is_refused(home: Path, source: fetch.Source, tmp_path: Path) -> None:
    _refused(
        str(home), replace(source, commit="1" * 40), tmp_path / "out", "does not have the commit"
    )


@pytest.mark.parametrize(
    "home_is", ["missing", "--upload-pack=touch x", "ext::sh -c true", "folder"]
)
def test_what_is_no_repository_is_refused(
    source: fetch.Source, tmp_path: Path, home_is: str
) -> None:
    (tmp_path / "folder").mkdir()
    where = str(tmp_path / home_is) if home_is in ("missing", "folder") else home_is
    _refused(where, source, tmp_path / "out", "git could not|neither|does not")


def test_without_git_the_message_says_so(
    home: Path, source: fetch.Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    _refused(str(home), source, tmp_path / "out", "git is not installed")


def test_a_folder_that_cannot_be_made_is_refused(
    home: Path, source: fetch.Source, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FacesUnavailableError, match="cannot be written"):
        fetch.fetch_head_model(tmp_path / "file" / "heads", home=str(home), source=source)


def test_a_good_pack_survives_a_refused_fetch(
    home: Path, source: fetch.Source, tmp_path: Path
) -> None:
    path = fetch.fetch_head_model(tmp_path / "out", home=str(home), source=source)
    before = path.read_bytes()
    with pytest.raises(FacesUnavailableError):
        fetch.fetch_head_model(
            tmp_path / "out", home=str(home), source=replace(source, files_sha256="0")
        )
    assert path.read_bytes() == before


@pytest.mark.parametrize("mesh", [b"", b"v 1 2\nv 1 2\n", b"v 1 x 3\n", b"\x80\x03"])
def test_a_file_that_is_no_mesh_is_refused(mesh: bytes) -> None:
    with pytest.raises(FacesUnavailableError, match="odd vertices"):
        read_vertices(mesh, "it")


def test_faces_without_texture_corners_are_refused() -> None:
    with pytest.raises(FacesUnavailableError, match="odd faces"):
        read_surface(b"v 0 0 0\nf 1 1 1\n", "it")
