"""Paired differences, the two intervals, structural zeros, and undefined values."""

import numpy as np
import pyarrow as pa
import pytest

from scenarios.aggregate import Zero, common_zeros, measures_table
from scenarios.readings import Readings
from scenarios.roles import Roles

ROLES = Roles("order", "without", ("obeyed",))
UNITS = {"share": "share of residents", "fine": "GBP"}
NAN = float("nan")


def readings(
    values: dict[str, list[list[float]]], whys: dict[str, dict[int, str]] | None = None
) -> Readings:
    """Readings of `share` (everybody, then GB) and `fine`, one row a replication."""
    width = len(next(iter(values.values()))[0])
    keys = pa.table(
        {
            "measure": ["share", "share", "fine"][:width],
            "at": ["2022-12-15", "2022-12-15", ""][:width],
            "margin": ["all", "jurisdiction", "all"][:width],
            "level": ["", "GB", ""][:width],
            "headline": [True, True, True][:width],
        }
    )
    arrays = {arm: np.array(rows, dtype=float) for arm, rows in values.items()}
    return Readings(tuple(values), keys, arrays, {arm: {} for arm in values} | (whys or {}))


def answers(main: Readings, ranges: Readings | None = None, zeros: dict | None = None) -> dict:
    table = measures_table(main, ranges, zeros or {}, ROLES, UNITS)
    return {(row["arm"], row["name"], row["margin"]): row for row in table.to_pylist()}


MAIN = readings(
    {
        "without": [[0.70, 0.6, 0.0], [0.80, 0.6, 0.0]],
        "order": [[0.69, 0.6, 7.0], [0.77, 0.6, 7.0]],
        "obeyed": [[0.20, 0.5, 7.0], [0.30, 0.5, 7.0]],
    }
)


def test_differences_are_paired_within_each_replication() -> None:
    row = answers(MAIN)["order", "share", "all"]
    assert row["value"] == pytest.approx(0.73)
    assert row["difference"] == pytest.approx(-0.02)
    # Differences -0.01 and -0.03: half width t(1, 0.975) * sd / sqrt(2) = 12.7062 * 0.01.
    assert row["high"] - row["low"] == pytest.approx(2 * 12.7062 * 0.01, rel=1e-4)
    assert row["unit"] == "share of residents"


def test_other_arms_are_compared_with_counterfactual_and_scenario() -> None:
    row = answers(MAIN)["obeyed", "share", "all"]
    assert row["difference"] == pytest.approx(-0.50)
    assert row["from_scenario"] == pytest.approx(-0.48)
    without = answers(MAIN)["without", "share", "all"]
    assert without["difference"] is None
    assert without["from_scenario"] == pytest.approx(0.02)


def test_the_range_is_over_draws_and_null_where_none_were_computed() -> None:
    draws = np.linspace(0, 1, 21)
    ranges = readings(
        {
            "without": [[0.9, 0.0, 0.0]] * 21,
            "order": [[0.9 - 0.1 * u, 0.0, 7.0] for u in draws],
            "obeyed": [[0.5, 0.0, 7.0]] * 21,
        }
    )
    row = answers(MAIN, ranges)["order", "share", "all"]
    assert (row["range_low"], row["range_high"]) == pytest.approx((-0.095, -0.005))
    assert (row["value_range_low"], row["value_range_high"]) == pytest.approx((0.805, 0.895))
    assert answers(MAIN)["order", "share", "all"]["range_low"] is None
    some = readings({arm: [row[:1] for row in rows] for arm, rows in _lists(ranges).items()})
    partly = answers(MAIN, some)
    assert partly["order", "share", "all"]["range_low"] is not None
    assert partly["order", "fine", "all"]["range_low"] is None


def _lists(some: Readings) -> dict[str, list[list[float]]]:
    return {arm: values.tolist() for arm, values in some.values.items()}


def test_differences_that_vary_in_their_last_digits_alone_have_no_error() -> None:
    without = [[level] for level in (0.1, 0.3, 0.9)]
    order = [[level - 0.04] for [level] in without]
    assert len({a - b for [a], [b] in zip(order, without, strict=True)}) > 1
    row = answers(readings({"without": without, "order": order, "obeyed": order}))
    assert row["order", "share", "all"]["low"] == row["order", "share", "all"]["difference"]
    assert row["order", "share", "all"]["high"] == row["order", "share", "all"]["difference"]
    # A resident in a hundred million is not rounding.
    order[0][0] += 1e-8
    row = answers(readings({"without": without, "order": order, "obeyed": order}))
    assert row["order", "share", "all"]["low"] < row["order", "share", "all"]["high"]


