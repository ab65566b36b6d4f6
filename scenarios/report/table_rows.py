"""The rows of a run's table, taken from `measures.parquet`.

A row is a measure on a day; its cells are the arms' values and the differences that the question
asks for. Here they are numbers with their reasons; `table_text` prints them, `table_json` writes
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from scenarios.roles import Roles
from scenarios.store import Run


@dataclass(frozen=True)
class Difference:
    """A paired difference of two arms.

    Attributes:
        mean: mean over replications, or None where it is undefined.
        low: lower end of the 95 % error of the mean, or None.
        high: upper end.
        range_low: 5 % quantile over the range draws, or None where none were computed.
        range_high: 95 % quantile.
        structural_zero: nothing in the model could have moved it.
        why: the reason for that, or why a number is missing, or None.
    """

    mean: float | None
    low: float | None
    high: float | None
    range_low: float | None
    range_high: float | None
    structural_zero: bool
    why: str | None

    def reversed(self) -> Difference:
        """Return the same difference seen from the other arm."""
        return Difference(
            _minus(self.mean),
            _minus(self.high),
            _minus(self.low),
            _minus(self.range_high),
            _minus(self.range_low),
            self.structural_zero,
            self.why,
        )


@dataclass(frozen=True)
class Row:
    """One measure on one day.

    Attributes:
        name: the measure.
        at: ISO date, or "" for the whole run.
        unit: its unit.
        values: mean of each arm, None where undefined.
        whys: why an arm's value is undefined.
        differences: (arm, other) -> their difference.
    """

    name: str
    at: str
    unit: str
    values: dict[str, float | None]
    whys: dict[str, str | None]
    differences: dict[tuple[str, str], Difference]


@dataclass(frozen=True)
class Content:
    """What a table shows.

    Attributes:
        roles: which arm is which.
        titles: what the columns are called, by arm.
        rows: in the table's order.
        ranges: number of range draws.
    """

    roles: Roles
    titles: dict[str, str]
    rows: list[Row]
    ranges: int

    def title(self, arm: str) -> str:
        """Return what an arm's column is called."""
        return self.titles.get(arm, arm)


def content_of(run: Run) -> Content:
    """Return what the table of a run shows, for all residents in question."""
    return Content(
        run.roles,
        run.manifest.get("titles", {}),
        headline_rows(run.measures(headline=True).to_pylist(), run.roles),
        run.manifest.get("ranges", 0),
    )


def headline_rows(answers: Iterable[Mapping[str, Any]], roles: Roles) -> list[Row]:
    """Return the rows of a table for all residents in question.

    Args:
        answers: headline rows of `measures.parquet`.
        roles: which arm is which.
    """
    grouped: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
    for answer in answers:
        if answer["margin"] == "all":
            grouped.setdefault((answer["name"], answer["at"]), {})[answer["arm"]] = answer
    return [_row(roles, name, at, by_arm) for (name, at), by_arm in grouped.items()]


def _row(roles: Roles, name: str, at: str, by_arm: dict[str, Mapping[str, Any]]) -> Row:
    differences: dict[tuple[str, str], Difference] = {}
    for arm, answer in by_arm.items():
        if roles.counterfactual is not None and arm != roles.counterfactual:
            differences[arm, roles.counterfactual] = _difference(answer, "difference", "", "why")
        if arm != roles.scenario:
            own = _difference(answer, "from_scenario", "from_scenario_", "from_scenario_why")
            differences[arm, roles.scenario] = own
            differences.setdefault((roles.scenario, arm), own.reversed())
    return Row(
        name,
        at,
        by_arm[roles.scenario]["unit"],
        {arm: by_arm[arm]["value"] for arm in roles.arms},
        {arm: by_arm[arm]["why"] if by_arm[arm]["value"] is None else None for arm in roles.arms},
        differences,
    )


def _difference(answer: Mapping[str, Any], key: str, prefix: str, why: str) -> Difference:
    zero = "structural_zero" if key == "difference" else "from_scenario_zero"
    return Difference(
        answer[key],
        answer[f"{prefix}low"],
        answer[f"{prefix}high"],
        answer[f"{prefix}range_low"],
        answer[f"{prefix}range_high"],
        answer[zero],
        answer[why],
    )


def _minus(value: float | None) -> float | None:
    return None if value is None else 0.0 - value
