"""An operator's profile: what it collects, for whom it searches, what it keeps and what it earns.

A profile is a data file (`scenarios/operators`) that arrives here as values. Where the model has a
parameter for a quantity already, the profile names the parameter instead of repeating its value,
so that a range run sweeps it; `amount_of` reads either. Values of the profile's own are the same in
every draw.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.gallery.keeping import WRITTEN_WHOLE, Keeping, certain_days

Amount = float | str
"""A value, or the name of the parameter that holds it."""

GALLERY = ("images", "metadata", "templates")
"""Stores that hold something of every enrolled face; the probe log holds what was searched for."""

LOG = "probe log"
STORES = (*GALLERY, LOG)
"""The four stores of an operator of face search."""

BACKUPS, COPIES = "backups", "customers' copies"
KEPT_WHOLE = (LOG, BACKUPS, COPIES)
"""Where what is kept is kept whole, for ever or for some days: no erasure of a face reaches the log
of what was searched for, a backup that was made, or what customers were handed."""

RULED = (*GALLERY, *KEPT_WHOLE)
"""What may have a manner of keeping of its own."""

Demand = Literal["record", "customers"]
"""Where the number of searches comes from: the record's curve, or the customers and their rate."""


EVERYWHERE = "everywhere"
"""Whom probes show of whom nothing else is known: anybody."""


def amount_of(amount: Amount, parameters: Mapping[str, float]) -> float:
    """Return a profile's amount: the value itself, or that of the parameter which it names.

    Raises:
        KeyError: there is no such parameter.
    """
    return parameters[amount] if isinstance(amount, str) else float(amount)


@dataclass(frozen=True)
class Adoption:
    """Logistic adoption (Verhulst 1838; Bass 1969, without innovators): customers over time.

    Attributes:
        most: customers at which it levels off.
        half: day number on which half of them have come.
        pace: of growth, per day; 0 or more.
        until: day from which none of them is left, or None.
    """

    most: float
    half: int
    pace: float
    until: int | None = None

    def curve(self, days: NDArray[np.int64]) -> NDArray[np.float64]:
        """Return the customers at the start of these days, float64 of the same shape."""
        come = self.most / (1.0 + np.exp(-self.pace * (days - self.half)))
        return come if self.until is None else np.where(days < self.until, come, 0.0)

    def customers(self, day: int) -> float:
        """Return the customers at the start of a day."""
        return float(self.curve(np.array([day]))[0])


@dataclass(frozen=True)
class Market:
    """Customers of one kind in one country.

    Attributes:
        kind: one of `sim.setup.CUSTOMER_KINDS`.
        country: jurisdiction's code; `XX` for the rest of the world.
        adoption: how many there are.
        searches: of one customer, a year.
        revenue: from one customer, US dollars a year.
    """

    kind: str
    country: str
    adoption: Adoption
    searches: float
    revenue: float


@dataclass(frozen=True)
class Segment:
    """A part of the web that the crawler goes through.

    Attributes:
        platform: its name.
        keeps: share of what is found there that the operator's own filter lets in.
        defence: share of collection attempts that the platform turns away.
    """

    platform: str
    keeps: float = 1.0
    defence: float = 0.0

    @property
    def passes(self) -> float:
        """Share of what could be collected there that is."""
        return self.keeps * (1.0 - self.defence)


@dataclass(frozen=True)
class Store:
    """One of the operator's four stores.

    Attributes:
        name: one of `STORES`.
        copies: of a face in scope, how many it holds (a probe log holds none of the gallery's).
        erased: whether erasing a face erases it here too.
        backup: days for which its backups keep what has been erased.
        bytes: of one copy.
    """

    name: str
    copies: float
    erased: bool
    backup: Amount
    bytes: float


@dataclass(frozen=True)
class Means:
    """What the operator earns, spends and has within an authority's reach, in US dollars.

    Attributes:
        cash: at the start of the run, money raised later included.
        staff: fixed cost a year.
        image: cost of collecting and keeping an image.
        search: cost of a search.
        erasure: cost of erasing a face.
        request: cost of answering a request.
        appeal: cost of an appeal.
        assets: what there is to seize, by jurisdiction, where that is known.
    """

    cash: float
    staff: float
    image: float
    search: float
    erasure: float
    request: float
    appeal: float
    assets: Mapping[str, float] = field(default_factory=dict)

    def place_of(self, jurisdiction: str) -> str:
        """Return where the assets lie that a jurisdiction reaches: there, or in its country."""
        return jurisdiction if jurisdiction in self.assets else jurisdiction.partition("-")[0]


