"""Instruments of a case: what is ordered, what is to be paid, each by itself.

Each has its own status with legal successors, its own appeal and stay and, where it is about
money, a ledger proposed -> imposed -> payable -> collected in its own currency. A change of status
that the law does not know raises. Data Protection Act 2018, sections 149 and 150 (enforcement
notices), 155 (penalty notices), 162 (appeals) and schedule 16 (penalties); other authorities'
instruments follow the same path under their own rules of stay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from sim.dates import add_months
from sim.setup import Obligation, Stay


class Status(Enum):
    """Where an instrument stands."""

    FILED = "filed"
    PROPOSED = "proposed"
    SERVED = "served"
    UNDER_APPEAL = "under appeal"
    IN_FORCE = "in force"
    SET_ASIDE = "set aside"
    DISMISSED = "dismissed"


SUCCESSORS: dict[Status | None, frozenset[Status]] = {
    None: frozenset({Status.FILED, Status.PROPOSED, Status.SERVED}),
    Status.FILED: frozenset({Status.PROPOSED, Status.SERVED, Status.DISMISSED}),
    Status.PROPOSED: frozenset({Status.SERVED, Status.DISMISSED}),
    Status.SERVED: frozenset({Status.UNDER_APPEAL, Status.IN_FORCE}),
    Status.UNDER_APPEAL: frozenset({Status.SET_ASIDE, Status.IN_FORCE}),
    Status.SET_ASIDE: frozenset(
        {Status.UNDER_APPEAL, Status.IN_FORCE, Status.PROPOSED, Status.SERVED}
    ),
    Status.IN_FORCE: frozenset({Status.UNDER_APPEAL, Status.SET_ASIDE}),
    Status.DISMISSED: frozenset({Status.FILED}),
}
"""From each status, those that may follow. Set aside -> under appeal is the Upper Tribunal's
remittal: the First-tier Tribunal has to decide the appeal again. Set aside -> proposed or served
is a court's remittal to the authority, which decides again. In force -> under appeal, or set aside,
is a further court's, after one has upheld it. Filed and dismissed are of private actions."""


@dataclass
class Instrument:
    """What all instruments have in common: a name, a status and its history, a rule of stay.

    Attributes:
        name: as it is called in law.
        status: where it stands, None before it exists.
        history: (day, status) in order.
        stay: what an appeal does to it. Automatic: nothing falls due while the appeal is open.
            On application: only where a court grants it (`stayed`). None: an appeal changes
            nothing.
        stayed: whether a court's stay holds now.
        open_from: day from which its appeal period is counted: of service, or of the last judgment
            that upheld it; None where no appeal lies against it.
        upheld: whether a court has upheld it.
    """

    name: str
    status: Status | None = None
    history: list[tuple[int, Status]] = field(default_factory=list)
    stay: Stay = Stay.AUTOMATIC
    stayed: bool = False
    open_from: int | None = None
    upheld: bool = False

    def move(self, day: int, status: Status) -> None:
        """Change the status on a day.

        Raises:
            ValueError: the law knows no such succession, or the day lies before the last change.
        """
        if not self.may_become(status):
            raise ValueError(f"{self.name}: {self.status} cannot become {status}")
        if self.history and day < self.history[-1][0]:
            raise ValueError(f"{self.name}: day {day} lies before day {self.history[-1][0]}")
        self.status = status
        self.history.append((day, status))
        if status is Status.SERVED:
            self.open_from = day

    def may_be_appealed(self, day: int, period: int) -> bool:
        """Return whether an appeal against it is in time on a day.

        Args:
            day: day of the appeal.
            period: days in which it may be lodged.
        """
        if self.open_from is None or self.status not in (Status.SERVED, Status.IN_FORCE):
            return False
        return self.open_from <= day <= self.open_from + period

    def may_become(self, status: Status) -> bool:
        """Return whether a status may follow the one at which it stands."""
        return status in SUCCESSORS[self.status]

    def status_on(self, day: int) -> Status | None:
        """Return where it stood at the end of a day."""
        before = [status for since, status in self.history if since <= day]
        return before[-1] if before else None

    @property
    def appeal_pending(self) -> bool:
        """True while an appeal against it is open."""
        return self.status is Status.UNDER_APPEAL

    @property
    def suspended(self) -> bool:
        """True while a pending appeal, or a court's stay, keeps it from having effect."""
        return self.stayed or (self.appeal_pending and self.stay is Stay.AUTOMATIC)


