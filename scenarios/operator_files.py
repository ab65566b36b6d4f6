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

from pydantic import AfterValidator, Discriminator, Field, Tag, ValidationError, model_validator

from generators.errors import Fault, ScenarioError
from generators.strata import read_strata
from scenarios.authority_files import Sourced
from scenarios.cases import CODES
from scenarios.faults import faults_of
from scenarios.strict import Strict, as_date, nearest_names, wrong
from scenarios.yaml_reader import read_yaml
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


def _number(value: Sourced) -> Sourced:
    if isinstance(value.value, str) or value.value < 0:
        raise wrong("is not an amount", "a number, 0 or more")
    return value


def _share(value: Sourced) -> Sourced:
    if isinstance(value.value, str) or not 0 <= value.value <= 1:
        raise wrong("is not a share", "a number between 0 and 1")
    return value


def _date(value: Sourced) -> Sourced:
    as_date(value.value)
    return value


def _answer(value: Sourced) -> Sourced:
    if value.value not in ("yes", "no"):
        raise wrong("is not an answer", "yes or no")
    return value


def _parameter(name: str) -> str:
    table = load_parameters()
    if name not in table:
        raise wrong(
            f"unknown parameter '{name}'",
            "a name that `efface list parameters` prints, or a sourced value",
            nearest_names(name, tuple(table)),
        )
    return name


Number = Annotated[Sourced, AfterValidator(_number)]
Share = Annotated[Sourced, AfterValidator(_share)]
Date = Annotated[Sourced, AfterValidator(_date)]
Answer = Annotated[Sourced, AfterValidator(_answer)]
NumberOrParameter = Annotated[
    Annotated[Number, Tag("dict")]
    | Annotated[str, AfterValidator(_parameter), Tag("str")],
    Discriminator(lambda written: "str" if isinstance(written, str) else "dict"),
]
"""A sourced value, or the name of the parameter that holds it."""


class SegmentFile(Strict):
    """A platform as the crawler meets it."""

    keeps: Share
    defence: Share


class MarketFile(Strict):
    """Customers of one kind in one country."""

    kind: Literal["state", "contractor", "private"]
    country: str
    most: Number
    half: Date
    pace: Number
    until: Date | None = None
    searches: Number
    revenue: Number

    @model_validator(mode="after")
    def _somewhere(self) -> MarketFile:
        known = tuple(dict.fromkeys((*read_strata().jurisdictions, *CODES.values())))
        if self.country not in known:
            nearest = nearest_names(self.country, known)
            raise wrong(f"there is no country '{self.country}'", ", ".join(known), nearest)
        return self


class StoreFile(Strict):
    """One of the four stores."""

    copies: Number
    erased: Answer
    backup: NumberOrParameter


class MeansFile(Strict):
    """The operator's money, in US dollars."""

    cash: Number
    staff: Number
    image: Number
    search: Number
    erasure: Number
    request: Number
    appeal: Number
    assets: dict[str, Number] = Field(default_factory=dict)


class OperatorFile(Strict):
    """One data file, as written."""

    format: Literal[1]
    id: str
    what: str = Field(min_length=1)
    targets: tuple[str, ...]
    segments: dict[str, SegmentFile] = Field(default_factory=dict)
    redirect_share: NumberOrParameter
    markets: tuple[MarketFile, ...] = Field(min_length=1)
    trials: Share
    demand: Literal["record", "customers"]
    desk_capacity: NumberOrParameter
    desk_delay: NumberOrParameter
    stores: dict[str, StoreFile]
    means: MeansFile

    @model_validator(mode="after")
    def _hangs_together(self) -> OperatorFile:
        if set(self.stores) != set(STORES):
            raise wrong("an operator has four stores", ", ".join(STORES))
        for name in self.segments:
            known = read_strata().platforms
            if name not in known:
                raise wrong(f"there is no platform '{name}'", ", ".join(known))
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
    document = read_yaml(text, file)
    if document.faults:
        raise ScenarioError(document.faults)
    try:
        written = OperatorFile.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(faults_of(error, document, OperatorFile)) from None
    profile = Profile(
        id=written.id,
        what=written.what,
        segments=tuple(
            Segment(platform, _value(segment.keeps), _value(segment.defence))
            for platform, segment in written.segments.items()
        ),
        redirect_share=_amount(written.redirect_share),
        markets=tuple(_market(market) for market in written.markets),
        trials=_value(written.trials),
        demand=written.demand,
        desk_capacity=_amount(written.desk_capacity),
        desk_delay=_amount(written.desk_delay),
        stores=tuple(
            Store(name, _value(store.copies), store.erased.value == "yes", _amount(store.backup))
            for name, store in written.stores.items()
        ),
        means=Means(
            **{
                name: _value(getattr(written.means, name))
                for name in (
                    *("cash", "staff", "image", "search", "erasure", "request", "appeal"),
                )
            },
            assets={place: _value(sum_) for place, sum_ in written.means.assets.items()},
        ),
    )
    return KnownOperator(profile, written.targets, dict(_sourced(written)))


def _value(sourced: Sourced) -> float:
    assert not isinstance(sourced.value, str)
    return float(sourced.value)


def _amount(written: Sourced | str) -> Amount:
    return written if isinstance(written, str) else _value(written)


def _market(written: MarketFile) -> Market:
    def day(sourced: Sourced) -> int:
        return day_of(as_date(sourced.value))

    adoption = Adoption(
        most=_value(written.most),
        half=day(written.half),
        pace=_value(written.pace),
        until=None if written.until is None else day(written.until),
    )
    return Market(
        kind=written.kind,
        country=written.country,
        adoption=adoption,
        searches=_value(written.searches),
        revenue=_value(written.revenue),
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
