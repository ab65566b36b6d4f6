"""The operator's books at the end of a run: what it was asked, earned, spent and decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.customers import searches_made
from sim.gallery.traffic import Traffic
from sim.operator.purse import Purse
from sim.operator.stores import Residue
from sim.operator.strategy import Decision
from sim.setup import CaseFile


@dataclass(frozen=True)
class Books:
    """What one arm leaves behind of its operator.

    Attributes:
        asked: searches that would have been made without orders by the start of each day,
            float64 [days + 1].
        shares: share of them that was made on each day, float64 [days].
        active: customers of each of the profile's markets who may search at the end, float64 [m].
        purse: revenue and costs.
        residue: what is left of residents in scope beyond reach.
        traffic: bytes that the stores have read and written to erase.
        cases: every case of the run, those that interventions opened too.
        decisions: how the operator met the cases that asked it, in order.
    """

    asked: NDArray[np.float64]
    shares: NDArray[np.float64]
    active: NDArray[np.float64]
    purse: Purse
    residue: Residue
    traffic: Traffic
    cases: tuple[CaseFile, ...]
    decisions: tuple[Decision, ...]

    def searches(self, start: int, end: int) -> float:
        """Return the searches made worldwide on the days from `start` to before `end`."""
        return searches_made(self.asked, self.shares, start, end)
