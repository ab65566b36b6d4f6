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
from typing import Any, Final

from generators.errors import Fault, ScenarioError
from scenarios.operator_format import MarketFile, MeansFile, OperatorFile, SourcedAmount
from scenarios.sourced import Sourced, SourcedShare, read_model
from scenarios.store_rules import StoreRule
from scenarios.strict import Strict
from sim.operator.profile import (
    GALLERY,
    Adoption,
    Amount,
    Market,
    Means,
    Profile,
    Segment,
    Store,
)
from sim.setup import Client

DEFAULT_PROFILE: Final = "clearview-like"
"""The operator's profile where a scenario names none."""


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
        searched={code: _amount(share) for code, share in written.searched.items()},
        searched_elsewhere=written.searched_elsewhere.value,
        request_rate=_amount(written.request_rate),
        desk_capacity=_amount(written.desk_capacity),
        desk_clerks=written.desk_clerks.value,
        desk_delay=_amount(written.desk_delay),
        stores=tuple(
            Store(
                name,
                store.copies.value,
                store.erased.value == "yes",
                _amount(store.backup),
                store.bytes.value,
            )
            for name, store in written.stores.items()
        ),
        keeping={
            store: StoreRule(keeping=manner.value).manner
            for store, manner in written.keeping.items()
        },
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


def _amount(written: SourcedAmount | SourcedShare | str) -> Amount:
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


def stores_of(profile: object) -> tuple[str, ...]:
    """Return the stores of faces for which one manner of keeping, by its name, is meant.

    Args:
        profile: of the operator, as a scenario has it; where there is no such profile, which the
            file format tells, every store of faces is returned.
    """
    known = known_operators().get(str(profile))
    return GALLERY if known is None else known.profile.erasable


def clients_of(profile: Profile) -> tuple[Client, ...]:
    """Return whom an operator serves for money, as the scope of the law asks for it."""
    return tuple(
        Client(market.kind, market.country, market.adoption.until)
        for market in profile.markets
        if market.revenue > 0
    )


def clients_against(target: str) -> tuple[Client, ...]:
    """Return whom the operator serves that the record's cases against a target are about; nobody
    where no profile is of it."""
    for known in known_operators().values():
        if target in known.targets:
            return clients_of(known.profile)
    return ()
