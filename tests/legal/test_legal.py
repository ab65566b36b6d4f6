"""The legal tests: every one holds, each can fail, and none is given its own answer."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from generators.errors import ScenarioError
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
