"""Values of an intervention's options, from what a scenario file says."""

from __future__ import annotations

from collections.abc import Mapping

from scenarios.quantities import UnitMismatch, parse_quantity
from scenarios.strict import nearest_names, wrong
from sim.interventions.kinds import Option


def option_value(name: str, written: object, known: Mapping[str, Option]) -> float | str:
    """Return what is written for an option: one of its words, or a number in its unit.

    Args:
        name: of the option.
        written: what stands in the file.
        known: the intervention's options.

    Raises:
        PydanticCustomError: no such option, or a value that it does not accept.
    """
    if name not in known:
        raise wrong(
            f"unknown option '{name}'", ", ".join(known), nearest_names(name, [*known]), at_key=True
        )
    option = known[name]
    if written in option.choices:
        return str(written)
    nearest = nearest_names(written, option.choices)
    if not option.numeric:
        raise wrong(f"'{name}' cannot be '{written}'", option.accepted, nearest)
    try:
        value = parse_quantity(written, option.unit).value
    except UnitMismatch as error:
        expected = " or ".join([*option.choices, error.expected])
        raise wrong(f"'{name}' {error}", expected, nearest) from None
    if not option.accepts(value):
        unit = "" if option.unit == "1" else f" {option.unit}"
        raise wrong(f"'{name}' cannot be {value:,.12g}{unit}", option.accepted)
    return value
