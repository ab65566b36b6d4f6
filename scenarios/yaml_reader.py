"""The one reader of YAML that users write: parser events in, marked plain data out.

The parser is ruamel.yaml's; its constructor is not used, so a tag is never more than text.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unicodedata import category

from generators.errors import Fault
from scenarios.yaml_marks import (
    MOST_DEPTH,
    Mark,
    MarkedYaml,
    Path_,
    dotted,
    plain_scalar,
    read_text,
    shown,
)


class _Nothing:
    """Stands for a key that has not come yet, or that cannot be one."""


_NO_KEY = _Nothing()
_BAD_KEY = _Nothing()


@dataclass
class _Frame:
    """A mapping or sequence under construction; `key` is the mapping's key awaiting its value."""

    path: Path_
    value: dict[str, Any] | list[Any]
    key: str | _Nothing = _NO_KEY
    key_place: tuple[int, int] = (1, 1)
    as_key: bool = False


class _Builder:
    """Builds the plain data of one document and notes every fault on the way."""

    def __init__(self, document: MarkedYaml) -> None:
        self.document = document
        self.frames: list[_Frame] = []
        self.documents = 0
        self.aliases_seen = False

    def take(self, event: Any) -> bool:
        """Take one parser event; return False where reading must stop."""
        kind = type(event).__name__
        if kind == "DocumentStartEvent":
            self.documents += 1
            if self.documents > 1:
                self._stray("a second document begins here", event.start_mark, "one document")
                return False
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            self._close()
        elif kind in ("ScalarEvent", "AliasEvent", "MappingStartEvent", "SequenceStartEvent"):
            self._refuse_extras(event, kind)
            if kind == "ScalarEvent":
                self._scalar(event)
            elif kind == "AliasEvent":
                self._alias(event)
            elif len(self.frames) >= MOST_DEPTH:
                self._stray(
                    "is nested too deeply", event.start_mark, f"at most {MOST_DEPTH} levels"
                )
                return False
            else:
                self._open(event, {} if kind == "MappingStartEvent" else [])
        return True

    def _alias(self, event: Any) -> None:
        if self._awaits_key():
            self._key(f"*{event.anchor}", event.start_mark)
            return
        self._note(self._path(), event.start_mark, f"*{event.anchor}")
        self._place(None)

    def _fault(self, message: str, mark: Any, **details: Any) -> None:
        self.document.faults.append(
            self.document.fault(message, mark.line + 1, mark.column + 1, **details)
        )

    def _stray(self, message: str, mark: Any, expected: str) -> None:
        """Note something that may not begin where it does."""
        found = self.document.text_at(mark.line + 1, mark.column + 1)
        self._fault(message, mark, found=found, expected=expected)

    def _awaits_key(self) -> bool:
        frame = self.frames[-1] if self.frames else None
        return frame is not None and isinstance(frame.value, dict) and frame.key is _NO_KEY

    def _path(self) -> Path_:
        """Return the path that the next value gets."""
        if not self.frames:
            return ()
        frame = self.frames[-1]
        if isinstance(frame.value, list):
            return (*frame.path, len(frame.value))
        return (*frame.path, frame.key if isinstance(frame.key, str) else "?")

    def _note(self, path: Path_, mark: Any, text: str) -> None:
        line, column = mark.line + 1, mark.column + 1
        key_line, key_column = line, column
        if self.frames and isinstance(self.frames[-1].value, dict):
            key_line, key_column = self.frames[-1].key_place
        mark_here = Mark(line, column, text, key_line, key_column, self.document.file)
        if path == () or path not in self.document.marks:
            self.document.marks[path] = mark_here

    def _place(self, value: Any) -> None:
        if not self.frames:
            self.document.data = value
            return
        frame = self.frames[-1]
        if isinstance(frame.value, list):
            frame.value.append(value)
            return
        if isinstance(frame.key, str):
            frame.value.setdefault(frame.key, value)
        frame.key = _NO_KEY

    def _key(self, text: str, mark: Any) -> None:
        """Take a mapping's key; a second one of the same name is a fault."""
        frame = self.frames[-1]
        assert isinstance(frame.value, dict)
        frame.key_place = (mark.line + 1, mark.column + 1)
        if text in frame.value:
            first = self.document.marks[(*frame.path, text)]
            self._fault(
                f"duplicate key '{shown(text)}'",
                mark,
                key=dotted((*frame.path, text)),
                found=f"the key a second time (first on line {first.key_line})",
                expected="each key once",
            )
            frame.key = _BAD_KEY
            return
        frame.key = text

    def _scalar(self, event: Any) -> None:
        """Take a scalar: a key where a mapping awaits one, else a value."""
        if any(category(c) in ("Cc", "Cs") and c not in "\n\t" for c in event.value):
            self._fault(
                "a control character is not text",
                event.start_mark,
                key=dotted(self._path()),
                found=shown(event.value),
                expected="text",
            )
        if self._awaits_key():
            self._key(event.value, event.start_mark)
            return
        value = event.value if event.style in ("'", '"', "|", ">") else plain_scalar(event.value)
        self._note(self._path(), event.start_mark, event.value)
        self._place(value)

    def _open(self, event: Any, value: dict[str, Any] | list[Any]) -> None:
        """Begin a mapping or a sequence."""
        as_key = self._awaits_key()
        if as_key:
            self._stray("a key must be a word", event.start_mark, "a word")
            self.frames[-1].key = _BAD_KEY
        path = self._path()
        self._note(path, event.start_mark, "")
        self.frames.append(_Frame(path, value, as_key=as_key))

    def _close(self) -> None:
        """End the innermost mapping or sequence."""
        frame = self.frames.pop()
        if frame.as_key:
            return
        value = frame.value
        self._place(tuple(value) if isinstance(value, list) else value)

    def _refuse_extras(self, event: Any, kind: str) -> None:
        """Note tags, anchors and aliases: none is part of a scenario file."""
        tag = getattr(event, "tag", None)
        if tag is not None:
            self._fault(
                "tags are not part of a scenario file",
                event.start_mark,
                key=dotted(self._path()),
                found=shown(tag),
                expected="plain text, numbers, lists and mappings",
            )
        if getattr(event, "anchor", None) is not None and not self.aliases_seen:
            self.aliases_seen = True
            self._fault(
                "anchors and aliases are not part of a scenario file",
                event.start_mark,
                key=dotted(self._path()),
                found=shown(("*" if kind == "AliasEvent" else "&") + str(event.anchor)),
                expected="each value written out",
            )


