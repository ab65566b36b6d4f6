"""The manners of keeping by name, as a data file: what each leaves of erased rows, with sources.

`stores/keepings.yaml` holds them; every number carries unit, range, source, the copy that was read
and what the source measures, as an operator's file does. `efface list stores` prints them, and a
scenario chooses among them by store (`operator.stores`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

from pydantic import Field, field_validator

from scenarios.sourced import Sourced, only_known, read_model
from scenarios.strict import Errors, Strict, several, wrong
from sim.gallery.keeping import NUMBERS, Keeping, Kind

FILE = "stores/keepings.yaml"


class SourcedNumber(Sourced):
    """A sourced number, 0 or more."""

    value: float = Field(ge=0)


class KeepingFile(Strict):
    """One manner of keeping, as written; its name is its kind."""

    what: str = Field(min_length=1)
    numbers: dict[str, SourcedNumber]

    def keeping(self, name: str) -> Keeping:
        """Return it as the model takes it.

        Raises:
            ValueError: numbers that the manner does not have, or that are out of bounds.
        """
        return keeping_of(name, {key: number.value for key, number in self.numbers.items()})


class KeepingsFile(Strict):
    """The data file, as written."""

    format: Literal[1]
    keepings: dict[str, KeepingFile]

    @field_validator("keepings")
    @classmethod
    def _every_kind(cls, value: dict[str, KeepingFile]) -> dict[str, KeepingFile]:
        kinds = tuple(str(kind) for kind in Kind)
        only_known("keepings", "a manner of keeping", tuple(value), kinds)
        if missing := [kind for kind in kinds if kind not in value]:
            raise wrong(f"lacks {', '.join(missing)}", ", ".join(kinds))
        errors: Errors = []
        for kind, written in value.items():
            try:
                written.keeping(kind)
            except ValueError as error:
                needed = ", ".join(NUMBERS[Kind(kind)]) or "no numbers"
                errors.append(((kind, "numbers"), wrong(str(error), needed)))
        several("keepings", errors)
        return value


@dataclass(frozen=True)
class KnownKeeping:
    """A manner of keeping with the marks of its numbers.

    Attributes:
        keeping: as the model takes it.
        what: one sentence.
        values: number to the sourced value.
    """

    keeping: Keeping
    what: str
    values: Mapping[str, Sourced]


@cache
def known_keepings() -> Mapping[str, KnownKeeping]:
    """Return every manner of keeping by name, read and checked once a process.

    Raises:
        ScenarioError: a file that is not what it should be.
    """
    text = resources.files("scenarios").joinpath(FILE).read_text(encoding="utf-8")
    return keepings_from_text(text, FILE)


def keepings_from_text(text: str, file: str) -> dict[str, KnownKeeping]:
    """Return the manners of keeping from the text of their file.

    Raises:
        ScenarioError: everything that is wrong with the file, each with its line.
    """
    written: KeepingsFile = read_model(text, file, KeepingsFile)
    return {
        name: KnownKeeping(entry.keeping(name), entry.what, dict(entry.numbers))
        for name, entry in written.keepings.items()
    }


def keeping_of(kind: str, numbers: Mapping[str, float]) -> Keeping:
    """Return a manner of keeping of a kind with its numbers.

    Raises:
        ValueError: numbers that the kind does not have, or that are out of bounds.
    """
    if unknown := set(numbers) - set(NUMBERS[Kind(kind)]):
        raise ValueError(f"{kind} has no {', '.join(sorted(unknown))}")
    page = numbers.get("page")
    if page is not None and page != round(page):
        raise ValueError(f"page is a whole number of bytes, found {page:g}")
    return Keeping(
        Kind(kind),
        threshold=numbers.get("threshold"),
        days=numbers.get("days"),
        log_days=numbers.get("log_days"),
        outgrown=numbers.get("outgrown"),
        page=None if page is None else round(page),
    )
