"""The scenario file format: frozen, strict models that say everything wrong in one pass.

The format is described for people in `docs/scenarios.md`. Checks that need more than the file
(names of scenarios and parameters, the record) read it from the `Surroundings` that the loader
hands over as validation context.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    Field,
    PrivateAttr,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    field_serializer,
    field_validator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from scenarios.cases import World, can_be_simulated, simulable, windows
from scenarios.format_case import Case
from scenarios.format_parts import Horizon, Intervention, Operator, too_late
from scenarios.public_record import nearest_id
from scenarios.quantities import Quantity, UnitMismatch, parse_quantity
from scenarios.strict import (
    Errors,
    Strict,
    Surroundings,
    nearest_names,
    several,
    surroundings,
    with_more,
    wrong,
)
from sim.dates import date_of
from sim.fidelity import IN_THIS_VERSION, Fidelity
from sim.parameters import Parameters

FEWEST_PEOPLE = 100
MOST_PEOPLE = 10_000_000


class Scenario(Strict):
    """One question asked of the simulation, as a scenario file holds it."""

    format: Literal[1]
    question: str = Field(min_length=1, max_length=500)
    rests_on: tuple[str, ...] = Field(min_length=1)
    counterfactual: str | None = None
    beside: tuple[str, ...] = ()
    world: World = "as-recorded"
    horizon: Horizon
    people: int = Field(ge=FEWEST_PEOPLE, le=MOST_PEOPLE)
    fidelity: Annotated[
        Fidelity, WithJsonSchema({"type": "string", "enum": [str(f) for f in IN_THIS_VERSION]})
    ] = Fidelity.SCORES
    operator: Operator
    cases: tuple[Case, ...] = ()
    interventions: tuple[Intervention, ...] = ()
    parameters: dict[str, Annotated[Quantity, WithJsonSchema({"type": ["string", "number"]})]] = (
        Field(default_factory=dict)
    )
    _name: str = PrivateAttr(default="")

    @property
    def name(self) -> str:
        """Return the scenario's name: the file's name without its ending."""
        return self._name

    @model_validator(mode="after")
    def _take_name(self, info: ValidationInfo) -> Scenario:
        self._name = surroundings(info).name
        return self

    @field_validator("format", mode="before")
    @classmethod
    def _a_whole_number(cls, value: object) -> object:
        # A literal compares by ==, which lets `true` and `1.0` through.
        return value if type(value) is int else str(value)

    @field_validator("rests_on")
    @classmethod
    def _known_entries(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        record = surroundings(info).record
        errors: Errors = []
        for i, id in enumerate(value):
            if id not in record.ids:
                message = f"the record has no entry '{id}'"
                nearest = nearest_id(record, id)
                errors.append(((i,), wrong(message, "an id of the public record", nearest)))
            elif id in value[:i]:
                errors.append(((i,), wrong(f"'{id}' is listed twice", "each entry once")))
            elif i == 0 and not can_be_simulated(record, id):
                message = (
                    "the first entry is the case that the question is about, and this one cannot "
                    "be simulated"
                )
                errors.append(((i,), wrong(message, " or ".join(simulable(record)))))
        several("rests_on", errors)
        return value

    @field_validator("horizon")
    @classmethod
    def _long_enough(cls, value: Horizon, info: ValidationInfo) -> Horizon:
        deadline = None
        if "rests_on" in info.data:
            looks = windows(surroundings(info).record, info.data["rests_on"][0], 0, 0)
            deadline = date_of(looks.delete_deadline)
        several("horizon", value.wrong_days(deadline))
        return value

    @field_validator("counterfactual")
    @classmethod
    def _another_scenario(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None:
            _check_arm(value, surroundings(info))
        return value

    @field_validator("beside")
    @classmethod
    def _other_scenarios(cls, value: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        errors: Errors = []
        for i, name in enumerate(value):
            try:
                _check_arm(name, surroundings(info))
                if name in value[:i] or name == info.data.get("counterfactual"):
                    raise wrong(f"'{name}' is an arm already", "each arm once")
            except PydanticCustomError as error:
                errors.append(((i,), error))
        several("beside", errors)
        return value

    @field_validator("fidelity", mode="before")
    @classmethod
    def _in_this_version(cls, value: object) -> object:
        named = tuple(str(fidelity) for fidelity in IN_THIS_VERSION)
        if value == Fidelity.TEMPLATES:
            raise wrong("the fidelity 'templates' is not in this version", " or ".join(named))
        if value not in named:
            nearest = nearest_names(value, named) if isinstance(value, str) else ()
            raise wrong("is not a fidelity", " or ".join(named), nearest)
        return Fidelity(str(value))

    @field_validator("cases")
    @classmethod
    def _once_and_within_the_run(
        cls, value: tuple[Case, ...], info: ValidationInfo
    ) -> tuple[Case, ...]:
        errors: Errors = []
        for i, case in enumerate(value):
            if any(case.record == other.record for other in value[:i]):
                message = f"'{case.record}' is listed twice"
                errors.append(((i, "record"), wrong(message, "each case once")))
            if "horizon" in info.data:
                errors += [((i, *at), error) for at, error in case.after(info.data["horizon"].to)]
        if value and info.data.get("world") == "none":
            message = "a world without cases lists one"
            expected = "another world, or a scenario without cases (--set cases=[])"
            errors.append(((0, "record"), wrong(message, expected, against="world")))
        several("cases", errors)
        return value

    @field_validator("interventions", mode="wrap")
    @classmethod
    def _within_the_run(
        cls, value: object, handler: ValidatorFunctionWrapHandler, info: ValidationInfo
    ) -> tuple[Intervention, ...]:
        late = too_late(value, info.data["horizon"]) if "horizon" in info.data else []
        try:
            read: tuple[Intervention, ...] = handler(value)
        except ValidationError as error:
            with_more("interventions", error, late)
        several("interventions", late)
        return read

    @field_validator("parameters", mode="before")
    @classmethod
    def _quantities(cls, value: object, info: ValidationInfo) -> dict[str, Quantity]:
        if not isinstance(value, dict):
            raise wrong("is not a set of parameters", "names with their quantities")
        table = surroundings(info).parameters
        read: dict[str, Quantity] = {}
        errors: Errors = []
        for name, written in value.items():
            try:
                read[name] = _quantity(name, written, table)
            except PydanticCustomError as error:
                errors.append(((name,), error))
        several("parameters", errors)
        return dict(sorted(read.items()))

    @field_serializer("parameters")
    def _as_written(self, value: dict[str, Quantity]) -> dict[str, str | int | float]:
        return {name: quantity.as_written() for name, quantity in value.items()}


def _check_arm(name: str, around: Surroundings) -> None:
    if name == around.name:
        raise wrong("a scenario cannot be compared with itself", "another scenario's name")
    if name not in around.scenarios:
        raise wrong(
            f"there is no scenario '{name}'",
            "a name of the library, or of a file in the same folder",
            nearest_names(name, around.scenarios),
        )


def _quantity(name: str, written: object, table: Parameters) -> Quantity:
    if name not in table:
        raise wrong(
            f"unknown parameter '{name}'",
            "a name that `efface list parameters` prints",
            nearest_names(name, tuple(table)),
            at_key=True,
        )
    parameter = table.parameter(name)
    try:
        quantity = parse_quantity(written, parameter.unit)
    except UnitMismatch as error:
        raise wrong(f"'{name}' {error}", error.expected) from None
    if not parameter.least <= quantity.value <= parameter.most:
        unit = "" if parameter.unit == "1" else f" {parameter.unit}"
        raise wrong(
            f"'{name}' cannot be {quantity.value:,.12g}{unit}",
            f"{parameter.least:,.12g} to {parameter.most:,.12g}{unit}",
        )
    return quantity


def json_schema(table: Parameters) -> dict[str, Any]:
    """Return the JSON schema of the file format, the parameters' names and meanings included.

    Args:
        table: the model's parameters.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    parameters = schema["properties"]["parameters"]
    either = parameters.pop("additionalProperties")
    parameters["additionalProperties"] = False
    parameters["properties"] = {
        name: {**either, "description": f"{row.what} (in {row.unit})"}
        for name, row in table.table.items()
    }
    return schema
