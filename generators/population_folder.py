"""A population as a folder: people as Parquet, ties as arrays, and a manifest that names both.

The folder is written as `NAME.partial` and renamed at the end, so what bears the name is whole.
Reading runs no code from the files (no pickles) and refuses another version, a missing file and
a changed byte.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.digests import sha256
from generators.errors import Fault, PopulationError
from generators.population import Population

FORMAT = "efface population"
VERSION = 1
MANIFEST = "manifest.json"
PEOPLE = "people.parquet"
ARRAYS = ("indptr", "indices")
SCALARS = {
    "jurisdiction": np.uint8,
    "sex": np.uint8,
    "tone": np.uint8,
    "birth_day": np.int32,
    "findability_z": np.float64,
    "identity": np.uint64,
}
NAME_WORDS = ("name_locale", "name_first", "name_last")


def _all_of(kind: type | tuple[type, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(isinstance(one, kind) for one in value)


_KEYS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "files": ("an object", lambda value: isinstance(value, dict)),
    "jurisdictions": ("a list of codes", _all_of(str)),
    "weights": ("a list of numbers", _all_of((int, float))),
    "platforms": ("a list of names", _all_of(str)),
    "seed": ("a whole number", lambda value: isinstance(value, int)),
    "parameters": ("an object", lambda value: isinstance(value, dict)),
    "content_hash": ("a hash", lambda value: isinstance(value, str)),
}
"""What every manifest has: key -> what it holds, in words and as a test."""
_FILE: tuple[str, Callable[[Any], bool]] = (
    "bytes and sha256",
    lambda value: isinstance(value, dict) and {"bytes", "sha256"} <= set(value),
)


def write_folder(population: Population, folder: Path) -> None:
    """Write the population to a new folder.

    Raises:
        PopulationError: the folder exists, or a `.partial` beside it holds something else.
        OSError: the place cannot be written, or the disk is full; nothing is left behind.
    """
    if folder.exists():
        raise PopulationError(
            Fault("the folder exists already", file=str(folder), expected="a new name")
        )
    partial = folder.with_name(folder.name + ".partial")
    _sweep(partial)
    partial.mkdir(parents=True)
    try:
        _write_files(population, partial)
        partial.rename(folder)
    except (OSError, MemoryError):
        shutil.rmtree(partial, ignore_errors=True)
        raise


def _write_files(population: Population, partial: Path) -> None:
    _write_people(population, partial / PEOPLE)
    for name in ARRAYS:
        np.save(partial / f"{name}.npy", np.asarray(getattr(population, name)), allow_pickle=False)
    files = {}
    for name in (PEOPLE, *(f"{name}.npy" for name in ARRAYS)):
        path = partial / name
        files[name] = {"bytes": path.stat().st_size, "sha256": sha256(path)}
        _flush(path)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "people": len(population),
        "edges": population.edges,
        "seed": population.seed,
        "jurisdictions": population.jurisdictions,
        "weights": population.weights.tolist(),
        "platforms": population.platforms,
        "parameters": population.parameters,
        "content_hash": population.content_hash,
        "files": files,
    }
    path = partial / MANIFEST
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    _flush(path)


def read_folder(folder: Path) -> Population:
    """Open a population folder; `indptr` and `indices` are memory-mapped, read-only.

    Raises:
        PopulationError: the folder, a file or a key is missing, the version is another, or a file
            or the whole differs from its hash.
    """
    manifest = _read_manifest(folder)
    for name in (PEOPLE, *(f"{array}.npy" for array in ARRAYS)):
        _check_file(folder / name, manifest["files"][name])
    columns = _read_people(folder / PEOPLE, manifest["platforms"])
    arrays = {name: _open_array(folder / f"{name}.npy") for name in ARRAYS}
    population = Population(
        jurisdictions=tuple(manifest["jurisdictions"]),
        weights=np.array(manifest["weights"], dtype=np.float64),
        platforms=tuple(manifest["platforms"]),
        seed=manifest["seed"],
        parameters=manifest["parameters"],
        **columns,
        **arrays,
    )
    if population.content_hash != manifest["content_hash"]:
        raise PopulationError(
            Fault(
                "the population is not the one that the manifest names",
                file=str(folder / MANIFEST),
                key="content_hash",
                found=population.content_hash,
                expected=str(manifest["content_hash"]),
            )
        )
    return population


def _write_people(population: Population, path: Path) -> None:
    import pyarrow
    import pyarrow.parquet

    columns: dict[str, NDArray[Any]] = {name: getattr(population, name) for name in SCALARS}
    for k, name in enumerate(NAME_WORDS):
        columns[name] = population.name_code[:, k]
    for p, platform in enumerate(population.platforms):
        columns[f"account_{platform}"] = population.accounts[:, p]
        columns[f"public_{platform}"] = population.public[:, p]
    table = pyarrow.table({name: np.ascontiguousarray(held) for name, held in columns.items()})
    pyarrow.parquet.write_table(table, path)


def _read_people(path: Path, platforms: list[str]) -> dict[str, NDArray[Any]]:
    import pyarrow.parquet

    table = pyarrow.parquet.read_table(path)
    wanted = [*SCALARS, *NAME_WORDS]
    wanted += [f"{kind}_{platform}" for kind in ("account", "public") for platform in platforms]
    for name in wanted:
        if name not in table.column_names:
            raise PopulationError(Fault("a column is missing", file=str(path), key=name))

    def column(name: str) -> NDArray[Any]:
        return np.asarray(table.column(name).to_numpy())

    def block(kind: str) -> NDArray[np.bool_]:
        held = [column(f"{kind}_{platform}") for platform in platforms]
        return np.column_stack(held).astype(np.bool_)

    columns = {name: column(name).astype(dtype) for name, dtype in SCALARS.items()}
    columns["name_code"] = np.column_stack([column(name) for name in NAME_WORDS])
    return {**columns, "accounts": block("account"), "public": block("public")}


def _open_array(path: Path) -> NDArray[Any]:
    try:
        return np.asanyarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except ValueError as error:
        raise PopulationError(
            Fault("not an array of numbers", file=str(path), found=str(error))
        ) from None


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    if folder.suffix == ".partial" or not path.is_file():
        raise PopulationError(
            Fault(
                "not a whole population",
                file=str(folder),
                found="a partial folder" if folder.suffix == ".partial" else f"no {MANIFEST}",
                expected="a folder that `efface population build` made",
            )
        )
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError, OSError) as error:
        raise PopulationError(
            Fault("the manifest is no JSON", file=str(path), found=str(error))
        ) from None
    held = manifest if isinstance(manifest, dict) else {}
    for key, expected in (("format", FORMAT), ("version", VERSION)):
        if held.get(key) != expected:
            raise PopulationError(
                Fault(
                    "a population of another kind or version; build it again",
                    file=str(path),
                    key=key,
                    found=str(held.get(key)),
                    expected=str(expected),
                )
            )
    for key, (expected, holds) in _KEYS.items():
        _require(held, key, expected, holds, path, key)
    for name in (PEOPLE, *(f"{array}.npy" for array in ARRAYS)):
        _require(held["files"], name, *_FILE, path, f"files.{name}")
    return held


def _require(
    held: Mapping[str, Any],
    key: str,
    expected: str,
    holds: Callable[[Any], bool],
    path: Path,
    place: str,
) -> None:
    if key not in held:
        raise PopulationError(Fault("a key is missing", file=str(path), key=place))
    if not holds(held[key]):
        raise PopulationError(
            Fault(
                f"{place} is of another kind",
                file=str(path),
                key=place,
                found=type(held[key]).__name__,
                expected=expected,
            )
        )


def _check_file(path: Path, entry: dict[str, Any]) -> None:
    if not path.is_file():
        raise PopulationError(
            Fault("a file of the population is missing", file=str(path), found="no such file")
        )
    size, digest = path.stat().st_size, sha256(path)
    if size != entry["bytes"] or digest != entry["sha256"]:
        raise PopulationError(
            Fault(
                "a file of the population has changed",
                file=str(path),
                found=f"{size} bytes, sha256 {digest}",
                expected=f"{entry['bytes']} bytes, sha256 {entry['sha256']}",
            )
        )


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sweep(partial: Path) -> None:
    """Remove what a killed build left, and nothing else."""
    if not partial.exists():
        return
    ours = {MANIFEST, PEOPLE, *(f"{name}.npy" for name in ARRAYS)}
    if not partial.is_dir() or {path.name for path in partial.iterdir()} - ours:
        raise PopulationError(
            Fault("something else lies where the population would be written", file=str(partial))
        )
    shutil.rmtree(partial)
