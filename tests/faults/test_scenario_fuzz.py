"""Whatever a file holds, loading it either works or raises a ScenarioError, never anything else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from generators.errors import Fault, ScenarioError
from scenarios.scenario import library_folder, load_scenario, scenario_from_text
from scenarios.yaml_marks import decoded

SHIPPED = (library_folder() / "ico-2022.yaml").read_text(encoding="utf-8")
TOKENS = st.sampled_from(
    [
        *("format: 1\n", "cases:\n", "- ", "  ", "{", "}", "[", "]", ",", ": ", "? ", "&a ", "*a"),
        *("!!python/object:os.system ", "!t ", "| \n", "> \n", "'", '"', "\\x", "---\n", "...\n"),
        *("%YAML 1.2\n", "%TAG ! x\n", "<<: ", "#", "\t", "\n", "2022-02-30", "1e999", "0x1F"),
        *(
            "people: ",
            "horizon: ",
            "parameters: ",
            "desk.delay: ",
            "30 days",
            "null",
            "~",
            "\ufeff",
        ),
        *("operator: {strategy: comply}\n", "rests_on: [UK-ICO-2022]\n", '"\\UFFFFFFFF"', "\x85"),
        *("dates: {hearing: 2020-01-01}", "interventions: [{kind: deletion-order}]\n", "\u2028"),
    ]
)


def faults_raised(load: Callable[[], object]) -> list[Fault] | None:
    """Return the faults that loading raises, or None where it succeeds."""
    try:
        load()
    except ScenarioError as error:
        return error.faults
    return None


def load(text: str) -> None:
    faults = faults_raised(lambda: scenario_from_text(text, Path("fuzz.yaml")))
    assert faults is None or (faults and all(fault.as_text() for fault in faults))


@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00a")
@example(b"")
@example(b"\xef\xbb\xbf")
@settings(max_examples=200, deadline=None)
def test_random_bytes_are_refused_as_a_fault(raw: bytes) -> None:
    faults = faults_raised(lambda: decoded(raw, "fuzz.yaml"))
    if faults is None:
        load(decoded(raw, "fuzz.yaml"))
    else:
        assert faults[0].line is not None


@given(st.text(max_size=300))
@settings(max_examples=200, deadline=None)
def test_random_text_is_refused_as_a_fault(text: str) -> None:
    load(text)


@given(st.lists(TOKENS, max_size=30).map("".join))
@example("%YAML 9.9\n---\na: 1")
@example("%YAML 1.1.1\n---\na: 1")
@example("%TAG ! !\n%TAG ! !\n---\na")
@example('"\\UFFFFFFFF"')
@example('"\\uD800"')
@example("a: !<")
@example('question: "\\uD800 \\e[31m"')
@example("? {a: b}\n: c")
@example("[" * 5000)
@example("{a: " * 5000)
@example("a: &x [1]\nb: *x")
@example("*x : 1")
@example("- " * 400)
@settings(max_examples=600, deadline=None)
def test_pieces_of_yaml_in_any_order_are_refused_as_a_fault(text: str) -> None:
    load(text)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_a_shipped_file_with_a_changed_piece_loads_or_is_refused(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SHIPPED)))
    end = data.draw(st.integers(start, min(len(SHIPPED), start + 30)))
    piece = data.draw(st.one_of(TOKENS, st.text(max_size=8)))
    load(SHIPPED[:start] + piece + SHIPPED[end:])


@given(st.lists(st.one_of(st.text(max_size=30), TOKENS), max_size=3))
@example(["people"])
@example(["=3"])
@example(["people={a: 1"])
@example(["cases.0.dates.hearing.x=1"])
@example(["horizon.from=[1]", "horizon.to={}"])
@example(["cases=3", "cases.0.stay=none"])
@example(["people.news_reach={a: 1}"])
@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_random_overrides_are_refused_as_a_fault(overrides: list[str]) -> None:
    faults = faults_raised(lambda: load_scenario("ico-2022", overrides))
    assert all(fault.file == "--set" for fault in faults or [])


@pytest.mark.parametrize("depth", [17, 20_000])
def test_deep_nesting_is_a_fault_and_not_a_crash(depth: int) -> None:
    with pytest.raises(ScenarioError, match="nested too deeply"):
        scenario_from_text("a: " + "[" * depth, Path("deep.yaml"))
