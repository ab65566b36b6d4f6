"""The parts of a scenario file: days of the run, operator, cases, interventions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from generators.errors import ScenarioError
from scenarios.case_dates import misdated, movable_steps
from scenarios.cases import case_file, simulable
from scenarios.public_record import nearest_id
from scenarios.quantities import UnitMismatch, parse_quantity
from scenarios.strict import (
    Day,
    Errors,
    Strict,
    as_date,
    nearest_names,
    several,
    surroundings,
    wrong,
)
from sim.dates import EPOCH
from sim.interventions.kinds import Option

LAST_DATE = date(2035, 12, 31)
Strategy = Literal["comply", "minimal", "ignore", "litigate"]


class Horizon(Strict):
    """First and last day of the run, both included."""

    from_: Day = Field(alias="from")
    to: Day

    def wrong_days(self, deadline: date | None) -> Errors:
        """Return what is wrong with the days, each at its own key.

        Args:
            deadline: the last day at which the headline measures look, or None where it is not
                known which case the question is about.
        """
        errors: Errors = []
        if self.from_ != EPOCH:
            message = f"runs start on {EPOCH}, when the operator's gallery was empty"
            errors.append((("from",), wrong(message, str(EPOCH))))
        least = EPOCH if deadline is None else deadline
        if self.to < EPOCH:
            message = "the run would end before it begins"
        elif self.to < least:
            message = (
                f"the run would end before the nominal deadline for deletion, {least}, at which "
                "the headline measures look"
            )
        elif self.to > LAST_DATE:
            message = "lies outside the calendar"
        else:
            return errors
        errors.append((("to",), wrong(message, f"{least} to {LAST_DATE}")))
        return errors


class Operator(Strict):
    """Who runs the gallery and what it does when an order is served."""

    profile: Literal["clearview-like"] = "clearview-like"
    strategy: Strategy


class Case(Strict):
    """One authority's case of the record, with its dates and its rule for appeals."""

    record: str
    dates: Literal["recorded"] | dict[str, date] = "recorded"
    stay: Literal["automatic", "none"] = "automatic"

    @field_validator("record")
    @classmethod
    def _in_the_record(cls, value: str, info: ValidationInfo) -> str:
        record = surroundings(info).record
        if value not in record.ids:
            raise wrong(
                f"the record has no entry '{value}'",
                "an id of the public record",
                nearest_id(record, value),
            )
        try:
            case_file(record, value)
        except ScenarioError as error:
            raise wrong(error.faults[0].message, " or ".join(simulable(record))) from None
        return value

    @field_validator("dates", mode="before")
    @classmethod
    def _dates(cls, value: object, info: ValidationInfo) -> object:
        if value == "recorded":
            return value
        if not isinstance(value, dict):
            raise wrong("is not a set of dates", "'recorded', or steps with their dates")
        moved: dict[str, date] = {}
        errors: Errors = []
        for kind, when in value.items():
            try:
                moved[kind] = _in_the_calendar(as_date(when))
            except PydanticCustomError as error:
                errors.append(((kind,), error))
        record = surroundings(info).record
        if info.data.get("record") in record.ids:
            action = record.action(info.data["record"])
            steps = movable_steps(action)
            for kind in moved:
                if kind not in steps:
                    message = f"'{kind}' is not a step of {action.id} that can be moved"
                    nearest = nearest_names(kind, steps)
                    errors.append(((kind,), wrong(message, ", ".join(steps), nearest, at_key=True)))
            for fault in misdated(action, moved, case_file(record, action.id).appeal_period_days):
                errors.append(((fault.kind,), wrong(fault.message, fault.expected)))
        several("dates", errors)
        return moved

    @property
    def moved(self) -> dict[str, date]:
        """Return the steps whose dates differ from the record's."""
        return {} if isinstance(self.dates, str) else self.dates


def _in_the_calendar(value: date) -> date:
    if not EPOCH <= value <= LAST_DATE:
        raise wrong("lies outside the calendar", f"{EPOCH} to {LAST_DATE}")
    return value


class Intervention(BaseModel):
    """An intervention outside any case; keys beyond these are its own options."""

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, populate_by_name=True)

    kind: str
    from_: Day = Field(alias="from")
    to: Day | None = None
    _values: dict[str, float | str] = PrivateAttr(default_factory=dict)
    scope: Literal["GB"] = "GB"

    @field_validator("kind")
    @classmethod
    def _registered(cls, value: str, info: ValidationInfo) -> str:
        known = tuple(surroundings(info).interventions)
        if value not in known:
            raise wrong(
                f"unknown intervention '{value}'",
                ", ".join(known),
                nearest_names(value, known),
            )
        return value

    @field_validator("from_")
    @classmethod
    def _within_the_run(cls, value: date) -> date:
        if value < EPOCH:
            raise wrong("the intervention would begin before the run", f"{EPOCH} or later")
        return value

    @field_validator("to")
    @classmethod
    def _after_from(cls, value: date | None, info: ValidationInfo) -> date | None:
        start = info.data.get("from_")
        if value is not None and start is not None and value <= start:
            raise wrong("the intervention would end before it begins", f"a day after {start}")
        return value

    @model_validator(mode="after")
    def _take_options(self, info: ValidationInfo) -> Intervention:
        known = surroundings(info).interventions[self.kind].options
        errors: Errors = []
        for name, written in self.options.items():
            try:
                self._values[name] = _option(name, written, known)
            except PydanticCustomError as error:
                errors.append(((name,), error))
        several("intervention", errors)
        return self

    @property
    def options(self) -> dict[str, Any]:
        """Return the intervention's own options as written."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def values(self) -> dict[str, float | str]:
        """Return its own options in the units that the intervention takes."""
        return dict(self._values)


def too_late(interventions: Sequence[Intervention], horizon: Horizon) -> Errors:
    """Return an error for every intervention that begins after the run's last day."""
    return [
        (
            (i, "from"),
            wrong("the intervention would begin after the run", f"{EPOCH} to {horizon.to}"),
        )
        for i, entry in enumerate(interventions)
        if entry.from_ > horizon.to
    ]


def _option(name: str, written: object, known: Mapping[str, Option]) -> float | str:
    if name not in known:
        raise wrong(
            f"unknown option '{name}'", ", ".join(known), nearest_names(name, [*known]), at_key=True
        )
    option = known[name]
    if option.choices:
        if written not in option.choices:
            choices = " or ".join(option.choices)
            raise wrong(
                f"'{name}' cannot be '{written}'", choices, nearest_names(written, option.choices)
            )
        return str(written)
    try:
        value = parse_quantity(written, option.unit).value
    except UnitMismatch as error:
        raise wrong(f"'{name}' {error}", error.expected) from None
    if not option.least <= value <= option.most:
        unit = "" if option.unit == "1" else f" {option.unit}"
        raise wrong(
            f"'{name}' cannot be {value:g}{unit}", f"{option.least:g} to {option.most:g}{unit}"
        )
    return value