def test_one_replication_has_a_mean_and_no_error() -> None:
    one = readings({arm: rows[:1] for arm, rows in _lists(MAIN).items()})
    row = answers(one)["order", "share", "all"]
    assert row["difference"] == pytest.approx(-0.01)
    assert row["low"] is None
    assert row["high"] is None


def test_a_structural_zero_carries_its_reason_and_no_other_difference_does() -> None:
    zeros = {("order", "without", "share"): Zero("nothing was in force")}
    same = readings({arm: [[0.7, 0.6]] * 3 for arm in ("without", "order", "obeyed")})
    row = answers(same, zeros=zeros)["order", "share", "all"]
    assert row["structural_zero"]
    assert row["why"] == "nothing was in force"
    assert row["difference"] == 0.0
    other = answers(same, zeros=zeros)["obeyed", "share", "all"]
    assert other["difference"] == 0.0
    assert not other["structural_zero"]


@pytest.mark.parametrize("where", ["replications", "draws"])
def test_a_claimed_zero_that_moved_is_an_error(where: str) -> None:
    zeros = {("order", "without", "share"): Zero("nothing was in force")}
    same = readings({arm: [[0.7, 0.6, 0.0]] * 3 for arm in ("without", "order", "obeyed")})
    main, ranges = (MAIN, same) if where == "replications" else (same, MAIN)
    with pytest.raises(ValueError, match="differ although the model says that they cannot"):
        measures_table(main, ranges, zeros, ROLES, UNITS)


def test_a_zero_is_structural_only_where_every_replication_agrees_on_the_reason() -> None:
    key = ("order", "without", "share")
    other = ("order", "without", "fine")
    a, b = Zero("a"), Zero("b")
    assert common_zeros([{key: a, other: b}, {key: a}]) == {key: a}
    assert common_zeros([{key: a}, {key: b}]) == {}
    assert common_zeros([]) == {}
    early, late = Zero("c", "2022-09-15"), Zero("c", "2022-10-01")
    assert common_zeros([{key: late}, {key: early}, {key: a}]) == {key: early}


def test_readings_before_the_first_difference_are_zeros_and_later_ones_are_not() -> None:
    zero = Zero("the same until then", "2022-09-15")
    assert zero.covers("2022-09-14")
    assert not zero.covers("2022-09-15")
    assert not zero.covers("")


def test_undefined_values_are_null_with_the_reason_never_nan() -> None:
    some = readings(
        {
            "without": [[NAN], [NAN]],
            "order": [[0.5], [NAN]],
            "obeyed": [[0.5], [0.5]],
        },
        {"without": {0: "nothing was removed"}, "order": {0: "no photo was found"}},
    )
    table = answers(some)
    assert table["without", "share", "all"]["value"] is None
    assert table["without", "share", "all"]["why"] == "nothing was removed"
    partly = table["order", "share", "all"]
    assert partly["value"] is None
    assert partly["why"] == "in 1 of 2 replications: no photo was found"
    obeyed = table["obeyed", "share", "all"]
    assert obeyed["value"] == 0.5
    assert obeyed["difference"] is None
    assert obeyed["why"] == "without: nothing was removed"
    assert obeyed["from_scenario_why"] == "order: in 1 of 2 replications: no photo was found"


def test_a_scenario_without_counterfactual_has_values_alone() -> None:
    alone = readings({"order": [[0.5], [0.7]]})
    row = measures_table(alone, None, {}, Roles("order", None, ()), UNITS).to_pylist()[0]
    assert row["value"] == pytest.approx(0.6)
    assert row["difference"] is None
    assert row["from_scenario"] is None


def test_a_range_reading_that_no_replication_has_is_an_error() -> None:
    main = readings({arm: [[0.5], [0.5]] for arm in ("without", "order", "obeyed")})
    with pytest.raises(ValueError, match="no replication has it"):
        measures_table(main, MAIN, {}, ROLES, UNITS)
