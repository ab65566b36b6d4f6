"""What one arm of an experiment hands to the model: plain data, no scenario's name.

The record, the scenario file and the operator's profile are read elsewhere and arrive here as
values. Two arms with equal setups give equal histories.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.fidelity import Fidelity
from sim.parameters import Parameters


class Stay(StrEnum):
    """What an appeal does to a notice while it is pending."""

    AUTOMATIC = "automatic"
    NONE = "none"


class StrategyName(StrEnum):
    """What the operator does when an order is served."""

    COMPLY = "comply"
    MINIMAL = "minimal"
    IGNORE = "ignore"
    LITIGATE = "litigate"


@dataclass(frozen=True)
class Step:
    """A dated step of a case, as the record has it.

    Attributes:
        kind: the record's word (`investigation_opened`, `provisional_notice`, ...).
        day: day number.
        amount: whole units of `currency`, or None.
        currency: ISO 4217 code, or None.
        recorded: False where the scenario file moved the date.
        text: the record's sentence.
        source: address of the document.
        grade: `A` to `C`.
    """

    kind: str
    day: int
    amount: int | None = None
    currency: str | None = None
    recorded: bool = True
    text: str = ""
    source: str = ""
    grade: str = ""


@dataclass(frozen=True)
class Obligation:
    """A duty that a notice lays on the operator.

    Attributes:
        kind: `cease_collection`, `delete` or `pay_penalty`.
        months: calendar months after the appeal period's end by which it is to be done
            (0 for the penalty).
    """

    kind: str
    months: int


@dataclass(frozen=True)
class CaseFile:
    """One authority's case: its steps, duties and the rule for appeals.

    Attributes:
        id: the record's id (`UK-ICO-2022`).
        authority: name of the authority.
        jurisdiction: code of the jurisdiction whose residents are in scope (`GB`).
        steps: in order of date; the tribunals' steps happen only where an appeal is pending.
        obligations: duties of the final notices.
        appeal_period_days: days from service in which an appeal may be lodged (28: Tribunal
            Procedure (First-tier Tribunal) (General Regulatory Chamber) Rules 2009, rule 22).
        stay: what an appeal does (`automatic`: Data Protection Act 2018, sections 149-150 and
            162 and schedule 16: deadlines and payment do not fall before an appeal ends).
    """

    id: str
    authority: str
    jurisdiction: str
    steps: tuple[Step, ...]
    obligations: tuple[Obligation, ...]
    appeal_period_days: int
    stay: Stay = Stay.AUTOMATIC


@dataclass(frozen=True)
class InterventionSpec:
    """An intervention that a scenario lists apart from any case.

    Attributes:
        kind: a name in the registry (`sim.interventions`).
        start: day number from which it holds.
        end: day number from which it no longer holds, or None.
        jurisdiction: whose residents it covers.
        options: the intervention's own parameters, validated by its module.
    """

    kind: str
    start: int
    end: int | None
    jurisdiction: str
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class NewsItem:
    """A day on which the operator was in the news apart from any simulated case.

    Attributes:
        day: day number.
        size: name of its weight among the parameters (`news.weight.SIZE`).
        text: what it was.
    """

    day: int
    size: str
    text: str


@dataclass(frozen=True)
class Windows:
    """The days at which measures look: from the record, the same in every arm.

    Attributes:
        jurisdiction: whose residents the question is about.
        notice: day of the final notice.
        cease_deadline: nominal deadline for ceasing, had no appeal been lodged.
        delete_deadline: nominal deadline for deletion, had no appeal been lodged.
        litigation_end: day on which litigation ended, or the last day of the run.
    """

    jurisdiction: str
    notice: int
    cease_deadline: int
    delete_deadline: int
    litigation_end: int


@dataclass(frozen=True)
class Curves:
    """Exogenous curves, one value a day from day 0, the same in every arm.

    Attributes:
        images: images in the operator's gallery without any order, cumulative, [days + 1];
            `images[d]` is the number at the start of day d.
        searches: searches made worldwide, cumulative, [days + 1].
    """

    images: NDArray[np.float64]
    searches: NDArray[np.float64]


@dataclass(frozen=True)
class ArmSetup:
    """Everything that one arm of an experiment is made of, apart from people and seed.

    Attributes:
        first_day: first day of the run.
        last_day: last day of the run (inclusive).
        strategy: what the operator does when an order is served.
        cases: the authorities' cases in this world.
        interventions: interventions outside any case.
        news: news apart from the cases.
        curves: exogenous growth of gallery and searches.
        parameters: every parameter's value.
        windows: the days at which measures look.
        letters: platforms' letters to the operator, in order of day.
        fidelity: what a photo is; the same in every arm.
    """

    first_day: int
    last_day: int
    strategy: StrategyName
    cases: tuple[CaseFile, ...]
    interventions: tuple[InterventionSpec, ...]
    news: tuple[NewsItem, ...]
    curves: Curves
    parameters: Parameters
    windows: Windows
    letters: tuple[Step, ...] = ()
    fidelity: Fidelity = Fidelity.SCORES


LOOKS_AFTER_DELETION = (0, 90, 365)
"""Days after the nominal deadline for deletion at which measures look."""


def look_days(setup: ArmSetup) -> tuple[int, ...]:
    """Return the days on which measures look, in order: from the windows, and the last day."""
    w = setup.windows
    days = {w.notice, setup.last_day}
    days |= {w.delete_deadline + after for after in LOOKS_AFTER_DELETION}
    return tuple(sorted(d for d in days if 0 <= d <= setup.last_day))


def reading_days(setup: ArmSetup) -> tuple[int, ...]:
    """Return the days whose shares stand in the table: notice, nominal deadline, last day."""
    w = setup.windows
    days = (w.notice, w.delete_deadline, setup.last_day)
    return tuple(dict.fromkeys(d for d in days if d <= setup.last_day))
