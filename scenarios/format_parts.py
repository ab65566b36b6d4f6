"""The parts of a scenario file: days of the run, operator, cases, interventions."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SerializerFunctionWrapHandler,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from scenarios.cases import CODES
from scenarios.operator_files import DEFAULT_PROFILE, stores_of
from scenarios.option_values import option_value
from scenarios.store_rules import (
    STORES_SCHEMA,
    StoreRule,
    idle_rules,
    known_manner,
    unknown_stores,
    wrong_rules,
)
from scenarios.strict import (
    LAST_DATE,
    Day,
    Errors,
    Strict,
    as_date,
    nearest_names,
    several,
    surroundings,
    with_more,
    wrong,
)
from sim.dates import EPOCH
from sim.interventions.kinds import InterventionKind, beyond_scope
from sim.setup import CUSTOMER_KINDS, Scope

Strategy = Literal["comply", "minimal", "ignore", "litigate", "rational"]


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
    """Who runs the gallery, what it does when an order is served, and how its stores keep what was
    erased, where a scenario says other than the profile."""

    profile: Literal["clearview-like", "public-search"] = DEFAULT_PROFILE
    strategy: Strategy
    stores: Annotated[dict[str, StoreRule], WithJsonSchema(STORES_SCHEMA)] = Field(
        default_factory=dict
    )

    @field_validator("stores", mode="wrap")
    @classmethod
    def _one_for_all_or_each(
        cls, value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> dict[str, StoreRule]:
        reached = stores_of(info.data.get("profile"))
        if isinstance(value, str):
            value = dict.fromkeys(reached, known_manner(value))
        if not isinstance(value, dict):
            told = "a manner of keeping by its name, or keys with values: stores with theirs"
            raise wrong("'stores' does not say how stores keep", told)
        unknown = unknown_stores(value)
        try:
            read: dict[str, StoreRule] = handler(value)
        except ValidationError as error:
            with_more("stores", error, unknown)
        several("stores", unknown + wrong_rules(read) + idle_rules(read, reached))
        return read

    @model_serializer(mode="wrap")
    def _said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value != {}}


class ScopeOf(Strict):
    """Whom an intervention covers: a jurisdiction, an age band, a platform, a kind of customer."""

    jurisdiction: str | None = None
    group: str | None = None
    platform: str | None = None
    customer: str | None = None

    @field_validator("*")
    @classmethod
    def _known(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None or info.field_name is None:
            return value
        known = _places(info.field_name)
        if value not in known:
            raise wrong(
                f"there is no {info.field_name} '{value}'",
                ", ".join(known),
                nearest_names(value, known),
            )
        return value

    @model_serializer(mode="wrap")
    def _said(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in handler(self).items() if value is not None}


def _places(field: str) -> tuple[str, ...]:
    """Return the names that a field of a scope may have."""
    from generators.strata import AGE_BANDS, read_strata

    if field == "jurisdiction":
        return tuple(dict.fromkeys((*read_strata().jurisdictions, *CODES.values())))
    if field == "platform":
        return read_strata().platforms
    return AGE_BANDS if field == "group" else CUSTOMER_KINDS


class Intervention(BaseModel):
    """An intervention outside any case; keys beyond these are its own options.

    Where no scope is written it covers the residents of the United Kingdom, or everybody where it
    cannot be limited by jurisdiction.
    """

    model_config = ConfigDict(frozen=True, extra="allow", strict=True, populate_by_name=True)

    kind: str
    from_: Day = Field(alias="from")
    to: Day | None = None
    _values: dict[str, float | str] = PrivateAttr(default_factory=dict)
    scope: str | ScopeOf = Field(default=None, validate_default=True)

    @field_validator("scope", mode="before")
    @classmethod
    def _jurisdiction_or_more(cls, value: object, info: ValidationInfo) -> object:
        if value is None:
            kind = surroundings(info).interventions.get(info.data.get("kind", ""))
            return "GB" if kind is None or "jurisdiction" in kind.scopes else ScopeOf()
        if isinstance(value, str):
            ScopeOf.model_validate({"jurisdiction": value}, context=info.context)
            return value
        if not isinstance(value, dict):
            raise wrong("is not a scope", "a jurisdiction, such as GB, or {jurisdiction: GB, ...}")
        return ScopeOf.model_validate(value, context=info.context)

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
        kind = surroundings(info).interventions[self.kind]
        errors: Errors = self._scope_beyond(kind)
        if self.to is not None and not kind.ends:
            errors.append((("to",), wrong(f"'{kind.name}' is done once and cannot end", "no end")))
        for name, written in self.options.items():
            try:
                self._values[name] = option_value(name, written, kind.options)
            except PydanticCustomError as error:
                errors.append(((name,), error))
        several("intervention", errors)
        return self

    def _scope_beyond(self, kind: InterventionKind) -> Errors:
        """Return an error for every field of a written scope that the intervention cannot have."""
        if "scope" not in self.model_fields_set:
            return []
        errors: Errors = []
        for field in beyond_scope(kind, self.area):
            message = f"'{kind.name}' cannot be limited by {field}"
            limits = " and ".join(kind.scopes) or "no scope: it holds everywhere"
            path = ("scope",) if isinstance(self.scope, str) else ("scope", field)
            errors.append((path, wrong(message, limits)))
        return errors

    @property
    def area(self) -> Scope:
        """Return whom it covers."""
        if isinstance(self.scope, str):
            return Scope(jurisdiction=self.scope)
        return Scope(**self.scope.model_dump())

    @property
    def options(self) -> dict[str, Any]:
        """Return the intervention's own options as written."""
        return dict(self.__pydantic_extra__ or {})

    @property
    def values(self) -> dict[str, float | str]:
        """Return its own options in the units that the intervention takes."""
        return dict(self._values)


def too_late(entries: object, horizon: Horizon) -> Errors:
    """Return an error for every intervention that begins after the run's last day.

    Args:
        entries: the interventions as they are written, whatever else is wrong with them.
        horizon: of the run.
    """
    errors: Errors = []
    for i, entry in enumerate(entries if isinstance(entries, tuple) else ()):
        try:
            start = as_date(entry.get("from") if isinstance(entry, dict) else None)
        except PydanticCustomError:
            continue  # no date: told where the entry is read
        if start > horizon.to:
            message = "the intervention would begin after the run"
            errors.append(((i, "from"), wrong(message, f"{EPOCH} to {horizon.to}")))
    return errors
