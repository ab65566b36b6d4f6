"""How long the stages of a case took, counted from the record's dated steps.

Which two steps bound a stage stands in `record/durations.yaml`; what is fitted to these durations
is `scenarios.duration_fit`'s matter, and how well that predicts `scenarios.duration_check`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from generators.errors import Fault, ScenarioError
from scenarios.authority_files import authority_id
from scenarios.public_record import Action, ActionStep, Record, read_data
from scenarios.stages import STAGES


@dataclass(frozen=True)
class Duration:
    """One stage of one recorded case.

    Attributes:
        stage: name in `STAGES`.
        action: the record's id.
        authority: id of the authority's data file.
        days: between the two steps.
        begins: kind of the step that begins it.
        ends: kind of the step that ends it.
        sources: addresses of the two steps in the record.
        grade: the weaker of the two steps' grades.
    """

    stage: str
    action: str
    authority: str
    days: int
    begins: str
    ends: str
    sources: tuple[str, str]
    grade: str


def recorded_durations(record: Record) -> tuple[Duration, ...]:
    """Return every duration that `record/durations.yaml` names, counted from the record's dates.

    Raises:
        ScenarioError: a stage, action or step that does not exist, or that has no length.
    """
    found = []
    for entry in read_data("durations.yaml"):
        action = record.action(entry["action"])
        first, last = (_step(action, entry[end]) for end in ("from", "to"))
        days = (last[1] - first[1]).days
        if entry["stage"] not in STAGES or days <= 0:
            raise ScenarioError(
                Fault(
                    "a duration is not one of a stage",
                    file="durations.yaml",
                    key=action.id,
                    found=f"{entry['stage']}, {days} days",
                    expected=", ".join(STAGES),
                )
            )
        found.append(
            Duration(
                stage=entry["stage"],
                action=action.id,
                authority=authority_id(action),
                days=days,
                begins=first[0].kind,
                ends=last[0].kind,
                sources=(first[0].source, last[0].source),
                grade=max(first[0].grade, last[0].grade, key=lambda grade: (grade[0], len(grade))),
            )
        )
    return tuple(found)


def _step(action: Action, kind: str) -> tuple[ActionStep, date]:
    for step in action.steps:
        if step.kind == kind and step.date is not None:
            return step, step.date
    raise ScenarioError(
        Fault(f"{action.id} has no dated step '{kind}'", file="durations.yaml", key=action.id)
    )
