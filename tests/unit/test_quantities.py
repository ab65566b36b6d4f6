"""A quantity is written with its unit and arrives in the unit that the parameter has."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scenarios.quantities import Quantity, UnitMismatch, parse_quantity


@pytest.mark.parametrize(
    ("written", "unit", "value"),
    [
        ("30 days", "days", 30.0),
        ("1 day", "days", 1.0),
        ("2 weeks", "days", 14.0),
        ("12 hours", "days", 0.5),
        ("1 year", "days", 365.25),
        ("12 months", "years", 1.0),
        ("0.5 per year", "per year", 0.5),
        ("1 per day", "per year", 365.25),
        ("2 / week", "per year", 2 * 365.25 / 7),
        ("1.5 %", "1", 0.015),
        ("1.5%", "1", 0.015),
        ("2 per cent", "1", 0.02),
        ("2 per thousand", "1", 0.002),
        ("20 %", "1", 0.2),
        ("20 % per year", "per year", 0.2),
        ("3 thousand million templates per day", "templates per day", 3e9),
        ("5 ‰", "1", 0.005),
        (0.2, "1", 0.2),
        (3, "1", 3.0),
        ("0.2", "1", 0.2),
        ("70 requests per week", "requests per day", 10.0),
        ("1 request a day", "requests per day", 1.0),
        ("50 million templates per day", "templates per day", 5e7),
        ("1.2 faces per image", "faces per image", 1.2),
        ("3 standard deviations", "standard deviations", 3.0),
        ("1e3 days", "days", 1000.0),
    ],
)
def test_a_quantity_arrives_in_the_unit_that_is_due(
    written: object, unit: str, value: float
) -> None:
    assert parse_quantity(written, unit) == Quantity(pytest.approx(value, rel=1e-12), unit)


@pytest.mark.parametrize(
    ("written", "unit", "what"),
    [
        ("30 apples", "days", "wrong unit 'apples'"),
        (30, "days", "needs a unit"),
        ("30", "days", "needs a unit"),
        ("30 days", "1", "wrong unit 'days'"),
        ("30 days", "per year", "wrong unit"),
        ("30 per", "1", "wrong unit"),
        ("30 days per %", "days", "wrong unit"),
        ("30 days per thousand", "days", "wrong unit"),
        ("30 days %", "days", "wrong unit"),
        ("30 % %", "1", "wrong unit"),
        ("30 days million", "days", "wrong unit"),
        ("30 days share", "days", "wrong unit"),
        ("5 per %", "1", "wrong unit"),
        ("3 photos per day", "requests per day", "wrong unit"),
        ("3 requests", "requests per day", "wrong unit"),
        ("thirty days", "days", "not a quantity"),
        ("", "days", "not a quantity"),
        ("days", "days", "not a quantity"),
        (True, "1", "not a quantity"),
        (None, "1", "not a quantity"),
        ({"value": 3}, "1", "not a quantity"),
        ("1e999 days", "days", "not a finite number"),
        ("nan", "1", "not a quantity"),
    ],
)
def test_another_unit_is_refused_with_what_is_due(written: object, unit: str, what: str) -> None:
    with pytest.raises(UnitMismatch, match=what) as caught:
        parse_quantity(written, unit)
    assert "such as" in caught.value.expected


@given(st.floats(0, 1e12), st.sampled_from(["days", "1", "per year", "requests per day"]))
def test_what_is_written_back_reads_as_the_same_quantity(value: float, unit: str) -> None:
    quantity = Quantity(value, unit)
    assert parse_quantity(quantity.as_written(), unit) == quantity
