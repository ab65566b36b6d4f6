"""A case in a scenario file: one action of the record, with what the scenario changes in it."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import (
    Field,
    ModelWrapValidatorHandler,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from generators.errors import ScenarioError
from scenarios.authority_files import authority_of
from scenarios.case_amounts import amount_not_stated
from scenarios.case_dates import misdated
from scenarios.case_words import a_case, known_duties, require_stages, unknown_steps
from scenarios.cases import case_file
from scenarios.public_record import Record
from scenarios.strict import (
    Errors,
    Strict,
    as_date,
    in_the_calendar,
    nearest_names,
    several,
    surroundings,
    with_more,
    wrong,
)
from sim.dates import EPOCH
from sim.law.checks import check_case
from sim.law.paths import PATH
from sim.law.steps import STEPS
from sim.setup import CaseFile, Reading, Stay

_UNSAID = ("order_of", "clauses", "reading", "amounts")
"""Keys that are left out of the resolved file where the scenario does not say them, so that a
file without them keeps its hash."""

_BESIDE_THE_ORDER = {"stay", "amounts", "dates", "reading"}
"""Keys without which a case still ends in the order that its other keys say."""


class Case(Strict):
    """One authority's case of the record, with its dates, its order and its rule for appeals.

    `stay` is the authority's own rule where nothing is said. `clauses` are the duties that the
    order holds, `order_of` puts another action's order in its place, `reading` says whose reading
    of scope a tribunal follows where its decision is not recorded.
    """

    record: str
    order_of: str | None = None
    clauses: tuple[str, ...] | None = Field(default=None, min_length=1)
    reading: Literal["first-tier", "upper"] | None = None
    dates: Literal["recorded", "drawn"] | dict[str, date] = "recorded"
    amounts: dict[str, int] | None = None
    stay: Literal["automatic", "on application", "none"] = Field(
        default=None, validate_default=True
    )

    @field_validator("record", "order_of")
    @classmethod
    def _in_the_record(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            return None
        return a_case(surroundings(info).record, value)

    @field_validator("clauses")
    @classmethod
    def _known_duties(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        if value is None:
            return None
        known = known_duties()
        errors: Errors = []
        for i, kind in enumerate(value):
            if kind not in known:
                message = f"there is no duty '{kind}'"
                errors.append(((i,), wrong(message, ", ".join(known), nearest_names(kind, known))))
            elif kind in value[:i]:
                errors.append(((i,), wrong(f"'{kind}' is listed twice", "each duty once")))
        several("clauses", errors)
        return value

    @field_validator("dates", mode="before")
    @classmethod
    def _dates(cls, value: object, info: ValidationInfo) -> object:
        if value in ("recorded", "drawn"):
            if value == "drawn":
                require_stages(surroundings(info).record, info.data.get("record"))
            return value
        if not isinstance(value, dict):
            nearest = nearest_names(value, ("recorded", "drawn"))
            expected = "'recorded', 'drawn', or steps with their dates"
            raise wrong("is not a set of dates", expected, nearest)
        moved: dict[str, date] = {}
        errors: Errors = []
        for kind, when in value.items():
            try:
                moved[kind] = in_the_calendar(as_date(when))
            except PydanticCustomError as error:
                errors.append(((kind,), error))
        record = surroundings(info).record
        if info.data.get("record") in record.ids:
            id = info.data["record"]
            errors += unknown_steps(record, id, moved)
            for fault in misdated(record.action(id), moved):
                errors.append(((fault.kind,), wrong(fault.message, fault.expected)))
        several("dates", errors)
        return moved

    @field_validator("amounts")
    @classmethod
    def _of_steps(cls, value: dict[str, int] | None, info: ValidationInfo) -> dict[str, int] | None:
        record = surroundings(info).record
        if value is None or info.data.get("record") not in record.ids:
            return value
        id = info.data["record"]
        errors = unknown_steps(record, id, value)
        unknown = {place[0] for place, _ in errors}
        for kind, amount in value.items():
            cannot = amount_not_stated(kind, authority_of(record.action(id)))
            if cannot is not None and kind not in unknown:
                errors.append(((kind,), cannot))
            elif amount < 0:
                errors.append(((kind,), wrong(f"'{kind}' cannot be {amount}", "0 or more")))
        several("amounts", errors)
        return value

    @field_validator("stay", mode="before")
    @classmethod
    def _own_rule(cls, value: object, info: ValidationInfo) -> object:
        record = surroundings(info).record
        id = info.data.get("record")
        if value is None:
            return "automatic" if id is None else str(authority_of(record.action(id)).stay)
        return value

    @model_validator(mode="wrap")
    @classmethod
    def _within_the_law(
        cls, value: Any, handler: ModelWrapValidatorHandler[Case], info: ValidationInfo
    ) -> Case:
        """Check the case in law, without the keys that cannot be read where some cannot."""
        record = surroundings(info).record
        try:
            case = handler(value)
        except ValidationError as error:
            wrong_keys = {one["loc"][0] for one in error.errors() if one["loc"]}
            if not isinstance(value, dict) or not wrong_keys <= _BESIDE_THE_ORDER:
                raise
            rest = {key: given for key, given in value.items() if key not in wrong_keys}
            with_more("case", error, handler(rest)._unlawful(record))
        several("case", case._unlawful(record))
        return case

    def _unlawful(self, record: Record) -> Errors:
        """Return an error for everything that the law does not allow, at its key."""
        try:
            faults = check_case(self.file(record))
        except ScenarioError as error:
            faults = error.faults
        errors: Errors = []
        for fault in faults:
            place = self._place(fault.key or "", fault.found or "")
            errors.append((place, wrong(fault.message, fault.expected or "")))
        return errors

    def _place(self, key: str, at: str) -> tuple[str | int, ...]:
        """Return the key of this case at which something is at fault."""
        if key == "clauses" and self.clauses is not None and at in self.clauses:
            return ("clauses", self.clauses.index(at))
        if key == "amounts" and self.amounts is not None and at in self.amounts:
            return ("amounts", at)
        if key == "reading":
            return ("reading",)
        if key == PATH:
            # A moved step may put another one, which stands where it stood, out of time.
            causes = (kind for kind in self.moved if at in STEPS and kind in STEPS[at].causes)
            moved = at if at in self.moved else next(causes, next(iter(self.moved), None))
            return ("record",) if moved is None else ("dates", moved)
        for asked in (key, "clauses", "order_of"):
            if getattr(self, asked) is not None and key != "amounts":
                return (asked,)
        return ("record",)

    @property
    def moved(self) -> dict[str, date]:
        """Return the steps whose dates differ from the record's."""
        return {} if isinstance(self.dates, str) else self.dates

    def after(self, last: date) -> Errors:
        """Return an error for every moved date after the last day of a run, at its key."""
        expected = f"{EPOCH} to {last}"
        return [
            (("dates", kind), wrong(f"'{kind}' would come after the run", expected))
            for kind, when in self.moved.items()
            if when > last
        ]

    def file(self, record: Record) -> CaseFile:
        """Return the case file that this case stands for."""
        return case_file(
            record,
            self.record,
            self.moved,
            Stay(self.stay),
            order_of=self.order_of,
            clauses=self.clauses,
            reading=None if self.reading is None else Reading(self.reading),
            drawn=self.dates == "drawn",
            amounts=self.amounts,
        )

    @model_serializer(mode="wrap")
    def _said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        plain: dict[str, Any] = handler(self)
        return {k: v for k, v in plain.items() if k not in _UNSAID or v is not None}
