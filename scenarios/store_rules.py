"""How a scenario says that a store keeps what was erased: a manner by name, and its numbers.

`operator: {stores: vacuum_at}` chooses for images, metadata and templates alike; `operator:
{stores: {templates: lsm, backups: {keeping: versioned, days: 90 days}}}` chooses store by store.
The numbers that are not written are those of `stores/keepings.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import (
    PrivateAttr,
    SerializerFunctionWrapHandler,
    field_validator,
    model_serializer,
    model_validator,
)

from scenarios.keepings import keeping_of, known_keepings
from scenarios.quantities import Quantity, UnitMismatch, parse_quantity
from scenarios.strict import Errors, Strict, nearest_names, wrong
from sim.gallery.keeping import NUMBERS, Keeping, Kind
from sim.operator.profile import GALLERY, KEPT_WHOLE, RULED

WHOLE_KINDS = (Kind.TOMBSTONE_FOREVER, Kind.VERSIONED, Kind.REWRITE)
"""What is kept whole is kept for ever, for some days, or not at all."""


class StoreRule(Strict):
    """A manner of keeping by its name, with the numbers that are other than the data file's."""

    keeping: str
    threshold: Quantity | None = None
    days: Quantity | None = None
    log_days: Quantity | None = None
    page: Quantity | None = None
    outgrown: Quantity | None = None
    _manner: Keeping = PrivateAttr()

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"keeping": value} if isinstance(value, str) else value

    @field_validator("keeping")
    @classmethod
    def _known(cls, value: str) -> str:
        return known_manner(value)

    @field_validator("threshold", "days", "log_days", "page", "outgrown", mode="before")
    @classmethod
    def _quantity(cls, value: object, info: Any) -> object:
        try:
            return parse_quantity(value, _UNITS[info.field_name])
        except UnitMismatch as error:
            raise wrong(str(error), error.expected) from None

    @model_validator(mode="after")
    def _hangs_together(self) -> StoreRule:
        known = known_keepings()[self.keeping]
        numbers = {name: float(value.value) for name, value in known.values.items()}
        try:
            self._manner = keeping_of(self.keeping, numbers | self._written())
        except ValueError as error:
            numbers_of = ", ".join(NUMBERS[Kind(self.keeping)]) or "no numbers"
            raise wrong(str(error), f"{self.keeping} with {numbers_of}") from None
        return self

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> Any:
        numbers = {
            name: getattr(self, name).as_written() for name in _UNITS if name in self._written()
        }
        return {"keeping": self.keeping, **numbers} if numbers else self.keeping

    def _written(self) -> dict[str, float]:
        found = {name: getattr(self, name) for name in _UNITS}
        return {name: quantity.value for name, quantity in found.items() if quantity is not None}

    @property
    def manner(self) -> Keeping:
        """The manner as the model takes it."""
        return self._manner


_UNITS = {
    "threshold": "1",
    "days": "days",
    "log_days": "days",
    "page": "bytes",
    "outgrown": "1",
}

_A_NAME = {"type": "string", "enum": [str(kind) for kind in Kind]}
_A_NUMBER = {"type": ["string", "number"]}
STORES_SCHEMA: dict[str, Any] = {
    "anyOf": [
        _A_NAME,
        {
            "type": "object",
            "propertyNames": {"enum": list(RULED)},
            "additionalProperties": {
                "anyOf": [
                    _A_NAME,
                    {
                        "type": "object",
                        "properties": {"keeping": _A_NAME, **dict.fromkeys(_UNITS, _A_NUMBER)},
                        "required": ["keeping"],
                        "additionalProperties": False,
                    },
                ]
            },
        },
    ]
}
"""For editors: one manner for all stores of faces, or one a store."""


def known_manner(name: str) -> str:
    """Return the name of a manner of keeping, or raise what is wrong with it."""
    names = tuple(known_keepings())
    if name not in names:
        nearest = nearest_names(name, names)
        raise wrong(f"there is no manner of keeping '{name}'", ", ".join(names), nearest)
    return name


def unknown_stores(written: object) -> Errors:
    """Return an error for every store of some rules, as written, that there is not."""
    return [
        ((str(name),), wrong(f"'{name}' is not a store", ", ".join(RULED),
                             nearest_names(name, RULED), at_key=True))
        for name in (written if isinstance(written, dict) else ())
        if name not in RULED
    ]  # fmt: skip


def wrong_rules(rules: Mapping[str, StoreRule]) -> Errors:
    """Return an error for every rule that its store cannot have."""
    kinds = ", ".join(WHOLE_KINDS)
    return [
        ((store,), wrong(f"the {store} cannot keep by '{rule.keeping}': it is kept whole", kinds))
        for store, rule in rules.items()
        if store in KEPT_WHOLE and rule.manner.kind not in WHOLE_KINDS
    ]


def idle_rules(rules: Mapping[str, StoreRule], reached: Sequence[str]) -> Errors:
    """Return an error for every rule of a store of faces that has nothing to keep.

    Args:
        rules: by store.
        reached: the stores of faces that hold something which an erasure reaches.
    """
    return [
        ((store,), wrong(f"the {store} of this profile hold nothing that an erasure reaches",
                         ", ".join((*reached, *KEPT_WHOLE)), at_key=True))
        for store in rules
        if store in GALLERY and store not in reached
    ]  # fmt: skip
