"""`efface list | validate | schema | explain` say in JSON and in words what there is to ask."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest
from typer.testing import CliRunner, Result

from scenarios.cli.main import app
from scenarios.scenario import library, library_folder, load_scenario
from scenarios.yaml_reader import read_yaml
from sim.levers import LEVERS

WHAT_PRINTS_HELP = {
    *("scenarios", "sim", "generators"),
    *("typer", "annotated_doc", "shellingham", "click", "rich", "pygments", "markdown_it", "mdurl"),
}
"""The project's rooms, and Typer with what it stands on."""


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def told(*arguments: str) -> Any:
    result = invoke(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def unwrapped(*arguments: str) -> str:
    """What a command prints, as one line however wide the reader's terminal is."""
    return " ".join(invoke(*arguments).stdout.split())


def test_list_names_every_scenario_with_its_question() -> None:
    rows = told("list")["scenarios"]
    assert [row["name"] for row in rows] == library()
    assert all(row["question"].endswith("?") for row in rows)
    assert "no-uk-order" in invoke("list").stdout


def test_list_parameters_gives_range_source_and_both_marks() -> None:
    rows = {row["name"]: row for row in told("list", "parameters")["parameters"]}
    share = rows["gallery.share.uk"]
    assert share["low"] < share["value"] < share["high"]
    assert share["fit"] == "assumed"
    assert all(row["source"] for row in rows.values())
    assert "[no source, assumed]" in unwrapped("list", "parameters")


def test_list_interventions_gives_the_legal_power() -> None:
    rows = told("list", "interventions")["interventions"]
    assert {"cease-collection", "deletion-order"} <= {row["name"] for row in rows}
    assert all(row["power"] for row in rows)
    text = "".join(invoke("list", "interventions").stdout.split())
    for row in rows:
        assert "".join(f"Power: {row['power']} {row['address']}".split()) in text


def test_list_interventions_stands_in_the_stated_order_with_every_options_range() -> None:
    rows = told("list", "interventions")["interventions"]
    assert [row["place"] for row in rows] == sorted(row["place"] for row in rows)
    for option in (option for row in rows for option in row["options"]):
        assert option["source"], option["name"]
        if option["least"] is not None and option["low"] is not None:
            assert option["least"] <= option["low"] <= option["high"] <= option["most"]
    text = unwrapped("list", "interventions")
    assert "(3. crawler; by jurisdiction, group) The crawler stops" in text
    assert "strength = 1 (0 to 1; likely 0.5 to 1): share of the faces inferred" in text


def test_an_option_that_is_a_number_or_a_word_says_both() -> None:
    rows = told("list", "interventions")["interventions"]
    options = {f"{row['name']}.{o['name']}": o for row in rows for o in row["options"]}
    rebuild = options["disgorgement.rebuild"]
    assert (rebuild["choices"], rebuild["least"]) == (["never"], 0.0)
    assert "rebuild = never (never or 0 to 36,500 days; likely 1 to 365): " in unwrapped(
        "list", "interventions"
    )


@pytest.mark.parametrize("words", [["list", "interventions"], ["explain", "periodic-penalty"]])
@pytest.mark.parametrize("width", [80, 120])
def test_what_is_listed_and_explained_keeps_to_the_readers_terminal(
    words: list[str], width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rich takes what says so for a terminal, and its width from `COLUMNS`."""
    monkeypatch.setenv("TTY_COMPATIBLE", "1")
    monkeypatch.setenv("COLUMNS", str(width))
    lines = invoke(*words).stdout.splitlines()
    assert width - 20 < max(len(line) for line in lines) <= width


def test_list_strategies_names_every_one_that_a_scenario_may_name() -> None:
    from sim.operator.strategy import STRATEGIES

    rows = told("list", "strategies")["strategies"]
    assert [row["name"] for row in rows] == [str(name) for name in STRATEGIES]
    assert "litigate Appeals everything" in unwrapped("list", "strategies")


def test_list_operators_and_authorities_gives_one_row_a_data_file() -> None:
    operators = {row["name"]: row for row in told("list", "operators")["operators"]}
    assert set(operators) == {"clearview-like", "public-search"}
    assert "PimEyes" in operators["public-search"]["targets"]
    authorities = {row["name"]: row for row in told("list", "authorities")["authorities"]}
    assert authorities["ICO"]["stay"] == "automatic"
    assert authorities["CNIL"]["maximum"]["monetary penalty notice"] >= 20_000_000
    assert authorities["ICO"]["acts_in"] == ["UK-ICO-2022", "PIMEYES-UK-2022"]
    assert "protects GB; stay: automatic" in unwrapped("list", "authorities")


def test_list_measures_gives_a_question_and_a_unit() -> None:
    rows = told("list", "measures")["measures"]
    assert "searchable_persons" in {row["name"] for row in rows}
    assert all(row["question"] and row["unit"] for row in rows)


def test_list_measures_tells_what_searches_are_about_at_each_fidelity() -> None:
    rows = {row["name"]: row for row in told("list", "measures")["measures"]}
    assert rows["searchable_persons"]["fidelities"] == ["scores", "pixels"]
    assert rows["searchable_persons"]["at_pixels"] is None
    found = rows["identifiability"]
    assert found["unit"] == "share of residents"
    assert found["at_pixels"]["unit"] == "share of residents aged 18 or over"
    assert rows["wrong_return_rate"]["fidelities"] == ["pixels"]
    text = unwrapped("list", "measures")
    told_of = {name: text[text.index(f" {name} ") :] for name in rows if f" {name} " in text}
    assert "At fidelity pixels: With what chance" in told_of["identifiability"][:400]
    assert "(fidelity pixels alone)" in told_of["wrong_return_rate"][:250]


def test_list_of_anything_else_is_refused() -> None:
    assert invoke("list", "orders").exit_code == 2


def test_validate_says_which_arms_hold() -> None:
    assert told("validate", *library()) == {"ok": True, "errors": []}
    assert "no-uk-order, ico-2022, ico-2022-obeyed" in invoke("validate", "ico-2022").stdout


def test_the_schema_accepts_the_shipped_files_and_refuses_an_unknown_key() -> None:
    schema = json.loads(invoke("schema").stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    checker = jsonschema.Draft202012Validator(schema)
    for name in library():
        text = (library_folder() / f"{name}.yaml").read_text(encoding="utf-8")
        data = json.loads(json.dumps(read_yaml(text, name).data))
        assert checker.is_valid(data), list(checker.iter_errors(data))
        assert not checker.is_valid({**data, "persons": 3})
    assert "desk.delay" in schema["properties"]["parameters"]["properties"]


def test_explain_tells_the_case_with_its_dates_and_deadlines() -> None:
    told_of = told("explain", "ico-2022", "--set", "desk.delay=2 weeks")
    (case,) = (case for case in told_of["cases"] if case["listed"])
    dates = {step["kind"]: step["date"] for step in case["steps"]}
    assert dates["enforcement_notice"] == "2022-05-18"
    assert dates["tribunal_restores_jurisdiction"] == "2025-10-06"
    deadlines = {duty["kind"]: duty["nominal_deadline"] for duty in case["obligations"]}
    assert deadlines["cease_collection"] == "2022-09-15"
    assert deadlines["delete"] == "2022-12-15"
    assert [arm["role"] for arm in told_of["arms"]] == ["counterfactual", "scenario", "beside"]
    delay = next(row for row in told_of["parameters"] if row["name"] == "desk.delay")
    assert (delay["value"], delay["set_by"]) == (14.0, "--set")
    assert told_of["order_of_a_day"][0]["name"] == "law"


def test_explain_says_of_a_drawn_step_from_when_and_how_long_instead_of_a_day() -> None:
    words = ["explain", "ico-2022", "--set", "cases.0.dates=drawn"]
    (case,) = (case for case in told(*words)["cases"] if case["listed"])
    steps = {step["kind"]: step for step in case["steps"]}
    assert steps["investigation_opened"]["date"] == "2020-07-09"
    notice = steps["provisional_notice"]
    assert notice["date"] is None
    assert notice["drawn"]["after"] == "investigation_opened"
    text = unwrapped(*words)
    assert "2016-12-31" not in text
    assert "provisional_notice 17,000,000 GBP (about 482 days after investigation_opened)" in text


def test_explain_tells_steps_of_the_record_from_moved_and_assumed_ones() -> None:
    listed = "cases=[{record: CA-OPC-2021, dates: {findings: 2021-03-01}}]"
    lines = invoke("explain", "ico-2022", "--set", listed).stdout.splitlines()
    (findings,) = (line for line in lines if "findings (" in line)
    assert findings.strip() == "2021-03-01  findings (moved by the scenario)"
    (appeal,) = (line for line in lines if "  appeal_lodged" in line)
    assert "appeal_lodged (assumed) [" in appeal
    (orders,) = (line for line in lines if "  binding_orders" in line)
    assert "binding_orders [" in orders


def test_explain_reads_as_a_text() -> None:
    text = invoke("explain", "no-stay").stdout
    assert unwrapped("explain", "no-stay").startswith(
        "no-stay: " + load_scenario("no-stay").scenario.question
    )
    for heading in ("Rests on", "Arms", "Case UK-ICO-2022 (stay: none)", "Parameters", "Order of"):
        assert f"\n{heading}" in text
    assert "2022-05-18  final_penalty 7,552,800 GBP" in text


def test_explain_tells_who_holds_which_lever_and_until_when() -> None:
    """Under a notice that binds during the appeal, until the tribunal sets it aside."""
    levers = {row["lever"]: row for row in told("explain", "no-stay")["levers"]}
    assert list(levers) == list(LEVERS)
    (held,) = (h for h in levers["crawler.in_scope_pass"]["held"] if h["by"] == "UK-ICO-2022")
    assert (held["by"], held["value"]) == ("UK-ICO-2022", 0.0)
    assert (held["from"], held["to"]) == ("2022-09-15", "2023-10-17")
    assert levers["gallery.retention"]["base"] is None
    assert levers["desk.answered"]["base_parameter"] == "requests.answered"
    text = unwrapped("explain", "no-stay")
    assert "2022-09-15 to 2023-10-17: 0, " in text
    assert "by UK-ICO-2022" in text
    assert "2022-05-11 to the end: 0, private customers, by US-IL-ACLU-2022" in text


def test_explain_findings_names_measures_levers_and_interventions_that_exist() -> None:
    rows = told("explain", "--findings")["findings"]
    assert len(rows) == 5
    measures = {row["name"] for row in told("list", "measures")["measures"]}
    interventions = {row["name"] for row in told("list", "interventions")["interventions"]}
    for row in rows:
        assert set(row["measures"]) <= measures
        assert set(row["levers"]) <= set(LEVERS)
        assert set(row["interventions"]) <= interventions
    text = unwrapped("explain", "--findings")
    assert "5. Whoever asked was asked for more" in text
    assert "measures: requests_abandoned, extra_photos_held" in text


@pytest.mark.parametrize("words", [["explain"], ["explain", "no-stay", "--findings"]])
def test_explain_takes_a_scenario_or_the_findings(words: list[str]) -> None:
    refused = invoke(*words)
    assert refused.exit_code == 2
    assert "and not both" in refused.stderr


def test_explain_shows_that_a_suspended_order_holds_no_lever() -> None:
    levers = told("explain", "ico-2022")["levers"]
    by = {held["by"] for row in levers for held in row["held"]}
    assert "CA-OPC-2021, market left" in by
    assert "UK-ICO-2022" not in by


def test_explain_tells_the_worlds_other_cases_with_what_they_ordered_and_what_was_met() -> None:
    others = {case["id"]: case for case in told("explain", "ico-2022")["cases"]}
    assert not others["FR-CNIL-2022"]["conduct"]["pays"]
    assert others["DE-HH-2021"]["conduct"]["meets"] == ["delete_one"]
    text = unwrapped("explain", "ico-2022")
    assert "IT-GARANTE-2022 (Garante, IT): orders cease_collection, cease_use, delete" in text
    assert "Other cases of this world" not in invoke("explain", "no-order").stdout


def test_an_unknown_scenario_ends_with_code_2_and_the_nearest_names() -> None:
    result = invoke("explain", "ico-2002")
    assert result.exit_code == 2
    assert result.stdout == ""
    assert "did you mean: ico-2022" in result.stderr


def test_the_version_is_the_installed_one() -> None:
    from importlib.metadata import version

    assert invoke("--version").stdout == f"efface {version('efface')}\n"


def modules_after(program: str) -> set[str]:
    """Return the top-level names of what a fresh interpreter has loaded after a program."""
    look = "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    line = [sys.executable, "-c", f"import json, sys\n{program}\n{look}"]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_help_brings_nothing_but_what_prints_it() -> None:
    """How long it takes is a benchmark (`benchmarks.start_up`); this is what keeps it short."""
    asked = "from scenarios.cli.main import app\ntry: app(['--help'])\nexcept SystemExit: pass"
    brought = modules_after(asked) - modules_after("pass") - sys.stdlib_module_names
    assert {"typer", "scenarios"} <= brought <= WHAT_PRINTS_HELP


def test_ctrl_c_ends_with_code_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> list[str]:
        raise KeyboardInterrupt

    monkeypatch.setattr("scenarios.catalogue.scenarios", interrupted)
    assert invoke("list").exit_code == 130
