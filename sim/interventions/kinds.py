"""What an intervention is: a name, a legal power, options, whom it acts on, and what it does.

Interventions take effect in a stated order, `ACTORS`: that in which a photo and what becomes of it
meet those who may stand in its way. On a day on which several begin, they do so in this order,
whatever the order in which a scenario lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from generators.keyed import Streams
from sim.events import Log
from sim.first_acts import FirstActs
from sim.guard import Guarded
from sim.law.case import Case
from sim.levers import Levers
from sim.operator.compliance import Compliance
from sim.people.side import PeopleSide
from sim.setup import CaseFile, InterventionSpec, Scope


class WorldJobs(Protocol):
    """What an actor may ask of the operator's stores, beyond the removals of `Compliance`."""

    def remove_person(self, person: int, day: int) -> None:
        """Erase every template of one person (a row of the population) on a day."""

    def list_person(self, person: int, day: int) -> bool:
        """Keep one template of somebody, by which finds of them are refused; say if they are."""

    def rebuild(self, jurisdiction: str, day: int) -> int:
        """Make templates anew from photos kept when theirs were given up; return how many."""

    def kept_in_stores(self, jurisdiction: str, threshold: float | None, day: int) -> int:
        """Return of how many templates erased before a day a store still holds something."""

    def empty_stores(self, day: int) -> bool:
        """Write the stores that keep what was erased anew; return whether there are any."""


@dataclass(frozen=True)
class Actors:
    """Whom an intervention may speak to, and under which name.

    Attributes:
        env: the simulation's clock; errors of a process that is started on it name the
            intervention.
        log: the run's log.
        levers: the run's levers.
        operator: the operator's compliance, for jobs.
        streams: the replication's streams, for keyed draws of the intervention's own.
        people: informing people and calling on them to go private.
        world_jobs: what else the operator's stores may be asked for.
        acts: holds levers and tells the log what is done first because of them.
        open_case: opens a case in this run and returns it.
        cases: every case of the run by its id, those opened so far included.
        source: the intervention's own name in lever stacks and jobs, unique in the run.
        jurisdiction: code of those whose residents the question is about.
        last_day: last day of the run.
        spec: the intervention as the scenario lists it, every option filled in.
    """

    env: Guarded
    log: Log
    levers: Levers
    operator: Compliance
    streams: Streams
    people: PeopleSide
    world_jobs: WorldJobs
    acts: FirstActs
    open_case: Callable[[CaseFile], Case]
    cases: Mapping[str, Case]
    source: str
    jurisdiction: str
    last_day: int
    spec: InterventionSpec


ACTORS = (
    "people",
    "platforms",
    "crawler",
    "gallery",
    "desk",
    "customers",
    "purse",
    "case",
)
"""Whom an intervention may act on, in the order in which what they do comes about: people post or
do not, platforms let the crawler in, it enrols, the gallery keeps, the desk answers, customers
search, the purse pays; a case moves what moves all of these."""

SCOPES = ("jurisdiction", "group", "platform", "customer")
"""Fields of `sim.setup.Scope`: the kinds of scope."""


@dataclass(frozen=True)
class Option:
    """An option of an intervention.

    Attributes:
        default: value where the scenario gives none.
        what: its meaning.
        unit: of a number; "1" for a share.
        least: smallest value that is accepted.
        most: largest value that is accepted.
        choices: the words that are accepted; a number beside them only where there is a range.
        low: low end of the values that are thought likely; None of an option that is no number.
        high: high end of the same.
        source: where default and range come from; an assumption says that it is one.
        whole: no fraction is accepted of a number (days of a calendar, months, sums of money).

    Raises:
        ValueError: a default that the option itself does not accept.
    """

    default: float | str
    what: str
    unit: str = "1"
    least: float = 0.0
    most: float = 1.0
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    source: str = ""
    whole: bool = False

    def __post_init__(self) -> None:
        if not self.accepts(self.default):
            raise ValueError(f"the default {self.default!r} is not {self.accepted}: {self.what}")

    @property
    def numeric(self) -> bool:
        """True where a number may be given."""
        return not self.choices or self.low is not None

    def accepts(self, value: object) -> bool:
        """Return whether a word, or a number in the option's unit, is accepted."""
        if isinstance(value, str):
            return value in self.choices
        if not self.numeric or isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return self.least <= value <= self.most and not (self.whole and value % 1)

    @property
    def accepted(self) -> str:
        """What is accepted, in words."""
        unit = "" if self.unit == "1" else f" {self.unit}"
        whole = "a whole number, " if self.whole else ""
        between = f"{whole}{self.least:,.12g} to {self.most:,.12g}{unit}"
        return " or ".join([*self.choices, between] if self.numeric else self.choices)


def _nothing(_spec: InterventionSpec, _cases: Sequence[CaseFile]) -> str:
    return ""


def _its_own(_spec: InterventionSpec, _cases: Sequence[CaseFile]) -> set[str]:
    return set()


@dataclass(frozen=True)
class InterventionKind:
    """A kind of power.

    Attributes:
        name: as the scenario file has it.
        what: one sentence.
        power: the legal power, or why none is needed.
        options: its options.
        install: called once at the start of a run with every option filled in; schedules what
            the intervention does.
        address: where the text of the power was read, at its official publisher where that copy
            could be; "" where none is needed or none was read.
        acts_on: whom it acts on, one of `ACTORS`.
        scopes: the fields of a scope that it can be limited by; what has none holds everywhere.
        ends: whether it can end; what is done once cannot.
        lacks: called with (intervention, the arm's cases): what it cannot do without and does not
            find there, "" where it finds it; such a scenario is refused.
        reaches: called with (intervention, the arm's cases): codes of jurisdictions beyond its own
            whose residents it may bring orders about.
    """

    name: str
    what: str
    power: str
    options: Mapping[str, Option]
    install: Callable[[InterventionSpec, Actors], None]
    address: str = ""
    acts_on: str = "case"
    scopes: tuple[str, ...] = ("jurisdiction",)
    ends: bool = True
    lacks: Callable[[InterventionSpec, Sequence[CaseFile]], str] = _nothing
    reaches: Callable[[InterventionSpec, Sequence[CaseFile]], set[str]] = _its_own

    def __post_init__(self) -> None:
        if self.acts_on not in ACTORS:
            raise ValueError(f"'{self.name}' acts on {self.acts_on!r}, which is no actor")
        if not set(self.scopes) <= set(SCOPES):
            raise ValueError(f"'{self.name}' is scoped by {self.scopes}, known are {SCOPES}")

    @property
    def order(self) -> int:
        """Place in the stated order, from 1."""
        return ACTORS.index(self.acts_on) + 1


def beyond_scope(kind: InterventionKind, scope: Scope) -> list[str]:
    """Return the fields that a scope names and by which an intervention cannot be limited."""
    named = [field for field in SCOPES if getattr(scope, field) is not None]
    return [field for field in named if field not in kind.scopes]
