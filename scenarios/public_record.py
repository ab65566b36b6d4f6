"""The public record of the operator and its cases, as typed, frozen data.

`record/record.yaml` grades each figure from A (primary page) to C (aggregator) and keeps
conflicting sources on purpose; nothing here corrects it. The whole file is checked when it is
read: a wrong date, grade or key is an error of the record, reported with all its others.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from generators.errors import Fault, ScenarioError

Grade = Literal["A", "A-", "B", "C"]


def _as_date(value: object) -> object:
    return date.fromisoformat(value) if isinstance(value, str) else value


RecordDate = Annotated[date, BeforeValidator(_as_date)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)


class Figure(_Entry):
    """One point of a series.

    Attributes:
        metric: what was counted (`database_images`, `searches_cumulative`, ...).
        date: day, or None where none was found.
        value: in `unit`.
        unit: as the record writes it.
        source: address of the copy that was read.
        grade: `A` to `C`.
        basis: whose figure it is (`company_claim`, `regulator_finding`, ...).
        qualifier: `about`, `more than`, ... ("" where the source gives the figure flat).
        date_precision: `day`, `week`, `month`, `year` or `unknown`.
        note: the record's remark.
    """

    metric: str
    date: RecordDate | None
    value: int | float
    unit: str
    source: str
    grade: Grade
    basis: str = ""
    qualifier: str = ""
    date_precision: str = ""
    note: str = ""


class ActionStep(_Entry):
    """One dated step of an action; amounts are whole units of `currency`.

    `assumed` marks a step of `record/told.yaml` whose day is an assumption.
    """

    date: RecordDate | None
    kind: str
    amount: int | None
    currency: str | None
    text: str
    source: str
    grade: Grade
    date_precision: str = "day"
    assumed: bool = False


class Action(_Entry):
    """What one authority, court or party did against the operator.

    Attributes:
        id: the record's id (`UK-ICO-2022`).
        authority: who acted.
        jurisdiction: country as the record writes it.
        target: whom it was against, as the record writes it.
        legal_basis: laws that it rested on, as the record writes them.
        steps: in the record's order.
        obligations: duties as the record writes them.
        outcome: what came of it, in one sentence.
        appeal_period_days: days in which an appeal may be lodged, where the record has them.
        derived: figures that follow from the steps.
    """

    id: str
    authority: str
    jurisdiction: str
    target: str = ""
    legal_basis: tuple[str, ...] = ()
    steps: tuple[ActionStep, ...]
    obligations: tuple[str, ...] = ()
    outcome: str = ""
    appeal_period_days: int | None = None
    derived: dict[str, int | float | str] = Field(default_factory=dict)


class Record(_Entry):
    """The public record: its series of figures and its actions."""

    series: tuple[Figure, ...]
    actions: tuple[Action, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Return the ids of the actions, in the record's order."""
        return tuple(action.id for action in self.actions)

    def action(self, id: str) -> Action:
        """Return the action of that id.

        Raises:
            ScenarioError: no such id; the error holds the nearest ones.
        """
        for action in self.actions:
            if action.id == id:
                return action
        raise ScenarioError(
            Fault(
                f"the record has no entry '{id}'",
                key=id,
                found=id,
                expected="an id of the public record",
                nearest=nearest_id(self, id),
            )
        )

    def figures(self, metric: str) -> tuple[Figure, ...]:
        """Return every point of one series, in the record's order."""
        return tuple(figure for figure in self.series if figure.metric == metric)


def nearest_id(record: Record, id: str) -> tuple[str, ...]:
    """Return the record's ids nearest to a text, best first."""
    return tuple(difflib.get_close_matches(id.upper(), record.ids, 3, 0.4))


def read_data(name: str) -> Any:
    """Return a YAML file of the folder `record/` as plain data, lists as tuples."""
    from ruamel.yaml import YAML

    text = resources.files("scenarios").joinpath("record", name).read_text(encoding="utf-8")
    return _tuples(YAML(typ="safe", pure=True).load(text))


def _tuples(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _tuples(item) for key, item in value.items()}
    if isinstance(value, list):
        return tuple(_tuples(item) for item in value)
    return value


def checked_record(data: Any) -> Record:
    """Return plain data as a record.

    Raises:
        ScenarioError: every entry that is not what it should be.
    """
    try:
        return Record.model_validate(data)
    except ValidationError as error:
        raise ScenarioError(
            [
                Fault(
                    f"the public record is damaged: {fault['msg']}",
                    file="record.yaml",
                    key=".".join(map(str, fault["loc"])),
                )
                for fault in error.errors()
            ]
        ) from None


@cache
def load_record() -> Record:
    """Return the public record, read and checked once a process (about 0.3 s).

    Steps that it tells inside others (`record/told.yaml`) stand among its steps.
    """
    record = checked_record(read_data("record.yaml"))
    told = read_data("told.yaml")
    actions = tuple(
        action.model_copy(update={"steps": (*action.steps, *_told(action, told))})
        for action in record.actions
    )
    return record.model_copy(update={"actions": actions})


def _told(action: Action, entries: Sequence[Mapping[str, Any]]) -> tuple[ActionStep, ...]:
    """Return the steps of an action that are told inside others, under the source of those.

    Raises:
        ScenarioError: the step in which one is told is not in the record.
    """
    found = []
    for entry in entries:
        if entry["action"] != action.id:
            continue
        around = [step for step in action.steps if step.kind == entry["within"]]
        if not around:
            message = f"{action.id} has no step '{entry['within']}'"
            raise ScenarioError(Fault(message, file="told.yaml", key=action.id))
        found.append(
            ActionStep(
                date=entry["date"],
                kind=entry["kind"],
                amount=None,
                currency=None,
                text=entry["text"],
                source=around[0].source,
                grade=around[0].grade,
                assumed=entry["source"].startswith("assumption"),
            )
        )
    return tuple(found)
