"""What a measure is: a named question with a symbol, a formula, a unit, and what could move it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.history import History
from sim.setup import ArmSetup


@dataclass(frozen=True)
class Reading:
    """An answer, for one arm of one replication.

    Attributes:
        name: of the measure.
        at: ISO date, or "" for the whole run.
        margin: `all` (residents in scope), `jurisdiction`, `age_band`, `sex`, `tone`, or `place`
            (where copies are).
        level: "" for `all`, else the jurisdiction's code, the group or the place.
        value: None where the question has no answer.
        why: the reason where it has none, else None.
    """

    name: str
    at: str
    margin: str
    level: str
    value: float | None
    why: str | None = None


def _always(setup: ArmSetup) -> bool:
    """Return that any arm states what a measure is about."""
    return True


@dataclass(frozen=True)
class Measure:
    """A question asked of a history.

    Attributes:
        name: as tables and files have it.
        symbol: LaTeX.
        unit: "share of residents", "person-days", "GBP", ...
        formula: LaTeX.
        question: a plain sentence.
        family: `presence`, `recognition`, `service`, `orders`, `rights` or `money`.
        decimals: digits after the point in tables (of the value per 100 for shares).
        moved_by: names of movers (`History.movers`) that could make it differ between two arms.
        zero_reason: why it cannot differ where none of them does.
        read: computes the readings.
        score_model: what decided whether a search finds somebody: `operator` (the score model),
            `encoder` (real searches), both, or "" where no search is concerned.
        stated: whether an arm states what it is about; a run has it where one of its arms does.
    """

    name: str
    symbol: str
    unit: str
    formula: str
    question: str
    family: str
    decimals: int
    moved_by: tuple[str, ...]
    zero_reason: str
    read: Callable[[History], list[Reading]]
    score_model: str = ""
    stated: Callable[[ArmSetup], bool] = _always


INFORMING_MOVERS = ("news", "people")
"""What can change who is informed: news, and notices to people of whom something is held."""

COLLECTION_MOVERS = (*INFORMING_MOVERS, "levers", "removal", "stores")
"""What can change who is found and held: news and what people are told (going private, requests),
levers, removals, other jobs of the stores."""

COLLECTION_ZERO = "no news, notice, lever or removal differs between the two arms"


def by_jurisdiction(history: History, cells: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return sums over cells for each jurisdiction, unweighted, float64 [J]."""
    size = len(history.jurisdictions)
    sums = np.bincount(history.cells.jurisdiction, weights=cells, minlength=size)
    return sums.astype(np.float64)


def residents_in_scope(history: History) -> float:
    """Return the simulated residents in scope."""
    return float(by_jurisdiction(history, history.residents)[history.scope])


def weight_in_scope(history: History) -> float:
    """Return how many real residents in scope a simulated one stands for."""
    return float(history.weights[history.scope])
