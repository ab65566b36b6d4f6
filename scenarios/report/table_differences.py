"""How a row's numbers are worded: the printed table, the page and the sentences share it.

A difference is its range first, then its mean with the error of the mean; or the reason why it has
neither. An amount of money that is the same in every replication and draw is no estimate, and
stands alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from scenarios.report.table_numbers import Scale, decimals_for, number, scale_of, scaled
from scenarios.report.table_rows import Difference, Row

NO_RANGE = "no range"
"""Stands where ranges were drawn, but one of them has no number; never where none was drawn."""

_FINER = 2
"""How many more decimals than its range a mean may have, so that its error shows."""

_RECORDED = "the amount on the public record, which is no estimate"
_FOLLOWS = "follows from the record's amount and the model's course of the case; no estimate"
AMOUNTS = {
    "fine_proposed": _RECORDED,
    "fine_imposed": _RECORDED,
    "fine_payable": _FOLLOWS,
    "fine_collected": _FOLLOWS,
}
"""What a footnote says of the measures that are amounts of a case's ledger."""


@dataclass(frozen=True)
class Shown:
    """A difference as text; what is missing is empty.

    Attributes:
        first: its range, or what stands there instead; empty where no range was drawn.
        first_why: what a footnote says of that, or None.
        mean: its mean with the error of the mean.
        mean_why: what a footnote says of that, or None.
    """

    first: str
    first_why: str | None = None
    mean: str = ""
    mean_why: str | None = None


def layout(row: Row, scenario: str) -> tuple[Scale, int]:
    """Return the scale and the decimals of a row, the same wherever it is shown.

    Args:
        row: the row.
        scenario: the scenario under question; its differences are shown beside the values.
    """
    values = list(row.values.values())
    ends = [
        end
        for (arm, _), difference in row.differences.items()
        if arm == scenario
        for end in (difference.mean, difference.range_low, difference.range_high)
    ]
    scale = scale_of(row.unit, [*values, *ends])
    return scale, max(decimals_for(scaled(values, scale)), 1 if scale.factor == 100.0 else 0)


def range_decimals(difference: Difference, scale: Scale, decimals: int) -> int:
    """Return the decimals of a difference's range: its row's, or more where it is small."""
    ends = [difference.mean, difference.range_low, difference.range_high]
    return max(decimals, decimals_for(scaled(ends, scale), 2))


def mean_text(difference: Difference, scale: Scale, decimals: int) -> str:
    """Return a mean with its sign and the error of the mean: "+28.75 ± 0.02".

    Args:
        difference: one that has a mean.
        scale: its row's.
        decimals: those of its range; the mean may have a few more, so that its error shows.
    """
    assert difference.mean is not None
    if difference.low is None or difference.high is None:
        return number(difference.mean, scale, decimals, sign=True)
    half = (difference.high - difference.low) / 2
    finer = min(max(decimals, decimals_for([half * scale.factor], 1)), decimals + _FINER)
    mean = number(difference.mean, scale, finer, sign=True)
    return f"{mean} ± {number(half, scale, finer)}"


def shown(difference: Difference, scale: Scale, decimals: int, ranged: bool) -> Shown:
    """Return a difference as text.

    Args:
        difference: of two arms.
        scale: its row's.
        decimals: its row's.
        ranged: whether ranges were drawn.
    """
    if difference.structural_zero:
        return Shown("0 by assumption", difference.why)
    if difference.mean is None:
        return Shown("undefined", difference.why)
    if is_amount(difference, scale):
        return Shown("", None, number(difference.mean, scale, 0, sign=True))
    decimals = range_decimals(difference, scale, decimals)
    mean = mean_text(difference, scale, decimals)
    single = difference.low is None or difference.high is None
    mean_why = "one replication has no error of the mean" if single else None
    if not ranged:
        return Shown("", None, mean, mean_why)
    low, high = difference.range_low, difference.range_high
    if low is None or high is None:
        return Shown(NO_RANGE, "undefined in some range draw", mean, mean_why)
    ends = [number(end, scale, decimals, sign=True) for end in (low, high)]
    return Shown(" to ".join(dict.fromkeys(ends)), None, mean, mean_why)


def is_amount(difference: Difference, scale: Scale) -> bool:
    """Return whether a difference is of money and the same in every replication and draw."""
    ends = (difference.low, difference.high, difference.range_low, difference.range_high)
    return scale.money and all(end in (None, difference.mean) for end in ends)
