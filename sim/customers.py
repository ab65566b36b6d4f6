"""Customers: who they are by kind and country, how they come, what bars them, and how they search.

Without orders customers come along logistic curves (`sim.operator.profile.Adoption`); the lever
`customers.adoption` lets fewer new ones come, and `customers.pass` lets fewer of them search, both
by country and kind. The searches of the world follow the profile's demand, and those of barred or
missing customers fall away in proportion to what their market searches.

Searches come in real units (Poisson by week, whatever the number of simulated people); a probe
shows a resident drawn at random. What is drawn here is a second log beside the conditional
expectations that the measures use; the two agree within their error.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from sim.levers import Levers
from sim.matcher import Matcher, ProbeRows
from sim.operator.desk import poisson_quantile
from sim.operator.profile import Market, Profile
from sim.setup import Curves, Scope

PROBE_PARAMETERS: dict[str, str] = {"GB": "search.share.uk"}
"""Parameter that holds the share of searches for residents of a jurisdiction."""


@dataclass
class SearchTally:
    """What came of the searches for residents in scope, real units.

    Attributes:
        searches: made.
        mated: whose person had a searchable template.
        found: that returned their person.
        wrong: that returned somebody else.
        undrawn: whose probe shows somebody under 18 where probes are drawn: none is, and what
            they would return is not counted.
    """

    searches: int = 0
    mated: int = 0
    found: int = 0
    wrong: int = 0
    undrawn: int = 0


def searches_asked(profile: Profile, curves: Curves) -> NDArray[np.float64]:
    """Return the searches that the world would make without any order, cumulative, [days + 1].

    Args:
        profile: the operator's; its demand is the record's curve, or its customers' own rate.
        curves: exogenous curves.
    """
    if profile.demand == "record":
        return curves.searches
    days = range(len(curves.searches) - 1)
    daily = [
        sum(m.adoption.customers(day) * m.searches for m in profile.markets) / DAYS_A_YEAR
        for day in days
    ]
    return np.concatenate([[0.0], np.cumsum(daily)])


def draw_probes(
    expected: float,
    residents: NDArray[np.int64],
    start: int,
    streams: Streams,
) -> ProbeRows | None:
    """Draw the searches for residents in scope of the week that opens on the day `start`.

    Of two expectations the smaller gives the first of the larger one's searches.

    Args:
        expected: searches for residents in scope, expected in that week.
        residents: int64 rows of residents in scope.
        start: first day of the week.
        streams: the replication's streams.

    Returns:
        None where nobody searches.
    """
    count = poisson_quantile(float(streams.uniform("search.count", start)[0]), expected)
    if count == 0 or not len(residents):
        return None
    search = np.arange(count, dtype=np.int64)
    pick = streams.uniform("search.person", start, search)
    return ProbeRows(
        search=search,
        person=residents[(pick * len(residents)).astype(np.int64)],
        day=np.full(count, start, dtype=np.int32),
        luck=streams.uniform("search.found", start, search),
        background=streams.uniform("search.background", start, search),
    )


@dataclass(frozen=True)
class Searching:
    """Days on which the same share of what is asked may be searched.

    Attributes:
        start: first day.
        end: day after the last.
        share: share of the searches asked that are made.
    """

    start: int
    end: int
    share: float


@dataclass
class Customers:
    """The operator's customers and their searches.

    Attributes:
        markets: by kind and country.
        levers: the run's levers.
        asked: searches that would be made without orders by the start of each day, [days + 1].
        share: share of the searches whose probe shows a resident in scope.
        residents: int64 rows of residents in scope.
        tally: what came of the searches for residents in scope.
        day: first day that is not worked off yet.
        missed: customers of each market who did not come because a lever kept them away, [m].
        stretches: how much of what was asked has been searched, in order of day.
    """

    markets: tuple[Market, ...]
    levers: Levers
    asked: NDArray[np.float64]
    share: float
    residents: NDArray[np.int64]
    tally: SearchTally = field(default_factory=SearchTally)
    day: int = 0
    missed: list[float] = field(default_factory=list)
    stretches: list[Searching] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.missed = [0.0] * len(self.markets)

    def bring_up_to(self, day: int) -> None:
        """Work off the days before `day` under the levers as they stand."""
        day = min(day, len(self.asked) - 1)
        if day <= self.day:
            return
        for i, market in enumerate(self.markets):
            come = market.adoption.customers(day) - market.adoption.customers(self.day)
            kept_away = 1.0 - self.levers.value("customers.adoption", place_of(market))
            self.missed[i] += max(0.0, come) * kept_away
        share = self._share(day)
        last = self.stretches[-1] if self.stretches else None
        if last is not None and last.share == share:
            # One stretch, however its days were split: sums of parts differ in their last digits.
            self.stretches[-1] = Searching(last.start, day, share)
        else:
            self.stretches.append(Searching(self.day, day, share))
        self.day = day

    def active(self, day: int) -> NDArray[np.float64]:
        """Return the customers of each market who may search on a day, float64 [m].

        Args:
            day: the first one that is not worked off yet, or the one before it.
        """
        return np.array(
            [
                max(0.0, market.adoption.customers(day) - missed)
                * self.levers.value("customers.pass", place_of(market))
                for market, missed in zip(self.markets, self.missed, strict=True)
            ]
        )

    def revenue(self) -> float:
        """Return what the customers who may search now bring in, US dollars a year."""
        each = np.array([market.revenue for market in self.markets])
        return float(np.dot(self.active(self.day), each))

    def _share(self, day: int) -> float:
        """Return the share of the searches asked that those who may search make."""
        rate = np.array([market.searches for market in self.markets])
        asked = float(np.dot([m.adoption.customers(day) for m in self.markets], rate))
        return float(np.dot(self.active(day), rate)) / asked if asked > 0.0 else 1.0

    def made(self, start: int, end: int) -> float:
        """Return the searches made on the days from `start` to before `end`, all worked off."""
        return searches_made(self.asked, self.stretches, start, end)

    def week(
        self, start: int, end: int, streams: Streams, matcher: Matcher, gallery: float
    ) -> None:
        """Let the customers search on the days from `start` to before `end`.

        Args:
            start: first day of the week.
            end: day after its last.
            streams: the replication's streams.
            matcher: the door to recognition.
            gallery: templates enrolled, real units.
        """
        self.bring_up_to(end)
        probes = draw_probes(self.made(start, end) * self.share, self.residents, start, streams)
        if probes is None:
            return
        returned = matcher.search(probes, gallery)
        searched = matcher.searched(probes)
        anybody = len(np.unique(returned.search))
        found = len(np.unique(returned.search[returned.mated]))
        self.tally.searches += len(searched)
        self.tally.undrawn += int((~searched).sum())
        self.tally.mated += int((matcher.findable[probes.person[searched]] > 0).sum())
        self.tally.found += found
        self.tally.wrong += anybody - found


def place_of(market: Market) -> Scope:
    """Return where a market's levers are read."""
    return Scope(jurisdiction=market.country, customer=market.kind)


def searches_made(
    asked: NDArray[np.float64], stretches: Sequence[Searching], start: int, end: int
) -> float:
    """Return the searches made on the days from `start` to before `end`.

    Args:
        asked: searches asked by the start of each day, [days + 1].
        stretches: what share of them was made, in order of day.
        start: first day.
        end: day after the last.
    """
    made = 0.0
    for stretch in stretches:
        low, high = max(start, stretch.start), min(end, stretch.end)
        if low < high:
            made += float(asked[high] - asked[low]) * stretch.share
    return made
