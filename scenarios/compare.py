"""Two runs side by side: the first minus the second, replication by replication.

Both must have the same population, seed and horizon: then each pair of replications shares every
draw, and the difference is what the two scenarios (or settings) differ by, not chance.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import Fault, RunFolderError
from scenarios.aggregate import measures_table
from scenarios.finish import units_of
from scenarios.readings import Readings, read_readings
from scenarios.replication import readings_path
from scenarios.report.table import print_grids
from scenarios.report.table_json import entries
from scenarios.report.table_rows import Content, headline_rows
from scenarios.report.table_words import recognition
from scenarios.report.words import counted
from scenarios.roles import Roles
from scenarios.store import Run
from sim.fidelity import Fidelity

if TYPE_CHECKING:
    from rich.console import Console

_SHARED = ("people", "seed", "population_hash", "horizon", "first_replication")
"""What two runs share; only one that begins with another replication than 0 says which."""
_MAKE_PEOPLE = ("people", "seed")
"""What a population follows from: where it differs, so do the people, and it alone is told."""


@dataclass(frozen=True)
class Comparison:
    """A comparison of two runs.

    Attributes:
        first: the run from which the other is taken away.
        second: the other run.
        replications: how many pairs of replications there are.
        scenario: the scenarios under question, first minus second.
        beside: the same for each arm beside the scenario that both runs have.
    """

    first: Run
    second: Run
    replications: int
    scenario: Content
    beside: dict[str, Content]


def compare_runs(first: Run, second: Run) -> Comparison:
    """Compare two runs.

    Range draws are compared pair by pair where both runs have the same ones; a run in which
    another parameter is pinned has others, and then there is no range.

    Raises:
        RunFolderError: the runs have another population, seed, horizon, fidelity, source of faces
            or encoder, or other readings; or their answers or readings are missing or changed.
    """
    for run in (first, second):
        run.check("measures.parquet")
    apart = [k for k in _SHARED if first.manifest.get(k, 0) != second.manifest.get(k, 0)]
    if any(key in apart for key in _MAKE_PEOPLE):
        apart = [key for key in apart if key != "population_hash"]
    faults = [_apart(first, second, key) for key in apart]
    if first.fidelity != second.fidelity:
        faults.append(
            Fault(
                "the runs cannot be compared: what a photo is differs between them, and with it "
                "what the measures of recognition measure",
                file=str(second.folder),
                key="fidelity",
                found=second.fidelity,
                expected=f"{first.fidelity}, as in {first.folder}",
            )
        )
    elif _drawn_by(first) != _drawn_by(second):
        faults.append(
            Fault(
                "the runs cannot be compared: other faces, or another encoder, gave their searches "
                "their results, and a difference of the scenarios would be mixed with theirs",
                file=str(second.folder),
                key="recognition.faces",
                found=_drawn_by(second),
                expected=f"{_drawn_by(first)}, as in {first.folder}",
            )
        )
    if faults:
        raise RunFolderError(faults)
    common = [arm for arm in first.beside if arm in second.beside]
    return Comparison(
        first,
        second,
        min(run.manifest["replications"] for run in (first, second)),
        _content(first, second, first.scenario, second.scenario),
        {arm: _content(first, second, arm, arm) for arm in common},
    )


def _apart(first: Run, second: Run, key: str) -> Fault:
    """Return the fault of two runs that differ in something that they must share."""
    mine, theirs = (_told(key, run.manifest.get(key, 0)) for run in (first, second))
    what = f"{key.removesuffix('_hash').replace('_', ' ')}, {mine} against {theirs}"
    if key == "people":
        what = f"size, {mine} against {theirs}"
    return Fault(
        f"the runs cannot be compared: they differ in {what}",
        file=str(second.folder),
        key=key,
        found=theirs,
        expected=f"{mine}, as in {first.folder}",
    )


def _told(key: str, value: Any) -> str:
    """Return a manifest's value in words: a count with its noun, a hash by its beginning."""
    if key == "people":
        return f"{value:,} people"
    if key == "horizon":
        return f"from {value['from']} to {value['to']}"
    return f"{value[:12]}…" if key == "population_hash" else str(value)


def _drawn_by(run: Run) -> str:
    """Return what drew and encoded a run's photos, down to the weights, or "no faces".

    The threshold is left out: it is a parameter, and `differing` names it.
    """
    faces = (run.manifest.get("recognition") or {}).get("faces")
    if faces is None:
        return "no faces"
    weights = ", ".join(
        f"{name} (sha256 {digest})" for name, digest in sorted(faces["digests"].items())
    )
    said = f"'{faces['source']}' at {faces['resolution']} pixels, encoder '{faces['encoder']}'"
    return f"{said}, weights {weights}" if weights else said


