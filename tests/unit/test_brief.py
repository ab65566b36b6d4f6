"""The run in three rows: range first, and a dash where the run ends before the date."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest

from scenarios.report.brief import brief

DEADLINE, LAST = "2022-12-15", "2025-12-31"
ARMS = ("no-uk-order", "ico-2022")


def reading(arm: str, name: str, at: str, **changes: Any) -> dict[str, Any]:
    row = {"arm": arm, "name": name, "at": at, "margin": "all", "value": 0.734}
    return row | {"value_range_low": 0.6, "value_range_high": 0.9} | changes


def three_rows(answers: list[dict[str, Any]], **changes: Any) -> list[list[str]]:
    """The cells of the brief of a run with these answers, without its rule."""
    manifest = {
        "titles": {"no-uk-order": "without", "ico-2022": "it | happened"},
        "windows": {"jurisdiction": "GB", "delete_deadline": DEADLINE},
        "horizon": {"from": "2017-01-01", "to": LAST},
        "ranges": 20,
        **changes,
    }
    run = SimpleNamespace(
        manifest=manifest,
        arms=ARMS,
        fidelity="scores",
        measures=lambda headline: pa.Table.from_pylist(answers),
        parameters=lambda: pa.Table.from_pylist([]),
    )
    lines = brief(run).splitlines()  # type: ignore[arg-type]
    assert lines[1] == "|---|---|---|"
    return [line.strip("| ").split(" | ") for line in (lines[0], *lines[2:])]


def answers(**changes: Any) -> list[dict[str, Any]]:
    return [
        reading(arm, name, at, **changes)
        for arm in ARMS
        for name, at in (
            ("searchable_persons", DEADLINE),
            ("searchable_persons", LAST),
            ("identifiability", LAST),
        )
    ]


def test_the_range_stands_before_the_mean():
    head, *rows = three_rows(answers())
    assert head == ["of 100 UK residents", "without the order", "it \\| happened"]
    assert [row[0] for row in rows] == [
        "can be found by a search on 15 December 2022",
        "can be found by a search on 31 December 2025",
        "are returned when one photo of them is searched for on 31 December 2025",
    ]
    assert all(row[1:] == ["60.0 to 90.0 (mean 73.4)"] * 2 for row in rows)


def test_a_run_that_ends_before_a_date_has_a_dash_there():
    short = [answer for answer in answers() if answer["at"] != DEADLINE]
    _, first, second, _ = three_rows(short)
    assert first[1:] == ["–", "–"]
    assert second[1:] == ["60.0 to 90.0 (mean 73.4)"] * 2


def test_an_undefined_measure_has_a_dash():
    assert all(row[1:] == ["–", "–"] for row in three_rows(answers(value=None))[1:])


@pytest.mark.parametrize(
    ("ranges", "said"), [(0, "no range drawn"), (20, "undefined in some range draw")]
)
def test_a_cell_without_a_range_says_why(ranges, said):
    rows = three_rows(answers(value_range_low=None), ranges=ranges)[1:]
    assert all(row[1:] == [f"mean 73.4, {said}"] * 2 for row in rows)


def test_a_run_that_ends_on_the_deadline_asks_once():
    until = {"horizon": {"from": "2017-01-01", "to": DEADLINE}}
    early = [answer | {"at": DEADLINE} for answer in answers()]
    assert len(three_rows(early, **until)) == 3, "a head, who can be found, who is returned"
