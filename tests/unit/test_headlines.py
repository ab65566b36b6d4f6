"""The headline sentences say what the run says, range first, and never more than that."""

from __future__ import annotations

from typing import Any

import pytest

from scenarios.report.headlines import UNDEFINED, UNRANGED, headlines, spread
from scenarios.report.table_numbers import scale_of

MANIFEST: dict[str, Any] = {
    "scenario": "ico-2022",
    "counterfactual": "no-uk-order",
    "beside": ["ico-2022-obeyed"],
    "arms": ["no-uk-order", "ico-2022", "ico-2022-obeyed"],
    "titles": {"no-uk-order": "without", "ico-2022": "as it happened", "ico-2022-obeyed": "obeyed"},
    "horizon": {"from": "2017-01-01", "to": "2025-12-31"},
    "windows": {
        "jurisdiction": "GB",
        "cease_deadline": "2022-09-15",
        "litigation_end": "2025-12-31",
    },
    "ranges": 20,
}
SHARE = scale_of("share of residents", [0.1])
DAYS = scale_of("person-days", [20e9])


def row(arm: str, **changes: Any) -> dict[str, Any]:
    """A row of the searchable residents, with no difference to anything."""
    empty = {
        f"{prefix}{end}": 0.0
        for prefix in ("", "from_scenario_")
        for end in ("low", "high", "range_low", "range_high")
    }
    return {
        "arm": arm,
        "name": "searchable_persons",
        "at": "2025-12-31",
        "unit": "share of residents",
        "margin": "all",
        "level": "",
        "value": 0.5,
        "value_range_low": 0.4,
        "value_range_high": 0.7,
        "difference": 0.0,
        "from_scenario": 0.0,
        "structural_zero": False,
        "from_scenario_zero": False,
        "why": None,
        "from_scenario_why": None,
        **empty,
        **changes,
    }


def less(mean: float, low: float, high: float) -> dict[str, float]:
    """How the obeyed arm differs from the scenario."""
    return {
        "from_scenario": mean,
        "from_scenario_range_low": low,
        "from_scenario_range_high": high,
    }


def rows(**obeyed: Any) -> list[dict[str, Any]]:
    return [row("no-uk-order"), row("ico-2022"), row("ico-2022-obeyed", **obeyed)]


def exposure(mean: float, low: float, high: float) -> list[dict[str, Any]]:
    days = {"name": "exposure_during_appeal", "at": "", "unit": "person-days", "value": 70e9}
    answers = [row(arm, **days) for arm in ("no-uk-order", "ico-2022")]
    return [*answers, row("ico-2022-obeyed", **days | less(mean, low, high))]


def test_who_can_be_found_at_the_end_is_said_range_first():
    assert headlines(rows(**less(-0.185, -0.296, -0.037)), MANIFEST) == [
        "In this model, had the order been obeyed, 3.7 to 29.6 fewer of every 100 UK residents "
        "(mean 18.5) would be searchable on 31 December 2025 than as it happened; as it happened, "
        "about as many as without the order (0 to 0)."
    ]


def test_exposure_leads_whatever_the_order_of_the_rows():
    answers = rows(**less(-0.185, -0.296, -0.037)) + exposure(-16.5e9, -23e9, -3.1e9)
    first, second = headlines(answers, MANIFEST)
    assert first == (
        "In this model, had the order been obeyed, there would be 3.1 to 23.0 billion fewer "
        "person-days (mean 16.5 billion) on which UK residents could be found by a search, from "
        "15 September 2022, when collection should have ceased, to 31 December 2025, than as it "
        "happened; as it happened, about as many as without the order (0 to 0)."
    )
    assert "searchable on 31 December 2025" in second


def test_exposure_that_a_short_run_does_not_reach_is_left_out():
    answers = rows(**less(-0.185, -0.296, -0.037)) + exposure(-16.5e9, -23e9, -3.1e9)
    for answer in answers[3:]:
        answer["value"] = None
    assert len(headlines(answers, MANIFEST)) == 1


def test_about_as_many_says_how_far_it_goes():
    answers = rows(**less(-0.1, -0.2, -0.05))
    answers[1] |= {"difference": -0.0001, "range_low": -0.0012, "range_high": 0.0}
    assert headlines(answers, MANIFEST)[0].endswith(
        "as it happened, about as many as without the order (0 to 0.12 fewer)."
    )


