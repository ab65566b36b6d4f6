"""The calendar of a run: day numbers and real dates, one to one.

Day 0 is 2017-01-01. Everything inside the model is a day number (int); dates appear at the edges.
Months of a notice are calendar months (Interpretation Act 1978, schedule 1: "month").
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta

EPOCH = date(2017, 1, 1)
WEEK = 7


def day_of(when: date) -> int:
    """Return the day number of a date (days since 2017-01-01; negative before it)."""
    return (when - EPOCH).days


def date_of(day: int) -> date:
    """Return the date of a day number."""
    return EPOCH + timedelta(days=int(day))


def iso(day: int) -> str:
    """Return a day number as an ISO date."""
    return date_of(day).isoformat()


def weeks(last_day: int) -> list[tuple[int, int]]:
    """Return the weeks of a run: first day and day after the last; the last may be short."""
    return [(start, min(start + WEEK, last_day + 1)) for start in range(0, last_day + 1, WEEK)]


def add_months(day: int, months: int) -> int:
    """Return the day `months` calendar months after `day`.

    The corresponding date, or the month's last day where it has none (Dodds v Walker [1981]
    1 WLR 1027, HL: the corresponding date rule).
    """
    start = date_of(day)
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return day_of(date(year, month + 1, min(start.day, last)))


def period_ends(day: int, months: int) -> int:
    """Return the last day of a period of calendar months that begins with a day, the day included.

    Six months beginning on 29 November end on 28 May.
    """
    return add_months(day, months) - 1
