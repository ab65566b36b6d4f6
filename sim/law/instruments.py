"""Instruments of a case: an enforcement notice and a monetary penalty notice, each by itself.

Each has its own status with legal successors, its own appeal and, for the penalty, a ledger
proposed -> imposed -> payable -> collected. A change of status that the law does not know raises.
Data Protection Act 2018, sections 149 and 150 (enforcement notices), 155 (penalty notices), 162
(appeals) and schedule 16 (penalties).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from sim.setup import Obligation, Stay


class Status(Enum):
    """Where an instrument stands."""

    PROPOSED = "proposed"
    SERVED = "served"
    UNDER_APPEAL = "under appeal"
    IN_FORCE = "in force"
    SET_ASIDE = "set aside"


SUCCESSORS: dict[Status | None, frozenset[Status]] = {
    None: frozenset({Status.PROPOSED, Status.SERVED}),
    Status.PROPOSED: frozenset({Status.SERVED}),
    Status.SERVED: frozenset({Status.UNDER_APPEAL, Status.IN_FORCE}),
    Status.UNDER_APPEAL: frozenset({Status.SET_ASIDE, Status.IN_FORCE}),
    Status.SET_ASIDE: frozenset({Status.UNDER_APPEAL, Status.IN_FORCE}),
    Status.IN_FORCE: frozenset(),
}
"""From each status, those that may follow. Set aside -> under appeal is the Upper Tribunal's
remittal: the First-tier Tribunal has to decide the appeal again."""


@dataclass
class Instrument:
    """What both notices have in common: a name, a status and its history.

    Attributes:
        name: as it is called in law.
        status: where it stands, None before it exists.
        history: (day, status) in order.
    """

    name: str
    status: Status | None = None
    history: list[tuple[int, Status]] = field(default_factory=list)

    def move(self, day: int, status: Status) -> None:
        """Change the status on a day.

        Raises:
            ValueError: the law knows no such succession, or the day lies before the last change.
        """
        if status not in SUCCESSORS[self.status]:
            raise ValueError(f"{self.name}: {self.status} cannot become {status}")
        if self.history and day < self.history[-1][0]:
            raise ValueError(f"{self.name}: day {day} lies before day {self.history[-1][0]}")
        self.status = status
        self.history.append((day, status))

    @property
    def appeal_pending(self) -> bool:
        """True while an appeal against it is open."""
        return self.status is Status.UNDER_APPEAL


@dataclass
class EnforcementNotice(Instrument):
    """Orders with deadlines that run from the end of the appeal period.

    Attributes:
        obligations: what is ordered, each with its months.
        stay: what an appeal does to it. Under section 150(6) and (7) nothing that is ordered
            falls due before the appeal period ends or while an appeal is open; a notice that
            calls for urgent compliance (150(8)) does not wait, and section 164 lets a court
            disapply that.
        runs_from: day from which its months are counted, None while they do not run.
    """

    obligations: tuple[Obligation, ...] = ()
    stay: Stay = Stay.AUTOMATIC
    runs_from: int | None = None

    @property
    def binding(self) -> bool:
        """True while the operator owes what is ordered, its deadlines running or past."""
        return self.status is Status.IN_FORCE or (
            self.status is Status.UNDER_APPEAL and self.stay is Stay.NONE
        )


@dataclass
class PenaltyNotice(Instrument):
    """A monetary penalty with its ledger, in whole units of its own currency.

    Attributes:
        currency: ISO 4217 code.
        proposed: amount of the notice of intent.
        imposed: amount of the final notice, 0 while it is set aside.
        payable: amount that has fallen due.
        collected: amount paid.
    """

    currency: str = "GBP"
    proposed: int = 0
    imposed: int = 0
    payable: int = 0
    collected: int = 0
    final_amount: int = 0

    def propose(self, day: int, amount: int) -> None:
        """Enter the amount of a notice of intent."""
        self.move(day, Status.PROPOSED)
        self.proposed = amount

    def serve(self, day: int, amount: int) -> None:
        """Enter the amount of the final notice."""
        self.move(day, Status.SERVED)
        self.final_amount = self.imposed = amount

    def set_aside(self, day: int) -> None:
        """Undo the notice; what was payable no longer is."""
        self.move(day, Status.SET_ASIDE)
        self.imposed = self.payable = 0

    def restore(self, day: int) -> None:
        """Bring a set-aside notice back as one under appeal (remittal); nothing is payable yet."""
        self.move(day, Status.UNDER_APPEAL)
        self.imposed = self.final_amount

    def fall_due(self) -> None:
        """Make what is imposed payable.

        Raises:
            ValueError: the notice is not in force: nothing is payable while an appeal is open.
        """
        if self.status is not Status.IN_FORCE:
            raise ValueError(f"nothing is payable while the penalty notice is {self.status}")
        self.payable = self.imposed

    def pay(self, amount: int) -> None:
        """Enter a payment.

        Raises:
            ValueError: more than is payable.
        """
        if self.collected + amount > self.payable:
            raise ValueError(f"paid {self.collected + amount}, payable {self.payable}")
        self.collected += amount
