"""One replication, or one range draw: all arms at once, and the files that come of it.

This is what a worker does. A task is a function of its arguments alone, so it may be done twice;
its readings are written last, so a task whose readings are there is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from generators.errors import InterventionFailedError
from scenarios import tables
from scenarios.aggregate import Zero, Zeros
from scenarios.decisions_made import decisions_table
from scenarios.folder import write_table
from scenarios.oneway import OneWay, do_oneway
from scenarios.people_shown import people_table
from sim.dates import iso
from sim.setup import ArmSetup

if TYPE_CHECKING:
    from generators.population import Population
    from sim.history import History

_RANGE_MARGINS = ("all", "jurisdiction")
"""Margins that range draws keep."""


@dataclass(frozen=True)
class Task:
    """What one worker does at a time.

    Attributes:
        folder: the run folder that is being written.
        kind: `replication`, or `range` for a range draw.
        number: which of its kind, 0 first.
        arms: what each arm is made of, in order.
        pairs: the (arm, other) whose differences are asked for.
        seed: root seed of the run.
        replication: replication number for the model's random numbers.
        people: size of the population.
        population_seed: seed from which the population is built.
        population: folder of the saved population, or None to build it.
        watched: rows whose own counts become `people.parquet`; none but in replication 0, which
            writes `decisions.parquet` too.
    """

    folder: Path
    kind: str
    number: int
    arms: Mapping[str, ArmSetup]
    pairs: tuple[tuple[str, str], ...]
    seed: int
    replication: int
    people: int
    population_seed: int
    population: Path | None = None
    watched: tuple[int, ...] = ()

    @property
    def readings(self) -> Path:
        """Where the task's readings go; the file is written last."""
        return readings_path(self.folder, self.kind, self.number)


@dataclass(frozen=True)
class Done:
    """What a finished task tells at once, before its files are read.

    Attributes:
        kind: as in `Task`, or `oneway`.
        number: as in `Task`.
        headlines: (arm, measure, at) -> headline reading for everybody, None where undefined.
    """

    kind: str
    number: int
    headlines: dict[tuple[str, str, str], float | None] = field(default_factory=dict)


def readings_path(folder: Path, kind: str, number: int) -> Path:
    """Return where the readings of a task lie in a run folder."""
    if kind == "range":
        return folder / f"ranges/d{number:04d}.parquet"
    return folder / f"replications/r{number:04d}.parquet"


def zeros_path(folder: Path, kind: str, number: int) -> Path:
    """Return where the structural zeros of a task lie in a run folder."""
    return folder / f"zeros/{'d' if kind == 'range' else 'r'}{number:04d}.parquet"


def do_task(task: Task | OneWay) -> Done:
    """Run every arm of a task and write its files: those of the events first, readings last.

    Raises:
        InterventionFailedError: an intervention failed.
    """
    from sim.model import run_arms

    if isinstance(task, OneWay):
        do_oneway(task)
        return Done("oneway", task.number)
    population = _population(task)
    watched = np.array(task.watched, dtype=np.int64) if task.watched else None
    try:
        histories = run_arms(population, task.arms, task.seed, task.replication, watched=watched)
    except InterventionFailedError as error:
        if task.kind == "range":
            raise _in_range_draw(error, task.number) from error
        raise
    if task.kind == "replication":
        events = tables.events_table({arm: history.events for arm, history in histories.items()})
        write_table(task.folder / f"events/r{task.number:04d}.parquet", events)
    if watched is not None:
        write_table(task.folder / "people.parquet", people_table(population, histories))
        write_table(task.folder / "decisions.parquet", decisions_table(histories))
    zeros = zeros_table(task.pairs, histories)
    write_table(zeros_path(task.folder, task.kind, task.number), zeros)
    margins = _RANGE_MARGINS if task.kind == "range" else None
    readings = readings_table(histories, margins)
    write_table(task.readings, readings)
    return Done(task.kind, task.number, headlines_of(readings))


