"""Legal tests: read files of them, run each through the law machine and say where it differs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from generators.errors import Fault, ScenarioError
from scenarios.legal_case import Look, Ran, run_case, scope_of
from scenarios.legal_format import LegalFile, LegalTest
from scenarios.legal_inputs import given_away
from scenarios.legal_then import ScopeFacts, Then
from scenarios.legal_words import ALL, NEVER
from scenarios.sourced import read_model
from scenarios.yaml_marks import read_text
from sim.dates import iso
from sim.law.scope import Covered


@dataclass(frozen=True)
class Placed:
    """A legal test and the file in which it stands."""

    file: str
    test: LegalTest


@dataclass(frozen=True)
class Miss:
    """Something that a test expects and the machine does otherwise.

    Attributes:
        what: where the two differ ("2022-12-15, enforcement notice, status").
        expected: what the test says.
        found: what the machine did.
    """

    what: str
    expected: str
    found: str


def legal_tests(paths: Iterable[Path]) -> tuple[Placed, ...]:
    """Return the tests of files, and of every `.yaml` file of folders, in order of name.

    Raises:
        ScenarioError: everything that is wrong with the files; no file at all; a test that is
            given what it expects.
    """
    faults: list[Fault] = []
    found: list[Placed] = []
    for path in _files(paths):
        try:
            file: LegalFile = read_model(read_text(path), str(path), LegalFile)
        except ScenarioError as error:
            faults += error.faults
            continue
        for test in file.tests:
            faults += [
                Fault(
                    f"'{test.title}' is given what it expects, or the record is: '{value}'",
                    file=str(path),
                    key="then",
                    found=value,
                    expected="a value that the law machine has to find",
                )
                for value in given_away(test)
            ]
            found.append(Placed(str(path), test))
    if faults:
        raise ScenarioError(faults)
    return tuple(found)


def _files(paths: Iterable[Path]) -> tuple[Path, ...]:
    found = [
        file
        for path in paths
        for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])
    ]
    if not found:
        raise ScenarioError(
            Fault("there is no legal test", expected="a file of legal tests, or a folder of them")
        )
    return tuple(found)


def misses(test: LegalTest) -> tuple[Miss, ...]:
    """Run a test; return every difference between what it expects and what the machine did."""
    refused = test.then.refused
    if test.then.scope is not None:
        return _scope(test.then.scope, scope_of(test))
    try:
        ran = run_case(test)
    except ScenarioError as error:
        told = "; ".join(fault.message for fault in error.faults)
        if refused is not None and refused in told:
            return ()
        return (Miss("the case", refused or "goes its way", f"is refused: {told}"),)
    if refused is not None:
        return (Miss("the case", f"is refused: {refused}", "goes its way"),)
    return (*_on_days(test.then, ran), *_events(test.then, ran))


def _scope(then: ScopeFacts, found: Covered) -> tuple[Miss, ...]:
    law = "applies" if found.covered else "does not apply"
    regime = found.regime or "none"
    pairs: list[tuple[str, str, str, bool]] = [("the law", then.law, law, then.law == law)]
    if then.regime is not None:
        pairs.append(("the regime", then.regime, regime, then.regime == regime))
    if then.because is not None:
        pairs.append(("the ground", then.because, found.why, then.because in found.why))
    return tuple(Miss(what, expected, got) for what, expected, got, holds in pairs if not holds)


def _on_days(then: Then, ran: Ran) -> list[Miss]:
    found = []
    for day, instruments in then.on.items():
        for name, facts in instruments.items():
            look = ran.looks[day, name]
            said: dict[str, Any] = facts.model_dump(include=facts.model_fields_set)
            for fact, value in said.items():
                pairs = (
                    [(f"{fact}, {key}", v, look.get(fact, {}).get(key)) for key, v in value.items()]
                    if isinstance(value, dict)
                    else [(fact, value, look.get(fact))]
                )
                for what, expected, got in pairs:
                    wanted = _text(_all_of(look, fact) if expected == ALL else expected)
                    if wanted != _text(got):
                        found.append(Miss(f"{day}, {name}, {what}", wanted, _text(got)))
    return found


def _all_of(look: Look, fact: str) -> int | str:
    """Return the amount of which `all` is payable or collected, or a word where that is none."""
    whole = look.get({"payable": "imposed", "collected": "payable"}[fact])
    return whole if isinstance(whole, int) and whole > 0 else "an amount"


def _events(then: Then, ran: Ran) -> list[Miss]:
    first: dict[str, int] = {}
    for event in ran.events:
        first.setdefault(event.kind, event.day)
    found = []
    for kind, when in then.happens.items():
        got = iso(first[kind]) if kind in first else NEVER
        if _text(when) != got:
            found.append(Miss(f"the day of {kind}", _text(when), got))
    for interval in then.days:
        ends = (interval.since, interval.to)
        missing = [kind for kind in ends if kind not in first]
        days = (
            "no such event: " + ", ".join(missing)
            if missing
            else str(first[interval.to] - first[interval.since])
        )
        if days != str(interval.days):
            found.append(Miss(f"days from {interval.since} to {interval.to}",
                              str(interval.days), days))  # fmt: skip
    return found


def _text(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:,}" if isinstance(value, int) else str(value)