def _content(first: Run, second: Run, arm: str, other: str) -> Content:
    labels = _labels(first, second)
    count = min(run.manifest["replications"] for run in (first, second))
    main = _paired(first, second, arm, other, labels, "replication", count)
    draws = first.manifest["ranges"] if _same_draws(first, second) else 0
    ranges = _paired(first, second, arm, other, labels, "range", draws) if draws else None
    roles = Roles(labels[0], labels[1], ())
    units = units_of(main, Fidelity(first.fidelity))
    answers = measures_table(main, ranges, {}, roles, units).to_pylist()
    headlines = [answer for answer in answers if answer["headline"]]
    return Content(roles, {}, headline_rows(headlines, roles), draws)


def _same_draws(first: Run, second: Run) -> bool:
    sizes = [run.manifest["range_people"] for run in (first, second)]
    return sizes[0] == sizes[1] and first.draws().equals(second.draws())


def _labels(first: Run, second: Run) -> tuple[str, str]:
    for a, b in (
        (first.folder.name, second.folder.name),
        (str(first.folder), str(second.folder)),
    ):
        if a != b:
            return a, b
    return "first", "second"


def _paired(
    first: Run,
    second: Run,
    arm: str,
    other: str,
    labels: tuple[str, str],
    kind: str,
    count: int,
) -> Readings:
    """Return both runs' readings of one arm each as the two arms of one experiment."""
    a, b = (_read(run, kind, count) for run in (first, second))
    if not a.keys.equals(b.keys) and a.keys.to_pylist() != b.keys.to_pylist():
        raise RunFolderError(
            Fault("the runs read other measures or other days", file=str(second.folder))
        )
    return Readings(
        labels,
        a.keys,
        {labels[0]: a.values[arm], labels[1]: b.values[other]},
        {labels[0]: a.whys[arm], labels[1]: b.whys[other]},
    )


def _read(run: Run, kind: str, count: int) -> Readings:
    paths: list[Path] = [readings_path(run.folder, kind, number) for number in range(count)]
    try:
        for path in paths:
            run.check(path.relative_to(run.folder).as_posix())
        return read_readings(paths, run.arms)
    except (OSError, ValueError) as error:
        raise RunFolderError(Fault(f"cannot be read: {error}", file=str(run.folder))) from error


def comparison_json(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison in the shape of `run --json`.

    `scenario` is the first run, `counterfactual` the second; no difference is called structural,
    since the reasons for that hold within one run.
    """
    first, second = comparison.first, comparison.second
    return {
        "run": first.name,
        "scenario": first.scenario,
        "scenario_hash": first.manifest["scenario_hash"],
        "counterfactual": second.scenario,
        "other_run": second.name,
        "other_scenario_hash": second.manifest["scenario_hash"],
        "seed": first.manifest["seed"],
        "replications": comparison.replications,
        "fidelity": first.fidelity,
        "recognition": first.manifest.get("recognition"),
        "other_recognition": second.manifest.get("recognition"),
        "people": first.manifest["people"],
        "ranges": comparison.scenario.ranges,
        "measures": entries(comparison.scenario)["measures"],
        "beside": {arm: entries(c)["measures"] for arm, c in comparison.beside.items()},
    }


def differing(first: Run, second: Run) -> str:
    """Return in which parameters two runs differ, as a sentence."""
    mine = {row["name"]: row for row in first.parameters().to_pylist()}
    theirs = {row["name"]: row for row in second.parameters().to_pylist()}
    apart = [
        f"{name} ({mine[name]['value']:g} against {theirs[name]['value']:g})"
        for name in mine
        if name in theirs and mine[name]["value"] != theirs[name]["value"]
    ]
    if not apart:
        return "The runs have the same parameters."
    return f"The runs differ in {', '.join(apart)}."


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print a grid for the scenarios under question and one for each arm that both runs have."""
    from rich.text import Text

    first, second = comparison.first, comparison.second
    draws = comparison.scenario.ranges
    spread = f"the range (5–95 % over {draws} draws), then " if draws else ""
    console.print(Text(f"{first.scenario} in {first.folder}", style="bold"))
    console.print(Text(f"minus {second.scenario} in {second.folder}", style="bold"))
    console.print(
        f"{counted(comparison.replications, 'paired replication')}, seed {first.manifest['seed']}. "
        f"Differences: {spread}the mean ± its error (95 %, over replications)"
        + ("." if draws else "; no range, since the runs do not share their range draws."),
        markup=False,
        highlight=False,
    )
    console.print(differing(first, second), markup=False, highlight=False)
    for said in dict.fromkeys((recognition(first), recognition(second))):
        if said:
            console.print(said, markup=False, highlight=False)
    for arm, content in {"": comparison.scenario, **comparison.beside}.items():
        console.print()
        if arm:
            console.print(Text(arm, style="bold"))
        print_grids(content, console)
