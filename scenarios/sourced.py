"""Values that say where they come from, as data files of authorities and operators write them.

A value carries the document and the place in it, the copy that was read with its grade, and
whether the source measures the same thing, something near it, or nothing at all (`assumed`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError, model_validator

from generators.errors import ScenarioError
from scenarios.faults import faults_of
from scenarios.strict import Errors, Strict, nearest_names, several, wrong
from scenarios.yaml_reader import read_yaml

Grade = Literal["A", "A-", "B", "C", ""]
Measures = Literal["same", "proxy", "assumed"]


class Sourced(Strict):
    """One value with where it comes from.

    Attributes:
        value: a number, or a text such as the address of a law.
        unit: of a number; "" for a text.
        low: lower end of the plausible range of a number.
        high: upper end.
        source: the document and the place in it, or the ground of an assumption.
        seen_at: address of the copy that was read; "" where the source itself was not read.
        grade: of what was read; "" where nothing was.
        fit: whether the source says this, something near it, or the value is assumed.
    """

    value: int | float | str
    unit: str = ""
    low: int | float | None = None
    high: int | float | None = None
    source: str = Field(min_length=1)
    seen_at: str = ""
    grade: Grade = ""
    fit: Measures

    @model_validator(mode="after")
    def _hangs_together(self) -> Sourced:
        if bool(self.grade) != bool(self.seen_at):
            raise wrong("a grade is about a copy that was read", "seen_at and grade, or neither")
        if isinstance(self.value, str):
            return self
        if not self.unit:
            raise wrong("a number needs a unit", "a unit, such as days")
        if self.low is None or self.high is None or not self.low <= self.value <= self.high:
            raise wrong("the value lies outside its own range", "low <= value <= high")
        return self


class SourcedText(Sourced):
    """A sourced text: the address of a power, a rule for appeals."""

    value: str = Field(min_length=1)


class SourcedCount(Sourced):
    """A sourced whole number, 0 or more: days, cases, whole units of a currency."""

    value: int = Field(ge=0)


class SourcedShare(Sourced):
    """A sourced share, 0 to 1."""

    value: float = Field(ge=0, le=1)


def only_known(title: str, what: str, names: Sequence[str], known: Sequence[str]) -> None:
    """Raise where a mapping of a data file has keys that mean nothing, each at its own place.

    Args:
        title: the mapping's own key.
        what: what a key of it is, with its article ("a stage of a case").
        names: the keys found.
        known: the keys that may stand there.
    """
    errors: Errors = []
    for name in names:
        if name not in known:
            error = wrong(f"'{name}' is not {what}", ", ".join(known),
                          nearest_names(name, known), at_key=True)  # fmt: skip
            errors.append(((name,), error))
    several(title, errors)


def read_model(text: str, file: str, model: type[BaseModel]) -> Any:
    """Return the text of a YAML file as a model.

    Args:
        text: the file's text.
        file: its name, for messages.
        model: what it must be.

    Raises:
        ScenarioError: everything that is wrong with the file, each with its line.
    """
    document = read_yaml(text, file)
    if document.faults:
        raise ScenarioError(document.faults)
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(faults_of(error, document, model)) from None
