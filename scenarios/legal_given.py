"""The first half of a legal test: the case that is given, and how its steps fall."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator

from generators.errors import ScenarioError
from scenarios.authority_files import known_authority
from scenarios.case_words import a_case
from scenarios.duty_wording import recorded_conduct
from scenarios.legal_words import A_DUTY, AS_RECORDED, LAST_LOOK, all_known, known_word
from scenarios.public_record import load_record
from scenarios.strict import Day, Strict, wrong
from sim.law.scope import Activity
from sim.law.step_kinds import INSTRUMENTS
from sim.operator.strategy import STRATEGIES
from sim.setup import CustomerKind

A_CENTURY = 1200
"""Months in which everything ends that a test may ask about."""


class InlineStep(Strict):
    """A step that the record does not have."""

    step: str
    on: Day
    amount: int | None = Field(default=None, ge=0)


class Times(Strict):
    """Times of a duty, as `sim.setup.Obligation` has them."""

    months: int = Field(default=0, ge=0, le=A_CENTURY)
    days: int = Field(default=0, ge=0, le=31 * A_CENTURY)
    from_service: bool = False
    lasts_months: int | None = Field(default=None, ge=1, le=A_CENTURY)


class Answers(Strict):
    """What the operator does in a case, in place of a strategy.

    Attributes:
        appeals: whether it appeals, or against which instruments.
        meets: duties that it meets by their deadlines.
        pays: whether it pays what is payable.
        settles: whether it settles a private action.
    """

    appeals: bool | tuple[str, ...]
    meets: tuple[str, ...] = ()
    pays: bool = False
    settles: bool = True

    @field_validator("appeals")
    @classmethod
    def _against(cls, value: bool | tuple[str, ...]) -> bool | tuple[str, ...]:
        if not isinstance(value, bool):
            all_known("appeals", value, INSTRUMENTS, "an instrument", listed=True)
        return value

    @field_validator("meets")
    @classmethod
    def _duties(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        all_known("meets", value, *A_DUTY, listed=True)
        return value


class Processing(Strict):
    """What is done with the face of a resident, of which the law's scope is asked.

    Attributes:
        activity: `database` (building it) or `search`.
        client: who searches: `state`, `contractor` or `private`.
        client_country: code of the client's country.
        residence: code of where the person lives.
        on: day of it.
    """

    activity: Activity
    client: CustomerKind
    client_country: str
    residence: str
    on: Day


class Given(Strict):
    """The case: one of the record, or an authority's with steps and an order of one's own; or a
    processing of which only the scope of the law is asked.

    Attributes:
        case: id of the record's action.
        authority: id of the data file, of a case of one's own.
        steps: of a case of one's own.
        order: duties of a case of one's own.
        order_of: id of the action whose order takes the place of the case's.
        clauses: duties that the order holds, in place of all of its own.
        reading: whose reading of scope is followed.
        stay: what an appeal does, in place of the authority's rule.
        operator: a strategy, `as recorded`, or what the operator does.
        processing: in place of a case.
    """

    case: str | None = None
    authority: str | None = None
    steps: tuple[InlineStep, ...] = ()
    order: dict[str, Times] = Field(default_factory=dict)
    order_of: str | None = None
    clauses: tuple[str, ...] | None = None
    reading: Literal["first-tier", "upper"] | None = None
    stay: Literal["automatic", "on application", "none"] | None = None
    operator: Answers | str | None = None
    processing: Processing | None = None

    @field_validator("case", "order_of")
    @classmethod
    def _in_the_record(cls, value: str | None) -> str | None:
        return None if value is None else a_case(load_record(), value)

    @field_validator("order")
    @classmethod
    def _of_duties(cls, value: dict[str, Times]) -> dict[str, Times]:
        all_known("order", value, *A_DUTY)
        return value

    @field_validator("clauses")
    @classmethod
    def _duties(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        all_known("clauses", value or (), *A_DUTY, listed=True)
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
    def _answers(cls, value: Answers | str | None) -> Answers | str | None:
        if isinstance(value, str):
            # One that weighs needs a purse and customers, which a case alone has not.
            plain = (str(name) for name, strategy in STRATEGIES.items() if not strategy.weighs)
            known = (AS_RECORDED, *plain)
            error = known_word(value, known, f"'{value}' is not a strategy that needs no purse")
            if error is not None:
                raise error
        return value

    @model_validator(mode="after")
    def _one_case(self) -> Given:
        own = (self.authority is not None, bool(self.steps))
        kinds = (self.case is not None, any(own), self.processing is not None)
        if sum(kinds) != 1 or any(own) != all(own):
            expected = "'case', or 'authority' with 'steps', or 'processing' with 'reading'"
            raise wrong("a test is about one case, of the record or of one's own", expected)
        if self.order and not all(own):
            raise wrong("a case of the record has its own order", "'order_of' or 'clauses'")
        if self.processing is not None:
            if self.reading is None:
                raise wrong("the scope of the law is a matter of reading", "'reading'")
        elif self.operator is None:
            raise wrong("an operator answers in every case", "'operator'")
        if self.operator == AS_RECORDED and recorded_conduct(self.case or "") is None:
            raise wrong("the record does not tell how this case was met", "a strategy, or answers")
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

    @field_validator("met")
    @classmethod
    def _duties(cls, value: dict[str, date]) -> dict[str, date]:
        all_known("met", value, *A_DUTY)
        return value
