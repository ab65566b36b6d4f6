"""From the models' validation errors to faults that a person can act on.

Each error becomes a sentence with the place in the file (or `--set`), what was found there, what
is expected and the nearest names; all of them at once, in the order of the file.
"""

from __future__ import annotations

import re
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generators.errors import Fault
from scenarios.strict import nearest_names
from scenarios.yaml_marks import Mark, MarkedYaml, Path_, dotted, shown, written

SET = "--set"
"""What stands for the file where a value comes from the command line."""

_EXPECTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "string_type": "text",
    "bool_type": "true or false",
    "tuple_type": "a list, such as [a, b]",
    "dict_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "too_short": "a list of {min_length} or more, such as [a]",
    "string_too_short": "a text, not an empty one (length {min_length} or more)",
    "string_too_long": "at most {max_length} characters",
    "greater_than_equal": "{ge:,} or more",
    "less_than_equal": "{le:,} or less",
}
"""What is expected where an error of that type is raised; the fields are the error's context."""


def faults_of(error: ValidationError, document: MarkedYaml, model: type[BaseModel]) -> list[Fault]:
    """Return every error of a validation as a fault, in the order of the file.

    Args:
        error: what pydantic raised for `document.data`.
        document: the marked data.
        model: the model that was validated.
    """
    errors = error.errors(include_url=False)
    faults = [_fault(one, document, model) for one in errors if not _not_meant(one, errors)]
    return sorted(faults, key=lambda f: (f.file == SET, f.line or 0, f.column or 0))


def _not_meant(details: ErrorDetails, errors: list[ErrorDetails]) -> bool:
    """Return whether a mapping is said to be no text where it was read as a model and is wrong."""
    *place, branch = details["loc"] or ("",)
    if branch != "str" or details["type"] != "string_type":
        return False
    others = (one["loc"][len(place) :] for one in errors if list(one["loc"][: len(place)]) == place)
    return any(len(rest) > 1 and _names_branch(rest[0]) for rest in others)


def _fault(details: ErrorDetails, document: MarkedYaml, model: type[BaseModel]) -> Fault:
    kind, path = details["type"], _path(details["loc"], document)
    context: dict[str, Any] = details.get("ctx", {})
    against = _set_against(context, path, document)
    path = against or path
    missing, unknown = kind == "missing", kind == "extra_forbidden"
    mark = _mark(path[:-1] if missing else path, document)
    found: str | None = mark.text or written(_value(path, document))
    expected: str | None = None
    nearest: tuple[str, ...] = ()
    name = _name(path)
    if missing:
        message, found, expected = f"the key '{name}' is missing", "nothing", f"'{name}'"
    elif unknown:
        known = known_keys(model, path)
        message, found, expected = f"unknown key '{name}'", name, ", ".join(known)
        nearest = nearest_names(name, known)
    elif kind == "efface":
        message, expected = shown(context["message"], 200), context["expected"] or None
        nearest = context["nearest"]
        if context["at_key"]:
            unknown, found = True, name
        if against:
            message = f"{dotted(path)}={shown(found)}: {message}"
    elif kind in ("literal_error", "enum"):
        choices = re.findall(r"'([^']*)'", context["expected"])
        message = f"'{name}' cannot be '{shown(found)}'"
        expected = " or ".join(choices) if choices else str(context["expected"])
        nearest = nearest_names(found, choices)
    else:
        message = f"'{name}' is not what it should be" if name else "is not a scenario"
        expected = _EXPECTED.get(kind, "").format_map(context) or details["msg"].removeprefix(
            "Input should be "
        )
    return _placed(message, path, mark, document, unknown, shown(found), expected, nearest)


def _set_against(context: dict[str, Any], path: Path_, document: MarkedYaml) -> Path_:
    """Return the path of what was set at odds with a value that the file has, () if nothing was."""
    other: Path_ = tuple(context.get("against", "").split("."))
    of_file = _mark(path, document).file != SET
    return (
        other if of_file and other in document.marks and document.marks[other].file == SET else ()
    )


def _placed(
    message: str,
    path: Path_,
    mark: Mark,
    document: MarkedYaml,
    at_key: bool,
    found: str,
    expected: str | None,
    nearest: tuple[str, ...],
) -> Fault:
    key = dotted(path)
    if mark.file == SET:
        if _name(path) not in message:
            message = f"{key}: {message}"
        return Fault(message, file=SET, key=key, found=found, expected=expected, nearest=nearest)
    line, column = (mark.key_line, mark.key_column) if at_key else (mark.line, mark.column)
    return document.fault(
        message, line, column, key=key, found=found, expected=expected, nearest=nearest
    )


def _path(loc: tuple[str | int, ...], document: MarkedYaml) -> Path_:
    """Return an error's location without the names that pydantic gives to union branches."""
    path: Path_ = ()
    for i, part in enumerate(loc):
        known = (*path, part) in document.marks
        if known or i == len(loc) - 1 or not _names_branch(part):
            path = (*path, part)
    return path


def _names_branch(part: str | int) -> bool:
    """Return whether a part names a type of a union: a plain one, or a model by its class."""
    if not isinstance(part, str):
        return False
    return "[" in part or part in ("dict", "str", "date") or part[:1].isupper()


def _name(path: Path_) -> str:
    """Return what a message calls a key: its last word, or all of it where that is a number."""
    if not path:
        return ""
    return dotted(path) or "" if isinstance(path[-1], int) else shown(path[-1])


def _value(path: Path_, document: MarkedYaml) -> Any:
    """Return what stands at a path, or at its nearest ancestor that the file has."""
    value = document.data
    for part in path:
        held = dict(enumerate(value)) if isinstance(value, tuple) else value
        if not isinstance(held, dict) or part not in held:
            break
        value = held[part]
    return value


def _mark(path: Path_, document: MarkedYaml) -> Mark:
    """Return the mark of a path, or of its nearest ancestor that the file has."""
    while path not in document.marks:
        path = path[:-1]
    return document.marks[path]


def known_keys(model: type[BaseModel], path: Path_) -> tuple[str, ...]:
    """Return the keys that may stand where the last part of a path stands."""
    current: type[BaseModel] | None = model
    for part in path[:-1]:
        if current is None or isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in current.model_fields.items()}
        annotation: Any = fields[str(part)].annotation if str(part) in fields else None
        options = [annotation, *get_args(annotation)]
        current = next(
            (o for o in options if isinstance(o, type) and issubclass(o, BaseModel)), None
        )
    if current is None:
        return ()
    return tuple(field.alias or name for name, field in current.model_fields.items())
