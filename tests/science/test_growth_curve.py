"""One growth curve, fitted to the whole record, near every point that it uses."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from generators.errors import ScenarioError
from scenarios.growth import LARGEST_ERROR
from scenarios.public_record import Record
from scenarios.record import GrowthCurve, growth_curve, load_record
from sim.dates import EPOCH, add_months, day_of

LAST = day_of(date(2025, 12, 31))


@pytest.fixture(scope="module")
def growth() -> GrowthCurve:
    return growth_curve(load_record(), 0, LAST)


def test_there_is_a_value_a_day_up_to_the_day_after_the_last(growth: GrowthCurve) -> None:
    assert growth.images.shape == growth.searches.shape == (LAST + 2,)
    assert growth.images.dtype == np.float64


def test_nothing_is_held_at_the_start_and_nothing_is_ever_lost(growth: GrowthCurve) -> None:
    assert growth.images[day_of(EPOCH)] == 0
    assert growth.searches[day_of(date(2018, 1, 1))] == 0
    assert (np.diff(growth.images) >= 0).all()
    assert (np.diff(growth.searches) >= 0).all()


def test_the_curves_pass_within_ten_percent_of_every_point_used(growth: GrowthCurve) -> None:
    used = [point for point in growth.points if point.use_in_fit]
    assert len([point for point in used if point.curve == "images"]) == 7
    assert len([point for point in used if point.curve == "searches"]) == 3
    for point in used:
        assert point.date is not None
        curve = growth.images if point.curve == "images" else growth.searches
        assert curve[day_of(point.date)] == pytest.approx(point.value, rel=0.10), point
        assert point.relative_error is not None
        assert abs(point.relative_error) <= LARGEST_ERROR + 1e-9


def test_every_point_of_the_series_is_used_or_left_out_with_a_reason(growth: GrowthCurve) -> None:
    figures = load_record().figures("database_images")
    listed = [point for point in growth.points if point.curve == "images"]
    assert sorted(f.value for f in figures) == sorted(point.value for point in listed)
    assert all(point.why for point in growth.points)


def test_no_lower_bound_that_a_regulator_quotes_is_fitted(growth: GrowthCurve) -> None:
    regulators = {
        (f.date, f.value)
        for f in load_record().figures("database_images")
        if f.basis == "regulator_finding"
    }
    assert len(regulators) >= 4
    assert not regulators & {(p.date, p.value) for p in growth.points if p.use_in_fit}


def test_the_weak_points_used_are_marked(growth: GrowthCurve) -> None:
    weak = {(point.curve, point.date) for point in growth.points if point.weak}
    assert weak == {
        ("images", date(2023, 11, 15)),
        ("images", date(2024, 6, 15)),
        ("searches", date(2020, 2, 27)),
        ("searches", date(2024, 6, 15)),
    }


def test_a_shorter_run_sees_the_same_curve(growth: GrowthCurve) -> None:
    last = day_of(date(2022, 12, 31))
    short = growth_curve(load_record(), 0, last)
    assert np.array_equal(short.images, growth.images[: last + 2])
    assert np.array_equal(short.searches, growth.searches[: last + 2])


def test_a_longer_run_goes_on_at_the_last_pace(growth: GrowthCurve) -> None:
    last = day_of(date(2027, 12, 31))
    long = growth_curve(load_record(), 0, last)
    assert np.array_equal(long.images[: LAST + 2], growth.images)
    paces = np.diff(long.images[day_of(date(2026, 1, 1)) :])
    assert paces.min() == pytest.approx(paces.max(), rel=1e-6)
    assert paces[0] > 0


def test_the_pace_shows_no_step_and_no_halt(growth: GrowthCurve) -> None:
    """Neither a jump between neighbouring months nor a stop of collection once it has begun."""
    months = [add_months(0, month) for month in range(12, 109)]
    pace = np.diff(growth.images[months]) / np.diff(months)
    change = pace[1:] / pace[:-1]
    assert pace.min() > 0
    assert change.min() > 0.6
    assert change.max() < 1.7


def test_a_contradictory_point_is_refused_and_not_smoothed_away() -> None:
    record = load_record()
    series = tuple(
        figure.model_copy(update={"value": 10**9})
        if figure.metric == "database_images" and figure.date == date(2022, 10, 20)
        else figure
        for figure in record.series
    )
    with pytest.raises(ScenarioError, match="not in the record"):
        growth_curve(Record(series=series, actions=record.actions), 0, LAST)


def test_a_new_point_of_the_record_must_be_judged() -> None:
    record = load_record()
    newest = record.figures("database_images")[0].model_copy(update={"date": date(2021, 1, 1)})
    with pytest.raises(ScenarioError, match="neither used nor left out"):
        growth_curve(Record(series=(*record.series, newest), actions=record.actions), 0, LAST)
