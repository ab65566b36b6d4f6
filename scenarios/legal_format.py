"""Legal tests as a lawyer writes them: given a case, when its steps fall so, then this holds.

The format is told in `docs/legal-tests.md`. A file is strict: an unknown key, case, authority,
step, duty or status is refused with its line and the nearest names, before any test is run.
"""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from generators.errors import ScenarioError
from scenarios.authority_files import INSTRUMENTS, known_authority
from scenarios.case_dates import movable_steps
from scenarios.public_record import load_record, nearest_id
from scenarios.strict import (
    Day,
    Errors,
    Strict,
    as_date,
    in_the_calendar,
    nearest_names,
    several,
    wrong,
)
from sim.law.instruments import Status
from sim.operator.strategy import STRATEGIES

ABSENT = "absent"
"""Status of an instrument that does not exist (yet)."""

NEVER = "never"
"""Day of something that does not happen, or of a deadline that does not run."""

AS_RECORDED = "as recorded"
"""The operator does what the record says that it did."""

ALL = "all"
"""An amount payable that is all that was imposed, or collected that is all that was payable."""

LAST_LOOK = date(2025, 12, 31)
"""Day on which a test ends where it does not say `until`: the last of the shipped runs."""

STATUSES = (ABSENT, *(status.value for status in Status))

STANDINGS = ("not ordered", "suspended", "running", "due", "ended", "void")
"""How a duty can stand on a day: the order lacks it; it does not bind (yet), or an appeal suspends
it; it binds and its time runs; it is owed; its term is over; the order was set aside."""

ORDERED = ("status", "duties", "deadlines")
PAID = ("status", "proposed", "imposed", "payable", "collected", "imposed_over_proposed")

FACTS_OF: dict[str, tuple[str, ...]] = {
    "enforcement notice": ORDERED,
    "monetary penalty notice": PAID,
    "periodic penalty": ("status", "days", "imposed", "payable", "collected"),
    "private action": PAID,
}
"""What can be read of each instrument on a day."""


def _known(
    value: str, known: tuple[str, ...], message: str, at_key: bool = False
) -> PydanticCustomError | None:
    """Return the error of a value, or of a key, that is not among those known."""
    if value in known:
        return None
    return wrong(message, ", ".join(known), nearest_names(value, known), at_key=at_key)


class InlineStep(Strict):
    """A step that the record does not have."""

    step: str
    on: Day
    amount: int | None = Field(default=None, ge=0)


class Times(Strict):
    """Times of a duty, as `sim.setup.Obligation` has them."""

    months: int = Field(default=0, ge=0)
    days: int = Field(default=0, ge=0)
    from_service: bool = False
    lasts_months: int | None = Field(default=None, ge=1)


class Answers(Strict):
    """What the operator does in a case, in place of a strategy."""

    appeals: bool
    meets: tuple[str, ...] = ()
    pays: bool = False


class Given(Strict):
    """The case: one of the record, or an authority's with steps and an order of one's own.

    Attributes:
        case: id of the record's action.
        authority: id of the data file, of a case of one's own.
        steps: of a case of one's own.
        order: duties of a case of one's own.
        order_of: id of the action whose order takes the place of the case's.
        clauses: duties that the order holds, in place of all of its own.
        reading: whose reading of scope a tribunal follows.
        stay: what an appeal does, in place of the authority's rule.
        operator: a strategy, `as recorded`, or what the operator does.
    """

    case: str | None = None
    authority: str | None = None
    steps: tuple[InlineStep, ...] = ()
    order: dict[str, Times] = Field(default_factory=dict)
    order_of: str | None = None
    clauses: tuple[str, ...] | None = None
    reading: Literal["first-tier", "upper"] | None = None
    stay: Literal["automatic", "on application", "none"] | None = None
    operator: Answers | str

    @field_validator("case", "order_of")
    @classmethod
    def _in_the_record(cls, value: str | None) -> str | None:
        record = load_record()
        if value is not None and value not in record.ids:
            message = f"the record has no entry '{value}'"
            raise wrong(message, "an id of the public record", nearest_id(record, value))
        return value

    @field_validator("authority")
    @classmethod
    def _has_a_file(cls, value: str | None) -> str | None:
        if value is not None:
            try:
                known_authority(value)
            except ScenarioError as error:
                fault = error.faults[0]
                raise wrong(fault.message, fault.expected or "", fault.nearest) from None
        return value

    @field_validator("operator")
    @classmethod
    def _answers(cls, value: Answers | str) -> Answers | str:
        if isinstance(value, str):
            known = (AS_RECORDED, *(str(name) for name in STRATEGIES))
            error = _known(value, known, f"there is no strategy '{value}'")
            if error is not None:
                raise error
        return value

    @model_validator(mode="after")
    def _one_case(self) -> Given:
        own = (self.authority is not None, bool(self.steps))
        if self.case is None and not all(own):
            raise wrong("a test is about one case", "'case', or 'authority' with 'steps'")
        if self.case is not None and (any(own) or self.order):
            raise wrong("a case of the record has its own authority, steps and order", "'case'")
        return self


class When(Strict):
    """How the steps fall.

    Attributes:
        dates: step -> date, where it is not the record's.
        amounts: step -> amount, where it is not the record's.
        without: steps that do not happen.
        also: steps that the record does not have.
        met: duty -> day on which the operator does what it asks.
        until: day on which the test ends.
    """

    dates: dict[str, Day] = Field(default_factory=dict)
    amounts: dict[str, int] = Field(default_factory=dict)
    without: tuple[str, ...] = ()
    also: tuple[InlineStep, ...] = ()
    met: dict[str, Day] = Field(default_factory=dict)
    until: Day = LAST_LOOK


