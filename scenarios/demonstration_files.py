"""Demonstrations as data files: two short pairs of runs for every intervention and strategy, and
for some manners of keeping what was erased.

In the first pair it moves a named measure through the actor it acts on; in the second the public
record's circumstances (a stay, no jurisdiction, no means of collection) leave that measure where
it was. `demonstrations/NAME.yaml` holds both as changes to a scenario of the library, and a
newcomer's intervention gets a file like those. `scenarios.demonstrate` runs them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator

from generators.errors import Fault, ScenarioError
from scenarios.faults import faults_of
from scenarios.format import FEWEST_PEOPLE, MOST_PEOPLE
from scenarios.scenario import LoadedScenario, library, library_folder, scenario_from_document
from scenarios.strict import Errors, Strict, as_date, nearest_names, several, wrong
from scenarios.yaml_marks import MarkedYaml, Path_, read_text
from scenarios.yaml_reader import read_yaml
from sim.fidelity import Fidelity
from sim.gallery.keeping import Kind
from sim.interventions.registry import interventions
from sim.measures import measures_at
from sim.setup import StrategyName

ACTED_BY: dict[str, tuple[str, ...]] = {
    "desk": ("operator",),
    "crawler": ("operator",),
    "gallery": ("operator",),
    "purse": ("operator", "authority"),
    "people": ("people",),
    "customers": ("operator", "customer"),
    "platforms": ("platform",),
}
"""Through whom something acts, and who in the log acts for them (`sim.events.Event.actor`): what
is collected by force leaves the purse by an act of the authority's."""
OF_AN_ARM = ("operator", "cases", "interventions")
"""Keys of a scenario that the two runs of a pair may differ in."""
OF_BOTH = ("world", "horizon", "parameters")
"""Keys that hold in both runs, as they do in every arm of a question."""

Changes = dict[str, Any]


def _known_keys(changes: Changes, allowed: Sequence[str]) -> Changes:
    errors: Errors = [
        ((key,), wrong(f"'{key}' cannot be changed here", ", ".join(allowed),
                       nearest_names(key, allowed), at_key=True))
        for key in changes
        if key not in allowed
    ]  # fmt: skip
    several("changes", errors)
    return changes


class PairOfRuns(Strict):
    """Two runs that differ by what is demonstrated.

    Attributes:
        says: one sentence about what the pair shows, opening with "In this model".
        scenario: keys of the first run that are laid over the base; `world`, `horizon` and
            `parameters` hold in the second as well.
        against: keys of the second run that are laid over the base.
    """

    says: str = Field(min_length=1, max_length=500)
    scenario: Changes = Field(min_length=1)
    against: Changes = Field(default_factory=dict)

    @field_validator("says")
    @classmethod
    def _of_the_model(cls, value: str) -> str:
        if not value.startswith("In this model"):
            raise wrong("does not say of what it speaks", "a sentence: In this model ...")
        return value

    @field_validator("scenario")
    @classmethod
    def _keys(cls, value: Changes) -> Changes:
        return _known_keys(value, (*OF_AN_ARM, *OF_BOTH))

    @field_validator("against")
    @classmethod
    def _own_keys(cls, value: Changes) -> Changes:
        return _known_keys(value, OF_AN_ARM)


class Moving(PairOfRuns):
    """The pair in which the measure moves.

    Attributes:
        direction: whether the first run's measure is above or below the second's.
        because: kinds of events of the first run's log, from what the actor did back to its first
            cause.
    """

    direction: Literal["up", "down"]
    because: tuple[str, ...] = Field(min_length=1)


class Unmoved(PairOfRuns):
    """The pair in which it does not.

    Attributes:
        why: the circumstance, in a few words (`stay`, `no jurisdiction`).
        log: kind of the event of the first run's log that tells it.
    """

    why: str = Field(min_length=1, max_length=100)
    log: str = Field(min_length=1)


class DemonstrationFile(Strict):
    """One demonstration, as written.

    Attributes:
        about: the intervention, strategy or manner of keeping, which the first run of each pair
            has; also the file's name.
        actor: through whom it acts (`ACTED_BY`).
        measure: name of the measure.
        at: the day of its reading as an ISO date, or "" for a measure of the whole run.
        moves: the pair in which it moves.
        unmoved: the pair in which it does not.
        base: the scenario of the library that both pairs change.
        people: simulated people.
        replications: paired replications.
    """

    about: str
    actor: str
    measure: str
    at: str = ""
    moves: Moving
    unmoved: Unmoved
    base: str
    people: Annotated[int, Field(ge=FEWEST_PEOPLE, le=MOST_PEOPLE)] = 3000
    replications: Annotated[int, Field(ge=2, le=100)] = 6

    @field_validator("at")
    @classmethod
    def _a_day(cls, value: str) -> str:
        return as_date(value).isoformat() if value else value

    @field_validator("about", "actor", "measure", "base")
    @classmethod
    def _known(cls, value: str, info: Any) -> str:
        known, what = {
            "about": (
                (*interventions(), *map(str, StrategyName), *map(str, Kind)),
                "intervention, strategy or manner of keeping",
            ),
            "actor": (tuple(ACTED_BY), "actor"),
            "measure": (tuple(measures_at(Fidelity.SCORES)), "measure"),
            "base": (tuple(library()), "scenario of the library"),
        }[info.field_name]
        if value not in known:
            raise wrong(f"there is no {what} '{value}'", ", ".join(known),
                        nearest_names(value, known))  # fmt: skip
        return value


