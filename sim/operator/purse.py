"""The operator's purse: what customers bring in and what the service costs, week by week.

Sums are in US dollars. Collecting is paid by the attempt, so that a filter saves nothing: freed
capacity is spent elsewhere or idles. What is paid, or taken by force, cannot be more than the purse
holds. What authorities collect stands in the cases' ledgers (`sim.history.Ledger`) and is taken
from the gain by the measure, at the rates of `money.usd_per`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from generators.people import DAYS_A_YEAR
from sim.operator.profile import Means


def usd(amount: float, currency: str, parameters: Mapping[str, float]) -> float:
    """Return an amount in US dollars, at a rate that stays the same all run (`money.usd_per`).

    Raises:
        KeyError: a currency without a rate.
    """
    return amount if currency == "USD" else amount * parameters[f"money.usd_per.{currency.lower()}"]


@dataclass
class Purse:
    """Sums so far, US dollars.

    Attributes:
        means: prices and costs.
        parameters: the arm's parameters, for the rates of currencies.
        revenue: from customers.
        running: staff, collection and searches.
        erasing: erasure of faces.
        storing: what the stores read and write to erase.
        answering: answers to requests.
        appealing: appeals.
        paid: penalties and settlements, paid by itself or taken by force.
        seized: of these, what was taken by force, by the place where the assets lay.
    """

    means: Means
    parameters: Mapping[str, float]
    revenue: float = 0.0
    running: float = 0.0
    erasing: float = 0.0
    storing: float = 0.0
    answering: float = 0.0
    appealing: float = 0.0
    paid: float = 0.0
    seized: dict[str, float] = field(default_factory=dict)

    def days(self, days: int, revenue: float, images: float, searches: float) -> None:
        """Let some days pass.

        Args:
            days: how many.
            revenue: a year from the customers who may search.
            images: attempts to collect one, in these days.
            searches: made in these days.
        """
        years = days / DAYS_A_YEAR
        self.revenue += revenue * years
        self.running += (
            self.means.staff * years + self.means.image * images + self.means.search * searches
        )

    @property
    def cash(self) -> float:
        """What the purse holds now, below 0 where it owes."""
        return self.means.cash + self.revenue - self.costs - self.paid

    def within_reach(self, jurisdiction: str) -> float:
        """Return what a jurisdiction's authorities could take by force now.

        That is what is left of the assets there, or in its whole country, and no more than the
        purse holds. Where nothing is known of assets the purse alone sets the limit: how much of
        it an authority can collect is then its own file's share (`Authority.collects`).
        """
        place = self.means.place_of(jurisdiction)
        assets = self.means.assets.get(place, math.inf) - self.seized.get(place, 0.0)
        return max(0.0, min(assets, self.cash))

    def affords(self, currency: str) -> int:
        """Return the most that can be paid now, whole units of a currency."""
        return self._whole(max(0.0, self.cash), currency)

    def _whole(self, sum_: float, currency: str) -> int:
        return math.floor(sum_ / usd(1.0, currency, self.parameters))

    def pay(self, amount: int, currency: str) -> None:
        """Pay an amount, whole units of a currency.

        Raises:
            ValueError: more than the purse holds.
        """
        if amount > self.affords(currency):
            raise ValueError(f"pays {amount} {currency}, holds {self.affords(currency)}")
        self.paid += usd(amount, currency, self.parameters)

    def seize(self, amount: int, currency: str, jurisdiction: str) -> int:
        """Lose what can be taken of an amount by force, and return it, whole units of a currency.

        Args:
            amount: that an authority wants.
            currency: of the amount.
            jurisdiction: the authority's.
        """
        taken = min(amount, self._whole(self.within_reach(jurisdiction), currency))
        self.pay(taken, currency)
        place = self.means.place_of(jurisdiction)
        lost = usd(taken, currency, self.parameters)
        self.seized[place] = self.seized.get(place, 0.0) + lost
        return taken

    def settle(self, erased: float, answered: float, appeals: int, storing: float) -> None:
        """Enter what erasures, answers and appeals have cost so far.

        Args:
            erased: faces erased for orders and by limits of retention; hiding them costs nothing.
            answered: requests answered.
            appeals: appeals lodged.
            storing: what the stores have read and written to erase, US dollars.
        """
        self.storing = storing
        self.erasing = self.means.erasure * erased
        self.answering = self.means.request * answered
        self.appealing = self.means.appeal * appeals

    @property
    def costs(self) -> float:
        """Everything spent but penalties."""
        return self.running + self.erasing + self.answering + self.appealing + self.storing