def read_yaml(text: str, file: str) -> MarkedYaml:
    """Return text as marked plain data; what is wrong with it is in `.faults`.

    Args:
        text: the YAML.
        file: the name that faults carry.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    document = MarkedYaml(file, text.splitlines())
    builder = _Builder(document)
    document.marks[()] = Mark(1, 1, "", 1, 1, file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if not builder.take(event):
                break
    except YAMLError as error:
        document.faults.append(_syntax_fault(document, text, error))
    except (ValueError, OverflowError) as error:
        # ruamel.yaml lets these through bare, for instance from the escape "\UFFFFFFFF"
        document.faults.append(
            Fault(
                f"is not YAML: {shown(error)}",
                file=file,
                found=shown(text.strip()),
                expected=_A_SCENARIO,
            )
        )
    return document


def fault_in_file(path: Path, key: Path_, message: str, *, found: str, expected: str) -> Fault:
    """Return a fault of a file that has been read before, at the place of one of its keys.

    Args:
        path: the file.
        key: path of keys and indices in it.
        message: one sentence.
        found: what stands there.
        expected: what may stand there.
    """
    document = read_yaml(read_text(path), str(path))
    mark = document.marks.get(key, document.marks[()])
    return document.fault(
        message, mark.line, mark.column, key=dotted(key), found=found, expected=expected
    )


_A_SCENARIO = "a scenario in YAML"


def _syntax_fault(document: MarkedYaml, text: str, error: Any) -> Fault:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = str(getattr(error, "problem", None) or getattr(error, "reason", None) or error)
    message = "is not YAML: " + shown(problem.split("\n")[0])
    if mark is None:
        before = text[: getattr(error, "position", 0)]
        line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    else:
        line, column = mark.line + 1, mark.column + 1
    found = document.text_at(line, column)
    return document.fault(message, line, column, found=found, expected=_A_SCENARIO)
