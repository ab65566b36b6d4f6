"""Order transplant: another authority's wording in the world of the case under question."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from generators.errors import ScenarioError
from scenarios.arms import arm_setup
from scenarios.cli.main import app
from scenarios.public_record import load_record
from scenarios.report.table_transplant import beside_own_order
from scenarios.scenario import load_scenario
from scenarios.store import load_run
from scenarios.transplant import IGNORED, OWN, lendable, moved_by_duty, transplanted
from sim.dates import iso

FRENCH = ("cease_collection", "delete", "answer_requests", "cooperate")


def efface(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def test_the_case_keeps_its_own_dates_and_residents_under_the_new_order() -> None:
    question = load_scenario("ico-2022")
    transplant = transplanted(question, "FR-CNIL-2022")
    own, *others = arm_setup(question, question=question).cases
    case, *beside = arm_setup(transplant.arms[transplant.asked], question=question).cases
    assert beside == others
    assert (case.id, case.jurisdiction, case.steps) == (own.id, own.jurisdiction, own.steps)
    assert tuple(duty.kind for duty in case.obligations) == FRENCH
    assert all(duty.from_service for duty in case.obligations)


def test_a_power_that_the_borrower_lacks_says_from_whom_it_is_borrowed() -> None:
    transplant = transplanted(load_scenario("ico-2022"), "US-IL-ACLU-2022")
    question = transplant.arms[transplant.asked]
    case = arm_setup(question, question=question).cases[0]
    assert case.powers is not None
    assert case.powers.powers["bar_private"].startswith("borrowed from COOK for the comparison")


def test_each_duty_is_shown_alone_and_beside_the_orders_own() -> None:
    transplant = transplanted(load_scenario("ico-2022"), "FR-CNIL-2022")
    question = transplant.arms[transplant.asked]
    duties = {}
    for name, arm in transplant.arms.items():
        cases = arm_setup(arm, question=question).cases
        own = (case for case in cases if case.id == "UK-ICO-2022")
        duties[name] = tuple(duty.kind for case in own for duty in case.obligations)
    whole = "order-of-FR-CNIL-2022"
    assert duties == {
        "no-uk-order": (),
        whole: FRENCH,
        OWN: ("cease_collection", "delete", "pay_penalty"),
        **{f"{whole}-{kind}": (kind,) for kind in FRENCH},
        IGNORED: FRENCH,
    }
    strategies = {name: arm.scenario.operator.strategy for name, arm in transplant.arms.items()}
    assert strategies.pop(IGNORED) == "ignore"
    assert strategies.pop("no-uk-order") == "litigate"
    assert set(strategies.values()) == {"comply"}


def test_what_is_set_for_the_question_holds_in_every_arm() -> None:
    settings = ["desk.delay=2 weeks", "people=1000", "horizon.to=2024-12-31"]
    transplant = transplanted(load_scenario("ico-2022", settings), "AU-OAIC-2021")
    question = transplant.arms[transplant.asked]
    for arm in transplant.arms.values():
        setup = arm_setup(arm, question=question)
        assert setup.parameters["desk.delay"] == 14.0
        assert arm.set_by("desk.delay") == "--set"
        assert iso(setup.last_day) == "2024-12-31"


def test_a_duty_says_which_lever_it_moves_or_why_it_moves_none() -> None:
    assert moved_by_duty("cease_collection") == "crawler.in_scope_pass = 0"
    assert moved_by_duty("delete") == "job: removal"
    assert moved_by_duty("cooperate").startswith("nothing: ")


@pytest.mark.parametrize(
    ("scenario", "order", "said"),
    [
        ("ico-2022", "FR-CNIL-2020", "did you mean: FR-CNIL-2022"),
        ("ico-2022", "US-VT-2020-2025", "ended in no order"),
        ("ico-2022", "PLATFORMS-2020", "is no authority's case"),
        ("no-uk-order", "FR-CNIL-2022", "has no case UK-ICO-2022"),
    ],
)
def test_an_order_that_cannot_be_copied_is_refused(scenario: str, order: str, said: str) -> None:
    with pytest.raises(ScenarioError, match=said):
        transplanted(load_scenario(scenario), order)
    refused = efface("run", scenario, "--order-of", order)
    assert refused.exit_code == 2
    assert refused.stdout == ""


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("runs") / "french"
    words = ["--people", "1000", "--replications", "2", "--ranges", "0", "--workers", "1"]
    return out, efface(
        "run", "ico-2022", "--order-of", "FR-CNIL-2022", *words, "--out", out, "--json"
    )


@pytest.fixture
def rows(ran: tuple[Path, Result]) -> dict[tuple[str, str], Any]:
    told = json.loads(ran[1].stdout)
    return {(row["arm"].removeprefix("order-of-"), row["at"]): row for row in told["clauses"]}


def test_the_table_tells_clause_lever_residents_and_difference(
    rows: dict[tuple[str, str], Any],
) -> None:
    cease = rows["FR-CNIL-2022-cease_collection", "2025-12-31"]
    assert cease["clause"] == "cease_collection"
    assert cease["moves"] == "crawler.in_scope_pass = 0"
    assert cease["low"] <= cease["searchable"] <= cease["high"]
    assert cease["difference"] < 0.0
    whole, own = (rows[arm, "2022-12-15"] for arm in ("FR-CNIL-2022", OWN))
    assert whole["searchable"] < rows["FR-CNIL-2022-delete", "2022-12-15"]["searchable"]
    assert whole["searchable"] == pytest.approx(own["searchable"], abs=0.02)


def test_a_clause_that_moves_nothing_does_what_the_ignored_order_does(
    rows: dict[tuple[str, str], Any],
) -> None:
    for at in ("2022-12-15", "2025-12-31"):
        alone, ignored = rows["FR-CNIL-2022-cooperate", at], rows[IGNORED, at]
        assert alone["moves"].startswith("nothing: ")
        assert alone["searchable"] == ignored["searchable"]


def test_the_run_is_kept_whole_and_printed_from_the_same_numbers(ran: tuple[Path, Result]) -> None:
    from scenarios.report.table_transplant import transplant_tables

    out, _ = ran
    assert json.loads(efface("verify", out, "--json").stdout)["ok"]
    transplant = transplanted(load_scenario("ico-2022"), "FR-CNIL-2022")
    tables = transplant_tables(load_run(out), transplant)
    assert [title.split(":")[0] for title, _, _ in tables] == [
        "In this model, on 2022-12-15",
        "In this model, on 2025-12-31",
    ]
    _, header, cells = tables[0]
    assert header == ("clause", "moves", "time allowed", "still searchable", "difference")
    assert [line[0] for line in cells] == [
        "FR-CNIL-2022, whole",
        *("cease collection", "delete", "answer access and erasure (answer requests)", "cooperate"),
        *("served and ignored", "UK-ICO-2022, its own order"),
    ]
    assert all("±" in line[3] for line in cells)


def test_the_output_ends_in_how_the_copied_order_compares_with_the_cases_own(
    ran: tuple[Path, Result], rows: dict[tuple[str, str], Any]
) -> None:
    from scenarios.report.table import printed
    from scenarios.report.table_transplant import print_transplant

    run, transplant = load_run(ran[0]), transplanted(load_scenario("ico-2022"), "FR-CNIL-2022")
    said = json.loads(ran[1].stdout)["beside_own_order"]
    text = printed(lambda console: print_transplant(run, transplant, console), 100)
    assert " ".join(text.split()).endswith(said)
    assert said.startswith("In this model, ")
    assert "95 % error of the mean of 2 replications" in said
    copied, own = (rows[arm, "2025-12-31"]["searchable"] for arm in ("FR-CNIL-2022", OWN))
    answer = next(
        row
        for row in run.measures(headline=True).to_pylist()
        if (row["arm"], row["name"], row["at"]) == (OWN, "searchable_persons", "2025-12-31")
        and row["margin"] == "all"
    )
    assert answer["from_scenario"] == pytest.approx(own - copied)
    tie = answer["from_scenario_low"] <= 0 <= answer["from_scenario_high"]
    assert ("tie" in said) is tie
    assert ("the interval holds 0" in said) is tie


def test_a_run_that_ends_before_the_order_has_no_orders_to_compare(
    ran: tuple[Path, Result],
) -> None:
    run, transplant = load_run(ran[0]), transplanted(load_scenario("ico-2022"), "FR-CNIL-2022")
    windows = {**run.manifest["windows"], "notice": "2026-01-01"}
    short = replace(run, manifest={**run.manifest, "windows": windows})
    assert beside_own_order(short, transplant).endswith("there is nothing to compare.")


def test_the_orders_that_can_be_lent_are_those_that_can_be_copied() -> None:
    record = load_record()
    ids = lendable(record)
    assert {"FR-CNIL-2022", "US-IL-ACLU-2022"} <= set(ids) < set(record.ids)
    with pytest.raises(ScenarioError) as refused:
        transplanted(load_scenario("ico-2022"), "NOPE")
    assert refused.value.faults[0].expected == ", ".join(ids)


@pytest.mark.parametrize("width", [80, 120])
def test_the_table_keeps_to_the_readers_width_and_breaks_no_number(
    ran: tuple[Path, Result], width: int
) -> None:
    from scenarios.report.table import printed
    from scenarios.report.table_transplant import print_transplant, transplant_tables

    run, transplant = load_run(ran[0]), transplanted(load_scenario("ico-2022"), "FR-CNIL-2022")
    text = printed(lambda console: print_transplant(run, transplant, console), width)
    assert max(len(line) for line in text.splitlines()) <= width
    for _, _, rows in transplant_tables(run, transplant):
        for cell in (cell for row in rows for cell in row[3:]):
            assert cell in text


def test_a_clause_says_whom_it_covers_and_how_long_it_gives() -> None:
    """Illinois' ban is on private customers wherever they are; its trials end for five years."""
    clauses = {
        order: {row.duty: row for row in transplanted(load_scenario("ico-2022"), order).clauses}
        for order in ("US-IL-ACLU-2022", "FR-CNIL-2022", "AU-OAIC-2021")
    }
    barred = clauses["US-IL-ACLU-2022"]["bar_private"]
    assert (barred.moves, barred.scope) == ("customers.pass = 0", "private customers everywhere")
    assert clauses["FR-CNIL-2022"]["cease_collection"].scope == "GB"
    assert clauses["FR-CNIL-2022"]["cooperate"].scope == ""
    assert clauses["FR-CNIL-2022"]["delete"].allowed == "2 months from service"
    assert clauses["FR-CNIL-2022"]["cooperate"].allowed == "at service"
    assert clauses["AU-OAIC-2021"]["delete"].allowed == "90 days from service"
    own = transplanted(load_scenario("ico-2022"), "FR-CNIL-2022").clauses[-1]
    assert own.allowed == "3 months after the appeal period; 6 months after the appeal period"