@dataclass(frozen=True)
class Profile:
    """Everything that sets one operator apart from another.

    Attributes:
        id: the data file's name.
        what: one sentence.
        segments: where it collects; a platform without one is collected whole.
        redirect_share: share of freed capacity that goes elsewhere.
        markets: its customers.
        trials: share of new customers who come by a free trial.
        demand: as in `Demand`.
        searched: share of the searches whose probe shows a resident, by jurisdiction.
        searched_elsewhere: country whose residents all other probes show, or `EVERYWHERE`.
        request_rate: access and erasure requests that an informed resident sends it a year.
        desk_capacity: requests closed in a day.
        desk_clerks: who close them one by one; 0 where the desk works off its capacity as one.
        desk_delay: handling time of a request, days.
        stores: its four stores.
        means: its money.
        keeping: manners of keeping what was erased, by store (`RULED`). A store without one lets
            go on the day of an erasure; backups without one keep for the store's own days, and
            the probe log and customers for ever.
    """

    id: str
    what: str
    segments: tuple[Segment, ...]
    redirect_share: Amount
    markets: tuple[Market, ...]
    trials: float
    demand: str
    searched: Mapping[str, Amount]
    searched_elsewhere: str
    request_rate: Amount
    desk_capacity: Amount
    desk_clerks: int
    desk_delay: Amount
    stores: tuple[Store, ...]
    means: Means
    keeping: Mapping[str, Keeping] = field(default_factory=dict)

    def lets_in(self, platforms: Sequence[str]) -> NDArray[np.float64] | None:
        """Return the share that is collected of each platform, float64 [P], None for all of all."""
        passes = {segment.platform: segment.passes for segment in self.segments}
        shares = np.array([passes.get(platform, 1.0) for platform in platforms])
        return None if (shares == 1.0).all() else shares

    @property
    def erasable(self) -> tuple[str, ...]:
        """The stores of faces that hold something which an erasure reaches, by name."""
        return tuple(
            store.name
            for store in self.stores
            if store.name in GALLERY and store.copies > 0.0 and store.erased
        )

    @property
    def engines(self) -> dict[str, Keeping]:
        """The stores of faces that an erasure reaches and that state how they keep what was
        erased, by name."""
        return {name: self.keeping[name] for name in self.erasable if name in self.keeping}

    def copies_days(self) -> float:
        """Return for how long customers keep what they were handed, days; infinity for ever."""
        rule = self.keeping.get(COPIES)
        return math.inf if rule is None else certain_days(rule)

    @property
    def log(self) -> Store:
        """The probe log."""
        (log,) = (store for store in self.stores if store.name == LOG)
        return log

    def log_days(self, parameters: Mapping[str, float]) -> float:
        """Return for how long the probe log keeps what was searched for, days; infinity for ever.

        Args:
            parameters: the arm's.
        """
        if LOG in self.keeping:
            return certain_days(self.keeping[LOG])
        return amount_of(self.log.backup, parameters) if self.log.erased else math.inf

    def backup_days(self, stated: float) -> float:
        """Return for how long backups keep what a store has let go of, days; infinity for ever.

        Args:
            stated: the days that hold where the profile has no rule for backups.
        """
        rule = self.keeping.get(BACKUPS)
        return stated if rule is None else certain_days(rule)

    def waits(self, writing: int) -> tuple[int, tuple[str, ...]]:
        """Return how long the stores take to let go, where that is known beforehand.

        Args:
            writing: days within which what is erased shares one writing of the whole, 1 or more.

        Returns:
            whole days, and the stores of which no day is known, each with its manner.
        """
        days = {
            name: certain_days(manner) + (writing - 1 if manner.kind in WRITTEN_WHOLE else 0)
            for name, manner in self.engines.items()
        }
        known = [math.ceil(wait) for wait in days.values() if math.isfinite(wait)]
        unknown = [name for name, wait in days.items() if math.isinf(wait)]
        return max(known, default=0), tuple(f"{n} ({self.keeping[n].kind})" for n in unknown)
