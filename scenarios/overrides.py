"""`--set key=value`: one value of a scenario replaced from the command line.

A key is the dotted name of a parameter or of a field of the file (`people`,
`operator.strategy`, `horizon.to`, `cases.0.stay`). The value is read like a value in the file,
and what is wrong with it is reported like a fault in the file, with `--set` as its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from generators.errors import Fault, ScenarioError
from scenarios.faults import SET
from scenarios.operator_files import DEFAULT_PROFILE, stores_of
from scenarios.strict import nearest_names
from scenarios.yaml_marks import Mark, MarkedYaml, Path_, shown
from scenarios.yaml_reader import read_yaml
from sim.operator.profile import RULED

FIELDS = (
    "question",
    "rests_on",
    "counterfactual",
    "beside",
    "world",
    "people",
    "fidelity",
    "horizon.from",
    "horizon.to",
    "operator.profile",
    "operator.strategy",
    "operator.stores",
    "cases",
    "interventions",
)
_STORES: Path_ = ("operator", "stores")
_IN_CASE = re.compile(
    r"cases\.(\d{1,3})\.(stay|record|order_of|clauses|reading|(?:dates|amounts)(?:\.[a-z_]+)?)"
)


def apply_overrides(
    document: MarkedYaml, overrides: Sequence[str], parameters: Iterable[str]
) -> tuple[frozenset[str], list[Fault]]:
    """Replace values of a document in place.

    Args:
        document: the scenario file as marked data; its data must be a mapping.
        overrides: texts `key=value`.
        parameters: names of the model's parameters.

    Returns:
        The parameters set, and a fault for every override that could not be applied.
    """
    names = tuple(parameters)
    pinned: set[str] = set()
    faults: list[Fault] = []
    for text in overrides:
        try:
            key, value = _parsed(text)
            path = _path_of(key, names, document.data)
        except ScenarioError as error:
            faults += error.faults
            continue
        if path[0] == "parameters":
            pinned.add(str(path[1]))
        _replace(document, path, value)
    return frozenset(pinned), faults


def set_keys(overrides: Iterable[str]) -> frozenset[str]:
    """Return the keys that texts `key=value` replace."""
    return frozenset(text.partition("=")[0].strip() for text in overrides)


def _parsed(text: str) -> tuple[str, MarkedYaml]:
    key, equals, written = text.partition("=")
    key = key.strip()
    if not equals or not key:
        raise ScenarioError(
            Fault(
                f"'{shown(text)}' is not an override",
                file=SET,
                found=shown(text),
                expected="key=value, such as people=20000",
            )
        )
    value = read_yaml(written.strip(), SET)
    if value.faults:
        nowhere: dict[str, Any] = {
            "line": None,
            "column": None,
            "excerpt": None,
            "found": shown(written),
        }
        raise ScenarioError(
            [
                replace(f, message=f"{f.message}, in the value", key=shown(key), **nowhere)
                for f in value.faults
            ]
        )
    return key, value


def _path_of(key: str, parameters: tuple[str, ...], data: Any) -> Path_:
    name = key.removeprefix("parameters.")
    if name in parameters:
        return ("parameters", name)
    if key in FIELDS:
        return tuple(key.split("."))
    store = key.removeprefix("operator.stores.")
    if store in RULED and store != key:
        return ("operator", "stores", store)
    case = _IN_CASE.fullmatch(key)
    cases = data.get("cases")
    cases = cases if isinstance(cases, tuple) else ()
    if case and int(case[1]) < len(cases):
        return ("cases", int(case[1]), *case[2].split("."))
    stores = (f"operator.stores.{store}" for store in RULED)
    known = (*parameters, *FIELDS, *stores, *(f"cases.{i}.stay" for i in range(len(cases))))
    raise ScenarioError(
        Fault(
            f"unknown name '{shown(key)}'",
            file=SET,
            key=shown(key),
            found=shown(key),
            expected="a parameter (`efface list parameters`) or a field of the scenario file",
            nearest=nearest_names(key, known),
        )
    )


def _spread(document: MarkedYaml) -> None:
    """Write one manner of keeping for all stores of faces store by store, one to be replaced."""
    operator = document.data.get("operator")
    manner = operator.get("stores") if isinstance(operator, dict) else None
    if isinstance(manner, str):
        each = dict.fromkeys(stores_of(operator.get("profile", DEFAULT_PROFILE)), manner)
        document.data = _with(document.data, _STORES, each)


def _replace(document: MarkedYaml, path: Path_, value: MarkedYaml) -> None:
    """Put a value at a path, making the mappings on the way, and mark it as set."""
    if len(path) > len(_STORES) and path[: len(_STORES)] == _STORES:
        _spread(document)
    document.data = _with(document.data, path, value.data)
    for old in [p for p in document.marks if p[: len(path)] == path]:
        del document.marks[old]
    for sub, mark in value.marks.items():
        document.marks[(*path, *sub)] = mark
    for depth in range(1, len(path)):
        document.marks.setdefault(path[:depth], Mark(1, 1, "", 1, 1, SET))


def _with(data: Any, path: Path_, value: Any) -> Any:
    if not path:
        return value
    part, rest = path[0], path[1:]
    if isinstance(data, tuple) and isinstance(part, int):
        return (*data[:part], _with(data[part], rest, value), *data[part + 1 :])
    base = dict(data) if isinstance(data, dict) else {}
    base[str(part)] = _with(base.get(str(part)), rest, value)
    return base