@dataclass(frozen=True)
class Demonstration:
    """A demonstration, checked whole.

    Attributes:
        file: what its file says.
        path: the file.
        moves: both runs of the pair in which the measure moves, the one with it first.
        unmoved: both runs of the other pair.
    """

    file: DemonstrationFile
    path: Path
    moves: tuple[LoadedScenario, LoadedScenario]
    unmoved: tuple[LoadedScenario, LoadedScenario]


def demonstrations_folder() -> Path:
    """Return the folder of the shipped demonstrations."""
    return Path(str(resources.files("scenarios").joinpath("demonstrations")))


@cache
def demonstrations() -> tuple[str, ...]:
    """Return the names of the shipped demonstrations, sorted."""
    return tuple(sorted(path.stem for path in demonstrations_folder().glob("*.yaml")))


def load_demonstration(name_or_path: str) -> Demonstration:
    """Return a demonstration, checked whole.

    Args:
        name_or_path: a name of the shipped ones, or the path of a YAML file.

    Raises:
        ScenarioError: no such demonstration, or everything that is wrong with the file.
    """
    path = Path(name_or_path)
    if path.suffix not in (".yaml", ".yml"):
        if name_or_path not in demonstrations():
            raise ScenarioError(
                Fault(
                    f"there is no demonstration '{name_or_path}'",
                    found=name_or_path,
                    expected=f"{', '.join(demonstrations())}, or the path of a .yaml file",
                    nearest=nearest_names(name_or_path, demonstrations()),
                )
            )
        path = demonstrations_folder() / f"{name_or_path}.yaml"
    return demonstration_from_text(read_text(path), path)


def demonstration_from_text(text: str, path: Path) -> Demonstration:
    """Return a demonstration from the text of its file; errors as `load_demonstration`."""
    document = read_yaml(text, str(path))
    if document.faults:
        raise ScenarioError(document.faults)
    try:
        file = DemonstrationFile.model_validate(document.data)
    except ValidationError as error:
        raise ScenarioError(faults_of(error, document, DemonstrationFile)) from None
    faults: list[Fault] = []
    if file.about != path.stem:
        mark = document.marks["about",]
        faults.append(
            document.fault(
                "the file is named otherwise", mark.line, mark.column,
                key="about", found=file.about, expected=path.stem,
            )
        )  # fmt: skip
    runs: dict[Path_, LoadedScenario] = {}
    for pair, which in (
        ("moves", "scenario"), ("moves", "against"), ("unmoved", "scenario"), ("unmoved", "against")
    ):  # fmt: skip
        try:
            runs[pair, which] = _run(document, file, path, pair, which)
        except ScenarioError as error:
            faults += [fault for fault in error.faults if fault not in faults]
            continue
        if which == "scenario" and not faults and not _has(runs[pair, which], file.about):
            mark = document.marks[pair, which]
            faults.append(
                document.fault(
                    f"the first run has no '{file.about}'", mark.line, mark.column,
                    key=which, found="none of its interventions or stores, nor its strategy",
                    expected=f"'{file.about}'",
                )
            )  # fmt: skip
    if faults:
        raise ScenarioError(faults)
    return Demonstration(
        file,
        path,
        (runs["moves", "scenario"], runs["moves", "against"]),
        (runs["unmoved", "scenario"], runs["unmoved", "against"]),
    )


def _has(run: LoadedScenario, about: str) -> bool:
    """Return whether a run has an intervention, a strategy, or a store that keeps in a manner."""
    operator, interventions = run.scenario.operator, run.scenario.interventions
    manners = (rule.keeping for rule in operator.stores.values())
    return about in (operator.strategy, *(one.kind for one in interventions), *manners)


def _run(
    document: MarkedYaml, file: DemonstrationFile, path: Path, pair: str, which: str
) -> LoadedScenario:
    """Return one run of a pair: the base with the changes laid over it, each with its mark."""
    base = library_folder() / f"{file.base}.yaml"
    based = read_yaml(read_text(base), str(base))
    at = document.marks["base",]
    laid = MarkedYaml(
        file=document.file,
        lines=document.lines,
        data={**based.data, "counterfactual": None, "beside": (), "people": file.people},
        marks=dict.fromkeys(based.marks, at),
    )
    _lay(laid, document, (pair, which), (*OF_AN_ARM, *OF_BOTH))
    if which == "against":
        _lay(laid, document, (pair, "scenario"), OF_BOTH)
    return scenario_from_document(laid, path, at=(pair, which))


def _lay(laid: MarkedYaml, document: MarkedYaml, at: Path_, keys: Sequence[str]) -> None:
    """Lay the keys that stand below a place of a document over a scenario, in place.

    Of keys that hold several values (`operator`, `horizon`, `parameters`) only those that are
    named change; a list takes the place of the base's.
    """
    pair, which = at
    changes = document.data[pair].get(which, {})
    for key in (key for key in keys if key in changes):
        old, new = laid.data.get(key), changes[key]
        if isinstance(old, dict) and isinstance(new, dict):
            new = {**old, **new}
        else:
            laid.marks = {p: mark for p, mark in laid.marks.items() if p[:1] != (key,)}
        laid.data[key] = new
        for place, mark in document.marks.items():
            if place[:3] == (pair, which, key):
                laid.marks[place[2:]] = mark
