"""`efface run | show | compare | verify` on small runs of the real model."""

import hashlib
import json
import re
import shlex
import shutil
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import pytest
from typer.testing import CliRunner, Result

from generators.errors import RunFolderError
from scenarios.cli.main import app
from scenarios.compare import compare_runs
from scenarios.store import load_run
from sim.parameters import load_parameters

SMALL = ["--people", "200", "--replications", "2", "--workers", "1"]
KEYS = ["run", "scenario", "scenario_hash", "counterfactual", "seed", "replications"]
ENTRY = ["name", "unit", "at", "scenario", "counterfactual", "difference", "low", "high"]
ENTRY += ["range_low", "range_high", "level", "structural_zero", "why"]


def efface(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A run with ranges; most parameters are pinned where they are, or each were moved alone."""
    out = tmp_path_factory.mktemp("runs") / "small"
    table = load_parameters()
    rows = [table.parameter(name) for name in table.ranged(frozenset())[3:]]
    pins = [f"{row.name}={row.value!r} {row.unit}".removesuffix(" 1") for row in rows]
    words = ["--ranges", "2", "--out", out, "--json", *(w for pin in pins for w in ("--set", pin))]
    return out, efface("run", "ico-2022", *SMALL, *words)


@pytest.fixture(scope="module")
def no_ranges(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    out = tmp_path_factory.mktemp("runs") / "other"
    words = ["--ranges", "0", "--seed", "1", "--out", out]
    return out, efface("run", "ico-2022", *SMALL, *words)


def test_run_prints_json_and_only_that(ran: tuple[Path, Result]) -> None:
    out, result = ran
    assert result.exit_code == 0, result.output
    answers = json.loads(result.stdout)
    assert [key for key in answers if key in KEYS] == KEYS
    assert answers["run"] == out.name
    assert answers["counterfactual"] == "no-uk-order"
    assert list(answers["beside"]) == ["ico-2022-obeyed"]
    for entry in answers["measures"] + answers["beside"]["ico-2022-obeyed"]:
        assert list(entry)[: len(ENTRY)] == ENTRY
        assert entry["difference"] is not None or entry["why"]
        if entry["structural_zero"]:
            assert entry["difference"] == 0
            assert entry["why"]
    pairs = [(entry["name"], entry["at"]) for entry in answers["measures"]]
    assert len(pairs) == len(set(pairs))
    for name in ("searchable_persons", "held_persons", "identifiability", "fine_collected"):
        assert name in {pair[0] for pair in pairs}


def test_every_defined_headline_has_a_range_unless_none_is_asked_for(
    ran: tuple[Path, Result], no_ranges: tuple[Path, Result]
) -> None:
    for entry in json.loads(ran[1].stdout)["measures"]:
        if entry["difference"] is not None:
            assert entry["range_low"] is not None
            assert entry["range_low"] <= entry["range_high"]
    shown = json.loads(efface("show", no_ranges[0], "--json").stdout)
    assert all(entry["range_low"] is None for entry in shown["measures"])
    assert "no range was computed" in " ".join(no_ranges[1].stdout.split())


def test_run_ends_with_the_table_and_names_its_folder_on_standard_error(
    no_ranges: tuple[Path, Result],
) -> None:
    out, result = no_ranges
    assert result.exit_code == 0, result.output
    for title in ("without", "happened", "obeyed", "In this model"):
        assert title in result.stdout
    assert str(out) in result.stderr
    assert str(out) not in result.stdout


def test_show_repeats_what_run_printed(
    ran: tuple[Path, Result], no_ranges: tuple[Path, Result]
) -> None:
    assert json.loads(efface("show", ran[0], "--json").stdout) == json.loads(ran[1].stdout)
    assert efface("show", no_ranges[0]).stdout == no_ranges[1].stdout
    assert (no_ranges[0] / "report/table.txt").read_text("utf-8") == no_ranges[1].stdout


def case(folder: Path, *more: str) -> list[dict[str, Any]]:
    result = efface("show", folder, "--case", "--json", *more)
    assert result.exit_code == 0, result.output
    events: list[dict[str, Any]] = json.loads(result.stdout)["events"]
    return events


def test_the_case_log_has_dates_amounts_and_causes(ran: tuple[Path, Result]) -> None:
    every = case(ran[0])
    events = [event for event in every if event["authority"] == "ICO"]
    assert len(events) < len(every)
    dates = {event["kind"]: event["date"] for event in events}
    assert dates["provisional_notice"] == "2021-11-29"
    assert dates["enforcement_notice"] == "2022-05-18"
    amounts = {e["kind"]: e["amount"] for e in events if e["amount"] is not None}
    assert amounts["final_penalty"] == 7552800
    by_id = {event["id"]: event for event in every}
    for event in every:
        assert event["because"] is None or by_id[event["because"]]["date"] <= event["date"]


def test_what_tells_the_case_leaves_out_the_worlds_other_cases(ran: tuple[Path, Result]) -> None:
    """A chart has room for the case under question, and the others' deadlines are not its own."""
    run = load_run(ran[0])
    own = run.own_events("ico-2022").to_pylist()
    assert {event["authority"] for event in own} == {"ICO", ""}
    assert "CNIL" in run.events("no-uk-order")["authority"].to_pylist()
    assert "CNIL" not in run.own_events("no-uk-order")["authority"].to_pylist()
    whole = [event for event in run.events("ico-2022").to_pylist() if event["authority"] == "ICO"]
    assert [event["kind"] for event in own if event["authority"]] == [e["kind"] for e in whole]


def test_recorded_facts_and_made_events_look_different(ran: tuple[Path, Result]) -> None:
    events = case(ran[0], "--arm", "ico-2022-obeyed")
    assert {event["recorded"] for event in events} == {True, False}
    text = efface("show", ran[0], "--case", "--arm", "ico-2022-obeyed").stdout
    assert text.count(" RECORD ") == sum(event["recorded"] for event in events)
    assert text.count(" model ") >= sum(not event["recorded"] for event in events)


def test_each_event_stands_under_its_case_and_the_questions_own_comes_first(
    ran: tuple[Path, Result],
) -> None:
    events = case(ran[0])
    assert {event["case"] for event in events if event["authority"] == "ICO"} == {"UK-ICO-2022"}
    assert all(event["case"] for event in events if event["kind"] == "complaint")
    cases = {event["case"] for event in events} - {""}
    lines = efface("show", ran[0], "--case").stdout.splitlines()
    headings = [line for line in lines if line.split(":")[0] in cases or line == "Outside any case"]
    assert headings[:2] == ["UK-ICO-2022: ICO (the case under question)", "Outside any case"]
    assert len(headings) == len(cases) + 1
    assert sum("under question" in line for line in headings) == 1


@pytest.mark.parametrize("width", [80, 120])
def test_the_case_log_keeps_to_the_readers_width(ran: tuple[Path, Result], width: int) -> None:
    from scenarios.report.table import printed
    from scenarios.report.table_case import print_case

    run = load_run(ran[0])
    text = printed(lambda console: print_case(run, None, console), width)
    assert max(len(line) for line in text.splitlines()) <= width


def test_runs_of_another_seed_are_not_compared(
    ran: tuple[Path, Result], no_ranges: tuple[Path, Result]
) -> None:
    result = efface("compare", ran[0], no_ranges[0])
    assert result.exit_code == 2
    assert "differ in seed, 0 against 1" in result.stderr
    assert "population" not in result.stderr
    assert result.stdout == ""


def test_runs_of_two_sizes_are_told_by_their_sizes(ran: tuple[Path, Result]) -> None:
    first = load_run(ran[0])
    second = replace(
        first, manifest={**first.manifest, "people": 20000, "population_hash": "f" * 64}
    )
    with pytest.raises(RunFolderError) as refused:
        compare_runs(first, second)
    (fault,) = refused.value.faults
    size = f"{first.manifest['people']:,} people against 20,000 people"
    assert fault.message.endswith(f"they differ in size, {size}")


def test_a_run_compared_with_itself_differs_by_nothing(ran: tuple[Path, Result]) -> None:
    answers = json.loads(efface("compare", ran[0], ran[0], "--json").stdout)
    assert [key for key in answers if key in KEYS] == KEYS
    assert {entry["difference"] for entry in answers["measures"]} <= {0.0, None}
    assert list(answers["beside"]) == ["ico-2022-obeyed"]
    assert efface("compare", ran[0], ran[0]).exit_code == 0


def test_verify_checks_every_file_and_fails_on_a_changed_one(
    no_ranges: tuple[Path, Result],
) -> None:
    out = no_ranges[0]
    result = efface("verify", out, "--json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["ok"]
    path = out / "events/r0001.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-1] + b"X")
    try:
        result = efface("verify", out, "--json")
        assert result.exit_code == 1
        assert json.loads(result.stdout)["problems"] == [
            "events/r0001.parquet: changed since the run was written"
        ]
    finally:
        path.write_bytes(whole)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["ico-2023"], "ico-2022"),
        (["ico-2022", "--people", "10"], "--people cannot be 10"),
        (["ico-2022", "--replications", "0"], "--replications cannot be 0"),
        (["ico-2022", "--fidelity", "templates"], "'templates' is not in this version"),
        (["ico-2022", "--fidelity", "pixels"], "give fewer people, such as --people 1000"),
        (["ico-2022", "--set", "fidelity=pixel"], "pixels"),
        (["ico-2022", "--set", "gallery.share.uc=0.1"], "gallery.share.uk"),
        (["ico-2022", "--set", "gallery.share.uk=3 days"], "gallery.share.uk"),
    ],
)
def test_wrong_input_ends_with_2_and_writes_nothing(
    tmp_path: Path, words: list[str], said: str
) -> None:
    result = efface("run", *words, "--out", tmp_path / "run")
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert list(tmp_path.iterdir()) == []


