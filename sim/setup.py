"""What one arm of an experiment hands to the model: plain data, no scenario's name.

The record, the scenario file and the operator's profile are read elsewhere and arrive here as
values. Two arms with equal setups give equal histories.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from sim.fidelity import Fidelity
from sim.operator.profile import Profile
from sim.parameters import Parameters


class Stay(StrEnum):
    """What an appeal does to a notice while it is pending."""

    AUTOMATIC = "automatic"
    ON_APPLICATION = "on application"
    NONE = "none"


class Reading(StrEnum):
    """Whose reading of the law's scope decides whether a notice could be given at all.

    `first-tier`: [2023] UKFTT 819 (GRC), outside the material scope where the clients are foreign
    states; `upper`: [2025] UKUT 319 (AAC), inside it (`sim.law.scope`).
    """

    FIRST_TIER = "first-tier"
    UPPER = "upper"


class StrategyName(StrEnum):
    """What the operator does when an order is served."""

    COMPLY = "comply"
    MINIMAL = "minimal"
    IGNORE = "ignore"
    LITIGATE = "litigate"
    RATIONAL = "rational"


CustomerKind = Literal["state", "contractor", "private"]
CUSTOMER_KINDS: tuple[CustomerKind, ...] = get_args(CustomerKind)
"""Who searches: a state's bodies, firms that search for a state, private firms and persons."""


@dataclass(frozen=True)
class Scope:
    """Whom a lever or an order covers; None covers all.

    Attributes:
        jurisdiction: code; of residents whom the operator infers to live there, or of customers.
        group: an age band (`generators.population.AGE_BANDS`) on the day of capture.
        platform: name of a platform.
        customer: one of `CUSTOMER_KINDS`.
    """

    jurisdiction: str | None = None
    group: str | None = None
    platform: str | None = None
    customer: str | None = None

    def covers(self, place: Scope) -> bool:
        """Return whether everything in `place` lies in this scope."""
        pairs = (
            (self.jurisdiction, place.jurisdiction),
            (self.group, place.group),
            (self.platform, place.platform),
            (self.customer, place.customer),
        )
        return all(mine is None or mine == theirs for mine, theirs in pairs)


EVERYWHERE = Scope()
"""The scope that covers all."""


@dataclass(frozen=True)
class Drawn:
    """A log-normal duration from which a step's day is drawn.

    Attributes:
        after: kind of the step from which it runs.
        median: days.
        sigma: standard deviation of its logarithm.
    """

    after: str
    median: float
    sigma: float


@dataclass(frozen=True)
class Step:
    """A dated step of a case, as the record has it, or one whose day is drawn.

    Attributes:
        kind: the record's word (`investigation_opened`, `provisional_notice`, ...).
        day: day number; of a step that is drawn, -1 until it is drawn.
        amount: whole units of `currency`, or None.
        currency: ISO 4217 code, or None.
        recorded: False where the scenario file moved the date or it is drawn.
        text: the record's sentence, "" where the day or the amount is another than recorded.
        source: address of the document.
        grade: `A` to `C`.
        drawn: the duration from which its day is drawn, or None.
        instrument: name of the one instrument that an appeal, a stay or a judgment is about, ""
            for all of the case.
    """

    kind: str
    day: int
    amount: int | None = None
    currency: str | None = None
    recorded: bool = True
    text: str = ""
    source: str = ""
    grade: str = ""
    drawn: Drawn | None = None
    instrument: str = ""


@dataclass(frozen=True)
class Obligation:
    """A duty that an order lays on the operator or on its customers.

    Attributes:
        kind: a name in `sim.law.duties.DUTIES` (`cease_collection`, `delete`, ...).
        months: calendar months by which it is to be done, from the end of the appeal period, or
            from service where the authority's law counts from there (`from_service`).
        days: days in addition to the months.
        from_service: counted from service instead of from the end of the appeal period.
        lasts_months: calendar months after which the duty ends, None where it does not.
        threshold: evidence in nats above which a face counts as in scope, None for the
            operator's own choice.
        wording: the record's words.
    """

    kind: str
    months: int = 0
    days: int = 0
    from_service: bool = False
    lasts_months: int | None = None
    threshold: float | None = None
    wording: str = ""


