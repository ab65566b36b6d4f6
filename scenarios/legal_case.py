"""Run one case of a legal test through the law machine, on a clock of its own and without people.

What stands on a day is read at its end, when the day's steps, periods and payments are over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import simpy

from scenarios.authority_files import known_authority
from scenarios.cases import case_file
from scenarios.duty_wording import recorded_conduct
from scenarios.legal_format import LegalTest
from scenarios.legal_given import Answers, InlineStep, When
from scenarios.legal_words import ABSENT, AS_RECORDED, NEVER
from scenarios.public_record import load_record
from sim.dates import day_of, iso
from sim.day import LOOK_TIME
from sim.events import Event, Log, Process
from sim.law.case import Case
from sim.law.duties import DUTIES
from sim.law.instruments import EnforcementNotice, Instrument, MonetaryInstrument, Status
from sim.law.parties import Parties
from sim.law.periodic import PeriodicPenalty
from sim.law.scope import Covered, covered
from sim.law.step_kinds import INSTRUMENTS, ORDER, PENALTY, PERIODIC, PRIVATE
from sim.operator.strategy import STRATEGIES
from sim.parameters import load_parameters
from sim.setup import CaseFile, Obligation, Reading, Stay, Step, StrategyName

OWN_CASE = "a case of one's own"

Look = Mapping[str, Any]
"""What was read of one instrument: fact -> value, dates in ISO form."""


@dataclass(frozen=True)
class Ran:
    """What a case did.

    Attributes:
        events: the log.
        looks: (ISO day, instrument) -> what was read of it.
    """

    events: tuple[Event, ...]
    looks: Mapping[tuple[str, str], Look]


def file_of(test: LegalTest) -> CaseFile:
    """Return the case file of a test.

    Raises:
        ScenarioError: a case that the law does not allow.
    """
    given, when = test.given, test.when
    if given.case is None:
        file = _own_file(test)
    else:
        record = load_record()
        file = case_file(record, given.case, order_of=given.order_of, clauses=given.clauses)
    steps = [_moved(step, when) for step in file.steps if step.kind not in when.without]
    steps += [_step(step, file) for step in when.also]
    conduct = recorded_conduct(file.id) if given.operator == AS_RECORDED else None
    return replace(
        file,
        conduct=conduct,
        steps=tuple(sorted(steps, key=lambda step: step.day)),
        stay=file.stay if given.stay is None else Stay(given.stay),
        reading=None if given.reading is None else Reading(given.reading),
    )


def _moved(step: Step, when: When) -> Step:
    """Return a step on the day and with the amount that a test gives it."""
    day = day_of(when.dates[step.kind]) if step.kind in when.dates else step.day
    amount = when.amounts.get(step.kind, step.amount)
    kept = (day, amount) == (step.day, step.amount)
    return step if kept else replace(step, day=day, amount=amount, recorded=False)


def _own_file(test: LegalTest) -> CaseFile:
    assert test.given.authority is not None
    authority = known_authority(test.given.authority).authority
    return CaseFile(
        id=OWN_CASE,
        authority=authority.id,
        jurisdiction=authority.jurisdictions[0],
        steps=tuple(
            Step(s.step, day_of(s.on), s.amount, authority.currency, recorded=False)
            for s in test.given.steps
        ),
        obligations=tuple(
            Obligation(kind, t.months, t.days, t.from_service, t.lasts_months)
            for kind, t in test.given.order.items()
        ),
        appeal_period_days=authority.appeal_period_days,
        stay=authority.stay,
        powers=authority,
    )


def _step(step: InlineStep, file: CaseFile) -> Step:
    currency = None if file.powers is None else file.powers.currency
    return Step(step.step, day_of(step.on), step.amount, currency, recorded=False)


@dataclass(frozen=True)
class Operator:
    """What the operator of a test does.

    Attributes:
        appeals: names of the instruments against which it appeals.
        meets: duties that it meets by their deadlines; None for all.
        met: duty -> day on which it does what the duty asks, whenever that is due.
        pays: whether it pays what is payable.
        settles: whether it settles a private action.
    """

    appeals: frozenset[str]
    meets: frozenset[str] | None
    met: Mapping[str, int]
    pays: bool
    settles: bool

    def obeys(self, duty: str, day: int) -> bool:
        """Return whether a duty is done on a day on which it is due."""
        if duty in self.met:
            return day >= self.met[duty]
        return self.meets is None or duty in self.meets


def operator_of(test: LegalTest) -> Operator:
    """Return the operator of a test about a case."""
    answers = test.given.operator
    met = {duty: day_of(day) for duty, day in test.when.met.items()}
    if isinstance(answers, Answers):
        appealed, met_in_time = _appealed(answers.appeals), frozenset(answers.meets)
        return Operator(appealed, met_in_time, met, answers.pays, answers.settles)
    if answers == AS_RECORDED:
        conduct = recorded_conduct(test.given.case or "")
        assert conduct is not None
        return Operator(_appealed(conduct.appeals), conduct.meets, met, conduct.pays, True)
    assert answers is not None
    strategy = STRATEGIES[StrategyName(answers)]
    meets = None if strategy.obeys else frozenset[str]()
    return Operator(_appealed(strategy.appeals), meets, met, strategy.pays, strategy.settles)


def _appealed(appeals: bool | tuple[str, ...]) -> frozenset[str]:
    """Return the instruments against which an operator appeals: all, none or those named."""
    if isinstance(appeals, bool):
        return frozenset(INSTRUMENTS if appeals else ())
    return frozenset(appeals)


def run_case(test: LegalTest) -> Ran:
    """Run the case of a test to its last day.

    Raises:
        ScenarioError: a case that the law does not allow, found at load or on its way.
    """
    env, log, operator = simpy.Environment(), Log(), operator_of(test)
    parties = Parties(
        appeals=lambda file, instrument: instrument in operator.appeals,
        news=lambda day, size, event: None,
        bound=lambda case, day, event: None,
        released=lambda case, day, event: None,
        due=lambda money, day, event: money.pay(money.owed) if operator.pays else None,
        obeyed=lambda case, duty, day: operator.obeys(duty, day),
        settles=lambda file: operator.settles,
    )
    period = round(load_parameters()["law.payment_period"])
    case = Case(env, file_of(test), log, parties, period)
    looks: dict[tuple[str, str], Look] = {}

    def look(day: str, names: tuple[str, ...]) -> Process:
        yield env.timeout(day_of(date.fromisoformat(day)) + LOOK_TIME)
        for name in names:
            looks[day, name] = read(case, name, int(env.now))

    for day, instruments in test.then.on.items():
        env.process(look(day, tuple(instruments)))
    env.run(until=day_of(test.when.until) + 1)
    return Ran(tuple(log.events), looks)


def scope_of(test: LegalTest) -> Covered:
    """Return whether the law covers the processing of a test."""
    asked, reading = test.given.processing, test.given.reading
    assert asked is not None
    assert reading is not None
    return covered(
        asked.activity,
        asked.client,
        asked.client_country,
        day_of(asked.on),
        asked.residence,
        Reading(reading),
    )


def read(case: Case, name: str, day: int) -> Look:
    """Return what stands of an instrument at the end of a day."""
    instrument = _INSTRUMENTS[name](case)
    if instrument is None or instrument.status is None:
        return {"status": ABSENT}
    facts: dict[str, Any] = {"status": instrument.status.value}
    if isinstance(instrument, EnforcementNotice):
        facts["duties"] = _standings(instrument, day)
        deadlines = {duty.kind: instrument.deadline(duty) for duty in instrument.obligations}
        facts["deadlines"] = {k: NEVER if d is None else iso(d) for k, d in deadlines.items()}
    if isinstance(instrument, MonetaryInstrument):
        for amount in ("proposed", "imposed", "payable", "collected"):
            facts[amount] = getattr(instrument, amount)
        if instrument.proposed:
            facts["imposed_over_proposed"] = round(instrument.imposed / instrument.proposed, 3)
    if isinstance(instrument, PeriodicPenalty):
        facts["days"] = instrument.days
    return facts


_INSTRUMENTS: dict[str, Callable[[Case], Instrument | None]] = {
    ORDER: lambda case: case.orders,
    PENALTY: lambda case: case.penalty,
    PERIODIC: lambda case: case.periodic,
    PRIVATE: lambda case: case.private,
}


def _standings(notice: EnforcementNotice, day: int) -> dict[str, str]:
    """Return how every duty that an order could hold stands at the end of a day."""
    held = {duty.kind: _standing(notice, duty, day) for duty in notice.obligations}
    return {kind: held.get(kind, "not ordered") for kind in DUTIES}


def _standing(notice: EnforcementNotice, duty: Obligation, day: int) -> str:
    if notice.status is Status.SET_ASIDE:
        return "void"
    deadline, ends = notice.deadline(duty), notice.ends(duty)
    if deadline is None or not notice.binding:
        return "suspended"
    if ends is not None and day >= ends:
        return "ended"
    return "running" if day < deadline else "due"
