"""A case on a clock of its own, without people: what the tests of the law machine share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import simpy

from sim.dates import day_of, iso
from sim.events import Log
from sim.law.case import Case
from sim.law.parties import Luck, Parties, certain
from sim.setup import Authority, CaseFile, Drawn, Obligation, Stay, Step

END = day_of(date(2027, 12, 31))
PAYMENT_PERIOD = 28


@dataclass
class Heard:
    """What the parties of a case were told, in order, dates in ISO form."""

    news: list[tuple[str, str]] = field(default_factory=list)
    bound: list[str] = field(default_factory=list)
    released: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass
class Run:
    """A case that has run, its log and what its parties heard."""

    case: Case
    log: Log
    heard: Heard

    @property
    def days(self) -> dict[str, str]:
        """First day of each kind of event."""
        first: dict[str, str] = {}
        for event in self.log.events:
            first.setdefault(event.kind, iso(event.day))
        return first


def run(
    file: CaseFile,
    *,
    appeals: bool = False,
    pays: bool = False,
    settles: bool = True,
    met: Collection[str] | dict[str, str] = (),
    until: int = END,
    luck: Luck = certain,
    then: Any = None,
) -> Run:
    """Run a case.

    Args:
        file: the case.
        appeals: whether the operator appeals where the record does not say.
        pays: whether it pays.
        settles: whether it settles.
        met: duties that it meets, with the day from which on where it is not always.
        until: last day.
        luck: of the authority's checks.
        then: a process that does more to the case, called with it.
    """
    env, log, heard = simpy.Environment(), Log(), Heard()
    since = met if isinstance(met, dict) else dict.fromkeys(met, "2017-01-01")
    parties = Parties(
        appeals=lambda _file, _name: appeals,
        news=lambda day, size, _event: heard.news.append((iso(day), size)),
        bound=lambda _case, day, _event: heard.bound.append(iso(day)),
        released=lambda _case, day, _event: heard.released.append(iso(day)),
        due=lambda money, _day, _event: money.pay(money.owed) if pays else None,
        obeyed=lambda _case, duty, day: duty in since and iso(day) >= since[duty],
        settles=lambda _file: settles,
        left=lambda _case, day, _event: heard.left.append(iso(day)),
    )
    case = Case(env, file, log, parties, PAYMENT_PERIOD, luck)
    if then is not None:
        env.process(then(case))
    env.run(until=until + 1)
    return Run(case, log, heard)


def on(text: str) -> int:
    """Return the day number of an ISO date."""
    return day_of(date.fromisoformat(text))


def step(kind: str, day: str, amount: int | None = None, currency: str | None = "EUR") -> Step:
    """Return a step on an ISO day."""
    return Step(kind, on(day), amount, currency, recorded=False)


AUTHORITY = Authority(
    id="X",
    name="an authority of no country",
    kind="authority",
    jurisdictions=("XX",),
    powers=dict.fromkeys(
        (
            *("cease_collection", "delete", "cease_services", "equity"),
            *("enforcement notice", "monetary penalty notice", "periodic penalty"),
            "private action",
        ),
        "a law",
    ),
    maximum={"monetary penalty notice": 1000, "periodic penalty": 10},
    currency="EUR",
    stay=Stay.NONE,
    appeal_period_days=30,
    intent_months=0,
    durations={"open to notice": Drawn("investigation_opened", 100.0, 0.5)},
    officers=1,
    joins=0.0,
    check_days=10,
    detects=0.5,
    collects=0.0,
)
"""An authority with every power, whose orders no appeal suspends."""


def case_of(
    *steps: Step,
    duties: tuple[Obligation, ...] = (Obligation("delete", days=60, from_service=True),),
    stay: Stay | None = None,
    powers: Authority = AUTHORITY,
    **more: Any,
) -> CaseFile:
    """Return the file of a case of that authority.

    Args:
        steps: in order of day.
        duties: what is ordered.
        stay: the rule for orders; None for the authority's own.
        powers: the authority.
        more: other fields of the file.
    """
    file = CaseFile(
        id="XX-1",
        authority=powers.id,
        jurisdiction="XX",
        steps=steps,
        obligations=duties,
        appeal_period_days=powers.appeal_period_days,
        stay=powers.stay if stay is None else stay,
        powers=powers,
    )
    return replace(file, **more)
