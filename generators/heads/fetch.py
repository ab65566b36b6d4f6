"""Building the head model's pack from the public git repository that publishes it.

The repository is read with git at one pinned commit, only the needed files, and what was read must
have the pinned sha256; so must the arrays built from it. The pack and the licence beside it appear
whole or not at all. A local clone or a bare mirror serves as well as the public address.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import FacesUnavailableError
from generators.heads.anatomy import (
    EXPRESSIONS,
    LANDMARKS_68,
    MODES,
    REGION_FIRST_POLYGON,
    REGION_VERTICES,
)
from generators.heads.pack import PACK_NAME, PACK_SHA256, arrays_digest
from generators.heads.wavefront import read_surface, read_vertices

PUBLIC_HOME = "https://github.com/ICT-VGL/ICT-FaceKit"
COMMIT = "da5f95a607f5e6b37755b38d3385d7f2853732e5"
LICENCE_NAME = "LICENCE-ICT-FaceKit.txt"

Progress = Callable[[int, int, str], None]
"""Called with (files read, files in all, name of the file)."""


@dataclass(frozen=True)
class Source:
    """Which files of which commit make a pack, and the digests that prove it.

    Attributes:
        commit: full commit id.
        files_sha256: digest over the needed files (`files_digest`).
        arrays_sha256: digest over the built arrays (`pack.arrays_digest`).
        modes: how many identity modes are published.
        expressions: names of the blend shapes.
        landmarks: vertices of the 68 landmarks.
        regions: (name, first vertex, last vertex) of each anatomical region.
        region_first_polygon: first polygon of each region.
    """

    commit: str = COMMIT
    files_sha256: str = "104b1b2754803030aa8945a87b2420666b578a28080a806a85d38f86cbec5775"
    arrays_sha256: str = PACK_SHA256
    modes: int = MODES
    expressions: tuple[str, ...] = EXPRESSIONS
    landmarks: tuple[int, ...] = LANDMARKS_68
    regions: tuple[tuple[str, int, int], ...] = REGION_VERTICES
    region_first_polygon: tuple[int, ...] = REGION_FIRST_POLYGON

    def identity_files(self) -> list[str]:
        """Return the paths of the identity modes in the repository."""
        return [f"FaceXModel/identity{i:03d}.obj" for i in range(self.modes)]

    def expression_files(self) -> list[str]:
        """Return the paths of the blend shapes in the repository."""
        return [f"FaceXModel/{name}.obj" for name in self.expressions]

    def paths(self) -> list[str]:
        """Return every path that is read, in the order of the digest."""
        fixed = ["LICENSE", NEUTRAL_FILE, INDICES_FILE]
        return sorted([*fixed, *self.identity_files(), *self.expression_files()])


NEUTRAL_FILE = "FaceXModel/generic_neutral_mesh.obj"
INDICES_FILE = "FaceXModel/vertex_indices.json"


def fetch_head_model(
    folder: Path,
    *,
    home: str = PUBLIC_HOME,
    source: Source | None = None,
    progress: Progress | None = None,
) -> Path:
    """Build the pack in `folder` from a git repository and return its path.

    Args:
        folder: where the pack and its licence go; made if missing.
        home: address of the repository, or the path of a local clone or bare mirror.
        source: the commit, digests and layout that are expected; the published model by default.
        progress: called after each file.

    Raises:
        FacesUnavailableError: git is missing, the repository or commit cannot be read, or a digest
            differs; nothing is written then.
    """
    source = source or Source()
    with _object_store(home, source.commit) as store:
        contents = _read_files(store, source, progress)
    if files_digest(contents) != source.files_sha256:
        raise FacesUnavailableError(
            f"the files at commit {source.commit[:12]} of {home} are not the published head model: "
            "their sha256 differs; nothing was written"
        )
    arrays = build_arrays(contents, source)
    if arrays_digest(arrays) != source.arrays_sha256:
        raise FacesUnavailableError(
            "the arrays built from the head model are not the expected ones; nothing was written"
        )
    return _write_pack(folder, arrays, contents["LICENSE"])


def build_arrays(contents: dict[str, bytes], source: Source) -> dict[str, NDArray[Any]]:
    """Return the arrays of a `HeadPack` from the contents of the repository's files.

    Modes and blend shapes become differences to the mean in float16 (error at most 0.001 cm).

    Raises:
        FacesUnavailableError: a file is not the mesh that it should be.
    """
    surface = read_surface(contents[NEUTRAL_FILE], NEUTRAL_FILE)
    mean = surface.vertices

    def differences(paths: list[str]) -> NDArray[np.float16]:
        rows = []
        for path in paths:
            vertices = read_vertices(contents[path], path)
            if vertices.shape != mean.shape:
                raise FacesUnavailableError(f"{path} has {len(vertices)} vertices, not {len(mean)}")
            rows.append((vertices - mean).astype(np.float16))
        return np.array(rows)

    _require_expressions(contents[INDICES_FILE], source)
    first = np.array(source.region_first_polygon)
    region = np.searchsorted(first, surface.tri_polygon, side="right") - 1
    return {
        "mean": mean.astype(np.float32),
        "identity": differences(source.identity_files()),
        "expression": differences(source.expression_files()),
        "expression_names": np.array(source.expressions),
        "tri": surface.tri.astype(np.uint16),
        "tri_uv": surface.tri_uv.astype(np.uint16),
        "uv": surface.uv.astype(np.float32),
        "tri_material": surface.tri_material.astype(np.uint8),
        "material_names": np.array(surface.materials),
        "tri_region": region.astype(np.uint8),
        "region_names": np.array([name for name, _, _ in source.regions]),
        "region_vertex_range": np.array(
            [(start, last + 1) for _, start, last in source.regions], dtype=np.int32
        ),
        "landmarks68": np.array(source.landmarks, dtype=np.int32),
        "tri_polygon": surface.tri_polygon.astype(np.uint16),
        "commit": np.array(source.commit),
    }


def _require_expressions(indices: bytes, source: Source) -> None:
    """Check that the repository's own list names the blend shapes that are read."""
    try:
        named = set(json.loads(indices)["expressions"])
    except (ValueError, KeyError, TypeError):
        raise FacesUnavailableError(f"{INDICES_FILE} does not list the expressions") from None
    # Pupils are published as files but left out of that list.
    unknown = [n for n in source.expressions if n not in named and not n.startswith("Pupil")]
    if unknown:
        raise FacesUnavailableError(f"{INDICES_FILE} does not name {', '.join(unknown)}")


