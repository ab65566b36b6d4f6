"""The adoption of the operator's service by agencies, fitted to the record: a logistic curve.

Least squares on logarithms over the three numbers of the curve (level, midpoint, pace); the points
are claims with few digits, so nothing finer would be told from them. The profile `clearview-like`
holds the rounded result, and a test holds it to the fit.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from scenarios.growth import FitPoint, listed_points
from scenarios.public_record import Record, read_data
from sim.dates import day_of
from sim.operator.profile import Adoption


@dataclass(frozen=True)
class AdoptionFit:
    """The fitted curve with the points of the record behind it.

    Attributes:
        adoption: the curve.
        points: every point of the series, used or not, with what the curve makes of it.
    """

    adoption: Adoption
    points: tuple[FitPoint, ...]


def fit_adoption(record: Record) -> AdoptionFit:
    """Return the logistic curve through the agencies that the record counts.

    Raises:
        ScenarioError: `record/adoption.yaml` and the record's series do not match.
    """
    from scipy.optimize import least_squares

    listed = listed_points(
        record, "agencies", read_data("adoption.yaml")["agencies"], "adoption.yaml"
    )
    used = [(day_of(p.date), p.value) for p in listed if p.use_in_fit and p.date is not None]
    days = np.array([day for day, _ in used], dtype=np.float64)
    values = np.array([value for _, value in used])

    def misses(theta: NDArray[np.float64]) -> NDArray[np.float64]:
        level, half, pace = theta
        fitted = level / (1.0 + np.exp(-pace * 1e-3 * (days - half)))
        return np.asarray(np.log(fitted / values))

    start = (values.max(), float(days.mean()), 8.0)
    level, half, pace = least_squares(misses, start, x_scale=(100.0, 100.0, 1.0)).x
    adoption = Adoption(most=float(level), half=round(float(half)), pace=float(pace) * 1e-3)
    return AdoptionFit(adoption, tuple(_with_fit(point, adoption) for point in listed))


def _with_fit(point: FitPoint, adoption: Adoption) -> FitPoint:
    assert point.date is not None
    fitted = adoption.customers(day_of(point.date))
    return replace(point, fitted=fitted, relative_error=fitted / point.value - 1)
