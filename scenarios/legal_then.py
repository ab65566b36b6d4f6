"""The second half of a legal test: what must hold of instruments on a day, of events, of scope."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from scenarios.legal_words import (
    A_DUTY,
    EVENTS,
    FACTS_OF,
    NEVER,
    STANDINGS,
    STATUSES,
    all_known,
    known_word,
)
from scenarios.strict import Errors, Strict, as_date, in_the_calendar, several, wrong
from sim.law.step_kinds import INSTRUMENTS


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
            error = known_word(self.status, STATUSES, f"'{self.status}' is no status")
            errors += [] if error is None else [(("status",), error)]
        for duty, standing in self.duties.items():
            error = known_word(standing, STANDINGS, f"a duty cannot be '{standing}'")
            errors += [] if error is None else [(("duties", duty), error)]
        several("facts", errors)
        return self

    @field_validator("deadlines", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        return _dated("deadlines", value)

    @field_validator("duties", "deadlines")
    @classmethod
    def _of_duties(cls, value: dict[str, str | date]) -> dict[str, str | date]:
        all_known("duties", value, *A_DUTY)
        return value


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

    @field_validator("since", "to")
    @classmethod
    def _an_event(cls, value: str) -> str:
        error = known_word(value, EVENTS, f"'{value}' is not an event of a case")
        if error is not None:
            raise error
        return value


class ScopeFacts(Strict):
    """Whether the law covers a processing.

    Attributes:
        law: `applies` or `does not apply`.
        regime: the regime in force there that day, or `none`.
        because: words of the ground.
    """

    law: Literal["applies", "does not apply"]
    regime: str | None = None
    because: str | None = Field(default=None, min_length=4)


class Then(Strict):
    """What must hold.

    Attributes:
        scope: whether the law covers the processing.
        on: day -> instrument -> what holds at the end of it.
        happens: kind of event -> day of its first one, or `never`.
        days: days between events.
        refused: words of the refusal, where the case cannot be.
    """

    on: dict[str, dict[str, InstrumentFacts]] = Field(default_factory=dict)
    happens: dict[str, str | date] = Field(default_factory=dict)
    days: tuple[Interval, ...] = ()
    refused: str | None = Field(default=None, min_length=4)
    scope: ScopeFacts | None = None

    @field_validator("happens", mode="before")
    @classmethod
    def _days(cls, value: object) -> object:
        return _dated("happens", value)

    @field_validator("happens")
    @classmethod
    def _of_events(cls, value: dict[str, str | date]) -> dict[str, str | date]:
        all_known("happens", value, EVENTS, "an event of a case")
        return value

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
                unknown_name = known_word(name, INSTRUMENTS, f"'{name}' is no instrument", True)
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
        said = (self.refused is not None, self.scope is not None)
        if sum((*said, bool(self.on or self.happens or self.days))) != 1:
            raise wrong("says nothing, or too much", "'refused', or 'scope', or what the case does")
        return self
