"""The stack of levers of a scenario: what each composes, and who holds it when, where and at what.

Which case comes to bind, and when, is decided by its course; so the stack is read from one
replication with few people. People do not move levers: the stack is the same with any number.
"""

from __future__ import annotations

import math
from typing import Any

from scenarios.demonstrate import people_of
from sim.dates import iso
from sim.levers import LEVERS, Held
from sim.setup import ArmSetup, Scope

PEOPLE = 500
"""People of the replication from which a stack is read."""


def lever_stack(setup: ArmSetup) -> list[dict[str, Any]]:
    """Return every lever in the stated order with what holds it in one arm, as plain values.

    Args:
        setup: the arm.
    """
    from sim.model import run_arms

    history = run_arms(people_of(PEOPLE, 0), {"arm": setup}, 0, 0)["arm"]
    return [
        {
            "lever": kind.name,
            "what": kind.what,
            "unit": kind.unit,
            "compose": kind.compose,
            "base": _finite(
                setup.parameters[kind.base] if isinstance(kind.base, str) else kind.base
            ),
            "base_parameter": kind.base if isinstance(kind.base, str) else None,
            "scopes": list(kind.scopes),
            "held": [_held(held) for held in history.held if held.modifier.lever == kind.name],
        }
        for kind in LEVERS.values()
    ]


def _held(held: Held) -> dict[str, Any]:
    modifier = held.modifier
    return {
        "by": modifier.source,
        "from": iso(modifier.since),
        "to": None if held.until is None else iso(held.until),
        "value": _finite(modifier.value),
        "scope": _named(modifier.scope),
    }


def _named(scope: Scope) -> dict[str, str]:
    fields = ("jurisdiction", "group", "platform", "customer")
    return {f: getattr(scope, f) for f in fields if getattr(scope, f) is not None}


def _finite(value: float) -> float | None:
    """Return a value, None where it is without bound."""
    return None if math.isinf(value) else value


def stack_lines(stack: list[dict[str, Any]]) -> list[str]:
    """Return a stack for people: a line a lever, and one for each that holds it."""
    lines = []
    for place, lever in enumerate(stack, 1):
        lines.append(f"{place}. {lever['lever']}: {lever['what']}")
        lines.append(
            f"     base {_value(lever['base'], lever['unit'])}{_base(lever)}; {_rule(lever)}"
        )
        lines += [f"     {_line(held, lever['unit'])}" for held in lever["held"]]
    return lines


def _base(lever: dict[str, Any]) -> str:
    where = lever["base_parameter"]
    return f" ({where})" if where else ""


def _rule(lever: dict[str, Any]) -> str:
    by = f"; by {', '.join(lever['scopes'])}" if lever["scopes"] else ""
    return f"several compose to the {lever['compose']}{by}"


def _line(held: dict[str, Any], unit: str) -> str:
    words = (f"{v} customers" if k == "customer" else v for k, v in held["scope"].items())
    covers = ", ".join(words) or "everywhere"
    until = held["to"] or "the end"
    return f"{held['from']} to {until}: {_value(held['value'], unit)}, {covers}, by {held['by']}"


def _value(value: float | None, unit: str) -> str:
    if value is None:
        return "without bound"
    return f"{value:g}" if unit == "1" else f"{value:g} {unit}"
