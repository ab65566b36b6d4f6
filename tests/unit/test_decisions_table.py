"""How the operator met each case is a table: in the run folder, and below the log of a case."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from typing import Any

import pytest
from rich.console import Console

from scenarios import tables
from scenarios.decisions_made import decisions_table
from scenarios.report.table_decisions import decisions_json, print_decisions
from sim.model import run_arms
from sim.setup import StrategyName


@dataclass
class Decided:
    """As much of a run as the table reads."""

    table: Any

    def decisions(self) -> Any:
        return self.table


@pytest.fixture(scope="module")
def run(small_population, shipped_setups):
    weighing = replace(shipped_setups["ico-2022"], strategy=StrategyName.RATIONAL)
    arms = {"without": shipped_setups["no-uk-order"], "weighing": weighing}
    return Decided(decisions_table(run_arms(small_population, arms, 5, 0)))


def test_each_case_that_asked_has_a_row_with_the_sums_that_decided(run):
    assert run.table.schema.equals(tables.DECISIONS)
    (row,) = run.table.to_pylist()
    assert (row["arm"], row["case"], row["obeys"], row["pays"]) == (
        *("weighing", "UK-ICO-2022", "", False),
    )
    assert row["disobeying"] == row["detected"] * (
        row["sanction"] * row["collectable"] + row["barred"]
    )
    assert row["disobeying"] < row["obeying"]
    assert decisions_json(run, "without") == []


def test_the_table_tells_a_person_what_was_weighed_against_what(run):
    out = io.StringIO()
    print_decisions(run, "weighing", Console(file=out, width=100))
    said = out.getvalue()
    row = run.table.to_pylist()[0]
    assert "obeys nothing" in said
    assert f"{row['obeying']:,.0f}" in said
    assert f"{row['sanction']:,.0f}" in said
    assert "In this model it does not obey" in said
    nothing = io.StringIO()
    print_decisions(run, "without", Console(file=nothing, width=100))
    assert nothing.getvalue() == ""
