"""The small family of errors that a user can meet, each with what was found and what was expected.

Every error that reaches the command line is an `EffaceError`; the command prints it and exits
with code 2. Anything else is a defect of the program and keeps its traceback.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with an input.

    Attributes:
        message: one sentence, without the place.
        file: path as the user gave it, or None where no file is concerned.
        line: 1-based, or None.
        column: 1-based, or None.
        key: dotted key, or None.
        found: what stood there, as text.
        expected: what may stand there, as text.
        nearest: names close to what was found, best first.
        excerpt: the line of the file, for a caret below it.
    """

    message: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    key: str | None = None
    found: str | None = None
    expected: str | None = None
    nearest: tuple[str, ...] = field(default=())
    excerpt: str | None = None

    def as_json(self) -> dict[str, object]:
        """Return the fault in the shape that `efface validate --json` prints."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
            "found": self.found,
            "expected": self.expected,
            "nearest": list(self.nearest),
            "message": self.message,
        }

    def as_text(self) -> str:
        """Return the fault as a person reads it: place, sentence, hints, the line and a caret."""
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        text = f"{place}: {self.message}" if place else self.message
        if self.found is not None:
            text += f"\n    found: {self.found}"
        if self.expected is not None:
            text += f"\n    expected: {self.expected}"
        if self.nearest:
            text += "\n    did you mean: " + ", ".join(self.nearest) + "?"
        if self.excerpt is not None:
            text += f"\n    | {self.excerpt}"
            if self.column is not None:
                text += "\n    | " + " " * (self.column - 1) + "^"
        return text


class EffaceError(Exception):
    """Base of every error that is the input's fault, not the program's.

    Args:
        faults: the faults, or one sentence that stands for a fault without a place.
    """

    def __init__(self, faults: str | Fault | list[Fault]) -> None:
        if isinstance(faults, str):
            faults = Fault(faults)
        self.faults: list[Fault] = faults if isinstance(faults, list) else [faults]
        # Kept as arguments, so that an error that is made anew (a clock's, a worker's) has them.
        super().__init__(self.faults)

    def __str__(self) -> str:
        return "\n".join(fault.as_text() for fault in self.faults)


class ScenarioError(EffaceError):
    """A scenario file, an override or a record cannot be read as what it should be."""


class InterventionFailedError(ScenarioError):
    """An intervention raised what is none of the project's own errors.

    Args:
        faults: as of every `EffaceError`; which intervention, where it is listed, on which date.
        again: options of `efface run` that reach the failure again, beside the run's own.
    """

    def __init__(self, faults: str | Fault | list[Fault], again: tuple[str, ...] = ()) -> None:
        super().__init__(faults)
        self.again = again
        self.args = (self.faults, again)


class ParameterError(EffaceError):
    """A parameter is unknown, has the wrong unit or lies outside its range."""


class PopulationError(EffaceError):
    """A population folder, table or request is not what it should be."""


class FacesUnavailableError(EffaceError):
    """Faces need a head model or a package that is not here; the message names the one command."""


class RunFolderError(EffaceError):
    """A run folder is missing, partial, of another version or has a changed byte."""


class EnvelopeError(EffaceError):
    """A lever asked for more finds than the shared envelope of candidate finds holds.

    Clipping instead would quietly break the coupling between scenarios.
    """