@dataclass(frozen=True)
class Conduct:
    """How the operator met one case in the record, in place of its strategy.

    Attributes:
        appeals: whether it appealed.
        meets: kinds of duty that it met, once they bound it.
        pays: whether it paid.
        source: of this, or "assumption: ...".
    """

    appeals: bool
    meets: frozenset[str]
    pays: bool
    source: str


@dataclass(frozen=True)
class Client:
    """Whom an operator serves, as the scope of the law asks for it.

    Attributes:
        kind: `state`, `contractor` or `private`.
        country: code.
        until: day from which it is served no more, None where it is served to the end.
    """

    kind: str
    country: str
    until: int | None = None


@dataclass(frozen=True)
class Authority:
    """An authority, a court or a prosecutor: what it may do and how long it takes.

    Attributes:
        id: short name (`ICO`), also the data file's.
        name: full name.
        kind: `authority`, `court`, `prosecutor` or `private party`.
        jurisdictions: codes of those whose residents it protects, the first its own.
        powers: duty (`sim.law.duties`), or instrument (`enforcement notice`,
            `monetary penalty notice`, `periodic penalty`, `private action`), to the address of
            the legal power; what is not here it may not order.
        maximum: instrument to the largest amount, whole units.
        currency: ISO 4217 code of its amounts.
        stay: what an appeal does to its orders by law.
        appeal_period_days: days from service in which an appeal may be lodged.
        intent_months: calendar months after a notice of intent within which the penalty must be
            given (six in the UK, Data Protection Act 2018, schedule 16, paragraph 2), 0 where
            the law knows no such limit.
        durations: stage of a case ("open to notice", ...) to its log-normal duration.
        officers: cases that it can investigate at a time.
        joins: chance that it joins another authority's investigation, 0 to 1.
        check_days: days after a deadline on which it checks compliance.
        detects: chance that the check finds disobedience.
        collects: share of a sum that it can collect from this operator, 0 to 1.
        daily: instruments whose largest amount is of a day; of the others it is in all.
    """

    id: str
    name: str
    kind: str
    jurisdictions: tuple[str, ...]
    powers: Mapping[str, str]
    maximum: Mapping[str, int]
    currency: str
    stay: Stay
    appeal_period_days: int
    intent_months: int
    durations: Mapping[str, Drawn]
    officers: int
    joins: float
    check_days: int
    detects: float
    collects: float
    daily: frozenset[str] = frozenset()


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
        powers: the authority's powers, or None for one without limits (tests).
        conduct: how the operator met the case; None where its strategy answers.
        reading: whose reading of scope a tribunal of this case follows where its decision is not
            recorded; None where the record's decisions stand.
        addressee: `operator` or `customers`: whom the case is against, and who pays.
        clients: whom the operator serves for money, for a reading of the law's scope; who tries
            the service free is no client yet.
    """

    id: str
    authority: str
    jurisdiction: str
    steps: tuple[Step, ...]
    obligations: tuple[Obligation, ...]
    appeal_period_days: int
    stay: Stay = Stay.AUTOMATIC
    powers: Authority | None = None
    conduct: Conduct | None = None
    reading: Reading | None = None
    addressee: str = "operator"
    clients: tuple[Client, ...] = ()


@dataclass(frozen=True)
class InterventionSpec:
    """An intervention that a scenario lists apart from any case.

    Attributes:
        kind: a name in the registry (`sim.interventions`).
        start: day number from which it holds.
        end: day number from which it no longer holds, or None.
        jurisdiction: whose residents it covers.
        options: the intervention's own parameters, validated by its module.
        scope: whom it covers, more closely.
        place: where the scenario lists it (`file:line`), for errors; "" where no file does.
    """

    kind: str
    start: int
    end: int | None
    jurisdiction: str
    options: dict[str, Any] = field(default_factory=dict)
    scope: Scope = EVERYWHERE
    place: str = field(default="", compare=False)

    @property
    def file_and_line(self) -> tuple[str | None, int | None]:
        """Where the scenario lists it, each None where there is none to tell."""
        file, _, line = self.place.rpartition(":")
        if line.isdecimal():
            return file, int(line)
        return self.place or None, None


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
        profile: the operator.
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
    profile: Profile
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
