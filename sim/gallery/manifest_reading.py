"""Reading the manifest of a sealed gallery: every value is held to what it must be.

A manifest's digest finds damage, not forgery: whoever writes another text can write its digest. So
nothing in it is believed. All that is wrong with its values is told in one pass, each by its key,
before any other file is looked at.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

from generators.errors import Fault
from sim.gallery.designs import design_of
from sim.gallery.folder_manifest import (
    COLUMN_FILE,
    FORMAT,
    TYPES,
    VERSION,
    ColumnFile,
    Manifest,
    SegmentFiles,
    as_text,
    digest_of,
)
from sim.gallery.gallery import GalleryError
from sim.gallery.journal import ID, STATE
from sim.gallery.plain_files import open_plain

_OF_FORMAT = ("format", "version")
_MOST = (1 << 63) - 1
_MOST_NUMBERS = 1 << 20
"""Most numbers in a template or a row: more than any encoder gives."""
_MOST_AXES = 3
_CHECK = re.compile("[0-9a-f]{16}")
_EXPECTED_TYPES = {ID: ("<i8", ()), STATE: ("|u1", ())}
"""Types and shapes of columns that are changed or compared before a design is looked at."""


def read_manifest(path: Path) -> Manifest:
    """Read a manifest.

    Raises:
        GalleryError: no JSON, another format or version, a changed byte, or values that no gallery
            has: all of them.
        OSError: it cannot be read.
    """
    try:
        with open_plain(path, "r") as file:
            text = file.readall().decode("utf-8")
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _refused("the manifest is no JSON", path, "", error, "JSON") from None
    if not isinstance(held, dict):
        raise _refused("the manifest is no object", path, "", type(held).__name__, "an object")
    for key, expected in (("format", FORMAT), ("version", VERSION)):
        if held.get(key) != expected:
            message = "a gallery of another format or version"
            raise _refused(message, path, key, held.get(key), str(expected))
    said = held.pop("digest", None)
    if said != digest_of(held):
        raise _refused("the manifest has changed", path, "digest", said, digest_of(held))
    values = _Values(path)
    manifest = _manifest(values, {key: held[key] for key in held if key not in _OF_FORMAT})
    if manifest is None or values.faults:
        raise GalleryError(values.faults)
    if text != as_text(manifest):
        found = "the same values, written otherwise"
        raise _refused("the manifest has changed", path, "", found, "its text as it was written")
    return manifest


def _refused(message: str, path: Path, key: str, found: object, expected: str) -> GalleryError:
    fault = Fault(message, str(path), key=key or None, found=str(found), expected=expected)
    return GalleryError(fault)


class _Values:
    """Values of a manifest by their dotted keys, and what is wrong with them.

    A method returns the value, or one of its kind where it is wrong: then a fault is noted.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.faults: list[Fault] = []

    def wrong(self, key: str, found: object, expected: str, nearest: Iterable[str] = ()) -> None:
        message, text = f"the manifest is not a gallery's: {key}", str(found)
        fault = Fault(message, str(self.path), key=key, found=text[:80], expected=expected)
        self.faults.append(replace(fault, nearest=tuple(nearest)))

    def object_of(self, key: str, value: object, kind: type) -> dict[str, Any] | None:
        """Return an object that has a class's fields as its keys; None where it has not."""
        names = [field.name for field in fields(kind)]
        if not isinstance(value, dict):
            self.wrong(key, value, f"an object with the keys {', '.join(names)}")
            return None
        before, dot = len(self.faults), "." if key else ""
        for name in [name for name in names if name not in value]:
            self.wrong(f"{key}{dot}{name}", "nothing", "a value")
        for name in [name for name in value if name not in names]:
            nearest = difflib.get_close_matches(name, names)
            self.wrong(f"{key}{dot}{name}", name, f"one of {', '.join(names)}", nearest)
        return value if len(self.faults) == before else None

    def whole(self, key: str, value: object, least: int = 0, most: int = _MOST) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        many = f"a whole number from {least} to {most}"
        self.wrong(key, value, many if least < most else str(least))
        return least

    def text(self, key: str, value: object, form: re.Pattern[str], expected: str) -> str:
        if isinstance(value, str) and form.fullmatch(value):
            return value
        self.wrong(key, value, expected)
        return ""

    def several(self, key: str, value: object) -> list[object]:
        if isinstance(value, list):
            return value
        self.wrong(key, value, "a list")
        return []


