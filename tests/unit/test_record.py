"""The record is read as it stands, and the case file and its days follow from it."""

from __future__ import annotations

import copy
from datetime import date, timedelta

import pytest

from generators.errors import ScenarioError
from scenarios.cases import iso_windows, simulable
from scenarios.public_record import checked_record, read_data
from scenarios.record import case_file, load_record, news, windows
from sim.dates import date_of, day_of, iso
from sim.parameters import load_parameters
from sim.setup import Obligation, Stay

UK = "UK-ICO-2022"
LAST = day_of(date(2025, 12, 31))


def test_the_case_file_has_the_records_steps_and_amounts() -> None:
    case = case_file(load_record(), UK)
    steps = {step.kind: step for step in case.steps}
    assert case.authority == "ICO"
    assert case.jurisdiction == "GB"
    assert case.stay is Stay.AUTOMATIC
    assert iso(steps["investigation_opened"].day) == "2020-07-09"
    assert (iso(steps["provisional_notice"].day), steps["provisional_notice"].amount) == (
        "2021-11-29",
        17_000_000,
    )
    assert (iso(steps["final_penalty"].day), steps["final_penalty"].amount) == (
        "2022-05-18",
        7_552_800,
    )
    assert steps["final_penalty"].currency == "GBP"
    assert iso(steps["tribunal_sets_aside"].day) == "2023-10-17"
    assert iso(steps["tribunal_restores_jurisdiction"].day) == "2025-10-06"
    assert all(step.recorded and step.source and step.grade for step in case.steps)
    assert [step.day for step in case.steps] == sorted(step.day for step in case.steps)


def test_the_duties_are_read_from_the_records_wording() -> None:
    case = case_file(load_record(), UK)
    assert case.obligations == (
        Obligation("cease_collection", 3, wording="cease_collection(3 months after appeal period)"),
        Obligation("delete", 6, wording="delete(6 months after appeal period)"),
        Obligation("pay_penalty", 0, wording="pay_penalty"),
    )
    assert case.appeal_period_days == 28


def test_the_nominal_deadlines_are_those_that_the_record_derives() -> None:
    derived = load_record().action(UK).derived
    looks = windows(load_record(), UK, 0, LAST)
    assert iso(looks.cease_deadline) == derived["counterfactual_stop_deadline"] == "2022-09-15"
    assert iso(looks.delete_deadline) == derived["counterfactual_delete_deadline"] == "2022-12-15"
    assert iso(looks.notice) == "2022-05-18"


def test_the_recorded_intervals_are_those_that_the_record_derives() -> None:
    action = load_record().action(UK)
    days = {step.kind: step.day for step in case_file(load_record(), UK).steps}
    derived = action.derived
    notice = days["provisional_notice"]
    assert notice - days["investigation_opened"] == derived["days_open_to_provisional"]
    assert days["final_penalty"] - notice == derived["days_provisional_to_final"]
    decided = days["tribunal_sets_aside"]
    assert decided - days["final_penalty"] == derived["days_final_to_FTT"]
    assert days["tribunal_restores_jurisdiction"] - decided == derived["days_FTT_to_UT"]


def test_litigation_lasts_to_the_end_of_the_run_since_the_case_was_remitted() -> None:
    assert windows(load_record(), UK, 0, LAST).litigation_end == LAST
    short = day_of(date(2023, 6, 30))
    assert windows(load_record(), UK, 0, short).litigation_end == short


def test_a_moved_step_is_not_called_recorded() -> None:
    moved = {"tribunal_sets_aside": date(2023, 5, 1)}
    case = case_file(load_record(), UK, moved)
    steps = {step.kind: step for step in case.steps}
    assert date_of(steps["tribunal_sets_aside"].day) == date(2023, 5, 1)
    assert not steps["tribunal_sets_aside"].recorded
    assert steps["final_penalty"].recorded


@pytest.mark.parametrize(
    "moved",
    [
        {"tribunal_sets_aside": date(2022, 6, 1)},
        {"enforcement_notice": date(2021, 11, 1)},
        {"appeal_lodged": date(2023, 12, 1)},
    ],
)
def test_a_step_before_its_cause_is_refused(moved: dict[str, date]) -> None:
    with pytest.raises(ScenarioError, match="comes before its cause"):
        case_file(load_record(), UK, moved)


@pytest.mark.parametrize(
    "moved",
    [
        {"appeal_lodged": date(2022, 6, 16)},
        {"final_penalty": date(2022, 5, 17)},
    ],
)
def test_an_appeal_more_than_28_days_after_the_first_service_is_refused(
    moved: dict[str, date],
) -> None:
    with pytest.raises(ScenarioError, match="out of time"):
        case_file(load_record(), UK, moved)
    on_time = {"final_penalty": date(2022, 5, 20), "enforcement_notice": date(2022, 5, 20)}
    case_file(load_record(), UK, {**on_time, "appeal_lodged": date(2022, 6, 17)})


def test_a_judgment_waits_for_its_own_hearing() -> None:
    for decided, heard in (
        ("tribunal_sets_aside", date(2022, 11, 21)),
        ("tribunal_restores_jurisdiction", date(2025, 6, 9)),
    ):
        case_file(load_record(), UK, {decided: heard})
        with pytest.raises(ScenarioError, match="before its cause 'hearing'"):
            case_file(load_record(), UK, {decided: heard - timedelta(days=1)})


def test_only_the_case_with_notices_can_be_simulated() -> None:
    assert simulable(load_record()) == (UK,)


def test_the_windows_can_be_written_as_dates() -> None:
    assert iso_windows(windows(load_record(), UK, 0, LAST)) == {
        "jurisdiction": "GB",
        "notice": "2022-05-18",
        "cease_deadline": "2022-09-15",
        "delete_deadline": "2022-12-15",
        "litigation_end": "2025-12-31",
    }


def test_the_platforms_letters_are_no_authoritys_case() -> None:
    with pytest.raises(ScenarioError, match="is no authority's case"):
        case_file(load_record(), "PLATFORMS-2020")


def test_an_unknown_entry_gets_the_nearest_ids() -> None:
    with pytest.raises(ScenarioError) as caught:
        case_file(load_record(), "UK-ICO-2021")
    assert caught.value.faults[0].nearest[0] == UK


def test_news_has_sources_that_stand_in_the_record() -> None:
    items = news(load_record())
    parameters = load_parameters()
    assert (iso(items[0].day), items[0].size) == ("2020-01-18", "final")
    assert all(item.text and f"news.weight.{item.size}" in parameters for item in items)
    opened = day_of(date(2020, 7, 9))
    assert all(item.day < opened for item in items), "news of the case is the simulation's"


def test_a_damaged_record_names_every_entry_at_fault() -> None:
    data = copy.deepcopy(read_data("record.yaml"))
    data["actions"][0]["steps"][0]["date"] = "2020-13-01"
    data["series"][3]["grade"] = "Z"
    with pytest.raises(ScenarioError) as caught:
        checked_record(data)
    assert {fault.key for fault in caught.value.faults} == {
        "actions.0.steps.0.date",
        "series.3.grade",
    }