def test_a_small_mean_with_a_wide_range_is_not_about_as_many():
    answers = rows(**less(-0.1, -0.2, -0.05))
    answers[1] |= {"difference": -0.0001, "range_low": -0.05, "range_high": 0.03}
    assert headlines(answers, MANIFEST)[0].endswith(
        "as it happened, 5.0 fewer to 3.0 more (mean 0.01 fewer) than without the order."
    )


def test_a_first_comparison_without_a_difference_still_says_of_what():
    answers = rows(from_scenario_zero=True)
    assert headlines(answers, MANIFEST)[0].startswith(
        "In this model, had the order been obeyed, by assumption neither more nor fewer of every "
        "100 UK residents would be searchable on 31 December 2025 than as it happened; "
    )


def test_a_structural_zero_is_called_an_assumption():
    answers = rows(**less(-0.1, -0.2, -0.05))
    answers[1]["structural_zero"] = True
    said = headlines(answers, MANIFEST)[0]
    assert said.endswith("as it happened, by assumption as many as without the order.")


def test_a_scenario_alone_is_said_with_its_range():
    alone = {**MANIFEST, "scenario": "no-uk-order", "counterfactual": None, "beside": []}
    days = {"name": "exposure_during_appeal", "at": "", "unit": "person-days", "value": 70e9}
    days |= {"value_range_low": 60e9, "value_range_high": 80e9}
    assert headlines([row("no-uk-order"), row("no-uk-order", **days)], alone) == [
        "In this model, there are 60.0 to 80.0 billion person-days (mean 70.0 billion) on which UK "
        "residents could be found by a search, from 15 September 2022, when collection should have "
        "ceased, to 31 December 2025; nothing stands beside it.",
        "In this model, 40.0 to 70.0 of every 100 UK residents (mean 50.0) are searchable on "
        "31 December 2025; nothing stands beside it.",
    ]


@pytest.mark.parametrize(("ranges", "said"), [(0, UNRANGED), (20, UNDEFINED)])
def test_nothing_is_claimed_without_a_range_and_the_reason_is_said_once(ranges, said):
    answers = rows(**less(-0.178, -0.3, -0.1)) + exposure(-16.5e9, -23e9, -3.1e9)
    for answer in answers:
        answer["from_scenario_range_low"] = answer["value_range_low"] = None
    manifest = {**MANIFEST, "ranges": ranges}
    assert headlines(answers, manifest) == [said]
    alone = {**manifest, "counterfactual": None, "beside": []}
    assert headlines(answers, alone) == [said]


@pytest.mark.parametrize(
    ("low", "high", "scale", "said"),
    [
        (-0.05, 0.01, SHARE, "5.0 fewer to 1.0 more"),
        (0.01, 0.05, SHARE, "1.0 to 5.0 more"),
        (-0.05, -0.01, SHARE, "1.0 to 5.0 fewer"),
        (-0.05, 0.0, SHARE, "0 to 5.0 fewer"),
        (0.0, 0.05, SHARE, "0 to 5.0 more"),
        (0.0, 0.0, SHARE, "0 to 0"),
        (-23e9, -3.1e9, DAYS, "3.1 to 23.0 billion fewer"),
        (-2e9, 1e9, DAYS, "2.0 billion fewer to 1.0 billion more"),
    ],
)
def test_a_range_says_which_way_its_ends_go(low, high, scale, said):
    assert spread(low, high, scale, 1) == said


def test_a_mean_against_its_range_says_which_way_it_goes():
    said = headlines(rows(**less(0.02, -0.05, -0.01)), MANIFEST)[0]
    assert "1.0 to 5.0 fewer of every 100 UK residents (mean 2.0 more)" in said


def test_a_mean_of_nothing_has_no_unit():
    answers = exposure(-16.5e9, -23e9, -3.1e9)
    answers[1] |= {"difference": 0.0, "range_low": -2e9, "range_high": 0.0}
    said = headlines(answers, MANIFEST)[0]
    assert said.endswith("as it happened, 0 to 2.0 billion fewer (mean 0) than without the order.")
