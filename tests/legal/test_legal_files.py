"""Files of legal tests: one's own are run, wrong ones are refused in words, whatever they hold."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from generators.errors import ScenarioError
from scenarios.cli.main import app
from scenarios.legal_format import LegalFile
from scenarios.legal_inputs import expected, given_away
from scenarios.legal_tests import legal_tests, misses
from scenarios.sourced import read_model

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


OWN = """\
format: 1
tests:
  - title: A case of one's own
    about: [the law]
    given:
      authority: CNIL
      steps:
        - {step: investigation_opened, on: 2020-01-01}
        - {step: injunction, on: 2020-05-01, amount: 7}
      order: {delete: {months: 2, days: 5, from_service: true, lasts_months: 60}}
      operator: {appeals: [enforcement notice], meets: [delete], pays: true}
      stay: none
    when: {met: {delete: 2021-01-01}, also: [{step: appeal_lodged, on: 2020-05-02}]}
    then:
      on: {2022-12-15: {enforcement notice: {duties: {delete: due}}}}
      happens: {appeal_period_ends: never}
      days: [{from: injunction, to: appeal_lodged, is: 1}]
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
        ("operator: comply}\n    when: {without: [appeal_lodged]}",
         "operator: comply, authority: ICO, order: {delete: {months: 99999}}}", "1,200 or less"),
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


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("when: {without", "when: {amounts: {enforcement_notice: 500}, without", "no amount"),
        ("[appeal_lodged]}", "[appeal_lodged], also: [{step: order, on: 2022-06-01, amount: 1}]}",
         "'order' states no amount"),
        ("{case: UK-ICO-2022, operator: comply}\n    when: {without: [appeal_lodged]}",
         "{case: FR-CNIL-2022, operator: comply}\n    when: {amounts: "
         "{periodic_penalty_liquidated: 5100000}}", "is a sum of days of delay"),
        ("{case: UK-ICO-2022, operator: comply}\n    when: {without: [appeal_lodged]}",
         "{authority: ICO, operator: comply, steps: [{step: complaint, on: 2020-01-01, "
         "amount: 5}]}", "'complaint' states no amount"),
    ],
)  # fmt: skip
def test_an_amount_of_a_step_that_states_none_is_refused(tmp_path, old, new, says):
    assert old in GOOD
    result = told(tmp_path, GOOD.replace(old, new, 1))
    assert result.exit_code == 2
    assert says in result.stderr


def test_what_was_met_as_recorded_is_the_records_to_say(tmp_path):
    text = GOOD.replace("UK-ICO-2022, operator: comply", "FR-CNIL-2022, operator: as recorded")
    text = text.replace("without: [appeal_lodged]", "met: {delete: 2023-01-08}")
    assert "the record says what was met" in told(tmp_path, text).stderr


WORDS = ("null", "true", "[]", "{}", "-1", "2023-02-30", "1e400", "9" * 20, "delete", "2022-05-18")


@given(st.integers(0, 400), st.sampled_from(WORDS), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_a_file_holds_it_is_run_or_refused(at, word, inserted):
    tokens = re.findall(r"\s+|[\[\]{},:]|[^\s\[\]{},:]+", OWN)
    at %= len(tokens)
    tokens[at : at if inserted else at + 1] = [word]
    with suppress(ScenarioError):
        for test in read_model("".join(tokens), "fuzz.yaml", LegalFile).tests:
            misses(test)


def test_an_unknown_answer_of_the_operator_is_told_with_those_that_there_are(tmp_path):
    result = told(tmp_path, GOOD.replace("operator: comply", "operator: {appeal: true}"))
    assert "unknown key 'appeal'" in result.stderr
    assert "expected: appeals, meets, pays, settles" in result.stderr
    assert "did you mean: appeals?" in result.stderr
    assert "'str'" not in result.stderr


@pytest.mark.parametrize(("refused", "says"), [("late", "the case"), ("ab", "length 4 or more")])
def test_words_of_a_refusal_have_a_least_length_and_it_is_told(tmp_path, refused, says):
    then = GOOD[GOOD.index("      on:") :]
    result = told(tmp_path, GOOD.replace(then, f"      refused: {refused}\n"))
    assert says in result.output + result.stderr
    assert (result.exit_code == 2) is (refused == "ab")


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


def test_elsewhere_than_in_the_repository_the_command_asks_for_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(app, ["law", "test"])
    assert result.exit_code == 2
    assert "no file of legal tests is named" in result.stderr
    assert "efface law test FILE..." in result.stderr


def test_the_check_on_inputs_sees_every_date_number_and_word(tmp_path):
    (tmp_path / "one.yaml").write_text(GOOD)
    (one,) = legal_tests([tmp_path])
    assert expected(one.test) == ("2022-12-15",)
    moved = one.test.when.model_copy(update={"dates": {"final_penalty": date(2022, 12, 15)}})
    assert given_away(one.test.model_copy(update={"when": moved})) == ("2022-12-15",)