def _in_range_draw(error: InterventionFailedError, number: int) -> InterventionFailedError:
    """Return a failure as that of a range draw, which has people and parameters of its own."""
    faults = [
        replace(fault, message=f"in range draw {number}: {fault.message}") for fault in error.faults
    ]
    again = ("--replications", "1", "--ranges", str(number + 1), "--workers", "1")
    return InterventionFailedError(faults, again)


@lru_cache(maxsize=1)
def _opened(folder: Path) -> Population:
    from generators.population import load_population

    return load_population(folder)


def _population(task: Task) -> Population:
    from generators.population import build_population

    if task.population is not None:
        return _opened(task.population)
    return build_population(task.people, task.population_seed, acquaintances="by community")


def readings_table(
    histories: Mapping[str, History], margins: Sequence[str] | None = None
) -> pa.Table:
    """Return the readings and weekly series of all arms, schema `scenarios.tables.READINGS`.

    Args:
        histories: one for each arm.
        margins: the margins to keep, or None for all.
    """
    from sim.measures import read_measures, stated_measures, weekly_series

    stated = stated_measures(history.setup for history in histories.values())
    parts = []
    for arm, history in histories.items():
        read = [reading for reading in read_measures(history) if reading.name in stated]
        weekly = weekly_series(history)
        size = len(weekly["measure"])
        words = {
            column: pa.concat_arrays([pa.array(own, pa.string()), pa.array(weekly[column])])
            for column, own in (
                ("measure", [r.name for r in read]),
                ("at", [r.at for r in read]),
                ("margin", [r.margin for r in read]),
                ("level", [r.level for r in read]),
            )
        }
        values = [tables.finite(r.value) for r in read]
        part = tables.table(
            tables.READINGS,
            {
                **words,
                "arm": [arm] * (len(read) + size),
                "headline": [True] * len(read) + [False] * size,
                "value": pa.concat_arrays(
                    [pa.array(values, pa.float64()), pa.array(weekly["value"], pa.float64())]
                ),
                "why": [r.why for r in read] + [None] * size,
            },
        )
        parts.append(part)
    whole = pa.concat_tables(parts).unify_dictionaries()
    if margins is None:
        return whole
    import pyarrow.compute as pc

    return whole.filter(pc.is_in(whole["margin"].cast(pa.string()), pa.array(margins)))


def headlines_of(readings: pa.Table) -> dict[tuple[str, str, str], float | None]:
    """Return the headline readings for everybody, by (arm, measure, at)."""
    import pyarrow.compute as pc

    here = pc.and_(readings["headline"], pc.equal(readings["margin"], "all"))
    rows = readings.filter(here).to_pylist()
    return {(row["arm"], row["measure"], row["at"]): row["value"] for row in rows}


def zeros_table(pairs: Sequence[tuple[str, str]], histories: Mapping[str, History]) -> pa.Table:
    """Return the differences that nothing in the model could move, schema `tables.ZEROS`."""
    from sim.measures import measures_at, same_until, stated_measures, structural_zero

    stated = stated_measures(history.setup for history in histories.values())
    found = []
    for arm, other in pairs:
        one, two = histories[arm], histories[other]
        for name in (name for name in measures_at(one.setup.fidelity) if name in stated):
            day = same_until(name, one, two)
            if day is None:
                found.append((arm, other, name, structural_zero(name, one, two), ""))
            elif day > 0:
                reason = "nothing that could move it differs between the two worlds before"
                found.append((arm, other, name, reason, iso(day)))
    columns = {name: [row[i] for row in found] for i, name in enumerate(tables.ZEROS.names)}
    return tables.table(tables.ZEROS, columns)


def read_zeros(path: Path) -> Zeros:
    """Return the structural zeros of one task."""
    rows = pq.ParquetFile(path).read(use_threads=False).to_pylist()
    return {
        (row["arm"], row["other"], row["measure"]): Zero(row["reason"], row["before"])
        for row in rows
    }


def read_done(folder: Path, kind: str, number: int) -> Done:
    """Return what a task that an earlier run finished would have told."""
    if kind == "oneway":
        return Done(kind, number)
    readings = pq.ParquetFile(readings_path(folder, kind, number)).read(use_threads=False)
    return Done(kind, number, headlines_of(readings))