def _manifest(values: _Values, held: Mapping[str, Any]) -> Manifest | None:
    found = values.object_of("", held, Manifest)
    if found is None:
        return None
    before = len(values.faults)
    dimension = values.whole("dimension", found["dimension"], 1, _MOST_NUMBERS)
    design = values.text("design", found["design"], re.compile(".{1,200}"), "a factory string")
    if len(values.faults) == before:
        try:
            design_of(design, dimension)
        except GalleryError as error:
            values.faults += [replace(fault, file=str(values.path)) for fault in error.faults]
    segments = values.several("segments", found["segments"])
    if not segments:
        values.wrong("segments", "none", "one or more")
    gone = _column(values, "gone", found["gone"], ("<i8", ()))
    read = [_segment(values, f"segments.{n}", n, one) for n, one in enumerate(segments)]
    manifest = Manifest(
        edition=values.whole("edition", found["edition"], 1),
        dimension=dimension,
        design=design,
        segments=tuple(one for one in read if one is not None),
        gone=gone,
    )
    named: dict[str, str] = {}
    for key, column in manifest.files():
        if column.file in named and column.file:
            expected = f"a file of its own: this is {named[column.file]}"
            values.wrong(f"{key}.file", column.file, expected)
        named[column.file] = key
    return manifest


def _segment(values: _Values, key: str, number: int, held: object) -> SegmentFiles | None:
    found = values.object_of(key, held, SegmentFiles)
    if found is None:
        return None
    if not isinstance(found["settled"], bool):
        values.wrong(f"{key}.settled", found["settled"], "true or false")
    rows = values.whole(f"{key}.rows", found["rows"])
    columns = _columns(values, f"{key}.columns", found["columns"])
    for name, column in columns.items():
        if column.rows != rows:
            values.wrong(f"{key}.columns.{name}.rows", column.rows, f"{rows}, as the segment has")
    for name in [name for name in _EXPECTED_TYPES if name not in columns]:
        values.wrong(f"{key}.columns", ", ".join(columns) or "nothing", f"a column {name}")
    return SegmentFiles(
        number=values.whole(f"{key}.number", found["number"], number, number),
        generation=values.whole(f"{key}.generation", found["generation"]),
        settled=bool(found["settled"]),
        sampled_and_gone=values.whole(f"{key}.sampled_and_gone", found["sampled_and_gone"]),
        rows=rows,
        columns=columns,
        model=_columns(values, f"{key}.model", found["model"]),
    )


def _columns(values: _Values, key: str, held: object) -> dict[str, ColumnFile]:
    if not isinstance(held, dict):
        values.wrong(key, held, "an object with a file for each name")
        return {}
    return {
        name: _column(values, f"{key}.{name}", one, _EXPECTED_TYPES.get(name))
        for name, one in held.items()
    }


def _column(
    values: _Values, key: str, held: object, expected: tuple[str, tuple[int, ...]] | None
) -> ColumnFile:
    """Read the description of a file; of this type and shape, unless they are None."""
    found = values.object_of(key, held, ColumnFile)
    if found is None:
        return ColumnFile("", "|u1", (), 0, "")
    # The name is looked for in the folder and nowhere else, and the type holds numbers alone.
    form = "an edition of 8 digits or more, and a name in lower case, as 00000001-gone"
    dtype = values.text(
        f"{key}.dtype",
        found["dtype"],
        re.compile("|".join(map(re.escape, TYPES))),
        f"one of {', '.join(TYPES)}",
    )
    sizes = values.several(f"{key}.shape", found["shape"])
    shape = tuple(values.whole(f"{key}.shape", size, 1, _MOST_NUMBERS) for size in sizes)
    if len(shape) > _MOST_AXES:
        values.wrong(f"{key}.shape", f"{len(shape)} axes", f"{_MOST_AXES} at most")
    if expected is not None and dtype and (dtype, shape) != expected:
        values.wrong(key, f"{dtype} {list(shape)}", f"{expected[0]} {list(expected[1])}")
    return ColumnFile(
        file=values.text(f"{key}.file", found["file"], COLUMN_FILE, form),
        dtype=dtype or "|u1",
        shape=shape,
        rows=values.whole(f"{key}.rows", found["rows"]),
        check=values.text(f"{key}.check", found["check"], _CHECK, "16 hexadecimal digits"),
    )