CASES = "cases: [{record: UK-ICO-2022, dates: recorded, stay: automatic}]"
QUESTION = f"""format: 1
question: What would complying have changed?
rests_on: [UK-ICO-2022]
counterfactual: mine-without
beside: []
world: uk-only
horizon: {{from: 2017-01-01, to: 2023-12-31}}
people: 200
operator: {{profile: clearview-like, strategy: litigate}}
{CASES}
interventions: []
parameters: {{gallery.share.au: 0.004}}
"""


def own_question(folder: Path) -> Path:
    """A user's question; its counterfactual has one of its own, which the run has no need of."""
    without = QUESTION.replace(CASES, "cases: []")
    for name, text in (
        ("mine.yaml", QUESTION),
        ("mine-without.yaml", without.replace("mine-without", "mine-further")),
        ("mine-further.yaml", without.replace("mine-without", "null")),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "mine.yaml"


def hashed(folder: Path) -> dict[str, str]:
    """The hash of every file but the manifest, taken here and not from the manifest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def test_the_command_on_the_page_makes_the_same_run_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dashboard.words import rerun
    from scenarios.design import design
    from scenarios.scenario import load_scenario
    from scenarios.store import load_run

    (tmp_path / "theirs").mkdir()
    settings = ["gallery.share.uk=0.02", "people.private_delay=2 weeks"]
    settings += ["operator.strategy=comply", "question=Mine?"]
    words = [word for setting in settings for word in ("--set", setting)]
    out = tmp_path / "run of mine"
    sizes = ["--replications", "1", "--ranges", "0", "--workers", "1"]
    question = own_question(tmp_path / "theirs")
    first = efface("run", question, *sizes, *words, "--out", out)
    assert first.exit_code == 0, first.output
    planned = design(load_scenario(str(question), settings), None, 1, 0, 3)
    shutil.rmtree(tmp_path / "theirs")
    run = load_run(out)
    again, check = (
        shlex.split(line)
        for line in rerun(run.manifest, run.parameters().to_pylist(), str(out)).splitlines()
    )
    monkeypatch.chdir(tmp_path)
    second = efface(*again[1:], "--workers", "1", "--out", tmp_path / "again")
    assert second.exit_code == 0, second.output
    assert hashed(tmp_path / "again") == hashed(out)
    reset = [after for word, after in pairwise(again) if word == "--set"]
    replanned = design(load_scenario(again[2], reset), None, 1, 0, 3)
    assert replanned.plan() == planned.plan()
    assert "people.private_delay" in replanned.question.pinned
    assert "people.private_delay" not in replanned.draws.names
    set_by = {row["name"]: row["set_by"] for row in run.parameters().to_pylist()}
    assert set_by["gallery.share.uk"] == "--set"
    assert set_by["gallery.share.au"] == "scenario"
    assert efface(*check[1:]).exit_code == 0


@pytest.mark.parametrize("verb", ["show", "verify"])
def test_a_partial_folder_is_refused(tmp_path: Path, verb: str) -> None:
    (tmp_path / "run.partial").mkdir()
    for name in ("run", "run.partial"):
        result = efface(verb, tmp_path / name)
        assert result.exit_code == 2
        assert "unfinished" in result.stderr


def test_people_shown_are_adult_residents_in_every_arm(ran: tuple[Path, Result]) -> None:
    from scenarios.store import load_run

    rows = load_run(ran[0]).people().to_pylist()
    assert len(rows) == 24 * 3
    assert all(row["age"] >= 18 for row in rows)
    assert all(0 <= row["searchable"] <= row["held"] for row in rows)
    assert len({row["person"] for row in rows}) == 24
    assert len({row["identity"] for row in rows}) == 24


def test_the_page_on_run_folders_reads_a_run_as_it_says(
    ran: tuple[Path, Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Path(__file__).parents[2].joinpath("docs/run-folder.md").read_text("utf-8")
    (tmp_path / "runs").mkdir()
    shutil.copytree(ran[0], tmp_path / "runs/ico-2022-1")
    monkeypatch.chdir(tmp_path)
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert [len(duckdb.sql(query).fetchall()) > 1000 for query in queries] == [True]
    blocks = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(blocks) == 2
    for block in blocks:
        exec(block, {})


def test_one_replication_run_alone_is_the_one_of_that_number(tmp_path: Path) -> None:
    three, alone = tmp_path / "three", tmp_path / "alone"
    words = ["run", "no-uk-order", "--people", "200", "--workers", "1"]
    whole = efface(*words, "--replications", "3", "--ranges", "0", "--out", three)
    again = efface(*words, "--only-replication", "2", "--out", alone)
    assert (whole.exit_code, again.exit_code) == (0, 0), again.output
    assert "1 paired replication (number 2), seed 0" in " ".join(again.stdout.split())
    for kind in ("replications", "events"):
        among = (three / kind / "r0002.parquet").read_bytes()
        assert (alone / kind / "r0000.parquet").read_bytes() == among
    first, last = (three / f"replications/r000{n}.parquet" for n in (0, 2))
    assert first.read_bytes() != last.read_bytes()
    assert json.loads(efface("verify", alone, "--json").stdout)["ok"]
    refused = efface("compare", alone, three)
    assert refused.exit_code == 2
    said = " ".join(refused.stderr.split())
    assert "they differ in first replication, 2 against 0" in said


def test_a_replication_without_a_number_is_refused() -> None:
    refused = efface("run", "no-uk-order", "--only-replication", "-1")
    assert refused.exit_code == 2
    assert "expected: 0 to 9999" in refused.stderr


def test_one_replication_alone_leaves_no_room_for_more_of_them_or_for_draws() -> None:
    words = ["run", "no-uk-order", "--only-replication", "3"]
    refused = efface(*words, "--replications", "5", "--ranges", "4")
    assert refused.exit_code == 2
    assert "--replications would have no effect" in refused.stderr
    assert "--ranges would have no effect" in refused.stderr
