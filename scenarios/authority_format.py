"""The format of an authority's data file, of a law's that several share, and of fitted durations.

Strict models: an unknown key, duty, instrument, stage or rule is refused with the nearest names.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator

from scenarios.sourced import (
    Measures,
    SourcedCount,
    SourcedShare,
    SourcedText,
    only_known,
)
from scenarios.stages import STAGES
from scenarios.strict import Strict, nearest_names, several, wrong
from sim.law.duties import DUTIES
from sim.law.step_kinds import INSTRUMENTS, PERIODIC
from sim.setup import Stay

A_DAY = " per day"
"""How the unit of an amount ends that is of every day."""


class Length(Strict):
    """A log-normal duration: its median in days and the deviation of its logarithm."""

    median: float = Field(gt=0)
    sigma: float = Field(gt=0)
    source: str = Field(min_length=1)
    fit: Measures


class Stages(Strict):
    """Durations of stages of a case."""

    durations: dict[str, Length] = Field(default_factory=dict)

    @field_validator("durations")
    @classmethod
    def _known_stages(cls, value: dict[str, Length]) -> dict[str, Length]:
        only_known("durations", "a stage of a case", tuple(value), STAGES)
        return value


class Maximum(SourcedCount):
    """The largest amount of an instrument, whole units of a currency, in all or a day."""

    @field_validator("unit")
    @classmethod
    def _an_amount(cls, value: str) -> str:
        currency = value.removesuffix(A_DAY)
        if not (len(currency) == 3 and currency.isupper()):
            raise wrong(f"'{value}' is no unit of an amount", "such as EUR, or EUR per day")
        return value

    @property
    def daily(self) -> bool:
        """Whether it is the most of a day, whatever the days come to."""
        return self.unit.endswith(A_DAY)


class Powers(Strict):
    """What may be ordered and up to which amount.

    Attributes:
        powers: duty or instrument to the address of the legal power.
        maximum: instrument to the largest amount; its unit says whether of a day or in all.
    """

    powers: dict[str, SourcedText] = Field(default_factory=dict)
    maximum: dict[str, Maximum] = Field(default_factory=dict)

    @field_validator("powers")
    @classmethod
    def _of_duties(cls, value: dict[str, SourcedText]) -> dict[str, SourcedText]:
        known = (*DUTIES, *INSTRUMENTS)
        only_known("powers", "a duty or an instrument", tuple(value), known)
        return value

    @field_validator("maximum")
    @classmethod
    def _of_instruments(cls, value: dict[str, Maximum]) -> dict[str, Maximum]:
        only_known("maximum", "an instrument", tuple(value), INSTRUMENTS)
        if any(most.daily for kind, most in value.items() if kind != PERIODIC):
            raise wrong("only a periodic penalty is of a day", "an amount in all")
        return value


class Law(Powers):
    """What a law gives to every authority under it."""

    law: str


class AuthorityFile(Powers, Stages):
    """One data file, as written.

    Its own powers and amounts come before those of its laws, its own durations before those that
    are fitted to all authorities.
    """

    format: Literal[1]
    id: str
    name: str
    kind: Literal["authority", "court", "prosecutor", "private party"]
    jurisdictions: tuple[str, ...] = Field(min_length=1)
    acts_in: tuple[str, ...]
    laws: tuple[str, ...] = ()
    currency: str = Field(pattern=r"^[A-Z]{3}$")
    stay: SourcedText
    appeal_period_days: SourcedCount
    intent_months: SourcedCount
    officers: SourcedCount
    joins: SourcedShare
    check_days: SourcedCount
    detects: SourcedShare
    collects: SourcedShare

    @field_validator("stay")
    @classmethod
    def _a_rule(cls, value: SourcedText) -> SourcedText:
        rules = [str(stay) for stay in Stay]
        if value.value not in rules:
            nearest = nearest_names(value.value, rules)
            error = wrong("is not a rule for appeals", " or ".join(rules), nearest)
            several("stay", [(("value",), error)])
        return value
