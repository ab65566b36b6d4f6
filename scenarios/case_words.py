"""Words that a case of a scenario or of a legal test may use: its id, its steps, its duties."""

from __future__ import annotations

from collections.abc import Iterable

from generators.errors import ScenarioError
from scenarios.authority_files import load_authorities
from scenarios.case_dates import movable_steps
from scenarios.case_steps import stages_of
from scenarios.cases import case_file
from scenarios.public_record import Record, nearest_id
from scenarios.strict import Errors, nearest_names, wrong
from sim.law.step_kinds import INSTRUMENTS


def known_duties() -> tuple[str, ...]:
    """Return every kind of duty that some authority may order."""
    kinds = (kind for authority in load_authorities().values() for kind in authority.powers)
    return tuple(dict.fromkeys(kind for kind in kinds if kind not in INSTRUMENTS))


def unknown_steps(record: Record, id: str, given: Iterable[str]) -> Errors:
    """Return an error for every step that the case does not have exactly once."""
    steps = movable_steps(record.action(id))
    return [
        (
            (kind,),
            wrong(
                f"'{kind}' is not a step of {id} that can be moved",
                ", ".join(steps),
                nearest_names(kind, steps),
                at_key=True,
            ),
        )
        for kind in given
        if kind not in steps
    ]


def require_stages(record: Record, id: str | None) -> None:
    """Refuse drawn days of a case of which the record shows no stage's length.

    Args:
        record: the public record.
        id: the case, None where the scenario names none that there is.

    Raises:
        PydanticCustomError: nothing of the case can be drawn.
    """
    if id is not None and not stages_of(record.action(id)):
        known = ", ".join(action.id for action in record.actions if stages_of(action))
        message = f"{id} has no stage whose days could be drawn"
        raise wrong(message, f"'recorded', or steps with their dates; drawn is a matter of {known}")


def a_case(record: Record, id: str) -> str:
    """Return the id of an authority's case.

    Raises:
        PydanticCustomError: the record has no such entry, or it is no case.
    """
    if id not in record.ids:
        raise wrong(
            f"the record has no entry '{id}'",
            "an id of the public record",
            nearest_id(record, id),
        )
    try:
        case_file(record, id)
    except ScenarioError as error:
        raise wrong(error.faults[0].message, "an authority's case") from None
    return id
