"""An intervention as a scenario lists it, with every option filled in and everything checked."""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import Any

from generators.errors import Fault, ScenarioError
from sim.dates import iso
from sim.interventions.kinds import InterventionKind, Option, beyond_scope
from sim.setup import InterventionSpec


def completed(spec: InterventionSpec, kind: InterventionKind) -> InterventionSpec:
    """Return an intervention with every option filled in.

    Raises:
        ScenarioError: an unknown option, a value outside its bounds, a scope or an end that it
            cannot have; every fault at once.
    """
    values: dict[str, Any] = {name: option.default for name, option in kind.options.items()}
    values |= {name: value for name, value in spec.options.items() if name in values}
    faults = _wrong_extent(spec, kind) + _unknown(spec, kind)
    for name, option in kind.options.items():
        faults += _out_of_bounds(kind.name, name, option, values[name])
    if faults:
        raise ScenarioError(faults)
    return replace(spec, options=values)


def _wrong_extent(spec: InterventionSpec, kind: InterventionKind) -> list[Fault]:
    """Return the faults of a scope, or of an end, that an intervention cannot have."""
    faults = [
        Fault(
            f"'{kind.name}' cannot be limited by {field}",
            key=field,
            found=str(getattr(spec.scope, field)),
            expected=f"a scope by {' and '.join(kind.scopes)}" if kind.scopes else "no scope",
        )
        for field in beyond_scope(kind, spec.scope)
        if field != "jurisdiction"  # every specification names one
    ]
    if spec.end is not None and not kind.ends:
        message = f"'{kind.name}' is done once and cannot end"
        faults.append(Fault(message, key="to", found=iso(spec.end), expected="no end"))
    return faults


def _unknown(spec: InterventionSpec, kind: InterventionKind) -> list[Fault]:
    """Return the faults of options that an intervention does not have."""
    return [
        Fault(
            f"unknown option '{name}' of '{kind.name}'",
            key=name,
            found=name,
            expected=", ".join(kind.options),
            nearest=tuple(difflib.get_close_matches(name, kind.options, 3, 0.5)),
        )
        for name in spec.options
        if name not in kind.options
    ]


def _out_of_bounds(kind: str, name: str, option: Option, value: Any) -> list[Fault]:
    """Return the fault of a value that an option does not accept, if it does not."""
    if option.accepts(value):
        return []
    message = f"'{name}' of '{kind}' cannot be {value!r}"
    return [Fault(message, key=name, found=str(value), expected=option.accepted)]
