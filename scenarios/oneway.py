"""Which assumptions drive the headline: each ranged parameter moved alone, from end to end.

Everything else stays as set, and both ends share every random number, so a parameter that cannot
move the headline shows a difference of exactly nothing, and one that can is not hidden by chance.
(A rank correlation over a few joint draws would name parameters that have nothing to do with the
headline.) It is a one-way sensitivity analysis: what two parameters do together is in the range.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from scenarios import tables
from scenarios.folder import write_table
from scenarios.ranges import one_way_ends
from sim.parameters import Parameters
from sim.setup import ArmSetup

if TYPE_CHECKING:
    from generators.population import Population

PEOPLE = 5000
"""Largest population of a one-way run; the same people at every end."""
ENDS = ("low", "high")
HEADLINES = ("exposure_during_appeal", "exposure_person_days", "searchable_persons")
"""Measures that may be a run's headline, most wanted first."""


@dataclass(frozen=True)
class OneWay:
    """One parameter at both ends of its range.

    Attributes:
        folder: the run folder that is being written.
        number: position of the parameter among those that are ranged.
        name: the parameter.
        parameters: every parameter's value at the low and at the high end.
        arms: setups of the two arms whose difference is the headline, the scenario first.
        seed: root seed.
        people: size of the population.
    """

    folder: Path
    number: int
    name: str
    parameters: tuple[Parameters, Parameters]
    arms: Mapping[str, ArmSetup]
    seed: int
    people: int

    @property
    def kind(self) -> str:
        """What kind of task it is."""
        return "oneway"

    @property
    def readings(self) -> Path:
        """Where the effects go."""
        return oneway_path(self.folder, self.number)


def oneway_path(folder: Path, number: int) -> Path:
    """Return where the effects of one parameter lie in a run folder."""
    return folder / f"oneway/p{number:04d}.parquet"


def oneway_tasks(
    folder: Path,
    arms: Mapping[str, ArmSetup],
    names: tuple[str, ...],
    seed: int,
    people: int,
) -> list[OneWay]:
    """Return a task for every ranged parameter.

    Args:
        folder: the run folder that is being written.
        arms: setups of the two arms of the headline, under the main run's parameters.
        names: the parameters to move.
        seed: root seed.
        people: size of the main run's population.
    """
    main = next(iter(arms.values())).parameters
    tasks = []
    for number, name in enumerate(names):
        ends = one_way_ends(main, name)
        tasks.append(OneWay(folder, number, name, ends, arms, seed, min(people, PEOPLE)))
    return tasks


def do_oneway(task: OneWay) -> None:
    """Run both ends of a task and write the headline effect at each."""
    from sim.measures import read_measures
    from sim.model import run_arms

    population = _people(task.people, task.seed)
    effects: list[float | None] = []
    for parameters in task.parameters:
        setups = {n: replace(setup, parameters=parameters) for n, setup in task.arms.items()}
        histories = run_arms(population, setups, task.seed, 0)
        values = [
            {r.name: r.value for r in read_measures(history) if r.margin == "all"}
            for history in histories.values()
        ]
        name = next(n for n in HEADLINES if n in values[0])
        one, other = (reading[name] for reading in values)
        effects.append(None if one is None or other is None else one - other)
    columns: dict[str, list[Any]] = {
        "parameter": [task.name] * 2,
        "end": list(ENDS),
        "value": [parameters[task.name] for parameters in task.parameters],
        "effect": effects,
    }
    write_table(task.readings, tables.table(tables.ONEWAY, columns))


@lru_cache(maxsize=1)
def _people(people: int, seed: int) -> Population:
    from generators.population import build_population

    return build_population(people, seed, acquaintances="by community")


def read_oneway(folder: Path, count: int) -> dict[str, tuple[float | None, float | None]]:
    """Return the headline effect at the low and at the high end of each parameter, by name."""
    if not count:
        return {}
    parts = [
        pq.ParquetFile(oneway_path(folder, number)).read(use_threads=False)
        for number in range(count)
    ]
    rows = pa.concat_tables(parts).to_pylist()
    return {
        low["parameter"]: (low["effect"], high["effect"])
        for low, high in zip(rows[::2], rows[1::2], strict=True)
    }
