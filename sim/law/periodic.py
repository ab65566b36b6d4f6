"""The periodic penalty: an amount for every day on which a duty is unmet (astreinte).

It is threatened with the order, begins to be counted from a day, and becomes a sum to be paid only
when it is liquidated: days times amount, and no more than the most that was set. France's 52 days
at EUR 100,000 are EUR 5.2 million. Loi n° 78-17 of 6 January 1978, article 20.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.law.instruments import MonetaryInstrument, Status


@dataclass
class PeriodicPenalty(MonetaryInstrument):
    """An amount a day, the days counted, and what they come to.

    Attributes:
        a_day: amount of a day of delay, whole units; where only the most is known, that much is
            forfeited on the first day, which is an upper bound.
        most: the most that all days may come to, None without a limit.
        starts: day from which delay is counted, None before.
        counted_until: day from which no delay is counted any more, None while it goes on.
        days: days of delay counted so far.
    """

    a_day: int = 0
    most: int | None = None
    starts: int | None = None
    counted_until: int | None = None
    days: int = 0

    def threaten(self, day: int, a_day: int, most: int | None) -> None:
        """Enter the amounts with which the order comes; nothing is counted yet."""
        self.move(day, Status.PROPOSED)
        self.a_day, self.most = a_day, most

    def start(self, day: int) -> None:
        """Begin to count the days of delay."""
        self.starts = day

    def end(self, day: int) -> None:
        """Count no day of delay from this one on."""
        self.counted_until = day

    def counts(self, day: int) -> bool:
        """Return whether a day of delay would be counted."""
        if self.starts is None or day < self.starts:
            return False
        if self.counted_until is not None and day >= self.counted_until:
            return False
        return self.most is None or self.accrued < self.most

    def count(self) -> None:
        """Count a day on which a duty was unmet."""
        self.days += 1

    @property
    def accrued(self) -> int:
        """What the days counted come to, whole units."""
        amount = self.days * self.a_day
        return amount if self.most is None else min(amount, self.most)

    def liquidate(self, day: int) -> int:
        """Make a sum to be paid of the days counted, and return it.

        Raises:
            ValueError: nothing was threatened, or it was liquidated before.
        """
        self.serve(day, self.accrued)
        return self.imposed
