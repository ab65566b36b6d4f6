"""Whom a case tells, and whom it asks: the only way in which a case reaches the rest of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.events import Event
from sim.law.instruments import MonetaryInstrument
from sim.setup import CaseFile

if TYPE_CHECKING:
    from sim.law.case import Case

Luck = Callable[[int], float]
"""A uniform in (0, 1) for the n-th check of a case (stream `law.check`)."""


def certain(_ordinal: int) -> float:
    """Return the luck of an authority that finds whatever there is to find."""
    return 0.0


def _all_of_it(_money: MonetaryInstrument, sum_: int) -> int:
    """Return all that is to be taken, of somebody whose means know no limit."""
    return sum_


def _nothing(*_: object) -> None:
    """Answer a message that nobody waits for."""


@dataclass(frozen=True)
class Parties:
    """Whom a case tells, and whom it asks.

    How the record says that a case was met (`CaseFile.conduct`) goes before what these answer.

    Attributes:
        appeals: asked with (file, name of the instrument) whether the operator appeals.
        news: called with (day, size of the news, event) when a step is news.
        bound: called with (case, day, event) when its orders come to bind.
        released: called with (case, day, event) when they no longer do.
        due: called with (instrument, day, event) when a sum becomes payable (`instrument.owed`).
        obeyed: asked with (case, name of the duty, day) whether a duty is met on that day.
        settles: asked with (file) whether the operator settles a private action.
        left: called with (case, day, event) when the operator leaves the market by itself.
        seize: called with (instrument, sum) when an authority collects by force: takes what there
            is of that sum, and returns how much that was.
    """

    appeals: Callable[[CaseFile, str], bool]
    news: Callable[[int, str, Event], None]
    bound: Callable[[Case, int, Event], None]
    released: Callable[[Case, int, Event], None]
    due: Callable[[MonetaryInstrument, int, Event], None]
    obeyed: Callable[[Case, str, int], bool]
    settles: Callable[[CaseFile], bool]
    left: Callable[[Case, int, Event], None] = _nothing
    seize: Callable[[MonetaryInstrument, int], int] = _all_of_it
