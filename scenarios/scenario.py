"""Loading a scenario: a name of the library or a file, overrides, and everything wrong at once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from generators.errors import Fault, ParameterError, ScenarioError
from scenarios.faults import faults_of
from scenarios.format import Scenario
from scenarios.overrides import apply_overrides
from scenarios.public_record import load_record
from scenarios.strict import Surroundings, nearest_names
from scenarios.yaml_marks import MarkedYaml, Path_, read_text
from scenarios.yaml_reader import read_yaml
from sim.fidelity import Fidelity
from sim.interventions.registry import interventions
from sim.operator.together import require_possible
from sim.parameters import Parameters, load_parameters

__all__ = [
    "LoadedScenario",
    "Scenario",
    "library",
    "load_scenario",
    "scenario_hash",
    "scenario_yaml",
]

MOST_FAULTS = 50
"""Faults of a file beyond these are counted, not told."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")


@dataclass(frozen=True)
class LoadedScenario:
    """A scenario with where it came from and the parameters that it runs with.

    Attributes:
        scenario: the resolved scenario, overrides included.
        path: the file.
        parameters: every parameter of the model, with the scenario's values.
        pinned: parameters that the scenario or `--set` has set; a range run keeps them.
        overridden: those of them that `--set` has set.
        overrides: the `key=value` texts.
        at: keys below which the scenario stands in its file; none where it is the whole file.
    """

    scenario: Scenario
    path: Path
    parameters: Parameters
    pinned: frozenset[str]
    overridden: frozenset[str] = frozenset()
    overrides: tuple[str, ...] = ()
    at: Path_ = ()

    @property
    def name(self) -> str:
        """Return the scenario's name."""
        return self.scenario.name

    def set_by(self, parameter: str) -> str:
        """Return who set a parameter: `default`, `scenario` or `--set`."""
        if parameter in self.overridden:
            return "--set"
        return "scenario" if parameter in self.pinned else "default"


def library_folder() -> Path:
    """Return the folder of the shipped scenario files."""
    return Path(str(resources.files("scenarios").joinpath("library")))


def library() -> list[str]:
    """Return the names of the shipped scenarios, sorted."""
    return sorted(path.stem for path in library_folder().glob("*.yaml"))


def find_scenario(name_or_path: str) -> Path:
    """Return the file that a name of the library, or a path, stands for.

    Raises:
        ScenarioError: neither; the error holds the nearest names of the library.
    """
    path = Path(name_or_path)
    if "/" in name_or_path or "\\" in name_or_path or path.suffix in (".yaml", ".yml"):
        return path
    if name_or_path in library():
        return library_folder() / f"{name_or_path}.yaml"
    raise ScenarioError(
        Fault(
            f"there is no scenario '{name_or_path}'",
            found=name_or_path,
            expected="a name that `efface list` prints, or the path of a .yaml file",
            nearest=nearest_names(name_or_path, library()),
        )
    )


def load_scenario(name_or_path: str, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Return a scenario, checked whole.

    Args:
        name_or_path: a name of the library, or a path to a YAML file.
        overrides: texts `key=value`, applied in order.

    Raises:
        ScenarioError: every fault of file and overrides at once, each with its place.
    """
    path = find_scenario(name_or_path)
    _require_name(path)
    return scenario_from_text(read_text(path), path, overrides)


def scenario_from_text(text: str, path: Path, overrides: Sequence[str] = ()) -> LoadedScenario:
    """Return a scenario from the text of its file; arguments and errors as `load_scenario`."""
    return scenario_from_document(read_yaml(text, str(path)), path, overrides)


def scenario_from_document(
    document: MarkedYaml, path: Path, overrides: Sequence[str] = (), at: Path_ = ()
) -> LoadedScenario:
    """Return a scenario from marked data.

    Args:
        document: the scenario's keys and values; overrides are applied to it in place.
        path: the file that it comes from.
        overrides: as `load_scenario`.
        at: keys below which the scenario stands in that file.

    Raises:
        ScenarioError: as `load_scenario`.
    """
    if not isinstance(document.data, dict):
        if not document.faults:
            found = "an empty file" if document.data is None else "no keys"
            document.faults.append(
                document.fault("is not a scenario", 1, 1, found=found, expected="keys with values")
            )
        raise ScenarioError(_first(document.faults, path))
    table = load_parameters()
    overridden, faults = apply_overrides(document, overrides, table)
    around = Surroundings(
        name=path.stem,
        scenarios=_names_beside(path),
        parameters=table,
        interventions=interventions(),
        record=load_record(),
    )
    try:
        scenario = Scenario.model_validate(document.data, context=around)
    except ValidationError as error:
        faults = document.faults + faults_of(error, document, Scenario) + faults
        raise ScenarioError(_first(faults, path)) from None
    if document.faults or faults:
        raise ScenarioError(_first(document.faults + faults, path))
    values = {name: quantity.value for name, quantity in scenario.parameters.items()}
    parameters = table.with_values(values)
    try:
        require_possible(parameters)
    except ParameterError as error:
        raise ScenarioError([replace(fault, file=str(path)) for fault in error.faults]) from None
    return LoadedScenario(
        scenario=scenario,
        path=path,
        parameters=parameters,
        pinned=frozenset(values),
        overridden=overridden,
        overrides=tuple(overrides),
        at=at,
    )


def _first(faults: list[Fault], path: Path) -> list[Fault]:
    """Return the first of many faults, the last of them the number of the others."""
    more = len(faults) - MOST_FAULTS
    if more <= 0:
        return faults
    rest = Fault(
        f"{more:,} more faults are not told",
        file=str(path),
        found=f"{len(faults):,} faults",
        expected="none; mend those above and check again",
    )
    return [*faults[:MOST_FAULTS], rest]


def beside_or_library(name: str, question: Path) -> Path:
    """Return the file of an arm: next to the question's own file, else in the library."""
    neighbour = question.parent / f"{name}.yaml"
    return neighbour if neighbour.is_file() else library_folder() / f"{name}.yaml"


def _names_beside(path: Path) -> tuple[str, ...]:
    neighbours = {p.stem for p in path.parent.glob("*.yaml")} if path.parent.is_dir() else set()
    return tuple(sorted(neighbours | set(library())))


def _require_name(path: Path) -> None:
    if not _NAME.fullmatch(path.stem):
        raise ScenarioError(
            Fault(
                "the file's name cannot be a scenario's name",
                file=str(path),
                found=repr(path.stem),
                expected="letters, digits, '-', '_' and '.', such as my-question.yaml",
            )
        )


def _plain(scenario: Scenario, mode: str) -> dict[str, Any]:
    plain = scenario.model_dump(mode=mode, by_alias=True)
    # Said only where it is another: a file that says nothing keeps the hash that it always had.
    if scenario.fidelity is Fidelity.SCORES:
        del plain["fidelity"]
    else:
        plain["fidelity"] = str(scenario.fidelity)
    return plain


def scenario_hash(scenario: Scenario) -> str:
    """Return the SHA-256 of the resolved scenario as canonical JSON, in hexadecimal.

    A parameter counts in the table's unit (`2 weeks` is `14 days`); the name does not count.
    """
    text = json.dumps(
        _plain(scenario, "json"), sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def scenario_yaml(scenario: Scenario) -> str:
    """Return the resolved scenario as YAML that `load_scenario` reads again."""
    from ruamel.yaml import YAML

    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style = False
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    stream = StringIO()
    yaml.dump(_lists(_plain(scenario, "python")), stream)
    return stream.getvalue()


def _lists(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lists(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_lists(item) for item in value]
    return value
