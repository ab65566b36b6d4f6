"""A run's answers in the one JSON shape that `run`, `show` and `compare` print."""

from __future__ import annotations

from typing import Any

from scenarios.aggregate import CONFIDENCE
from scenarios.report.table_rows import Content, Difference, Row, content_of
from scenarios.roles import Roles
from scenarios.store import Run


def run_json(run: Run) -> dict[str, Any]:
    """Return the answers of a run for all residents in question, as JSON values.

    Entries under `measures` are about the scenario, those under `beside` about the arm of that
    name; `difference` is that arm minus the counterfactual. An undefined number is None with
    `why` beside it.
    """
    return {
        "run": run.name,
        "scenario": run.scenario,
        "scenario_hash": run.manifest["scenario_hash"],
        "counterfactual": run.counterfactual,
        "seed": run.manifest["seed"],
        "replications": run.manifest["replications"],
        "fidelity": run.fidelity,
        "recognition": run.manifest.get("recognition"),
        "people": run.manifest["people"],
        "ranges": run.manifest.get("ranges", 0),
        "headline": run.manifest.get("headline"),
        **entries(content_of(run)),
    }


def entries(content: Content) -> dict[str, Any]:
    """Return `measures` and `beside`: one entry a measure and date for each arm in question."""
    roles = content.roles
    return {
        "measures": [entry(row, roles, roles.scenario) for row in content.rows],
        "beside": {arm: [entry(row, roles, arm) for row in content.rows] for arm in roles.beside},
    }


def entry(row: Row, roles: Roles, arm: str) -> dict[str, Any]:
    """Return what one arm's row says, with its difference from the counterfactual."""
    other = roles.counterfactual
    if other is None:
        none = "the scenario names no counterfactual"
        difference = Difference(None, None, None, None, None, False, row.whys[arm] or none)
    else:
        difference = row.differences[arm, other]
    written = {
        "name": row.name,
        "unit": row.unit,
        "at": row.at,
        "scenario": row.values[arm],
        "counterfactual": None if other is None else row.values[other],
        "difference": difference.mean,
        "low": difference.low,
        "high": difference.high,
        "range_low": difference.range_low,
        "range_high": difference.range_high,
        "level": CONFIDENCE,
        "structural_zero": difference.structural_zero,
        "why": difference.why,
    }
    if arm != roles.scenario:
        own = row.differences[arm, roles.scenario]
        written |= {
            "from_scenario": own.mean,
            "from_scenario_low": own.low,
            "from_scenario_high": own.high,
            "from_scenario_range_low": own.range_low,
            "from_scenario_range_high": own.range_high,
            "from_scenario_zero": own.structural_zero,
            "from_scenario_why": own.why,
        }
    return written
