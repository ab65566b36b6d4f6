"""The manifest of a population folder: what must stand in it, and that files are as it says."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from generators.digests import sha256
from generators.errors import Fault, PopulationError

FORMAT = "efface population"
VERSION = 2
MANIFEST = "manifest.json"
STORED, BY_COMMUNITY = "stored", "by community"


def _all_of(kind: type | tuple[type, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, list) and all(_is(one, kind) for one in value)


def _is(value: object, kind: type | tuple[type, ...]) -> bool:
    return isinstance(value, kind) and not isinstance(value, bool)


_numbers = _all_of((int, float))
_KEYS: Mapping[str, tuple[str, Callable[[Any], bool]]] = {
    "files": ("an object", lambda value: isinstance(value, dict)),
    "people": ("a whole number, 1 or more", lambda value: _is(value, int) and value >= 1),
    "close_ties": ("a whole number, 0 or more", lambda value: _is(value, int) and value >= 0),
    "jurisdictions": ("a list of codes", _all_of(str)),
    "regions": ("a list of codes", _all_of(str)),
    "places": ("a list of names", _all_of(str)),
    "platforms": ("a list of names", _all_of(str)),
    "weights": ("a list of numbers", _numbers),
    "photos": (
        "a list of lists of numbers",
        lambda value: isinstance(value, list) and all(_numbers(row) for row in value),
    ),
    "acquaintances": (
        f"{STORED!r} or {BY_COMMUNITY!r}",
        lambda value: value in (STORED, BY_COMMUNITY),
    ),
    "seed": ("a whole number", lambda value: _is(value, int)),
    "parameters": ("an object", lambda value: isinstance(value, dict)),
    "content_hash": ("a hash", lambda value: isinstance(value, str)),
}
"""What every manifest has: key -> what it holds, in words and as a test."""
_FILE: tuple[str, Callable[[Any], bool]] = (
    "bytes and sha256",
    lambda value: isinstance(value, dict) and {"bytes", "sha256"} <= set(value),
)


def file_entry(path: Path) -> dict[str, Any]:
    """Return what the manifest says of a file."""
    return {"bytes": path.stat().st_size, "sha256": sha256(path)}


def read_manifest(folder: Path, files: Callable[[str], Iterable[str]]) -> dict[str, Any]:
    """Return the manifest of a folder, with every key of its kind.

    Args:
        folder: the folder.
        files: which files belong to a folder, by how it keeps acquaintances.

    Raises:
        PopulationError: no whole folder, no JSON, another version, or a key that is missing or of
            another kind.
    """
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
            Fault("the manifest is no JSON", file=str(path), found=str(error), expected="JSON")
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
    for name in files(held["acquaintances"]):
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
        raise PopulationError(
            Fault("a key is missing", str(path), key=place, found="no such key", expected=expected)
        )
    if not holds(held[key]):
        raise PopulationError(
            Fault(
                f"{place} is of another kind",
                file=str(path),
                key=place,
                found=json.dumps(held[key])[:80],
                expected=expected,
            )
        )


def check_file(path: Path, entry: Mapping[str, Any]) -> None:
    """Hold a file to its size and digest.

    Raises:
        PopulationError: it is missing or has changed.
    """
    expected = f"{entry['bytes']} bytes, sha256 {entry['sha256']}"
    if not path.is_file():
        raise PopulationError(
            Fault(
                "a file of the population is missing",
                file=str(path),
                key=path.name,
                found="no such file",
                expected=expected,
            )
        )
    found = file_entry(path)
    if found != {"bytes": entry["bytes"], "sha256": entry["sha256"]}:
        raise PopulationError(
            Fault(
                "a file of the population has changed",
                file=str(path),
                key=path.name,
                found=f"{found['bytes']} bytes, sha256 {found['sha256']}",
                expected=expected,
            )
        )
