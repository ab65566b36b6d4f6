"""Quantities as people write them: a number with its unit, converted to the unit that is due.

A unit is a product of words: `30 days`, `0.5 per year`, `1.5 %`, `2 photos per week`,
`20 billion images`. Words of time, shares and multiples convert; any other word (`photos`,
`GBP`) is a thing counted and must be the thing asked for. A year is 365.25 days and a month a
twelfth of it: durations, not calendar months (the months of a notice are calendar months and are
never written as a quantity).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from dataclasses import dataclass

DAYS: dict[str, float] = {
    "second": 1 / 86400,
    "minute": 1 / 1440,
    "hour": 1 / 24,
    "day": 1.0,
    "week": 7.0,
    "month": 365.25 / 12,
    "year": 365.25,
}
MULTIPLES: dict[str, float] = {
    "%": 1e-2,
    "percent": 1e-2,
    "‰": 1e-3,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
}
_PARTS = ("%", "percent", "‰")
_WHOLES = ("1", "share", "ratio")
_QUANTITY = re.compile(r"\s*([-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d{1,3})?)\s*(.*?)\s*", re.S)
_TOKEN = re.compile(r"%|‰|/|[^\s%‰/]+")


class UnitMismatch(ValueError):
    """A quantity cannot be converted to the unit that is due; `.expected` says what can."""

    def __init__(self, message: str, expected: str) -> None:
        self.expected = expected
        super().__init__(message)


@dataclass(frozen=True)
class Unit:
    """A unit taken apart.

    Attributes:
        factor: multiplier to days, wholes and single things.
        time: exponent of time (1 for a duration, -1 for a rate).
        things: other words with their exponents, sorted.
    """

    factor: float
    time: int
    things: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Quantity:
    """A number in a unit.

    Attributes:
        value: in `unit`.
        unit: as the parameter table writes it; "1" for a share or a ratio.
    """

    value: float
    unit: str

    def as_written(self) -> str | int | float:
        """Return it as a scenario file holds it: a bare number where no unit is due."""
        number = int(self.value) if self.value.is_integer() else self.value
        return number if _parse_unit(self.unit) == _ONE else f"{number!r} {self.unit}"


def _singular(word: str) -> str:
    lowered = word.lower()
    for name in (lowered, lowered.removesuffix("s")):
        if name in DAYS or name in MULTIPLES:
            return name
    return word if word.isupper() else lowered.removesuffix("s")


def _parse_unit(text: str) -> Unit:
    """Take a unit apart; a share or a multiple out of place counts as a thing, so fits nothing."""
    factor, time, things, sign, pending = 1.0, 0, Counter[str](), 1, False
    tokens = _TOKEN.findall(re.sub(r"\bper\s+cent\b", "%", text))
    leading, alone = True, []
    for position, token in enumerate(tokens):
        if token in ("/", "per") or (token in ("a", "an") and position > 0):
            sign, pending = -1, True
            continue
        word = _singular(token)
        pending = False
        if word in MULTIPLES and leading and sign == 1:
            factor *= MULTIPLES[word]
            leading = word not in _PARTS
            continue
        leading = False
        if word in DAYS:
            factor *= DAYS[word] ** sign
            time += sign
        elif word in _WHOLES or (word in MULTIPLES and word not in _PARTS and sign == -1):
            factor *= MULTIPLES.get(word, 1.0) ** sign
            alone.append(word)
        else:
            things[word] += sign
    if pending:
        things["nothing"] -= 1
    if time or things:
        things.update(alone)
    return Unit(factor, time, tuple(sorted((w, n) for w, n in things.items() if n)))


_ONE = Unit(1.0, 0, ())


def example(unit: str) -> str:
    """Return what a quantity in this unit looks like, for an error message."""
    if _parse_unit(unit) == _ONE:
        return "a number such as 0.2 or '20 %'"
    return f"a number with its unit, such as '2 {unit}'"


def parse_quantity(written: object, unit: str) -> Quantity:
    """Return what was written as a quantity in `unit`.

    Args:
        written: a number or a text such as `30 days`.
        unit: the unit that is due, as the parameter table writes it.

    Raises:
        UnitMismatch: no number, no unit where one is due, or a unit of another kind.
    """
    due = _parse_unit(unit)
    if isinstance(written, bool) or not isinstance(written, int | float | str):
        raise UnitMismatch("is not a quantity", example(unit))
    match = _QUANTITY.fullmatch(str(written))
    if match is None:
        raise UnitMismatch("is not a quantity", example(unit))
    number, unit_text = float(match[1]), match[2]
    if not math.isfinite(number):
        raise UnitMismatch("is not a finite number", example(unit))
    if not unit_text and due != _ONE:
        raise UnitMismatch("needs a unit", example(unit))
    given = _parse_unit(unit_text)
    if (given.time, given.things) != (due.time, due.things):
        raise UnitMismatch(f"has the wrong unit '{unit_text}'", example(unit))
    if unit_text == unit:
        return Quantity(number, unit)
    value = number * given.factor / due.factor
    if not math.isfinite(value):
        raise UnitMismatch("is not a finite number", example(unit))
    return Quantity(value, unit)
