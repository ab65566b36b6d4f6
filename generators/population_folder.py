"""A population as a folder: people as Parquet, ties as arrays, and a manifest that names both.

The folder is written as `NAME.partial` and renamed at the end, so what bears the name is whole.
Reading runs no code from the files (no pickles) and refuses another version, a missing file and
a changed byte. Ties, and the plan of those that are computed, stay on disk and are mapped.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.graph import Communities, Ties
from generators.graph.communities import PLAN
from generators.people_file import read_people, write_people
from generators.population import Population
from generators.population_hash import plan_hash
from generators.population_manifest import (
    BY_COMMUNITY,
    FORMAT,
    MANIFEST,
    STORED,
    VERSION,
    check_file,
    file_entry,
    read_manifest,
)

PEOPLE = "people.parquet"
TIES: dict[str, type[np.generic]] = {"indptr": np.int64, "indices": np.int32}


def files_of(acquaintances: str) -> list[str]:
    """Return the files of a folder beside its manifest, by how it keeps acquaintances."""
    held = [f"close_{name}.npy" for name in TIES]
    if acquaintances == STORED:
        held += [f"acquaintances_{name}.npy" for name in TIES]
    else:
        held += [f"communities_{name}.npy" for name in PLAN]
    return [PEOPLE, *held]


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
    write_people(population, partial / PEOPLE)
    for name, array in _arrays(population).items():
        np.save(partial / name, array, allow_pickle=False)
    known = population.acquaintances
    kept = STORED if isinstance(known, Ties) else BY_COMMUNITY
    files = {}
    for name in files_of(kept):
        files[name] = file_entry(partial / name)
        _flush(partial / name)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "people": len(population),
        "close_ties": population.close.edges,
        "acquaintances": kept,
        "seed": population.seed,
        "jurisdictions": population.jurisdictions,
        "regions": population.regions,
        "places": population.places,
        "platforms": population.platforms,
        "weights": population.weights.tolist(),
        "photos": population.photos.tolist(),
        "parameters": population.parameters,
        "content_hash": population.content_hash,
        "files": files,
    }
    path = partial / MANIFEST
    path.write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    _flush(path)


def _arrays(population: Population) -> dict[str, NDArray[Any]]:
    """Return the arrays of both layers by file name."""
    known = population.acquaintances
    held = {f"close_{name}.npy": getattr(population.close, name) for name in TIES}
    if isinstance(known, Ties):
        held |= {f"acquaintances_{name}.npy": getattr(known, name) for name in TIES}
    else:
        held |= {f"communities_{name}.npy": array for name, array in known.arrays().items()}
    return held


def read_folder(folder: Path) -> Population:
    """Open a population folder; ties, or their plan, are memory-mapped, read-only.

    Raises:
        PopulationError: the folder, a file or a key is missing, the version is another, or a file
            or the whole differs from its hash.
    """
    manifest = read_manifest(folder, files_of)
    for name in files_of(manifest["acquaintances"]):
        check_file(folder / name, manifest["files"][name])
    people = manifest["people"]
    close = _open_ties(folder, "close", people)
    _hold_to(folder, "close_ties", close.edges, manifest["close_ties"])
    known: Ties | Communities
    if manifest["acquaintances"] == STORED:
        known = _open_ties(folder, "acquaintances", people)
    else:
        plan = {name: _open(folder / f"communities_{name}.npy") for name in PLAN}
        expected = manifest["parameters"].get("acquaintances")
        _hold_to(folder, "parameters.acquaintances", plan_hash(plan), expected)
        known = Communities.from_arrays(plan, close)
    columns: dict[str, Any] = read_people(folder / PEOPLE, people, manifest["platforms"])
    population = Population(
        jurisdictions=tuple(manifest["jurisdictions"]),
        regions=tuple(manifest["regions"]),
        places=tuple(manifest["places"]),
        platforms=tuple(manifest["platforms"]),
        weights=np.array(manifest["weights"], dtype=np.float64),
        photos=np.array(manifest["photos"], dtype=np.float64),
        seed=manifest["seed"],
        parameters=manifest["parameters"],
        **columns,
        close=close,
        acquaintances=known,
    )
    _hold_to(folder, "content_hash", population.content_hash, manifest["content_hash"])
    return population


def _hold_to(folder: Path, key: str, found: object, expected: object) -> None:
    if found != expected:
        raise PopulationError(
            Fault(
                "the population is not the one that the manifest names",
                file=str(folder / MANIFEST),
                key=key,
                found=str(found),
                expected=str(expected),
            )
        )


def _open_ties(folder: Path, layer: str, people: int) -> Ties:
    """Open one layer, which must be rows of so many people."""
    held = {name: _open(folder / f"{layer}_{name}.npy") for name in TIES}
    size = {"indptr": people + 1, "indices": int(held["indptr"].ravel()[-1:].sum())}
    for name, kind in TIES.items():
        expected = f"{np.dtype(kind)} ({size[name]},)"
        found = f"{held[name].dtype} {held[name].shape}"
        if found != expected:
            raise PopulationError(
                Fault(
                    "not the ties of so many people",
                    file=str(folder / f"{layer}_{name}.npy"),
                    key=f"{layer}_{name}",
                    found=found,
                    expected=expected,
                )
            )
    return Ties(held["indptr"], held["indices"])


def _open(path: Path) -> NDArray[Any]:
    try:
        return np.asanyarray(np.load(path, mmap_mode="r", allow_pickle=False))
    except (ValueError, EOFError) as error:
        raise PopulationError(
            Fault(
                "not an array of numbers",
                file=str(path),
                key=path.stem,
                found=str(error),
                expected="an array of numbers",
            )
        ) from None


def _flush(path: Path) -> None:
    """Have the file on the disk before the folder gets its name."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _sweep(partial: Path) -> None:
    """Remove what a killed build left, and nothing else."""
    if not partial.exists():
        return
    ours = {MANIFEST, *files_of(STORED), *files_of(BY_COMMUNITY)}
    if not partial.is_dir() or {path.name for path in partial.iterdir()} - ours:
        raise PopulationError(
            Fault(
                "something else lies where the population would be written",
                file=str(partial),
                found="files of others",
                expected="nothing, or what a build left that was killed",
            )
        )
    shutil.rmtree(partial)
