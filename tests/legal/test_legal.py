"""The legal tests: every one holds, each can fail, and none is given its own answer."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios.cli.main import app
from scenarios.legal_case import run_case
from scenarios.legal_format import LegalTest
from scenarios.legal_inputs import expected, given_away
from scenarios.legal_tests import legal_tests, misses
from scenarios.legal_words import ALL, EVENTS, NEVER
from scenarios.news import LETTERS
from scenarios.public_record import load_record, read_data

FOLDER = Path(__file__).parent
SHIPPED = legal_tests([FOLDER])
BY_TITLE = [pytest.param(one.test, id=one.test.title) for one in SHIPPED]


@pytest.mark.parametrize("test", BY_TITLE)
def test_the_law_machine_does_what_the_law_says(test):
    assert misses(test) == ()


@pytest.mark.parametrize("test", [one for one in BY_TITLE if one.values[0].then.scope is None])
def test_no_event_of_a_case_is_unknown_to_the_format(test):
    with suppress(ScenarioError):
        assert {event.kind for event in run_case(test).events} <= set(EVENTS)


def otherwise(value: Any) -> Any:
    """Another value of the same kind."""
    if isinstance(value, bool | None):
        return value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, float):
        return value + 0.001
    return NEVER if value != NEVER else "2019-01-01"


def contradictions(test: LegalTest) -> list[LegalTest]:
    """The same test with one expectation of each kind changed."""
    then = test.model_dump(by_alias=True, mode="json", exclude_unset=True)["then"]
    changed = []
    for day, instruments in then.get("on", {}).items():
        for name, facts in instruments.items():
            for fact, value in facts.items():
                if isinstance(value, dict):
                    key = next(iter(value))
                    other = "2019-01-01" if fact == "deadlines" else _another(value[key])
                    new = value | {key: other}
                elif fact == "status":
                    new = "absent" if value != "absent" else "served"
                else:
                    new = 1 if value in (0, ALL) else otherwise(value)
                changed.append({"on": {day: {name: {fact: new}}}})
    changed += [{"happens": {k: otherwise(v)}} for k, v in then.get("happens", {}).items()]
    changed += [{"days": [d | {"is": d["is"] + 1}]} for d in then.get("days", [])]
    if "scope" in then:
        laws = {"applies", "does not apply"}
        changed += [{"scope": {"law": next(iter(laws - {then["scope"]["law"]}))}}]
        changed += [{"scope": then["scope"] | {k: "other words"}}
                    for k in then["scope"] if k != "law"]  # fmt: skip
    if "refused" in then:
        changed.append({"refused": "words that no refusal has"})
    plain = test.model_dump(by_alias=True, mode="json", exclude_unset=True)
    return [LegalTest.model_validate(_tuples(plain | {"then": one})) for one in changed]


def _another(standing: str) -> str:
    return "running" if standing != "running" else "due"


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


@pytest.mark.parametrize("test", BY_TITLE)
def test_every_expectation_can_fail(test):
    changed = contradictions(test)
    assert changed
    for one in changed:
        assert misses(one), one.then


@pytest.mark.parametrize("test", BY_TITLE)
def test_no_expected_value_stands_in_the_inputs(test):
    assert given_away(test) == ()


RECORDED = [id for id in load_record().ids if id != LETTERS]


@pytest.mark.parametrize("id", RECORDED)
def test_every_recorded_case_is_told_as_it_was_and_has_a_variant(id):
    mine = [one.test for one in SHIPPED if one.test.given.case == id]
    assert any(not test.variant for test in mine)
    assert any(differs(test) for test in mine)


def differs(test: LegalTest) -> bool:
    """Whether a test has another date, appeal or rule of stay than the record."""
    given, when = test.given, test.when
    return bool(when.dates or when.without or when.also or given.stay) and test.variant


@pytest.mark.parametrize("id", ["UK-ICO-2022", "FR-CNIL-2022"])
def test_what_the_record_derives_from_its_dates_is_expected_of_the_machine(id):
    derived = load_record().action(id).derived
    mine = [one.test for one in SHIPPED if one.test.given.case == id and not one.test.variant]
    told = {value for test in mine for value in expected(test)}
    assert {value for key, value in derived.items() if key != "note"} <= told


@pytest.mark.parametrize("test", BY_TITLE)
def test_a_time_that_is_assumed_is_named_as_an_assumption(test):
    order = test.given.order_of or test.given.case
    if order is None:
        return
    clauses = read_data("clauses.yaml").get(order, {})
    assumed = {
        duty["kind"]
        for duties in clauses.values()
        for duty in duties
        if duty["source"].startswith("assumption")
    }
    told = {
        duty
        for instruments in test.then.on.values()
        for facts in instruments.values()
        for duty, value in (facts.duties | facts.deadlines).items()
        if value not in ("not ordered", "suspended", "void", NEVER)
    }
    if told & assumed:
        assert any(ground.startswith("assumption: ") for ground in test.about), told & assumed


def test_the_example_of_the_documents_holds(tmp_path):
    page = (FOLDER.parents[1] / "docs" / "legal-tests.md").read_text("utf-8")
    example = page[page.index("```yaml") + len("```yaml") :]
    (tmp_path / "example.yaml").write_text(example[: example.index("```")], "utf-8")
    (one,) = legal_tests([tmp_path])
    assert misses(one.test) == ()


def test_there_are_enough_of_them():
    assert len(SHIPPED) >= 45


GOOD = """\
format: 1
tests:
  - title: The months run from the end of the appeal period
    about: [UK-ICO-2022]
    given: {case: UK-ICO-2022, operator: comply}
    when: {without: [appeal_lodged]}
    then:
      on: {2022-12-15: {enforcement notice: {deadlines: {delete: 2022-12-15}}}}
