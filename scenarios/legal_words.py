"""The words of legal tests: statuses, how a duty stands, events, and what may be asked of what."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from pydantic_core import PydanticCustomError

from scenarios.strict import Errors, nearest_names, several, wrong
from sim.law.duties import DUTIES
from sim.law.instruments import Status
from sim.law.steps import BY_LAW, STEPS

ABSENT = "absent"
"""Status of an instrument that does not exist (yet)."""

NEVER = "never"
"""Day of something that does not happen, or of a deadline that does not run."""

AS_RECORDED = "as recorded"
"""The operator does what the record says that it did."""

ALL = "all"
"""An amount payable that is all that was imposed, or collected that is all that was payable."""

LAST_LOOK = date(2025, 12, 31)
"""Day on which a test ends where it does not say `until`: the last of the shipped runs."""

STATUSES = (ABSENT, *(status.value for status in Status))

STANDINGS = ("not ordered", "suspended", "running", "due", "ended", "void")
"""How a duty can stand on a day: the order lacks it; it does not bind (yet), or an appeal suspends
it; it binds and its time runs; it is owed; its term is over; the order was set aside."""

_ORDERED = ("status", "duties", "deadlines")
_PAID = ("status", "proposed", "imposed", "payable", "collected", "imposed_over_proposed")

EVENTS = (*STEPS, *BY_LAW)
"""Kinds of event that a case can write: its steps, and what the law itself brings about."""

FACTS_OF: dict[str, tuple[str, ...]] = {
    "enforcement notice": _ORDERED,
    "monetary penalty notice": _PAID,
    "periodic penalty": ("status", "days", "imposed", "payable", "collected"),
    "private action": _PAID,
}
"""What can be read of each instrument on a day."""


def known_word(
    value: str, known: tuple[str, ...], message: str, at_key: bool = False
) -> PydanticCustomError | None:
    """Return the error of a value, or of a key, that is not among those known."""
    if value in known:
        return None
    return wrong(message, ", ".join(known), nearest_names(value, known), at_key=at_key)


def all_known(
    title: str, names: Iterable[str], known: tuple[str, ...], what: str, listed: bool = False
) -> None:
    """Raise the error of every key, or item of a list, that is not among those known."""
    errors: Errors = []
    for i, name in enumerate(names):
        error = known_word(name, known, f"'{name}' is not {what}", not listed)
        errors += [] if error is None else [((i if listed else name,), error)]
    several(title, errors)


A_DUTY = (tuple(DUTIES), "a duty")
"""What names of duties are checked against, and what each is."""
