"""Numbers, differences and notes are worded alike wherever they are shown."""

from __future__ import annotations

from dataclasses import replace

import pytest
from rich.console import Console

from scenarios.report.notes import Notes
from scenarios.report.table import column_widths, print_grids, printed
from scenarios.report.table_differences import Shown, shown
from scenarios.report.table_numbers import decimals_for, number, scale_of
from scenarios.report.table_rows import Content, Difference, Row
from scenarios.roles import Roles

SURE = Difference(1.24, 1.21, 1.27, 0.5, 2.0, False, None)
PERSONS = scale_of("persons", [10.0])
POUNDS = scale_of("GBP", [10.0])


def test_a_difference_is_its_range_and_then_its_mean() -> None:
    assert shown(SURE, PERSONS, 1, ranged=True) == Shown("+0.5 to +2.0", None, "+1.24 ± 0.03", None)
    once = replace(SURE, low=None, high=None)
    assert shown(once, PERSONS, 1, ranged=True).mean == "+1.2"
    assert "one replication" in (shown(once, PERSONS, 1, ranged=True).mean_why or "")
    same = replace(SURE, range_low=0.0, range_high=0.0)
    assert shown(same, PERSONS, 1, ranged=True).first == "0"


def test_no_range_stands_for_an_undefined_draw_alone() -> None:
    gone = replace(SURE, range_low=None, range_high=None)
    assert shown(gone, PERSONS, 1, ranged=False).first == ""
    drawn = shown(gone, PERSONS, 1, ranged=True)
    assert (drawn.first, drawn.first_why) == ("no range", "undefined in some range draw")


def test_what_cannot_move_or_has_no_number_says_why() -> None:
    zero = Difference(0.0, 0.0, 0.0, 0.0, 0.0, True, "the same until May")
    assert shown(zero, PERSONS, 1, ranged=True) == Shown("0 by assumption", "the same until May")
    none = Difference(None, None, None, None, None, False, "nothing was removed")
    assert shown(none, PERSONS, 1, ranged=True) == Shown("undefined", "nothing was removed")


def test_an_amount_of_money_is_no_estimate_unless_it_varies() -> None:
    fine = Difference(*[7552800.0] * 5, False, None)
    assert shown(fine, POUNDS, 0, ranged=True) == Shown("", None, "+7,552,800", None)
    assert shown(fine, PERSONS, 0, ranged=True).mean.endswith("± 0"), "persons are estimated"
    varied = replace(fine, range_low=5000000.0)
    assert shown(varied, POUNDS, 0, ranged=True).first == "+5,000,000 to +7,552,800"


def test_each_distinct_reason_has_one_letter() -> None:
    notes = Notes()
    marks = [notes.mark(reason) for reason in ("until May", None, "no order", "until May")]
    assert marks == [" [a]", "", " [b]", " [a]"]
    assert notes.lines() == ["[a] until May", "[b] no order"]
    many = [notes.mark(f"reason {i}") for i in range(26)]
    assert many[-3:] == [" [z]", " [z1]", " [z2]"]
    assert Notes(shown=False).mark("no order") == ""


def test_columns_get_their_words_first_and_then_share_what_is_left() -> None:
    head = ["measure", "a head"]
    cells = [["searchable persons", "+1 to +2\n3 ± 4"]]
    assert column_widths(head, cells, 40) == [18, 11]
    assert column_widths(head, cells, 26) == [18, 8]
    assert column_widths(head, cells, 20) == [12, 8]
    assert column_widths(head, cells, 5) == [10, 4]


def test_a_column_of_undefined_numbers_alone_may_be_wrapped() -> None:
    head = ["measure", "value"]
    assert column_widths(head, [["share", "undefined [a]"]], 15) == [7, 9]
    assert column_widths(head, [], 15) == [7, 8]


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.71094, "share of residents", "71.1"),
        (0.00004, "share of residents", "0.004"),
        (0.00000004, "share of residents", "4e-06"),
        (0.0, "share of residents", "0"),
        (41.25e9, "person-days", "41.2"),
        (1234.4, "requests", "1,234"),
        (7552800.0, "GBP", "7,552,800"),
        (3.2e-14, "1", "3e-14"),
    ],
)
def test_numbers_keep_what_matters(value: float, unit: str, text: str) -> None:
    scale = scale_of(unit, [value])
    decimals = 1 if scale.factor == 100 else decimals_for([value * scale.factor])
    assert number(value, scale, decimals) == text


def test_a_run_of_one_arm_and_of_nothing_but_undefined_measures_prints() -> None:
    roles = Roles("alone", None, ())
    why = "no order"
    rows = [Row("under_deletion", "", "1", {"alone": None}, {"alone": why}, {})]
    notes: list[str] = []

    def show(console: Console) -> None:
        notes.extend(print_grids(Content(roles, {}, rows, 0), console))

    text = printed(show, 24)
    assert "undefined" in text
    assert notes == ["[a] no order"]
