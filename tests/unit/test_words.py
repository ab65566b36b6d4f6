"""What arms, days, amounts and shares are called in sentences, tables and pictures."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.report.words import (
    LIMITS,
    arm_clause,
    arm_words,
    day_words,
    money,
    per_hundred,
)

MANIFEST: dict[str, Any] = {
    "scenario": "ico-2022",
    "counterfactual": "no-uk-order",
    "beside": ["ico-2022-obeyed"],
    "arms": ["no-uk-order", "ico-2022", "ico-2022-obeyed"],
    "titles": {"no-uk-order": "without", "ico-2022": "as it happened", "ico-2022-obeyed": "obeyed"},
}


@pytest.mark.parametrize(
    ("share", "said"), [(0.4321, "43.2"), (0.0, "0.0"), (-0.00001, "0.0"), (1.0, "100.0")]
)
def test_shares_are_said_per_hundred(share, said):
    assert per_hundred(share) == said


def test_arms_are_called_by_the_part_they_play():
    assert arm_words("no-uk-order", MANIFEST) == "without the order"
    assert arm_clause("ico-2022-obeyed", MANIFEST) == "had the order been obeyed"
    assert arm_words("no-stay-ignored", MANIFEST) == "no stay ignored"
    assert arm_clause("no-stay-ignored", MANIFEST) == "in “no stay ignored”"


def test_dates_and_money_are_written_as_people_write_them():
    assert day_words("2022-05-18") == "18 May 2022"
    assert money(7552800) == "£7,552,800"
    assert money(20000000, "EUR") == "EUR 20,000,000"


def test_five_lines_say_what_the_model_cannot_tell():
    assert len(LIMITS) == 5
    assert all(line.endswith(".") for line in LIMITS)
