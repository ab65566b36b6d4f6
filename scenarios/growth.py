"""The growth of the operator's gallery and of its searches, one smooth curve each for every arm.

The record's points are rounded claims, most of them lower bounds, given when a round number was
passed; an interpolation through them would show their rounding as bursts of collection. So the
curve is the smoothest one that errs by at most 8 % at every point used: monthly increments that
are never negative (non-negative least squares: Lawson and Hanson 1974, "Solving Least Squares
Problems", chapter 23) with the largest penalty on their changes from month to month, relative to
the pace there, that keeps within that error; between the months a monotone cubic (Fritsch and
Butland 1984). A penalty on absolute changes would stop collection altogether in early 2020 to
lead up to the burst of 2022. No order acts on the curve: it is fitted once to the whole record,
on a fixed grid, so a shorter run sees the same curve. After the grid's end the last month's pace
goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ScenarioError
from scenarios.public_record import Figure, Record, read_data
from sim.dates import add_months, day_of
from sim.setup import Curves

LARGEST_ERROR = 0.08
"""Largest relative error at a point used in the fit (the model's law allows 0.10)."""

_MONTHS = 108
"""Months of the fit's grid: 2017-01-01 to 2026-01-01."""

_STEPS = 40


@dataclass(frozen=True)
class FitPoint:
    """A point of the record and what the curve makes of it.

    Attributes:
        curve: `images`, `searches`, or `agencies` (`scenarios.adoption`).
        date: day of the point, or None where the record has none.
        value: the record's figure.
        grade: `A` to `C`.
        qualifier: `about`, `more than`, ...
        source: address of the copy that was read.
        use_in_fit: whether the curve was fitted to it.
        why: why it is used or left out.
        fitted: the curve at the start of that day; None without a date or beyond the run.
        relative_error: `fitted / value - 1`, or None.
    """

    curve: str
    date: date | None
    value: float
    grade: str
    qualifier: str
    source: str
    use_in_fit: bool
    why: str
    fitted: float | None = None
    relative_error: float | None = None

    @property
    def weak(self) -> bool:
        """True where the point is used although its source is an aggregator (grade C)."""
        return self.use_in_fit and self.grade == "C"


@dataclass(frozen=True)
class GrowthCurve(Curves):
    """The curves with the points of the record behind them.

    Attributes:
        points: every point of the series, used or not.
    """

    points: tuple[FitPoint, ...] = ()

    def plain(self) -> Curves:
        """Return the curves alone, as the model takes them."""
        return Curves(images=self.images, searches=self.searches)


def growth_curve(record: Record, first_day: int, last_day: int) -> GrowthCurve:
    """Return gallery and searches without any order, one value a day from day 0.

    Args:
        record: the public record.
        first_day: first day of the run; the curves start at day 0 whatever it is.
        last_day: last day of the run; the curves reach the start of the day after it.

    Raises:
        ScenarioError: `record/growth.yaml` and the record's series do not match.
        ValueError: days that are not in order.
    """
    if not 0 <= first_day <= last_day:
        raise ValueError(f"expected 0 <= first day <= last day, found {first_day}, {last_day}")
    curves: dict[str, NDArray[np.float64]] = {}
    points: list[FitPoint] = []
    for name, choice in read_data("growth.yaml").items():
        listed = listed_points(record, name, choice, "growth.yaml")
        used = tuple((day_of(p.date), p.value) for p in listed if p.use_in_fit and p.date)
        boundaries, totals = _fitted_months(used, day_of(choice["starts"]))
        curves[name] = _daily(np.array(boundaries), np.array(totals), last_day + 2)
        points += [_with_fit(point, curves[name]) for point in listed]
    return GrowthCurve(curves["images"], curves["searches"], tuple(points))


def listed_points(record: Record, name: str, choice: Any, file: str) -> tuple[FitPoint, ...]:
    """Return every point of the series that a curve is fitted to, used or left out.

    Args:
        record: the public record.
        name: of the curve.
        choice: `metrics`, `used` and `left_out` as the file has them.
        file: its name, for errors.

    Raises:
        ScenarioError: a point that is not in the record, is listed twice or not at all.
    """
    figures = [f for metric in choice["metrics"] for f in record.figures(metric)]
    by_key: dict[tuple[str, date | None, float], Figure] = {
        (f.metric, f.date, float(f.value)): f for f in figures
    }
    points, seen = [], set()
    for use in (True, False):
        for entry in choice["used" if use else "left_out"]:
            key = (entry["metric"], entry["date"], float(entry["value"]))
            figure = by_key.get(key)
            if figure is None or key in seen:
                raise ScenarioError(
                    Fault(f"point {key} is not in the record, or is listed twice", file=file)
                )
            seen.add(key)
            points.append(
                FitPoint(
                    curve=name,
                    date=figure.date,
                    value=float(figure.value),
                    grade=figure.grade,
                    qualifier=figure.qualifier,
                    source=figure.source,
                    use_in_fit=use,
                    why=entry["why"],
                )
            )
    missing = [key for key in by_key if key not in seen]
    if missing:
        raise ScenarioError(
            [Fault(f"point {k} is neither used nor left out", file=file) for k in missing]
        )
    return tuple(sorted(points, key=lambda p: p.date or date.max))


@cache
def _fitted_months(
    used: tuple[tuple[int, float], ...], starts: int
) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """Return month boundaries (day numbers) and cumulative totals at them.

    Args:
        used: (day, value) of the points to fit.
        starts: day before which the curve is 0.
    """
    boundaries = [add_months(0, month) for month in range(_MONTHS + 1)]
    days = np.array([day for day, _ in used])
    values = np.array([value for _, value in used])
    starts_and_lengths = np.array(boundaries)
    share = np.clip(
        (days[:, None] - starts_and_lengths[:-1]) / np.diff(starts_and_lengths), 0.0, 1.0
    )
    alive = starts_and_lengths[:-1] >= starts
    scale = values.max() / _MONTHS
    design = share[:, alive] * scale / values[:, None]
    bend = _changes_of_pace(_mean_pace(days, values, starts_and_lengths, starts)[alive] / scale)
    low, high, best = -12.0, 6.0, None
    for _ in range(_STEPS):
        middle = (low + high) / 2
        increments = _least_squares(design, bend, 10.0**middle)
        totals = np.zeros(_MONTHS + 1)
        totals[1:][alive] = increments * scale
        totals = np.cumsum(totals)
        fitted = _daily(starts_and_lengths, totals, int(days.max()) + 1)[days]
        if np.abs(fitted / values - 1).max() <= LARGEST_ERROR:
            low, best = middle, totals
        else:
            high = middle
    if best is None:
        raise ScenarioError(
            Fault(
                "no monotone curve passes within 8 % of every point used",
                file="growth.yaml",
                expected="points that grow; leave out a contradictory one with its reason",
            )
        )
    return tuple(boundaries), tuple(float(total) for total in best)


def _mean_pace(
    days: NDArray[np.int64],
    values: NDArray[np.float64],
    boundaries: NDArray[np.int64],
    starts: int,
) -> NDArray[np.float64]:
    """Return each month's increment on the straight lines through the points."""
    lines = np.interp(boundaries, [starts, *days], [0.0, *values])
    pace: NDArray[np.float64] = np.diff(lines)
    last = (values[-1] - values[-2]) / (days[-1] - days[-2]) * np.diff(boundaries)
    return np.where(boundaries[1:] > days[-1], last, pace)


def _changes_of_pace(pace: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the [n, n] matrix of changes from month to month, relative to the pace there.

    Relative, because a change by a billion a month means nothing in 2022 and everything in 2018.
    The first row ties the first month to a start from nothing.
    """
    steps = np.eye(len(pace)) - np.eye(len(pace), k=-1)
    smaller = np.minimum(pace, np.concatenate([pace[:1], pace[:-1]]))
    changes: NDArray[np.float64] = steps / smaller[:, None]
    return changes


def _least_squares(
    design: NDArray[np.float64], bend: NDArray[np.float64], penalty: float
) -> NDArray[np.float64]:
    from scipy.optimize import nnls

    rows = np.vstack([design, np.sqrt(penalty) * bend])
    target = np.concatenate([np.ones(len(design)), np.zeros(len(bend))])
    solution: NDArray[np.float64] = nnls(rows, target)[0]
    return solution


def _daily(
    boundaries: NDArray[np.int64], totals: NDArray[np.float64], length: int
) -> NDArray[np.float64]:
    """Return the cumulative total at the start of each day 0 to `length - 1`."""
    from scipy.interpolate import PchipInterpolator

    days = np.arange(length)
    inside = days[days <= boundaries[-1]]
    curve: NDArray[np.float64] = np.empty(length)
    curve[: len(inside)] = PchipInterpolator(boundaries, totals)(inside)
    pace = (totals[-1] - totals[-2]) / (boundaries[-1] - boundaries[-2])
    curve[len(inside) :] = totals[-1] + pace * (days[len(inside) :] - boundaries[-1])
    return np.maximum.accumulate(curve)


def _with_fit(point: FitPoint, curve: NDArray[np.float64]) -> FitPoint:
    if point.date is None or not 0 <= day_of(point.date) < len(curve):
        return point
    fitted = float(curve[day_of(point.date)])
    return replace(point, fitted=fitted, relative_error=fitted / point.value - 1)
