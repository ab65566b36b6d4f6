"""YAML as plain data in which every key and value remembers its line and column.

Scenario files come from anybody, so only the plain part of YAML is read: mappings, sequences and
scalars of the core schema (https://yaml.org/spec/1.2.2/#103-core-schema, decimal numbers only).
Tags, anchors, aliases and further documents are refused where they stand: nothing is ever
constructed from a tag, and no alias can multiply what was written. The file is read as a stream
of parser events, so size and depth are bounded before anything is built.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generators.errors import Fault, ScenarioError

MOST_BYTES = 256 * 1024
MOST_DEPTH = 16
_LONGEST_SHOWN = 80
_LONGEST_EXCERPT = 160
_INTEGER = re.compile(r"[-+]?[0-9]{1,4000}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]{1,4})?")
_CONSTANTS: dict[str, bool | None] = {
    "": None,
    "~": None,
    "null": None,
    "true": True,
    "false": False,
}
Path_ = tuple[str | int, ...]


@dataclass(frozen=True)
class Mark:
    """Where a value stands and what stood there.

    Attributes:
        line: 1-based line of the value.
        column: 1-based column of the value.
        text: the scalar as written, or "" for a mapping or a sequence.
        key_line: 1-based line of its key, or of the value where it has no key.
        key_column: 1-based column of its key.
        file: path as the user gave it, or `--set`.
    """

    line: int
    column: int
    text: str
    key_line: int
    key_column: int
    file: str


@dataclass
class MarkedYaml:
    """A document: plain data, a mark for every path in it, and what was wrong with its syntax.

    Attributes:
        file: path as the user gave it.
        lines: the file's lines.
        data: dicts, tuples and scalars.
        marks: path of keys and indices -> mark; the root is `()`.
        faults: everything that the plain part of YAML does not have.
    """

    file: str
    lines: list[str]
    data: Any = None
    marks: dict[Path_, Mark] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def excerpt(self, line: int, column: int) -> str | None:
        """Return the file's line for a caret below it; None where it is too long to print.

        What cannot be printed (and could steer a terminal) is replaced, one sign for one.
        """
        if not 1 <= line <= len(self.lines) or column > _LONGEST_EXCERPT:
            return None
        text = self.lines[line - 1][:_LONGEST_EXCERPT]
        return "".join(c if c.isprintable() or c == "\t" else "\ufffd" for c in text)

    def text_at(self, line: int, column: int) -> str:
        """Return what stands at a place, to the end of its line, as it may be printed."""
        if line > len(self.lines):
            return "the end of the file"
        rest = self.lines[line - 1][column - 1 :].strip()
        return shown(rest) if rest else "the end of the line"

    def fault(self, message: str, line: int, column: int, **details: Any) -> Fault:
        """Return a fault at a place in this file, with the line as excerpt."""
        return Fault(
            message,
            file=self.file,
            line=line,
            column=column,
            excerpt=self.excerpt(line, column),
            **details,
        )


def shown(value: object, longest: int = _LONGEST_SHOWN) -> str:
    """Return a value as it may be printed: short, and without control characters."""
    text = str(value)
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def written(value: Any) -> str:
    """Return plain data on one line as a scenario file could hold it; "nothing" where empty."""
    return "nothing" if value is None or value == "" else _flow(value)


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, tuple):
        return "[" + ", ".join(_flow(item) for item in value) + "]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value)


def dotted(path: Path_) -> str | None:
    """Return a path as a dotted key (`cases.0.dates`), or None for the root."""
    return shown(".".join(str(part) for part in path)) if path else None


def read_text(path: Path) -> str:
    """Return a file's text.

    Raises:
        ScenarioError: not a file, unreadable, larger than 256 KiB, binary, or not UTF-8.
    """
    name, raw = str(path), b""
    try:
        found = _not_a_file(path)
        if found is None:
            with path.open("rb") as handle:
                raw = handle.read(MOST_BYTES + 1)
    except OSError as error:
        raise ScenarioError(Fault(f"cannot be read: {error.strerror}", file=name)) from None
    if found is not None:
        message = "there is no such file" if found == "nothing" else f"is {found}, not a file"
        raise ScenarioError(Fault(message, file=name, found=found, expected="a YAML file"))
    if len(raw) > MOST_BYTES:
        raise ScenarioError(
            Fault("is too large", file=name, expected=f"at most {MOST_BYTES // 1024} KiB")
        )
    return decoded(raw, name)


def _not_a_file(path: Path) -> str | None:
    """Return what a path is instead of a file, or None where it is one."""
    if path.is_file():
        return None
    if not path.exists():
        return "nothing"
    return "a folder" if path.is_dir() else "a pipe or a device"


def decoded(raw: bytes, name: str) -> str:
    """Return bytes as text, or say where they stop being text.

    Raises:
        ScenarioError: a NUL byte or invalid UTF-8.
    """
    nul = raw.find(b"\0")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _place(raw, error.start)
        what = "is a binary file" if nul >= 0 else "is not UTF-8 text"
        raise ScenarioError(
            Fault(
                what,
                file=name,
                line=line,
                column=column,
                found=f"byte 0x{raw[error.start]:02x}",
                expected="text in UTF-8",
            )
        ) from None
    if nul >= 0:
        line, column = _place(raw, nul)
        raise ScenarioError(
            Fault(
                "is a binary file",
                file=name,
                line=line,
                column=column,
                found="byte 0x00",
                expected="text in UTF-8",
            )
        )
    return text


def _place(raw: bytes, offset: int) -> tuple[int, int]:
    before = raw[:offset]
    start = before.rfind(b"\n") + 1
    column = len(before[start:].decode("utf-8", errors="replace")) + 1
    return before.count(b"\n") + 1, column


def plain_scalar(text: str) -> Any:
    """Return an unquoted scalar's value by the core schema; dates stay text."""
    lowered = text if text == text.lower() else text.lower()
    if lowered in _CONSTANTS and text in (lowered, lowered.upper(), lowered.capitalize()):
        return _CONSTANTS[lowered]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    return text