def files_digest(contents: dict[str, bytes]) -> str:
    """Return the sha256 (hex) over paths, sizes and contents, by path."""
    digest = hashlib.sha256()
    for path in sorted(contents):
        digest.update(f"{path}|{len(contents[path])}|".encode())
        digest.update(contents[path])
    return digest.hexdigest()


def _git(arguments: list[str], stdin: bytes | None = None) -> bytes:
    """Run git and return what it printed; no prompt, no environment that points elsewhere."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    environment |= {"GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", *arguments], input=stdin, capture_output=True, env=environment, check=False
        )
    except FileNotFoundError:
        raise FacesUnavailableError(
            "the head model is read with git, and the command git is not installed"
        ) from None
    if done.returncode != 0:
        lines = done.stderr.decode(errors="replace").strip().splitlines() or ["no message"]
        said = next((line for line in lines if line.startswith("fatal:")), lines[-1])
        raise FacesUnavailableError(f"git could not read the head model: {said}")
    return done.stdout


@contextmanager
def _object_store(home: str, commit: str) -> Iterator[Path]:
    """Yield a git directory that has the commit: the local one, or a shallow copy of that commit.

    Raises:
        FacesUnavailableError: no repository there, or it lacks the commit.
    """
    local = Path(home)
    if local.is_dir():
        _require_commit(local, home, commit)
        yield local
        return
    if home.startswith("-") or "::" in home:
        raise FacesUnavailableError(f"{home!r} is neither an address nor a folder")
    with tempfile.TemporaryDirectory(prefix="efface-heads-") as scratch:
        _git(["init", "--quiet", "--bare", scratch])
        _git(["-C", scratch, "fetch", "--quiet", "--no-tags", "--depth", "1", "--", home, commit])
        _require_commit(Path(scratch), home, commit)
        yield Path(scratch)


def _require_commit(store: Path, home: str, commit: str) -> None:
    _git(["-C", str(store), "rev-parse", "--git-dir"])
    try:
        _git(["-C", str(store), "cat-file", "-e", f"{commit}^{{commit}}"])
    except FacesUnavailableError:
        raise FacesUnavailableError(f"{home} does not have the commit {commit}") from None


def _read_files(store: Path, source: Source, progress: Progress | None) -> dict[str, bytes]:
    """Return path → content of the needed files at the commit."""
    paths = source.paths()
    contents = {}
    for done, path in enumerate(paths, start=1):
        contents[path] = _git(["-C", str(store), "cat-file", "blob", f"{source.commit}:{path}"])
        if progress is not None:
            progress(done, len(paths), path)
    return contents


def _write_pack(folder: Path, arrays: dict[str, NDArray[Any]], licence: bytes) -> Path:
    """Write licence and pack into `folder`, each whole or not at all, and return the pack's path.

    Raises:
        FacesUnavailableError: the folder cannot be written.
    """
    path = folder / PACK_NAME
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".fetching-", dir=folder) as scratch:
            pack = Path(scratch) / PACK_NAME
            np.savez_compressed(pack, allow_pickle=False, **arrays)
            text = Path(scratch) / LICENCE_NAME
            text.write_bytes(licence)
            _to_disk((pack, text))
            os.replace(text, folder / LICENCE_NAME)
            os.replace(pack, path)
            _to_disk((folder,))
    except OSError as error:
        raise FacesUnavailableError(
            f"the head model cannot be written to {folder}: {error.strerror or error}"
        ) from None
    return path


def _to_disk(paths: Iterable[Path]) -> None:
    """Flush files or folders to the disk."""
    for path in paths:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
