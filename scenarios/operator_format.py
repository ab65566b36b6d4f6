"""The format of an operator's data file: strict models that say everything wrong in one pass.

Where the model has a parameter for a quantity, the file names the parameter in place of a value.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from generators.strata import read_strata
from scenarios.cases import CODES
from scenarios.sourced import Sourced, SourcedCount, SourcedShare, SourcedText, only_known
from scenarios.store_rules import StoreRule, known_manner, unknown_stores, wrong_rules
from scenarios.strict import Strict, as_date, nearest_names, several, wrong
from sim.dates import day_of
from sim.operator.profile import EVERYWHERE, STORES, Demand
from sim.parameters import load_parameters
from sim.setup import CustomerKind

Written = TypeVar("Written")


class SourcedAmount(Sourced):
    """A sourced number, 0 or more."""

    value: float = Field(ge=0)


class SourcedDate(SourcedText):
    """A sourced day, as an ISO text."""

    @field_validator("value")
    @classmethod
    def _a_day(cls, value: str) -> str:
        as_date(value)
        return value

    @property
    def day(self) -> int:
        """The day's number."""
        return day_of(as_date(self.value))


class SourcedAnswer(Sourced):
    """A sourced yes or no."""

    value: Literal["yes", "no"]


def _known(written: Written) -> Written:
    table = load_parameters()
    if isinstance(written, str) and written not in table:
        raise wrong(
            f"unknown parameter '{written}'",
            "a name that `efface list parameters` prints, or a sourced value",
            nearest_names(written, tuple(table)),
        )
    return written


AmountOrParameter = Annotated[
    Annotated[SourcedAmount, Tag("dict")] | Annotated[str, Tag("str")],
    Discriminator(lambda written: "str" if isinstance(written, str) else "dict"),
    AfterValidator(_known),
]
"""A sourced value, or the name of the parameter that holds it."""


ShareOrParameter = Annotated[
    Annotated[SourcedShare, Tag("dict")] | Annotated[str, Tag("str")],
    Discriminator(lambda written: "str" if isinstance(written, str) else "dict"),
    AfterValidator(_known),
]
"""A sourced share, or the name of the parameter that holds it."""


def _countries() -> tuple[str, ...]:
    """Return the jurisdictions where customers or assets may be."""
    return tuple(dict.fromkeys((*read_strata().jurisdictions, *CODES.values())))


class SegmentFile(Strict):
    """A platform as the crawler meets it."""

    keeps: SourcedShare
    defence: SourcedShare


class MarketFile(Strict):
    """Customers of one kind in one country."""

    kind: CustomerKind
    country: str
    most: SourcedAmount
    half: SourcedDate
    pace: SourcedAmount
    until: SourcedDate | None = None
    searches: SourcedAmount
    revenue: SourcedAmount

    @field_validator("country")
    @classmethod
    def _somewhere(cls, value: str) -> str:
        if value not in _countries():
            nearest = nearest_names(value, _countries())
            raise wrong(f"there is no country '{value}'", ", ".join(_countries()), nearest)
        return value


class SourcedKeeping(SourcedText):
    """A sourced manner of keeping, by its name."""

    @field_validator("value")
    @classmethod
    def _a_manner(cls, value: str) -> str:
        return known_manner(value)


class StoreFile(Strict):
    """One of the four stores."""

    copies: SourcedAmount
    erased: SourcedAnswer
    backup: AmountOrParameter
    bytes: SourcedAmount


class MeansFile(Strict):
    """The operator's money, in US dollars."""

    cash: SourcedAmount
    staff: SourcedAmount
    image: SourcedAmount
    search: SourcedAmount
    erasure: SourcedAmount
    request: SourcedAmount
    appeal: SourcedAmount
    assets: dict[str, SourcedAmount] = Field(default_factory=dict)

    @field_validator("assets")
    @classmethod
    def _somewhere(cls, value: dict[str, SourcedAmount]) -> dict[str, SourcedAmount]:
        only_known("assets", "a country", tuple(value), _countries())
        return value


class OperatorFile(Strict):
    """One data file, as written."""

    format: Literal[1]
    id: str
    what: str = Field(min_length=1)
    targets: tuple[str, ...]
    segments: dict[str, SegmentFile] = Field(default_factory=dict)
    redirect_share: AmountOrParameter
    markets: tuple[MarketFile, ...] = Field(min_length=1)
    trials: SourcedShare
    demand: Demand
    searched: dict[str, ShareOrParameter]
    searched_elsewhere: SourcedText
    request_rate: AmountOrParameter
    desk_capacity: AmountOrParameter
    desk_clerks: SourcedCount
    desk_delay: AmountOrParameter
    stores: dict[str, StoreFile]
    keeping: dict[str, SourcedKeeping] = Field(default_factory=dict)
    means: MeansFile

    @field_validator("segments")
    @classmethod
    def _platforms(cls, value: dict[str, SegmentFile]) -> dict[str, SegmentFile]:
        only_known("segments", "a platform", tuple(value), read_strata().platforms)
        return value

    @field_validator("searched")
    @classmethod
    def _searched(cls, value: dict[str, SourcedShare | str]) -> dict[str, SourcedShare | str]:
        only_known("searched", "a jurisdiction", tuple(value), read_strata().jurisdictions)
        return value

    @field_validator("searched_elsewhere")
    @classmethod
    def _elsewhere(cls, value: SourcedText) -> SourcedText:
        known = (EVERYWHERE, *_countries())
        if value.value not in known:
            nearest = nearest_names(value.value, known)
            raise wrong(f"there is no country '{value.value}'", ", ".join(known), nearest)
        return value

    @field_validator("stores")
    @classmethod
    def _four(cls, value: dict[str, StoreFile]) -> dict[str, StoreFile]:
        only_known("stores", "a store", tuple(value), STORES)
        if len(value) < len(STORES):
            raise wrong("an operator has four stores", ", ".join(STORES))
        return value

    @field_validator("keeping")
    @classmethod
    def _manners(cls, value: dict[str, SourcedKeeping]) -> dict[str, SourcedKeeping]:
        rules = {store: StoreRule(keeping=manner.value) for store, manner in value.items()}
        several("keeping", unknown_stores(value) + wrong_rules(rules))
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> OperatorFile:
        pairs = [(market.kind, market.country) for market in self.markets]
        if len(set(pairs)) < len(pairs):
            raise wrong("customers of a kind in a country are listed twice", "each once")
        return self
