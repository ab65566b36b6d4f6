"""The private action: people sue instead of an authority, and mostly settle.

A suit claims damages; a settlement is in money or in equity, waits for a court's approval where
one is needed, and may carry duties (a consent decree) that bind from service. What is settled in
equity is a share of a company that may one day be sold: it is counted at the court's valuation,
and nothing of it is payable in money. 740 ILCS 14/20 (right of action); Federal Rules of Civil
Procedure, rule 23(e) (approval), as the authorities' files cite them.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.law.instruments import MonetaryInstrument, Status


@dataclass
class PrivateAction(MonetaryInstrument):
    """A suit for damages and what came of it.

    Attributes:
        in_equity: whether it is settled in a share of the company.
    """

    in_equity: bool = False

    @property
    def agreed(self) -> bool:
        """True once it is settled and nothing is left to be approved."""
        return self.status in (Status.SERVED, Status.UNDER_APPEAL, Status.IN_FORCE)

    def file(self, day: int, claimed: int) -> None:
        """Enter a suit and what it claims; a second one of the same kind joins the first."""
        if self.may_become(Status.FILED):
            self.move(day, Status.FILED)
        self.proposed = max(self.proposed, claimed)

    def add(self, day: int, amount: int) -> None:
        """Enter a settlement, or one more term of it, that waits for a court."""
        if self.status is not Status.PROPOSED:
            self.move(day, Status.PROPOSED)
            self.proposed = 0
        self.proposed += amount

    def agree(self, day: int, amount: int) -> None:
        """Enter what is agreed and needs nobody's approval, on top of what waited for it."""
        self.serve(day, self.proposed + amount if self.status is Status.PROPOSED else amount)

    def fall_due(self) -> None:
        """Make what is agreed payable, in money; of equity nothing is.

        Raises:
            ValueError: it is not in force.
        """
        if not self.in_equity:
            super().fall_due()
