"""The events of a case above a chart: which of them, in what words, and where the labels stand.

What happened on the record is one thing, a deadline that the notice set and that never fell is
another, and neither is the model's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from scenarios.report.words import KEY_EVENTS, event_words, money

BINDING = frozenset({"appeal_period_ends", "collection_ceased", "removal_started", "order_ignored"})
"""Kinds of event that only a notice in force brings about."""
ON_RECORD = "the record: it happened"
NEVER_FELL = "the record: set, but never fell"
FELL = "the record: a deadline"
CHARACTER = 6.2
"""Width of a label's character in pixels at 12 px, sans serif."""


@dataclass(frozen=True)
class Mark:
    """An event above the plot.

    Attributes:
        at: ISO date.
        label: a few words.
        nature: `ON_RECORD`, `NEVER_FELL` or `FELL`.
        row: row of the label, 0 lowest.
        leftwards: True where the label ends at its rule instead of starting there.
    """

    at: str
    label: str
    nature: str
    row: int = 0
    leftwards: bool = False


def case_marks(events: Iterable[Mapping[str, Any]], windows: Mapping[str, Any]) -> tuple[Mark, ...]:
    """Return the events of a case that a chart has room for, and the notice's two deadlines.

    Args:
        events: the log of the scenario under question (rows of `events/r0000.parquet`).
        windows: the manifest's windows, with the nominal deadlines.
    """
    labels: dict[str, list[str]] = {}
    kinds = set()
    for event in events:
        kinds.add(event["kind"])
        if event["recorded"] and event["kind"] in KEY_EVENTS:
            words = event_words(event["kind"])
            if event["amount"] is not None:
                words += f" {money(int(event['amount']), event['currency'])}"
            labels.setdefault(event["date"], []).append(words)
    marks = [Mark(at, " · ".join(words), ON_RECORD) for at, words in labels.items()]
    nature, suffix = (NEVER_FELL, ", never fell") if not kinds & BINDING else (FELL, "")
    if "enforcement_notice" in kinds:
        marks += [
            Mark(windows["cease_deadline"], f"Deadline to stop{suffix}", nature),
            Mark(windows["delete_deadline"], f"Deadline to delete{suffix}", nature),
        ]
    return tuple(sorted(marks, key=lambda mark: mark.at))


def placed(marks: Sequence[Mark], first: str, last: str, width: float) -> tuple[Mark, ...]:
    """Return the marks with a row for each label so that no two labels overlap.

    A label starts at its rule, or ends there where it would leave the plot. From the last mark to
    the first, each takes a row above every label that it would cover and every rule that it would
    be crossed by, which makes a staircase down to the right.

    Args:
        marks: in order of date.
        first: ISO date of the left edge.
        last: ISO date of the right edge.
        width: width of the plot in pixels.
    """
    start = date.fromisoformat(first).toordinal()
    scale = width / max(date.fromisoformat(last).toordinal() - start, 1)
    spans: list[tuple[float, float, int]] = []
    rows: list[Mark] = []
    for mark in reversed(marks):
        x = (date.fromisoformat(mark.at).toordinal() - start) * scale
        long = CHARACTER * len(mark.label) + 8
        leftwards = x + long > width
        left, right = (x - long, x) if leftwards else (x, x + long)
        below = [row for low, high, row in spans if low < right and left < high]
        row = max(below, default=-1) + 1
        spans.append((left, right, row))
        rows.append(Mark(mark.at, mark.label, mark.nature, row, leftwards))
    return tuple(reversed(rows))