class InstrumentFacts(Strict):
    """What holds of one instrument at the end of a day; what is not said is not looked at.

    Attributes:
        status: as `sim.law.instruments.Status`, or `absent`.
        duties: duty -> how it stands (`STANDINGS`).
        deadlines: duty -> day by which it is to be done, or `never` where its time does not run.
        proposed: amount, whole units of the instrument's currency; so the other three.
        imposed: amount of the notice in force or under appeal.
        payable: amount that has fallen due, or `all` of what is imposed.
        collected: amount paid, or `all` of what is payable.
        imposed_over_proposed: ratio, to three decimals.
        days: days for which a periodic penalty has run.
    """

    status: str | None = None
    duties: dict[str, str] = Field(default_factory=dict)
    deadlines: dict[str, str | date] = Field(default_factory=dict)
    proposed: int | None = None
    imposed: int | None = None
    payable: int | Literal["all"] | None = None
    collected: int | Literal["all"] | None = None
    imposed_over_proposed: float | None = None
    days: int | None = None

    @model_validator(mode="after")
    def _words(self) -> InstrumentFacts:
        errors: Errors = []
        if self.status is not None:
            error = _known(self.status, STATUSES, f"'{self.status}' is no status")
            errors += [] if error is None else [(("status",), error)]
        for duty, standing in self.duties.items():
            error = _known(standing, STANDINGS, f"a duty cannot be '{standing}'")
            errors += [] if error is None else [(("duties", duty), error)]
        several("facts", errors)
        return self

    @field_validator("deadlines", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        return _dated("deadlines", value)


def _dated(title: str, value: object) -> object:
    """Turn a mapping's values into dates, `never` left as it is."""
    if not isinstance(value, dict):
        return value
    found: dict[str, date | str] = {}
    errors: Errors = []
    for key, when in value.items():
        try:
            found[key] = NEVER if when == NEVER else as_date(when)
        except PydanticCustomError as error:
            errors.append(((key,), error))
    several(title, errors)
    return found


class Interval(Strict):
    """Days between the first events of two kinds; `is` is the number expected."""

    since: str = Field(alias="from")
    to: str
    days: int = Field(alias="is")


class Then(Strict):
    """What must hold.

    Attributes:
        on: day -> instrument -> what holds at the end of it.
        happens: kind of event -> day of its first one, or `never`.
        days: days between events.
        refused: words of the refusal, where the case cannot be.
    """

    on: dict[str, dict[str, InstrumentFacts]] = Field(default_factory=dict)
    happens: dict[str, str | date] = Field(default_factory=dict)
    days: tuple[Interval, ...] = ()
    refused: str | None = Field(default=None, min_length=8)

    @field_validator("happens", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        return _dated("happens", value)

    @field_validator("on")
    @classmethod
    def _instruments(
        cls, value: dict[str, dict[str, InstrumentFacts]]
    ) -> dict[str, dict[str, InstrumentFacts]]:
        errors: Errors = []
        for day, instruments in value.items():
            try:
                in_the_calendar(as_date(day))
            except PydanticCustomError as error:
                errors.append(((day,), error))
            for name, facts in instruments.items():
                place = (day, name)
                unknown_name = _known(name, INSTRUMENTS, f"'{name}' is no instrument", True)
                if unknown_name is not None:
                    errors.append((place, unknown_name))
                    continue
                unknown = facts.model_fields_set - set(FACTS_OF[name])
                for fact in sorted(unknown):
                    expected = ", ".join(FACTS_OF[name])
                    errors.append(
                        (
                            (*place, fact),
                            wrong(f"the {name} has no '{fact}'", expected, at_key=True),
                        )
                    )
        several("on", errors)
        return value

    @model_validator(mode="after")
    def _says_something(self) -> Then:
        if (self.refused is None) == (not (self.on or self.happens or self.days)):
            raise wrong("says nothing, or both", "'refused', or what holds of the case")
        return self


class LegalTest(Strict):
    """One test.

    Attributes:
        title: what the law or the record says, as a sentence.
        about: ids of the record and addresses of the law that it rests on.
        given: the case.
        when: how its steps fall.
        then: what must hold.
        variant: whether the case differs from the record, so that its outcome is not in it.
    """

    title: str = Field(min_length=10)
    about: tuple[str, ...] = Field(min_length=1)
    given: Given
    when: When = When()
    then: Then
    variant: bool = False

    @model_validator(mode="after")
    def _steps_of_the_case(self) -> LegalTest:
        if self.given.case is None:
            return self
        action = load_record().action(self.given.case)
        once, all_kinds = movable_steps(action), tuple(step.kind for step in action.steps)
        errors: Errors = []
        for key, kinds, known in (
            ("dates", tuple(self.when.dates), once),
            ("amounts", tuple(self.when.amounts), once),
            ("without", self.when.without, all_kinds),
        ):
            for i, kind in enumerate(kinds):
                listed = key == "without"
                message = f"'{kind}' is not a step of {action.id}"
                error = _known(kind, known, message, not listed)
                if error is not None:
                    errors.append((("when", key, i if listed else kind), error))
        several("when", errors)
        return self


class LegalFile(Strict):
    """A file of legal tests."""

    format: Literal[1]
    tests: tuple[LegalTest, ...]

    @field_validator("tests")
    @classmethod
    def _titles(cls, value: tuple[LegalTest, ...]) -> tuple[LegalTest, ...]:
        if not value:
            raise wrong("there is no legal test", "a list of tests")
        titles = [test.title for test in value]
        errors: Errors = [
            ((i, "title"), wrong("the title stands twice", "a title of its own"))
            for i, title in enumerate(titles)
            if title in titles[:i]
        ]
        several("tests", errors)
        return value