@dataclass
class EnforcementNotice(Instrument):
    """Orders with deadlines that run from service, or from the end of the appeal period.

    Under section 150(6) and (7) of the Data Protection Act 2018 nothing that is ordered falls due
    before the appeal period ends or while an appeal is open; a notice that calls for urgent
    compliance (150(8)) does not wait, and section 164 lets a court disapply that.

    Attributes:
        obligations: what is ordered, each with its time.
        appealable: whether an appeal lies against it; what was agreed binds from service.
        runs_from: day from which time is counted that runs from the end of the appeal period,
            None while it does not run.
        counts_from: day from which time is counted that runs from service, None likewise.
        bound: day since which it has bound, None while it does not.
    """

    obligations: tuple[Obligation, ...] = ()
    appealable: bool = True
    runs_from: int | None = None
    counts_from: int | None = None
    bound: int | None = None

    @property
    def binds_from_service(self) -> bool:
        """True where it binds before the appeal period has ended."""
        if not self.appealable:
            return True
        return self.stay is not Stay.AUTOMATIC and any(o.from_service for o in self.obligations)

    @property
    def binding(self) -> bool:
        """True while the operator owes what is ordered, its deadlines running or past."""
        if self.suspended:
            return False
        if self.status is Status.SERVED:
            return self.binds_from_service
        return self.status in (Status.IN_FORCE, Status.UNDER_APPEAL)

    def run(self, bound: int, runs_from: int, counts_from: int) -> None:
        """Let its deadlines run; see the attributes."""
        self.bound, self.runs_from, self.counts_from = bound, runs_from, counts_from

    def suspend(self) -> None:
        """Stop its deadlines; when it binds again they are counted anew."""
        self.bound = self.runs_from = self.counts_from = None

    def deadline(self, duty: Obligation) -> int | None:
        """Return the day by which a duty is to be done, None while it does not run.

        A deadline never lies before the notice binds.
        """
        start = self.counts_from if duty.from_service else self.runs_from
        if start is None or self.bound is None:
            return None
        return max(self.bound, add_months(start, duty.months) + duty.days)

    def ends(self, duty: Obligation) -> int | None:
        """Return the day from which a duty no longer holds, None where it has no end or does
        not run."""
        start = self.counts_from if duty.from_service else self.runs_from
        if start is None or duty.lasts_months is None:
            return None
        return add_months(start, duty.lasts_months)


@dataclass
class MonetaryInstrument(Instrument):
    """An instrument about money, with its ledger, in whole units of its own currency.

    Attributes:
        currency: ISO 4217 code.
        proposed: amount that was announced or proposed.
        imposed: amount that stands, 0 while it is set aside.
        payable: amount that has fallen due.
        collected: amount paid.
        final_amount: what was last imposed, whether it stands or not.
        repaid: amount that was collected and given back, because the instrument fell.
    """

    currency: str = "GBP"
    proposed: int = 0
    imposed: int = 0
    payable: int = 0
    collected: int = 0
    final_amount: int = 0
    repaid: int = 0

    def propose(self, day: int, amount: int) -> None:
        """Enter the amount of a notice of intent, or of a settlement that waits for a court."""
        self.move(day, Status.PROPOSED)
        self.proposed = amount

    def serve(self, day: int, amount: int) -> None:
        """Enter the amount of the final notice."""
        self.move(day, Status.SERVED)
        self.final_amount = self.imposed = amount

    def set_aside(self, day: int) -> None:
        """Undo the notice; what was payable no longer is, and what was paid is given back."""
        self.move(day, Status.SET_ASIDE)
        self.repaid += self.collected
        self.imposed = self.payable = self.collected = 0

    def restore(self, day: int) -> None:
        """Bring a set-aside notice back as one under appeal (remittal); nothing is payable yet."""
        self.move(day, Status.UNDER_APPEAL)
        self.imposed = self.final_amount

    def fall_due(self) -> None:
        """Make what is imposed payable.

        Raises:
            ValueError: the notice is not in force: nothing is payable before the appeal period
                has ended, nor while an appeal or a stay suspends it.
        """
        due = self.status in (Status.IN_FORCE, Status.UNDER_APPEAL)
        if self.suspended or not due:
            raise ValueError(f"nothing is payable while the {self.name} is {self.status}")
        self.payable = self.imposed

    @property
    def owed(self) -> int:
        """What is payable and not paid."""
        return self.payable - self.collected

    def pay(self, amount: int) -> None:
        """Enter a payment.

        Raises:
            ValueError: more than is payable.
        """
        if self.collected + amount > self.payable:
            raise ValueError(f"paid {self.collected + amount}, payable {self.payable}")
        self.collected += amount


@dataclass
class PenaltyNotice(MonetaryInstrument):
    """A monetary penalty. Whether payment waits for an appeal is the law's own rule, whatever is
    said of the orders (schedule 16, paragraph 9: no recovery before all appeals have ended)."""
