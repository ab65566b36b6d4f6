"""The end of a run: from the files of its replications to answers, report and manifest.

Everything here is read from the run folder itself, so that a run that was stopped and resumed
ends in the same bytes as one that was not.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scenarios import provenance, tables
from scenarios.aggregate import common_zeros, measures_table
from scenarios.cases import iso_windows
from scenarios.folder import ABOUT, RunWriter, write_json, write_table, write_text
from scenarios.oneway import HEADLINES, read_oneway
from scenarios.ranges import RangeDraws
from scenarios.readings import Readings, read_readings
from scenarios.replication import read_zeros, readings_path, zeros_path
from scenarios.report.table import write_report
from scenarios.store import Run
from scenarios.titles import arm_titles
from sim.dates import iso
from sim.fidelity import Fidelity

if TYPE_CHECKING:
    import pyarrow as pa

    from scenarios.design import Design
    from scenarios.scenario import LoadedScenario


def finish(
    what: Design, writer: RunWriter, population_hash: str, seconds: float, workers: int
) -> Path:
    """Write the answers, the report and the manifest, and give the folder its name.

    Args:
        what: what was run.
        writer: the run folder; every replication and range draw is in it.
        population_hash: of the main population.
        seconds: wall time of the run.
        workers: number of worker processes.

    Returns:
        The finished folder.
    """
    main, ranges = _read(what, writer.folder)
    zeros = common_zeros(
        [
            read_zeros(zeros_path(writer.folder, kind, number))
            for kind, count in (("replication", what.replications), ("range", what.ranges))
            for number in range(count)
        ]
    )
    answers = measures_table(main, ranges, zeros, what.roles, units_of(main, what.fidelity))
    write_table(writer.path("measures.parquet"), answers)
    headline = headline_of(main)
    effects = read_oneway(writer.folder, len(what.moved))
    write_table(writer.path("parameters.parquet"), parameters_table(what.question, effects))
    write_table(writer.path("ranges/draws.parquet"), draws_table(what.draws))
    _write_scenarios(what, writer)
    about = _about(what, headline, population_hash)
    write_json(writer.path(ABOUT), about)
    made = {"machine": provenance.machine(), "workers": workers, "seconds": round(seconds, 1)}
    manifest = {"run": writer.final.name, **about, **made}
    write_report(Run(writer.folder, manifest))
    return writer.finish(manifest)


def _read(what: Design, folder: Path) -> tuple[Readings, Readings | None]:
    arms = what.roles.arms
    main = read_readings(
        [readings_path(folder, "replication", number) for number in range(what.replications)], arms
    )
    if not what.ranges:
        return main, None
    paths = [readings_path(folder, "range", number) for number in range(what.ranges)]
    return main, read_readings(paths, arms)


def units_of(readings: Readings, fidelity: Fidelity) -> dict[str, str]:
    """Return the unit of every measure that was read, as it is at that fidelity."""
    from sim.measures import GALLERY_SERIES, measures_at

    names = readings.keys["measure"].unique().to_pylist()
    units = {name: measure.unit for name, measure in measures_at(fidelity).items()}
    units[GALLERY_SERIES] = "images"
    return {name: units[name] for name in names}


def headline_of(readings: Readings) -> tuple[str, str]:
    """Return the (measure, at) of a run's headline: the first of `HEADLINES` that was read."""
    import pyarrow.compute as pc

    keys = readings.keys
    rows = keys.filter(pc.and_(keys["headline"], pc.equal(keys["margin"], "all"))).to_pylist()
    for name in HEADLINES:
        for row in rows:
            if row["measure"] == name:
                return row["measure"], row["at"]
    return rows[0]["measure"], rows[0]["at"]


def parameters_table(
    question: LoadedScenario, effects: Mapping[str, tuple[float | None, float | None]]
) -> pa.Table:
    """Return every parameter with its marks, schema `scenarios.tables.PARAMETERS`.

    Args:
        question: the scenario under question.
        effects: the headline effect at the low and at the high end of a parameter, by name.
    """
    rows = list(question.parameters.table.values())
    columns: dict[str, list[Any]] = {
        name: [getattr(row, name) for row in rows]
        for name in tables.PARAMETERS.names
        if name not in ("set_by", "effect_low", "effect_high", "drives")
    }
    columns["set_by"] = [question.set_by(row.name) for row in rows]
    ends = [effects.get(row.name, (None, None)) for row in rows]
    columns["effect_low"] = [low for low, _ in ends]
    columns["effect_high"] = [high for _, high in ends]
    columns["drives"] = [None if low is None or high is None else high - low for low, high in ends]
    return tables.table(tables.PARAMETERS, columns)


def draws_table(draws: RangeDraws) -> pa.Table:
    """Return the range draws, schema `scenarios.tables.DRAWS`."""
    rows = [
        (number, name, drawn[name])
        for number, drawn in enumerate(draws.parameters)
        for name in draws.names
    ]
    columns = {name: [row[i] for row in rows] for i, name in enumerate(tables.DRAWS.names)}
    return tables.table(tables.DRAWS, columns)


def _write_scenarios(what: Design, writer: RunWriter) -> None:
    from scenarios.scenario import scenario_yaml

    write_text(writer.path("scenario.yaml"), scenario_yaml(what.question.scenario))
    for name, loaded in what.loaded.items():
        write_text(writer.path(f"arms/{name}.yaml"), scenario_yaml(loaded.scenario))


def _about(what: Design, headline: tuple[str, str], population_hash: str) -> dict[str, Any]:
    """Return what the run is, as JSON values: the same for equal runs."""
    plan = what.plan()
    setup = what.setups[what.roles.scenario]
    return {
        "scenario": what.roles.scenario,
        "scenario_hash": plan["scenario_hash"],
        "counterfactual": what.roles.counterfactual,
        "beside": list(what.roles.beside),
        "arms": list(what.roles.arms),
        "titles": arm_titles(what.loaded, what.roles),
        "question": what.question.scenario.question,
        "seed": what.seed,
        "replications": what.replications,
        **what.numbering,
        "fidelity": str(what.fidelity),
        "recognition": what.recognition,
        "people": what.people,
        "ranges": what.ranges,
        "range_people": what.range_people,
        "moved": list(what.moved),
        "horizon": {"from": iso(setup.first_day), "to": iso(setup.last_day)},
        "windows": iso_windows(setup.windows),
        "population_hash": population_hash,
        "efface_version": plan["efface_version"],
        "code": plan["code"],
        "packages": plan["packages"],
        "headline": {"name": headline[0], "at": headline[1]},
    }
