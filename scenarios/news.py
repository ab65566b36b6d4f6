"""News of the operator apart from the simulated cases, with the source of each item.

The news that a case makes (an investigation, the notices, a judgment) is made by the simulation
from the case's own events; here is only what stands in the press without any authority's step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from generators.errors import Fault, ScenarioError
from scenarios.public_record import Record, read_data
from sim.dates import day_of
from sim.setup import NewsItem, Step

LETTERS = "PLATFORMS-2020"
"""The record's entry of the platforms' letters."""


@dataclass(frozen=True)
class SourcedNews(NewsItem):
    """A news item with its source.

    Attributes:
        source: address of the copy that was read, as it stands in the record.
        grade: `A` to `C`.
    """

    source: str = ""
    grade: str = ""


def news(record: Record) -> tuple[NewsItem, ...]:
    """Return the news apart from the cases, in order of day (`record/news.yaml`).

    Raises:
        ScenarioError: an item whose source is not in the record.
    """
    known = {figure.source for figure in record.series}
    known |= {step.source for action in record.actions for step in action.steps}
    items = []
    for entry in read_data("news.yaml"):
        if entry["source"] not in known:
            raise ScenarioError(
                Fault(
                    "a news item rests on a source that the record does not have",
                    file="news.yaml",
                    found=entry["source"],
                )
            )
        when: date = entry["date"]
        items.append(
            SourcedNews(
                day=day_of(when),
                size=entry["size"],
                text=entry["text"],
                source=entry["source"],
                grade=entry["grade"],
            )
        )
    return tuple(sorted(items, key=lambda item: item.day))


def letters(record: Record, first_day: int, last_day: int) -> tuple[Step, ...]:
    """Return the platforms' letters to the operator within the run, in order of day."""
    steps = (
        Step(
            kind=step.kind,
            day=day_of(step.date),
            text=step.text,
            source=step.source,
            grade=step.grade,
        )
        for step in record.action(LETTERS).steps
        if step.date is not None
    )
    return tuple(sorted((s for s in steps if first_day <= s.day <= last_day), key=lambda s: s.day))
