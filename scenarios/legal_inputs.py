"""No legal test may read its own answer: the check that what it expects does not stand in what it
is given.

What a test is given is what stands under `given` and `when`, and what the case file has: the days
and amounts of its steps, the times of its duties, the authority's periods and largest amounts.
What it expects are its dates, numbers and words; names of instruments, duties and events, the days
looked at, and nothing or all (0, `never`, `absent`, `all`) are
no values. A variant's dates and numbers
must not stand in the record's entry either.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from scenarios.legal_case import file_of
from scenarios.legal_format import LegalTest
from scenarios.legal_words import ABSENT, ALL, NEVER
from scenarios.public_record import load_record
from sim.dates import iso
from sim.setup import CaseFile

Value = str | int | float


def given_away(test: LegalTest) -> tuple[str, ...]:
    """Return the values that a test expects and is given, as they stand in it."""
    known = set(_scalars(test.given.model_dump())) | set(_scalars(test.when.model_dump()))
    if test.given.processing is None:
        known |= set(_in_file(file_of(test)))
    if test.variant:
        known |= set(_in_record(test))
    return tuple(str(value) for value in expected(test) if value in known)


def expected(test: LegalTest) -> tuple[Value, ...]:
    """Return the dates (ISO), numbers and words that a test expects."""
    then = test.then
    found: list[Any] = [interval.days for interval in then.days]
    found += then.happens.values()
    found += [] if then.refused is None else [then.refused]
    found += [] if then.scope is None else then.scope.model_dump(exclude_unset=True).values()
    for instruments in then.on.values():
        for facts in instruments.values():
            said = facts.model_dump(include=facts.model_fields_set)
            for value in said.values():
                found += value.values() if isinstance(value, dict) else [value]
    return tuple(_plain(value) for value in found if value not in (0, ALL, NEVER, ABSENT))


def _plain(value: Any) -> Value:
    plain: Value = value.isoformat() if isinstance(value, date) else value
    return plain


def _scalars(value: Any) -> Iterator[Value]:
    """Yield every number, date and text in plain data; what is unset, and yes or no, is none."""
    if isinstance(value, dict):
        value = tuple(value.values())
    if isinstance(value, tuple | list):
        for item in value:
            yield from _scalars(item)
    elif value not in (None, 0) and not isinstance(value, bool):
        yield _plain(value)


def _in_file(file: CaseFile) -> Iterator[Value]:
    for step in file.steps:
        yield iso(step.day)
        yield from _scalars(step.amount)
    for duty in file.obligations:
        yield from _scalars((duty.months, duty.days, duty.lasts_months))
    yield from _scalars(file.appeal_period_days)
    if file.powers is not None:
        yield from _scalars(dict(file.powers.maximum))
        yield from _scalars((file.powers.intent_months, file.powers.check_days))


def _in_record(test: LegalTest) -> Iterator[Value]:
    """Yield the dates, amounts and derived figures of the record's entry."""
    if test.given.case is None:
        return
    action = load_record().action(test.given.case)
    for step in action.steps:
        yield from _scalars((step.date, step.amount))
    yield from _scalars(action.derived)
