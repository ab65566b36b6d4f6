"""The log: what happened, when, by whom and because of which earlier event.

Every actor writes here and nobody else keeps a log of its own. An event whose cause lies after it
is an error of the program, and is refused when it is written.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import Any

import simpy

Process = Generator[simpy.Event, Any, None]
"""A SimPy process: reads like the story that it tells."""


OFFICIALS = ("authority", "tribunal")
"""Actors who are paid by the public."""


@dataclass(frozen=True)
class Event:
    """One thing that happened.

    Attributes:
        id: position in the log, 0 first.
        day: day number.
        actor: who did it: `authority`, `operator`, `customer`, `tribunal`, `platform`,
            `people`, `world`.
        kind: what was done, in the record's words (`enforcement_notice`, `appeal_lodged`, ...).
        case: id of the case to which it belongs, or "".
        authority: id of the case's authority, or "".
        instrument: `case`, `enforcement notice`, `monetary penalty notice`, or "".
        amount: in whole units of `currency`, or None.
        currency: ISO 4217 code, or None.
        because: id of the event that caused it, or None for a first cause.
        recorded: True where kind and date come from the public record, False where the model
            made the event.
        text: a sentence for people.
    """

    id: int
    day: int
    actor: str
    kind: str
    case: str = ""
    authority: str = ""
    instrument: str = ""
    amount: int | None = None
    currency: str | None = None
    because: int | None = None
    recorded: bool = False
    text: str = ""


@dataclass
class Log:
    """The append-only list of events of one run."""

    events: list[Event] = field(default_factory=list)

    def write(
        self,
        day: int,
        actor: str,
        kind: str,
        *,
        case: str = "",
        authority: str = "",
        instrument: str = "",
        amount: int | None = None,
        currency: str | None = None,
        because: Event | None = None,
        recorded: bool = False,
        text: str = "",
    ) -> Event:
        """Append an event and return it; one that names no case belongs to that of its cause.

        Raises:
            ValueError: the cause lies after the event, or the day before the last one written.
        """
        if because is not None and because.day > day:
            raise ValueError(
                f"{kind} on day {day} before its cause {because.kind} on {because.day}"
            )
        if self.events and day < self.events[-1].day:
            raise ValueError(f"{kind} on day {day} written after day {self.events[-1].day}")
        event = Event(
            id=len(self.events),
            day=day,
            actor=actor,
            kind=kind,
            case=case or ("" if because is None else because.case),
            authority=authority,
            instrument=instrument,
            amount=amount,
            currency=currency,
            because=None if because is None else because.id,
            recorded=recorded,
            text=text,
        )
        self.events.append(event)
        return event
