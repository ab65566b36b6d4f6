"""Operators as data files: whom each serves, what it collects and keeps, what it earns.

`operators/ID.yaml` holds one operator's profile; every value in it carries unit, range, source, the
copy that was read, the source's grade and what the source measures, as an authority's file does
(`scenarios.authority_files`). Where the model has a parameter for the quantity, the file names the
parameter in place of a value: a range run then sweeps it. `efface list operators` prints them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    Discriminator,
    Field,
    Tag,
    field_validator,
    model_validator,
)

from generators.errors import Fault, ScenarioError
from generators.strata import read_strata
from scenarios.cases import CODES
from scenarios.sourced import (
    Sourced,
    SourcedCount,
    SourcedShare,
    SourcedText,
    only_known,
    read_model,
)
from scenarios.strict import Strict, as_date, nearest_names, wrong
from sim.dates import day_of
from sim.operator.profile import (
    STORES,
    Adoption,
    Amount,
    Market,
    Means,
    Profile,
    Segment,
    Store,
)
from sim.parameters import load_parameters


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


def _known(written: SourcedAmount | str) -> SourcedAmount | str:
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


def _countries() -> tuple[str, ...]:
    """Return the jurisdictions where customers or assets may be."""
    return tuple(dict.fromkeys((*read_strata().jurisdictions, *CODES.values())))


class SegmentFile(Strict):
    """A platform as the crawler meets it."""

    keeps: SourcedShare
    defence: SourcedShare


class MarketFile(Strict):
    """Customers of one kind in one country."""

    kind: Literal["state", "contractor", "private"]
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


class StoreFile(Strict):
    """One of the four stores."""

    copies: SourcedAmount
    erased: SourcedAnswer
    backup: AmountOrParameter


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
    demand: Literal["record", "customers"]
    desk_capacity: AmountOrParameter
    desk_clerks: SourcedCount
    desk_delay: AmountOrParameter
    stores: dict[str, StoreFile]
    means: MeansFile

    @field_validator("segments")
    @classmethod
    def _platforms(cls, value: dict[str, SegmentFile]) -> dict[str, SegmentFile]:
        only_known("segments", "a platform", tuple(value), read_strata().platforms)
        return value

    @field_validator("stores")
    @classmethod
    def _four(cls, value: dict[str, StoreFile]) -> dict[str, StoreFile]:
        only_known("stores", "a store", tuple(value), STORES)
        if len(value) < len(STORES):
            raise wrong("an operator has four stores", ", ".join(STORES))
        return value

    @model_validator(mode="after")
    def _hangs_together(self) -> OperatorFile:
        pairs = [(market.kind, market.country) for market in self.markets]
        if len(set(pairs)) < len(pairs):
            raise wrong("customers of a kind in a country are listed twice", "each once")
        return self


@dataclass(frozen=True)
class KnownOperator:
    """A profile with the marks of every value in its file.

    Attributes:
        profile: as the model takes it.
        targets: whom the record's cases against it are against, its customers included.
        values: dotted key (`means.cash`) to the sourced value; parameters are not among them.
    """

    profile: Profile
    targets: tuple[str, ...]
    values: Mapping[str, Sourced]


def operator_from_text(text: str, file: str) -> KnownOperator:
    """Return an operator from the text of its file.

    Raises:
        ScenarioError: everything that is wrong with the file, each with its line.
    """
    written: OperatorFile = read_model(text, file, OperatorFile)
    profile = Profile(
        id=written.id,
        what=written.what,
        segments=tuple(
            Segment(platform, segment.keeps.value, segment.defence.value)
            for platform, segment in written.segments.items()
        ),
        redirect_share=_amount(written.redirect_share),
        markets=tuple(_market(market) for market in written.markets),
        trials=written.trials.value,
        demand=written.demand,
        desk_capacity=_amount(written.desk_capacity),
        desk_clerks=written.desk_clerks.value,
        desk_delay=_amount(written.desk_delay),
        stores=tuple(
            Store(name, store.copies.value, store.erased.value == "yes", _amount(store.backup))
            for name, store in written.stores.items()
        ),
        means=Means(
            **{
                name: getattr(written.means, name).value
                for name in MeansFile.model_fields
                if name != "assets"
            },
            assets={place: amount.value for place, amount in written.means.assets.items()},
        ),
    )
    return KnownOperator(profile, written.targets, dict(_sourced(written)))


def _amount(written: SourcedAmount | str) -> Amount:
    return written if isinstance(written, str) else written.value


def _market(written: MarketFile) -> Market:
    adoption = Adoption(
        most=written.most.value,
        half=written.half.day,
        pace=written.pace.value,
        until=None if written.until is None else written.until.day,
    )
    return Market(
        kind=written.kind,
        country=written.country,
        adoption=adoption,
        searches=written.searches.value,
        revenue=written.revenue.value,
    )


def _sourced(part: Any, key: str = "") -> list[tuple[str, Sourced]]:
    """Return every sourced value of a part of a file, by dotted key."""
    if isinstance(part, Sourced):
        return [(key, part)]
    if isinstance(part, Strict):
        inside = [(name, getattr(part, name)) for name in type(part).model_fields]
    elif isinstance(part, dict):
        inside = list(part.items())
    elif isinstance(part, tuple) and all(isinstance(item, MarketFile) for item in part):
        inside = [(f"{item.kind} {item.country}", item) for item in part]
    else:
        return []
    return [
        found
        for name, value in inside
        for found in _sourced(value, f"{key}.{name}" if key else str(name))
    ]


@cache
def known_operators() -> Mapping[str, KnownOperator]:
    """Return every shipped operator by id, read and checked once a process.

    Raises:
        ScenarioError: a file that is not what it should be.
    """
    found: dict[str, KnownOperator] = {}
    folder = resources.files("scenarios").joinpath("operators")
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".yaml"):
            continue
        known = operator_from_text(file.read_text(encoding="utf-8"), f"operators/{file.name}")
        if f"{known.profile.id}.yaml" != file.name:
            raise ScenarioError(
                Fault(
                    "is named otherwise than its id",
                    file=f"operators/{file.name}",
                    key="id",
                    found=known.profile.id,
                )
            )
        found[known.profile.id] = known
    return found


def operator_of(profile: str) -> KnownOperator:
    """Return the operator of a profile that a scenario names.

    Raises:
        KeyError: an unknown profile (the file format knows them).
    """
    return known_operators()[profile]