"""


def told(tmp_path: Path, text: str, *words: str):
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    return CliRunner().invoke(app, ["law", "test", str(tmp_path / "mine.yaml"), *words])


def test_a_file_of_ones_own_is_run(tmp_path):
    result = told(tmp_path, GOOD)
    assert result.exit_code == 0
    assert "Legal tests: 1; not as the law machine has it: 0." in result.stdout


def test_what_the_machine_does_otherwise_is_told_and_ends_with_1(tmp_path):
    result = told(tmp_path, GOOD.replace("delete: 2022-12-15", "delete: 2022-12-16"))
    assert result.exit_code == 1
    assert "deadlines, delete: expected 2022-12-16, found 2022-12-15" in result.stdout
    printed = json.loads(told(tmp_path, GOOD.replace("delete: 2022-12-15", "delete: 2022-12-16"),
                              "--json").stdout)  # fmt: skip
    assert printed["ok"] is False
    assert printed["tests"][0]["misses"][0]["found"] == "2022-12-15"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("delete: 2022-12-15", "delete: 2021-11-29", "is given what it expects"),
        ("title:", "variant: true\n    title:", "is given what it expects, or the record is"),
        ("operator: comply", "operator: obey", "'obey' is not a strategy"),
        ("operator: comply", "operator: rational", "not a strategy that needs no purse"),
        ("operator: comply", "operator: {appeals: [fine]}", "'fine' is not an instrument"),
        ("operator: comply", "operator: {appeals: true, meets: [erase]}", "'erase' is not a duty"),
        ("[appeal_lodged]}", "[appeal_lodged], met: {erase: 2022-10-01}}", "'erase' is not a duty"),
        ("operator: comply", "operator: comply, clauses: [deletee]", "did you mean: delete"),
        ("{delete: 2022-12-15}", "{deletee: 2022-12-15}", "did you mean: delete"),
        ("on: {2022-12-15:", "happens: {penalty_payble: never}\n      on: {2022-12-15:",
         "did you mean: penalty_payable"),
        ("on: {2022-12-15:", "days: [{from: complaint, to: fined, is: 5}]\n      on: {2022-12-15:",
         "'fined' is not an event of a case"),
        (", operator: comply", "", "an operator answers in every case"),
        ("operator: comply", "operator: as recorded", "does not tell how this case was met"),
        ("operator: comply", "operator: comply, order: {delete: {months: 1}}", "has its own order"),
        ("case: UK-ICO-2022", "case: UK-ICO-2021", "the record has no entry"),
        ("case: UK-ICO-2022", "case: PLATFORMS-2020", "is no authority's case"),
        ("[appeal_lodged]", "[apeal_lodged]", "did you mean: appeal_lodged"),
        ("{enforcement notice:", "{enforcement note:", "did you mean: enforcement notice"),
        ("deadlines: {delete: 2022-12-15}", "payable: 5", "notice has no 'payable'"),
        ("deadlines: {delete: 2022-12-15}", "status: in fource", "did you mean: in force"),
        ("deadlines: {delete: 2022-12-15}", "duties: {delete: dew}", "a duty cannot be 'dew'"),
        ("delete: 2022-12-15", "delete: 2022-13-15", "the calendar has no such day"),
        ("on: {2022-12-15", "on: {15 December", "is not a date"),
        ("[appeal_lodged]}", "[appeal_lodged], until: 2022-12-14}", "after the end of the test"),
        ("then:", "than:", "unknown key 'than'"),
        ("case: UK-ICO-2022, ", "", "a test is about one case"),
        ("case: UK-ICO-2022,", "case: UK-ICO-2022, authority: ICO,", "a test is about one case"),
        ("{case: UK-ICO-2022,", "{authority: ICCO,", "did you mean: ICO"),
        ("on: {2022-12-15: {enforcement notice: {deadlines: {delete: 2022-12-15}}}}", "{}",
         "says nothing"),
    ],
)  # fmt: skip
def test_a_file_that_is_wrong_is_refused_in_words(tmp_path, old, new, says):
    assert old in GOOD
    result = told(tmp_path, GOOD.replace(old, new, 1))
    assert result.exit_code == 2
    assert says in result.stderr


def test_what_was_met_as_recorded_is_the_records_to_say(tmp_path):
    text = GOOD.replace("UK-ICO-2022, operator: comply", "FR-CNIL-2022, operator: as recorded")
    text = text.replace("without: [appeal_lodged]", "met: {delete: 2023-01-08}")
    assert "the record says what was met" in told(tmp_path, text).stderr


def test_a_title_that_stands_twice_is_refused(tmp_path):
    twice = GOOD + GOOD[GOOD.index("  - title") :]
    assert "stands twice" in told(tmp_path, twice).stderr


def test_everything_wrong_in_all_files_is_told_in_one_pass(tmp_path):
    (tmp_path / "a.yaml").write_text(GOOD.replace("then:", "than:"))
    (tmp_path / "b.yaml").write_text(GOOD.replace("operator: comply", "operator: obey"))
    with pytest.raises(ScenarioError) as refused:
        legal_tests([tmp_path])
    assert {Path(str(f.file)).name for f in refused.value.faults} == {"a.yaml", "b.yaml"}


def test_no_file_at_all_is_an_error(tmp_path):
    with pytest.raises(ScenarioError, match="there is no legal test"):
        legal_tests([tmp_path])


def test_the_check_on_inputs_sees_every_date_number_and_word(tmp_path):
    (tmp_path / "one.yaml").write_text(GOOD)
    (one,) = legal_tests([tmp_path])
    assert expected(one.test) == ("2022-12-15",)
    moved = one.test.when.model_copy(update={"dates": {"final_penalty": date(2022, 12, 15)}})
    assert given_away(one.test.model_copy(update={"when": moved})) == ("2022-12-15",)
