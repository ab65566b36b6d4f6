"""Options of interventions as a scenario writes them: words, quantities, whole numbers, bounds."""

from __future__ import annotations

import pytest

from generators.errors import Fault, ScenarioError
from scenarios.scenario import load_scenario
from sim.interventions.kinds import Option


def faults_of(*entries: str, more: tuple[str, ...] = ()) -> list[Fault]:
    listed = f"interventions=[{', '.join(f'{{{entry}}}' for entry in entries)}]"
    with pytest.raises(ScenarioError) as refused:
        load_scenario("ico-2022", [listed, *more])
    return refused.value.faults


def test_a_misspelt_word_is_told_beside_the_quantity_that_could_stand_there() -> None:
    (fault,) = faults_of("kind: disgorgement, from: 2022-05-18, rebuild: nver")
    assert fault.nearest == ("never",)
    assert (fault.expected or "").startswith("never or a number with its unit")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("kind: deletion-order, from: 2022-05-18, days: 1.4 days", "cannot be 1.4 days"),
        ("kind: periodic-penalty, from: 2022-05-18, months: 1.5", "cannot be 1.5"),
        ("kind: monetary-penalty, from: 2022-05-18, judgment: 1 year", "cannot be 365.25 days"),
    ],
)
def test_a_fraction_of_a_day_or_of_a_month_is_refused_and_not_rounded(
    entry: str, message: str
) -> None:
    (fault,) = faults_of(entry)
    assert message in fault.message
    assert (fault.expected or "").startswith("a whole number, ")


def test_a_large_sum_is_written_out_with_the_largest_that_is_accepted() -> None:
    (fault,) = faults_of("kind: monetary-penalty, from: 2022-05-18, amount: 20000000 GBP")
    assert "cannot be 20,000,000 GBP" in fault.message
    assert (fault.expected or "").endswith("0 to 17,500,000 GBP")


def test_a_share_takes_no_unit() -> None:
    assert Option(0.5, "a share").accepted == "0 to 1"
    assert Option("all", "who", choices=("all", "none")).accepted == "all or none"


@pytest.mark.parametrize(
    "wrong",
    [
        {"default": 1.5},
        {"default": "some", "choices": ("all", "none")},
        {"default": 0.5, "whole": True},
        {"default": float("nan")},
    ],
)
def test_a_default_that_the_option_itself_refuses_is_found_where_it_is_written(wrong) -> None:
    with pytest.raises(ValueError, match="what it means"):
        Option(what="what it means", **wrong)


def test_every_line_is_checked_whatever_else_is_wrong_with_the_others() -> None:
    misspelt, late = faults_of(
        "kind: cease-collection, from: 2026-05-18",
        "kind: disgorgement, from: 2022-05-18, rebuild: nver",
    )
    assert late.key == "interventions.0.from"
    assert "begin after the run" in late.message
    assert misspelt.key == "interventions.1.rebuild"
    both = faults_of("kind: disgorgement, from: 2026-05-18, rebuild: nver")
    assert [fault.key for fault in both] == ["interventions.0.rebuild", "interventions.0.from"]


def test_a_case_is_checked_in_law_whatever_else_is_wrong_with_it() -> None:
    case = "{record: UK-ICO-2022, stay: maybe, amounts: {final_penalty: 20000000}}"
    with pytest.raises(ScenarioError) as refused:
        load_scenario("ico-2022", [f"cases=[{case}]"])
    rule, sum_ = refused.value.faults
    assert rule.key == "cases.0.stay"
    assert sum_.key == "cases.0.amounts.final_penalty"
    assert "is over the most that ICO may impose" in sum_.message
