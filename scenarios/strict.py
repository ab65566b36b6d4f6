"""What the models of the scenario format share: strictness, errors with hints, surroundings.

A validator raises `wrong(...)` and the loader turns it into a fault with file, line, column, what
was expected and the nearest names; `several(...)` raises many at once, each at its own key.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, NoReturn

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, ValidationInfo
from pydantic_core import InitErrorDetails, PydanticCustomError

from scenarios.public_record import Record
from sim.dates import EPOCH
from sim.interventions.kinds import InterventionKind
from sim.parameters import Parameters

LAST_DATE = date(2035, 12, 31)
"""Last day that a scenario may speak of."""

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
CUSTOM: Final = "efface"
TEMPLATE: Final = "{message}"
"""Type and text of the errors that `wrong` makes."""
Errors = list[tuple[tuple[str | int, ...], PydanticCustomError]]


@dataclass(frozen=True)
class Surroundings:
    """What a scenario file may refer to.

    Attributes:
        name: the scenario's own name.
        scenarios: names that `counterfactual` and `beside` may have.
        parameters: the model's parameters.
        interventions: the interventions that may be listed, by name.
        record: the public record.
    """

    name: str
    scenarios: tuple[str, ...]
    parameters: Parameters
    interventions: Mapping[str, InterventionKind]
    record: Record


def wrong(
    message: str,
    expected: str = "",
    nearest: Sequence[str] = (),
    *,
    at_key: bool = False,
    against: str = "",
) -> PydanticCustomError:
    """Return an error whose sentence, expectation and nearest names the fault takes over.

    Args:
        message: one sentence.
        expected: what may stand there.
        nearest: names close to what was found, best first.
        at_key: True where the key is wrong and not its value.
        against: a key of the file with whose value this one is at odds; where that was set on the
            command line and this was not, the fault is there.
    """
    context = {
        "message": message,
        "expected": expected,
        "nearest": tuple(nearest),
        "at_key": at_key,
        "against": against,
    }
    return PydanticCustomError(CUSTOM, TEMPLATE, context)


def several(title: str, errors: Errors) -> None:
    """Raise every error of a list at its own place, if there is any."""
    if errors:
        details = [InitErrorDetails(type=e, loc=loc, input=None) for loc, e in errors]
        raise ValidationError.from_exception_data(title, details)


def with_more(title: str, error: ValidationError, more: Errors) -> NoReturn:
    """Raise the errors of a validation that has failed, and more beside them."""
    told: list[InitErrorDetails] = []
    for one in error.errors(include_url=False):
        context = one.get("ctx", {})
        kind: str | PydanticCustomError = one["type"]
        if kind == CUSTOM:
            kind = PydanticCustomError(CUSTOM, TEMPLATE, context)
        told.append(InitErrorDetails(type=kind, loc=one["loc"], input=one["input"], ctx=context))
    told += [InitErrorDetails(type=e, loc=loc, input=None) for loc, e in more]
    raise ValidationError.from_exception_data(title, told)


def surroundings(info: ValidationInfo) -> Surroundings:
    """Return the validation context that the loader has handed over."""
    assert isinstance(info.context, Surroundings)
    return info.context


def nearest_names(name: object, names: Sequence[str]) -> tuple[str, ...]:
    """Return the names nearest to a text, best first."""
    return tuple(difflib.get_close_matches(str(name), list(names), 3, 0.5))


def as_date(value: object) -> date:
    """Return a date or an ISO text as a date.

    Raises:
        PydanticCustomError: anything else, or a day that the calendar does not have.
    """
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _ISO.fullmatch(value):
        raise wrong("is not a date", "a date such as 2022-05-18")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise wrong("the calendar has no such day", "a date such as 2022-05-18") from None


def in_the_calendar(value: date) -> date:
    """Return a date that a run may have.

    Raises:
        PydanticCustomError: a day before the first run's first, or after `LAST_DATE`.
    """
    if not EPOCH <= value <= LAST_DATE:
        raise wrong("lies outside the calendar", f"{EPOCH} to {LAST_DATE}")
    return value


Day = Annotated[date, BeforeValidator(as_date)]


class Strict(BaseModel):
    """Base of every part of the format: frozen, no unknown keys, no silent conversion."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)
