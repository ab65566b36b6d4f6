"""Every bad input: exit 2, the right line and column, what was found and expected, nothing written.

Each case is one change to a good file; the caret must stand at the first character of what is
wrong.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from scenarios.cli.main import app

GOOD = """\
format: 1
question: What did the order change?
rests_on: [UK-ICO-2022]
counterfactual: no-uk-order
beside: [ico-2022-obeyed]
world: uk-only
horizon: {from: 2017-01-01, to: 2025-12-31}
people: 100000
operator: {profile: clearview-like, strategy: litigate}
cases: [{record: UK-ICO-2022, dates: recorded, stay: automatic}]
interventions: []
parameters: {desk.delay: 30 days}
"""

ONE_CHANGE = {
    # case: (old, new, what the caret points at, expected in the message, nearest name)
    "unknown key": ("people:", "peple:", "peple", "unknown key 'peple'", "people"),
    "unknown key in a part": ("strategy:", "stratgy:", "stratgy", "unknown key", "strategy"),
    "duplicate key": ("people: 100000", "people: 1000\npeople: 2000", "people: 2", "duplicate", ""),
    "bare number": ("30 days", "30", "30}", "needs a unit", ""),
    "wrong unit": ("30 days", "30 apples", "30 apples", "wrong unit 'apples'", ""),
    "unit where none is due": ("desk.delay: 30", "search.fpir: 3", "3 days", "wrong unit", ""),
    "out of range": ("desk.delay: 30 days", "search.fpir: 200 %", "200 %", "cannot be 2", ""),
    "unknown parameter": ("desk.delay", "desk.dely", "desk.dely", "unknown para", "desk.delay"),
    "end before beginning": ("to: 2025", "to: 2015", "2015-12-31", "end before it begins", ""),
    "before day zero": ("from: 2017", "from: 2016", "2016-01-01", "runs start on 2017-01", ""),
    "after day zero": ("from: 2017", "from: 2020", "2020-01-01", "runs start on 2017-01-01", ""),
    "end before the headline's last look": (
        "to: 2025-12-31",
        "to: 2022-12-14",
        "2022-12-14",
        "before the nominal deadline for deletion, 2022-12-15",
        "",
    ),
    "end beyond the calendar": ("2025-12", "2036-12", "2036-12-31", "outside the calendar", ""),
    "impossible date": ("2025-12-31", "2025-02-30", "2025-02-30", "no such day", ""),
    "a year for a date": ("to: 2025-12-31", "to: 2025", "2025}", "is not a date", ""),
    "tribunal before appeal": (
        "recorded",
        "{tribunal_sets_aside: 2022-06-01}",
        "2022-06-01",
        "'tribunal_sets_aside' on 2022-06-01 comes before its cause 'appeal_lodged'",
        "",
    ),
    "notice before intent": (
        "recorded",
        "{enforcement_notice: 2021-11-28}",
        "2021-11-28",
        "before its cause 'provisional_notice'",
        "",
    ),
    "unknown step": (
        "recorded",
        "{tribunal_set_aside: 2023-06-01}",
        "tribunal_set_aside",
        "is not a step",
        "tribunal_sets_aside",
    ),
    "intervention before itself": (
        "interventions: []",
        "interventions: [{kind: cease-collection, from: 2022-05-01, to: 2022-04-01}]",
        "2022-04-01",
        "end before it begins",
        "",
    ),
    "unknown intervention": (
        "interventions: []",
        "interventions: [{kind: cease-colection, from: 2022-05-01}]",
        "cease-colection",
        "unknown intervention",
        "cease-collection",
    ),
    "unknown option": (
        "interventions: []",
        "interventions: [{kind: deletion-order, from: 2022-05-01, dayz: 3 days}]",
        "dayz",
        "unknown option",
        "days",
    ),
    "intervention before the run": (
        "interventions: []",
        "interventions: [{kind: cease-collection, from: 2016-12-31}]",
        "2016-12-31",
        "begin before the run",
        "",
    ),
    "intervention after the run": (
        "interventions: []",
        "interventions: [{kind: cease-collection, from: 2026-01-01}]",
        "2026-01-01",
        "begin after the run",
        "",
    ),
    "case before day zero": (
        "recorded",
        "{investigation_opened: 2016-12-31}",
        "2016-12-31",
        "outside the calendar",
        "",
    ),
    "entry without a notice": (
        "[UK-ICO-2022]",
        "[PIMEYES-UK-2022]",
        "PIMEYES",
        "cannot be simulated",
        "",
    ),
    "letters for a case": (
        "record: UK-ICO-2022",
        "record: PLATFORMS-2020",
        "PLATFORMS",
        "is no authority's case",
        "",
    ),
    "order without a power": (
        "dates: recorded",
        "clauses: [delete, bar_private]",
        "bar_private",
        "ICO has no power to order 'bar_private'",
        "",
    ),
    "order of a case that ends in none": (
        "record: UK-ICO-2022",
        "record: PIMEYES-UK-2022, clauses: [delete]",
        "[delete]",
        "has no final notice that could hold an order",
        "",
    ),
    "unknown duty": (
        "dates: recorded",
        "clauses: [cease_colection]",
        "cease_colection",
        "there is no duty 'cease_colection'",
        "cease_collection",
    ),
    "unknown order": (
        "dates: recorded",
        "order_of: FR-CNIL-2021",
        "FR-CNIL-2021",
        "the record has no entry 'FR-CNIL-2021'",
        "FR-CNIL-2022",
    ),
    "amount over the maximum": (
        "dates: recorded",
        "amounts: {final_penalty: 17500001}",
        "17500001",
        "'final_penalty' of 17,500,001 GBP is over the most that ICO may impose",
        "",
    ),
    "amount of an unknown step": (
        "dates: recorded",
        "amounts: {final_penalti: 5}",
        "final_penalti",
        "is not a step of UK-ICO-2022",
        "final_penalty",
    ),
    "amount below nothing": (
        "dates: recorded",
        "amounts: {final_penalty: -5}",
        "-5",
        "'final_penalty' cannot be -5",
        "",
    ),
    "amount of a step without one": (
        "dates: recorded",
        "amounts: {enforcement_notice: 500}",
        "500",
        "'enforcement_notice' states no amount",
        "",
    ),
    "amount of what only lodges an appeal": (
        "dates: recorded",
        "amounts: {appeal_lodged: 500}",
        "500",
        "'appeal_lodged' states no amount",
        "",
    ),
    "sum of days of delay that is stated": (
        "UK-ICO-2022, dates: recorded",
        "FR-CNIL-2022, amounts: {periodic_penalty_liquidated: 5100000}",
        "5100000",
        "'periodic_penalty_liquidated' is a sum of days of delay",
        "",
    ),
    "judgment after the run": (
        "recorded",
        "{tribunal_restores_jurisdiction: 2030-01-01}",
        "2030-01-01",
        "'tribunal_restores_jurisdiction' would come after the run",
        "",
    ),
    "drawn days of a case without stages": (
        "UK-ICO-2022, dates: recorded",
        "SE-IMY-2021, dates: drawn",
        "drawn",
        "SE-IMY-2021 has no stage whose days could be drawn",
        "",
    ),
    "neither recorded nor drawn": (
        "dates: recorded",
        "dates: draw",
        "draw",
        "is not a set of dates",
        "drawn",
    ),
    "unknown reading": (
        "dates: recorded",
        "reading: uper",
        "uper",
        "'reading' cannot be 'uper'",
        "upper",
    ),
    "scope of nowhere": (
        "interventions: []",
        "interventions: [{kind: cease-collection, from: 2022-05-01, scope: ZZ}]",
        "ZZ",
        "there is no jurisdiction 'ZZ'",
        "",
    ),
    "scope of an unknown age": (
        "interventions: []",
        "interventions: [{kind: cease-collection, from: 2022-05-01, scope: {group: 0-16}}]",
        "0-16",
        "there is no group '0-16'",
        "0-17",
    ),
    "scope that the intervention cannot have": (
        "interventions: []",
        "interventions: [{kind: deletion-order, from: 2022-05-01, scope: {group: 0-17}}]",
        "0-17",
        "'deletion-order' cannot be limited by group",
        "",
    ),
    "an end of what is done once": (
        "interventions: []",
        "interventions: [{kind: going-private, from: 2022-05-01, to: 2023-05-01}]",
        "2023-05-01",
        "'going-private' is done once and cannot end",
        "",
    ),
    "jurisdiction of what holds everywhere": (
        "interventions: []",
        "interventions: [{kind: platform-defence, from: 2022-05-01, scope: FR}]",
        "FR",
        "'platform-defence' cannot be limited by jurisdiction",
        "",
    ),
    "a case in a world without cases": (
        "uk-only",
        "none",
        "UK-ICO-2022, dates",
        "a world without cases lists one",
        "",
    ),
    "entry twice": ("[UK-ICO-2022]", "[UK-ICO-2022, UK-ICO-2022]", "UK-ICO-2022]", "twice", ""),
    "appeal out of time": (
        "recorded",
        "{appeal_lodged: 2022-07-30}",
        "2022-07-30",
        "appeal_lodged on 2022-07-30 is out of time: 'final_penalty' is served on 2022-05-18 "
        "and can be appealed for 28 days",
        "",
    ),
    "service too long before the appeal": (
        "recorded",
        "{enforcement_notice: 2022-05-01}",
        "2022-05-01",
        "appeal_lodged on 2022-06-15 is out of time: 'enforcement_notice' is served on",
        "",
    ),
    "judgment before the hearing": (
        "recorded",
        "{tribunal_sets_aside: 2022-06-20}",
        "2022-06-20",
        "'tribunal_sets_aside' on 2022-06-20 comes before its cause 'hearing'",
        "",
    ),
    "judgment before the second hearing": (
        "recorded",
        "{tribunal_restores_jurisdiction: 2025-06-01}",
        "2025-06-01",
        "comes before its cause 'hearing'",
        "",
    ),
    "unknown strategy": ("litigate", "litigat", "litigat", "cannot be 'litigat'", "litigate"),
    "unknown stay": ("automatic", "automatc", "automatc", "cannot be", "automatic"),
    "unknown entry": ("[UK-ICO-2022]", "[UK-ICO-2023]", "UK-ICO-2023", "no entry", "UK-ICO-2022"),
    "unknown arm": ("no-uk-order", "no-uk-ordr", "no-uk-ordr", "no scenario", "no-uk-order"),
    "arm twice": ("[ico-2022-obeyed]", "[no-uk-order]", "no-uk-order]", "an arm already", ""),
    "itself beside": ("[ico-2022-obeyed]", "[bad]", "bad]", "compared with itself", ""),
    "another world": ("uk-only", "as-record", "as-record\n", "cannot be", "as-recorded"),
    "another format": ("format: 1", "format: 2", "2\n", "cannot be '2'", ""),
    "format that is only equal": ("format: 1", "format: 1.0", "1.0", "cannot be '1.0'", ""),
    "format that is true": ("format: 1", "format: true", "true", "cannot be 'true'", ""),
    "a share of a duration": ("30 days", "30 days per %", "30 days", "wrong unit 'days per", ""),
    "missing key": ("people: 100000\n", "", "format", "the key 'people' is missing", ""),
    "text for a number": ("100000", "many", "many", "'people' is not what", ""),
    "fraction of people": ("100000", "1000.5", "1000.5", "'people' is not what", ""),
    "too few people": ("100000", "5", "5\n", "'people' is not what", ""),
    "number for a text": ("What did the order change?", "7", "7\n", "'question' is not", ""),
    "scalar for a list": ("[UK-ICO-2022]", "UK-ICO-2022", "UK-ICO-2022\n", "is not what", ""),
    "python tag": ("100000", "!!python/object/apply:os.abort []", "!!python", "tags are not", ""),
    "any tag": ("100000", "!thing 5", "!thing", "tags are not", ""),
    "anchor": ("100000", "&n 100000", "&n", "anchors and aliases", ""),
    "broken YAML": ("[UK-ICO-2022]", "[UK-ICO-2022", ": no-uk-order", "is not YAML", ""),
    "tab": ("people: 100000", "people:\n\t- 1", "\t- 1", "is not YAML", ""),
    "second document": ("parameters:", "---\nparameters:", "---", "second document", ""),
    "control character": ("What did", '"What\\e[31m did"  #', '"What', "control character", ""),
}


WORDS = {
    # case: (old, new, key, found, expected)
    "list for a quantity": ("30 days", "[1]", "parameters.desk.delay", "[1]", "a number with"),
    "keys for a quantity": ("30 days", "{a: 1}", "parameters.desk.delay", "{a: 1}", "a number"),
    "list for a date": ("2025-12-31", "[a]", "horizon.to", "[a]", "a date such as"),
    "list for a step": (
        "recorded",
        "{hearing: [a, null]}",
        "cases.0.dates.hearing",
        "[a, null]",
        "",
    ),
    "nothing for a date": ("2025-12-31", "", "horizon.to", "nothing", "a date such as"),
    "empty list": ("[UK-ICO-2022]", "[]", "rests_on", "[]", "a list of 1 or more"),
    "long question": (
        "What",
        "x" * 501 + " What",
        "question",
        "x" * 79 + "…",
        "at most 500 charac",
    ),
    "empty question": ("What did the order change?", "''", "question", "nothing", "a text, not an"),
    "few people": ("100000", "5", "people", "5", "100 or more"),
    "many people": ("100000", "1" + "0" * 37, "people", "1" + "0" * 37, "10,000,000 or less"),
    "word for a list entry": ("[ico-2022-obeyed]", "[7]", "beside.0", "7", "text"),
    "word for a case": ("{record: UK-ICO-2022, dates", "5, {dates", "cases.0", "5", "keys with"),
    "number for an intervention": (
        "interventions: []",
        "interventions: [5]",
        "interventions.0",
        "5",
        "",
    ),
    "appeal": (
        "recorded",
        "{appeal_lodged: 2022-06-16}",
        "cases.0.dates.appeal_lodged",
        "2022-06-16",
        "2022-05-18 to 2022-06-15",
    ),
    "second document": ("parameters:", "--- # two\nparameters:", None, "--- # two", "one document"),
    "deep": ("[ico-2022-obeyed]", "[" * 17, None, "[[", "at most 16 levels"),
    "list as key": ("people: 100000", "? [a, b]\n: 3", None, "[a, b]", "a word"),
    "open list": ("[UK-ICO-2022]", "[UK-ICO-2022", None, ": no-uk-order", "a scenario in YAML"),
    "open text": ("{desk.delay: 30 days}", "'a", None, "the end of the file", "a scenario in YAML"),
    "bell": ("What did", "What \a did", None, "\\x07 did the order", "a scenario in YAML"),
    "escape beyond Unicode": ("What did", '"\\UFFFFFFFF"  #', None, "format: 1", "a scenario"),
}


def validate(path: Path | str, *more: str) -> tuple[Result, list[dict[str, Any]]]:
    result = CliRunner().invoke(app, ["validate", str(path), "--json", *more])
    told = json.loads(result.stdout)
    assert told["ok"] is (not told["errors"])
    return result, told["errors"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_good_file_holds(folder: Path) -> None:
    path = folder / "bad.yaml"
    path.write_text(GOOD, encoding="utf-8")
    result, errors = validate(path)
    assert (result.exit_code, errors) == (0, [])


@pytest.mark.parametrize("case", ONE_CHANGE)
def test_a_bad_file_is_refused_at_its_place(case: str, folder: Path) -> None:
    old, new, at, message, nearest = ONE_CHANGE[case]
    assert GOOD.count(old) >= 1
    text = GOOD.replace(old, new, 1)
    path = folder / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    place = text.index(at)
    line = text.count("\n", 0, place) + 1
    column = place - (text.rfind("\n", 0, place) + 1) + 1

    result, errors = validate(path)
    assert result.exit_code == 2
    (fault,) = [e for e in errors if message in e["message"]]
    assert (fault["file"], fault["line"], fault["column"]) == (str(path), line, column)
    assert fault["expected"]
    assert fault["nearest"][:1] == ([nearest] if nearest else fault["nearest"][:1])

    result = CliRunner().invoke(app, ["validate", str(path)])
    assert result.exit_code == 2
    assert f"{path}:{line}:{column}: {fault['message']}" in result.stderr
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    shown = lines.index(f"    | {text.splitlines()[line - 1]}")
    assert any(lines[i] == "    | " + " " * (column - 1) + "^" for i in range(shown, len(lines)))
    assert os.listdir(folder) == ["bad.yaml"]


@pytest.mark.parametrize("case", WORDS)
def test_a_fault_says_what_was_found_and_what_may_stand_there(case: str, folder: Path) -> None:
    old, new, key, found, expected = WORDS[case]
    assert old in GOOD
    path = folder / "bad.yaml"
    path.write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    _, errors = validate(path)
    fault = next(e for e in errors if e["found"] and e["found"].startswith(found))
    assert fault["key"] == key
    assert fault["expected"].startswith(expected)
    assert "'0'" not in fault["message"]
    assert all(e["found"] and e["expected"] for e in errors)


def test_the_line_that_is_shown_cannot_steer_the_terminal(folder: Path) -> None:
    path = folder / "bad.yaml"
    path.write_text(GOOD.replace("What did", "What \x1b[31m did"), encoding="utf-8")
    result = CliRunner().invoke(app, ["validate", str(path)])
    assert "bad.yaml:2:16: is not YAML: special characters are not allowed" in result.stderr
    assert "\x1b" not in result.stderr
    assert "    | question: What \ufffd[31m did the order change?\n" in result.stderr


def test_of_many_faults_the_first_are_told_and_the_others_counted(folder: Path) -> None:
    path = folder / "bad.yaml"
    path.write_text(GOOD + "".join(f"desk{i}: 3\n" for i in range(1000)), encoding="utf-8")
    _, errors = validate(path)
    assert len(errors) == 51
    assert errors[0]["key"] == "desk0"
    assert errors[-1]["message"] == "950 more faults are not told"
    assert errors[-1]["found"] == "1,000 faults"


def test_every_fault_is_reported_in_one_pass(folder: Path) -> None:
    text = GOOD
    for old, new in (
        ("[UK-ICO-2022]", "[UK-ICO-2021]"),
        ("world: uk-only", "world: uk-only\nworld: uk-only"),
        ("2025-12-31", "2025-02-30"),
        ("100000", "!!int 5"),
        ("litigate", "comply, luck: good"),
        ("recorded, stay: automatic", "{hearing: 2020-01-01, appeal: x}, stay: no"),
        ("30 days", "30, desk.capacity: 3 days, desk.dely: 4 days"),
    ):
        text = text.replace(old, new)
    path = folder / "bad.yaml"
    path.write_text(text, encoding="utf-8")
    _, errors = validate(path)
    keys = {error["key"] for error in errors}
    assert keys == {
        *("rests_on.0", "world", "horizon.to", "people", "operator.luck", "cases.0.stay"),
        *("cases.0.dates.hearing", "cases.0.dates.appeal", "parameters.desk.delay"),
        *("parameters.desk.capacity", "parameters.desk.dely"),
    }
    assert all(error["line"] and error["column"] for error in errors)


def test_an_alias_bomb_is_refused_without_being_expanded(folder: Path) -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 60)]
    path = folder / "bad.yaml"
    path.write_text("\n".join(rows), encoding="utf-8")
    result, errors = validate(path)
    assert result.exit_code == 2
    assert "anchors and aliases" in errors[0]["message"]


def test_a_tag_is_never_executed(folder: Path) -> None:
    path = folder / "bad.yaml"
    witness = folder / "witness"
    path.write_text(GOOD + f'x: !!python/object/apply:os.mkdir ["{witness}"]\n', encoding="utf-8")
    result, _ = validate(path)
    assert result.exit_code == 2
    assert not witness.exists()


@pytest.mark.parametrize(
    ("content", "message", "place"),
    [
        (b"", "is not a scenario", (1, 1)),
        (b"# only a comment\n", "is not a scenario", (1, 1)),
        (b"just words", "is not a scenario", (1, 1)),
        (b"[1, 2]", "is not a scenario", (1, 1)),
        (b"format: 1\n\x00\x01", "is a binary file", (2, 1)),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a binary file", (1, 1)),
        ("question: é".encode("latin-1"), "is not UTF-8 text", (1, 11)),
        (GOOD.encode("utf-16"), "is a binary file", (1, 1)),
        (b"# " + b"x" * 300_000, "is too large", (None, None)),
    ],
)
def test_a_file_that_holds_no_scenario_is_refused(
    content: bytes, message: str, place: tuple[int | None, int | None], folder: Path
) -> None:
    path = folder / "bad.yaml"
    path.write_bytes(content)
    result, errors = validate(path)
    assert result.exit_code == 2
    assert message in errors[0]["message"]
    assert (errors[0]["line"], errors[0]["column"]) == place
    assert os.listdir(folder) == ["bad.yaml"]


def test_a_folder_and_a_missing_file_are_refused(folder: Path) -> None:
    (folder / "sub.yaml").mkdir()
    os.mkfifo(folder / "pipe.yaml")
    for name, message in (
        ("sub.yaml", "is a folder"),
        ("none.yaml", "no such file"),
        ("pipe.yaml", "is a pipe or a device"),
        (f"{'a' * 300}/bad.yaml", "cannot be read: File name too long"),
    ):
        result, errors = validate(name)
        assert result.exit_code == 2
        assert message in errors[0]["message"]


def test_a_name_that_cannot_name_a_run_folder_is_refused(folder: Path) -> None:
    path = folder / "my question.yaml"
    path.write_text(GOOD, encoding="utf-8")
    result, errors = validate(path)
    assert result.exit_code == 2
    assert "name" in errors[0]["message"]


@pytest.mark.parametrize(
    ("setting", "message", "nearest"),
    [
        ("desk.delay=30 apples", "wrong unit 'apples'", ""),
        ("desk.delay=30", "needs a unit", ""),
        ("desk.dely=30 days", "unknown name 'desk.dely'", "desk.delay"),
        ("peple=5000", "unknown name 'peple'", "people"),
        ("people=5", "people", ""),
        ("operator.strategy=obey", "'strategy' cannot be 'obey'", ""),
        ("operator.strategy=rationale", "'strategy' cannot be 'rationale'", "rational"),
        ("cases.0.clauses=[equity]", "ICO has no power to order 'equity'", ""),
        ("cases.0.amounts.final_penalty=99000000", "over the most that ICO may impose", ""),
        ("operator.strateg=comply", "unknown name", "operator.strategy"),
        ("horizon.to=2022-05-19", "horizon.to: the run would end before the nominal deadline", ""),
        ("horizon.from=2020-01-01", "horizon.from: runs start on 2017-01-01", ""),
        ("cases.0.dates={appeal_lodged: 2022-07-30}", "is out of time", ""),
        ("rests_on=[UK-2022]", "rests_on.0: the record has no entry 'UK-2022'", "UK-ICO-2022"),
        ("people.news_reach=[1]", "is not a quantity", ""),
        ("horizon.to=2015-01-01", "horizon.to: the run would end before it begins", ""),
        ("cases.0.stay=maybe", "'stay' cannot be 'maybe'", ""),
        ("cases.1.stay=none", "unknown name 'cases.1.stay'", "cases.0.stay"),
        ("people", "is not an override", ""),
        ("=5", "is not an override", ""),
        ("people={a: 1", "in the value", ""),
        ("people=!!python/object:x 1", "tags are not part", ""),
    ],
)
def test_a_bad_override_is_refused_and_names_set(
    setting: str, message: str, nearest: str, folder: Path
) -> None:
    result, errors = validate("ico-2022", "--set", setting)
    assert result.exit_code == 2
    (fault,) = errors
    assert message in fault["message"]
    assert (fault["file"], fault["line"]) == ("--set", None)
    assert fault["found"]
    assert fault["expected"]
    assert not nearest or fault["nearest"][0] == nearest
    assert os.listdir(folder) == []


def test_a_world_set_without_cases_is_told_as_what_was_set_and_how_to_have_it() -> None:
    result, (fault,) = validate("ico-2022", "--set", "world=none")
    assert result.exit_code == 2
    assert (fault["file"], fault["key"], fault["found"]) == ("--set", "world", "none")
    assert fault["message"] == "world=none: a world without cases lists one"
    assert "--set cases=[]" in fault["expected"]
    result, errors = validate("ico-2022", "--set", "world=none", "--set", "cases=[]")
    assert (result.exit_code, errors) == (0, [])


@pytest.mark.parametrize("arguments", [["bad.yaml"], ["ico-2022", "--set", "desk.delay=30 apples"]])
def test_a_run_of_a_bad_scenario_ends_before_anything_is_written(
    arguments: list[str], folder: Path
) -> None:
    (folder / "bad.yaml").write_text(GOOD.replace("30 days", "30 apples"), encoding="utf-8")
    result = CliRunner().invoke(app, ["run", *arguments, "--out", "out", "--json"])
    assert result.exit_code == 2
    assert "wrong unit 'apples'" in result.stderr
    assert result.stdout == ""
    assert os.listdir(folder) == ["bad.yaml"]
