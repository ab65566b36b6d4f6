"""Numbers as people read them: one scale and one number of decimals for everything in a row.

Shares of residents are shown per 100 residents, money in whole units with its currency, large
counts in thousands, millions or billions. Nothing is cut off: a number that is not 0 is never
shown as 0.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

SHARE = "share of residents"
CURRENCIES = ("GBP", "EUR", "USD", "AUD")
_SCALES = ((1e9, "billion "), (1e6, "million "))
_MOST_DECIMALS = 9
_MORE_DECIMALS = 2
"""Beyond so many more decimals than its row has, a small number is written with an exponent."""


@dataclass(frozen=True)
class Scale:
    """How the numbers of a row are shown.

    Attributes:
        factor: what a value is multiplied with.
        unit: the unit of what is shown.
        money: whole units, with separators.
    """

    factor: float
    unit: str
    money: bool = False


def scale_of(unit: str, values: Iterable[float | None]) -> Scale:
    """Return the scale for a row.

    Args:
        unit: unit of the measure.
        values: every number of the row; None is undefined.
    """
    if unit in CURRENCIES:
        return Scale(1.0, unit, money=True)
    if unit.startswith(SHARE):
        rest = unit.removeprefix(SHARE)
        return Scale(100.0, f"per 100 residents{rest}")
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    for size, word in _SCALES:
        if largest >= size:
            return Scale(1 / size, f"{word}{unit}")
    return Scale(1.0, "" if unit == "1" else unit)


def scaled(values: Iterable[float | None], scale: Scale) -> list[float | None]:
    """Return values as the scale shows them; None stays None."""
    return [None if value is None else value * scale.factor for value in values]


def decimals_for(values: Iterable[float | None], digits: int = 3) -> int:
    """Return the decimals that show the largest of the (scaled) values with `digits` digits."""
    largest = max((abs(value) for value in values if value is not None), default=0.0)
    if largest == 0:
        return 0
    return min(max(digits - 1 - math.floor(math.log10(largest)), 0), _MOST_DECIMALS)


def number(value: float, scale: Scale, decimals: int, sign: bool = False) -> str:
    """Return a value of the measure as text.

    Args:
        value: in the measure's own unit.
        scale: the row's scale.
        decimals: digits after the point; a value that would show as 0 gets more, or an exponent.
        sign: put a plus before positive values.
    """
    shown = value * scale.factor
    if scale.money:
        decimals = 0
    elif shown != 0 and round(shown, decimals) == 0:
        needed = decimals_for([shown], 1)
        if needed > decimals + _MORE_DECIMALS or round(shown, needed) == 0:
            return f"{shown:{'+' if sign else ''}.0e}"
        decimals = needed
    text = f"{shown:{'+' if sign else ''},.{decimals}f}"
    return "0" if value == 0 else text
