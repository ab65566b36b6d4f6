"""From the record's wording to duties, and to how the addressee met them.

`record/clauses.yaml` reads every obligation of the record as one or more duties of
`sim.law.duties`; `record/conduct.yaml` says how each case was met. Both are data that a lawyer
can read and correct; a wording that the first does not know is an error, never a guess.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from typing import Any

from generators.errors import Fault, ScenarioError
from scenarios.public_record import Action, read_data
from sim.setup import Conduct, Obligation

ADDED = "added by the scenario"
"""Wording of a duty that no order of the record holds."""

_TIMES = ("months", "days", "from_service", "lasts_months", "threshold")


@cache
def _clauses() -> dict[str, dict[str, tuple[dict[str, Any], ...]]]:
    data: dict[str, dict[str, tuple[dict[str, Any], ...]]] = read_data("clauses.yaml")
    return data


@cache
def _conduct() -> dict[str, dict[str, Any]]:
    data: dict[str, dict[str, Any]] = read_data("conduct.yaml")
    return data


def obligations(action: Action, kinds: Collection[str] | None = None) -> tuple[Obligation, ...]:
    """Return an action's duties, read from the record's wording.

    Args:
        action: an action of the record.
        kinds: the duties that the order shall hold, or None for its own; one that it does not
            hold is added with the time of its longest duty.

    Raises:
        ScenarioError: a wording that is not understood.
    """
    known = _clauses().get(action.id, {})
    duties: list[Obligation] = []
    for wording in action.obligations:
        if wording not in known:
            raise ScenarioError(
                Fault(
                    f"the duty '{wording}' of {action.id} is not understood",
                    file="clauses.yaml",
                    key=action.id,
                    found=wording,
                    expected="a wording that record/clauses.yaml reads as duties",
                    nearest=tuple(difflib.get_close_matches(wording, known, 3, 0.5)),
                )
            )
        for duty in known[wording]:
            times = {name: duty[name] for name in _TIMES if name in duty}
            duties.append(Obligation(duty["kind"], wording=wording, **times))
    return tuple(duties) if kinds is None else _chosen(duties, kinds)


def _chosen(duties: list[Obligation], kinds: Collection[str]) -> tuple[Obligation, ...]:
    """Keep the duties named, and add those that the order does not hold under its longest time."""
    held = [duty.kind for duty in duties]
    longest = max(duties, key=lambda d: (d.months, d.days), default=Obligation(""))
    added = (replace(longest, kind=kind, lasts_months=None, wording=ADDED)
             for kind in kinds if kind not in held)  # fmt: skip
    return (*(duty for duty in duties if duty.kind in kinds), *added)


def time_source(action: Action, wording: str) -> str:
    """Return where the times of a wording come from: `record`, or `assumption: ...`."""
    return str(_clauses()[action.id][wording][0]["source"])


def recorded_conduct(id: str) -> Conduct | None:
    """Return how one action of the record was met; None where the strategy answers."""
    entry = _conduct().get(id)
    if entry is None:
        return None
    return Conduct(entry["appeals"], frozenset(entry["meets"]), entry["pays"], entry["source"])
