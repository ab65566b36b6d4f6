"""Generated sentences say what the run says, range first, and never more than that."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.report.words import (
    LIMITS,
    arm_clause,
    arm_words,
    day_words,
    fewer,
    headline,
    money,
    per_hundred,
)

MANIFEST: dict[str, Any] = {
    "scenario": "ico-2022",
    "counterfactual": "no-uk-order",
    "beside": ["ico-2022-obeyed"],
    "arms": ["no-uk-order", "ico-2022", "ico-2022-obeyed"],
    "titles": {"no-uk-order": "without", "ico-2022": "as it happened", "ico-2022-obeyed": "obeyed"},
    "horizon": {"from": "2017-01-01", "to": "2025-12-31"},
    "windows": {"jurisdiction": "GB"},
}


def row(arm: str, **changes: Any) -> dict[str, Any]:
    """A row of the headline measure, with no difference to anything."""
    empty = {
        f"{prefix}{end}": 0.0
        for prefix in ("", "from_scenario_")
        for end in ("range_low", "range_high")
    }
    return {
        "arm": arm,
        "name": "searchable_persons",
        "at": "2025-12-31",
        "margin": "all",
        "level": "",
        "value": 0.5,
        "difference": 0.0,
        "from_scenario": 0.0,
        "structural_zero": False,
        **empty,
        **changes,
    }


def rows(**obeyed: Any) -> list[dict[str, Any]]:
    return [row("no-uk-order"), row("ico-2022"), row("ico-2022-obeyed", **obeyed)]


def test_headline_says_what_obeying_would_have_changed_with_its_range():
    said = headline(
        rows(
            from_scenario=-0.178,
            from_scenario_range_low=-0.284,
            from_scenario_range_high=-0.032,
        ),
        MANIFEST,
    )
    assert said == (
        "In this model, had the order been obeyed, 17.8 fewer of every 100 UK residents (range 3.2 "
        "to 28.4) would be searchable on 31 December 2025 than as it happened; as it happened, "
        "about as many as without the order (range 0.0 to 0.0)."
    )


def test_headline_says_how_far_about_as_many_goes():
    answers = rows(from_scenario=-0.1, from_scenario_range_low=-0.2, from_scenario_range_high=-0.05)
    answers[1] |= {"difference": -0.0001, "range_low": -0.0012, "range_high": 0.0}
    assert headline(answers, MANIFEST).endswith(
        "as it happened, about as many as without the order (range 0.1 fewer to 0.0)."
    )


def test_a_scenario_alone_is_said_with_its_range():
    alone = {**MANIFEST, "scenario": "no-uk-order", "counterfactual": None, "beside": []}
    answers = [row("no-uk-order", value=0.917, value_range_low=0.804, value_range_high=0.982)]
    assert headline(answers, alone).startswith(
        "In this model, 91.7 of every 100 UK residents (range 80.4 to 98.2) are searchable"
    )


def test_headline_calls_a_structural_zero_an_assumption():
    answers = rows(from_scenario=-0.1, from_scenario_range_low=-0.2, from_scenario_range_high=-0.05)
    answers[1]["structural_zero"] = True
    said = headline(answers, MANIFEST)
    assert "as it happened, by assumption as many as without the order" in said


def test_headline_claims_nothing_without_a_range():
    said = headline(rows(from_scenario=-0.178, from_scenario_range_low=None), MANIFEST)
    assert said.startswith("In this model, nothing is claimed without a range")
    assert "17.8" not in said


def test_a_range_over_zero_says_which_way_each_end_goes():
    assert fewer(-0.02, -0.05, 0.01) == "2.0 fewer (range 5.0 fewer to 1.0 more)"
    assert fewer(0.03, 0.01, 0.05) == "3.0 more (range 1.0 to 5.0)"
    assert fewer(-0.03, -0.05, -0.01, of=" of them") == "3.0 fewer of them (range 1.0 to 5.0)"
    assert fewer(-0.03, -0.05, 0.0) == "3.0 fewer (range 0.0 to 5.0)"


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
