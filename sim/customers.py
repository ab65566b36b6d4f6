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


@dataclass
class SearchTally:
    """What came of the searches for residents in scope, real units.

    Attributes:
        searches: made.
        mated: whose person had a searchable template.
        findable: of these, whose person had one that a search may return, which templates that
            are cloaked beyond recognition, or not drawn, are not.
        found: that returned their person.
        wrong: that returned somebody else.
        undrawn: whose probe shows somebody under 18 where probes are drawn: none is, and what
            they would return is not counted.
    """

    searches: int = 0
    mated: int = 0
    findable: int = 0
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
    days = np.arange(len(curves.searches) - 1)
    daily = [market.adoption.curve(days) * market.searches for market in profile.markets]
    return np.concatenate([[0.0], np.cumsum(np.sum(daily, axis=0) / DAYS_A_YEAR)])


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
        missed: customers of each market whom a lever has kept away, float64 [m].
        shares: share of what is asked that is searched on each day, float64 [days]; nan on days
            that are not worked off yet.
    """

    markets: tuple[Market, ...]
    levers: Levers
    asked: NDArray[np.float64]
    share: float
    residents: NDArray[np.int64]
    tally: SearchTally = field(default_factory=SearchTally)
    day: int = 0

    def __post_init__(self) -> None:
        self._come = np.stack(
            [market.adoption.curve(np.arange(len(self.asked))) for market in self.markets], axis=1
        )
        self._places = [place_of(market) for market in self.markets]
        self._rate = np.array([market.searches for market in self.markets])
        self.missed: NDArray[np.float64] = np.zeros(len(self.markets))
        self.shares: NDArray[np.float64] = np.full(len(self.asked) - 1, np.nan)

    def bring_up_to(self, day: int) -> None:
        """Work off the days before `day` under the levers as they stand.

        Day by day, so that it does not matter how the days are split.
        """
        day = min(day, len(self.shares))
        if day <= self.day:
            return
        days = slice(self.day, day)
        moved = any(map(self.levers.moved, ("customers.pass", "customers.adoption")))
        if not moved and not self.missed.any():
            self.shares[days], self.day = 1.0, day
            return
        come = np.maximum(0.0, np.diff(self._come[self.day : day + 1], axis=0))
        kept_away = come * (1.0 - self._values("customers.adoption"))
        missed = np.cumsum(np.concatenate([self.missed[None], kept_away]), axis=0)
        may_search = np.maximum(0.0, self._come[days] - missed[:-1])
        # Row by row, not as a matrix product, whose digits depend on the number of rows.
        made = (may_search * self._values("customers.pass") * self._rate).sum(axis=1)
        asked = (self._come[days] * self._rate).sum(axis=1)
        self.shares[days] = np.divide(made, asked, out=np.ones_like(made), where=asked > 0.0)
        self.missed, self.day = missed[-1], day

    def active(self) -> NDArray[np.float64]:
        """Return the customers of each market who may search now, float64 [m]."""
        here = np.maximum(0.0, self._come[self.day] - self.missed)
        return here * self._values("customers.pass")

    def _values(self, lever: str) -> NDArray[np.float64]:
        """Return a lever's value for each market, float64 [m]."""
        if not self.levers.moved(lever):
            return np.ones(len(self.markets))
        return np.array([self.levers.value(lever, place) for place in self._places])

    def made(self, start: int, end: int) -> float:
        """Return the searches made on the days from `start` to before `end`, all worked off."""
        return searches_made(self.asked, self.shares, start, end)

    def revenue(self) -> float:
        """Return what the customers who may search now bring in, US dollars a year."""
        each = np.array([market.revenue for market in self.markets])
        return float(np.dot(self.active(), each))

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
        sought = probes.person[searched]
        self.tally.mated += int((matcher.searchable[sought] > 0).sum())
        self.tally.findable += int((matcher.findable[sought] > 0).sum())
        self.tally.found += found
        self.tally.wrong += anybody - found


def place_of(market: Market) -> Scope:
    """Return where a market's levers are read."""
    return Scope(jurisdiction=market.country, customer=market.kind)


def searches_made(
    asked: NDArray[np.float64], shares: NDArray[np.float64], start: int, end: int
) -> float:
    """Return the searches made on the days from `start` to before `end`.

    Days of one share are reckoned at once, so that all of what is asked is exactly that.

    Args:
        asked: searches asked by the start of each day, [days + 1].
        shares: share of them that is made on each day, [days].
        start: first day.
        end: day after the last.
    """
    inside = shares[start:end]
    if (inside == inside[0]).all():
        return float((asked[end] - asked[start]) * inside[0])
    cuts = start + 1 + np.flatnonzero(np.diff(inside))
    at = np.concatenate([[start], cuts, [end]]).astype(np.int64)
    return float((np.diff(asked[at]) * shares[at[:-1]]).sum())
