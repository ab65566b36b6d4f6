"""An experiment: a scenario, its counterfactual and what stands beside it, run many times.

The main run takes one population and paired replications of all arms; the range run takes, for
each joint draw of the ranged parameters, another population of a fifth of the people (`ranges`).
What comes out is a run folder (`folder`, `store`). The folder's hashed files depend on the
scenario, the seed and the sizes alone: not on the number of workers, on the order in which they
finish, or on how often the run was stopped and resumed.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from generators.errors import EffaceError
from scenarios.design import Design, design
from scenarios.folder import TEMPORARY, RunWriter, free_folder, open_run
from scenarios.oneway import OneWay, oneway_tasks
from scenarios.ranges import draw_seed, keyed_sample, population_seed
from scenarios.replication import Done, Task, do_task, read_done
from scenarios.store import Run, load_run
from scenarios.workers import MakeExecutor, carry_out, cores, process_pools
from sim.fidelity import Fidelity

if TYPE_CHECKING:
    from generators.population import Population
    from scenarios.scenario import LoadedScenario

REPLICATIONS = 20
RANGES = 20
PEOPLE_SHOWN = 24
"""How many residents stand in `people.parquet`."""
ADULT = 18
RUNS = Path("runs")


@dataclass(frozen=True)
class Standing:
    """How far a run has come, for whoever watches it.

    Attributes:
        stage: `people`, `replications` or `tables`.
        done: tasks finished.
        total: tasks in all.
        latest: the task that has just finished, or None.
        folder: where the run is being written.
    """

    stage: str
    done: int
    total: int
    latest: Done | None
    folder: Path


def run_experiment(
    loaded: LoadedScenario,
    *,
    people: int | None = None,
    replications: int = REPLICATIONS,
    seed: int = 0,
    workers: int | None = None,
    ranges: int = RANGES,
    out: Path | None = None,
    resume: bool = False,
    progress: Callable[[Standing], None] = lambda standing: None,
) -> Run:
    """Run a scenario with its arms and write the run folder: `design`, then `run_design`.

    The way in from a notebook or a script; `docs/run-folder.md` shows it.
    """
    what = design(loaded, people, replications, seed, ranges)
    return run_design(what, workers=workers, out=out, resume=resume, progress=progress)


def run_design(
    what: Design,
    *,
    workers: int | None = None,
    out: Path | None = None,
    resume: bool = False,
    progress: Callable[[Standing], None] = lambda standing: None,
    make_executor: MakeExecutor | None = None,
    work: Callable[[Task | OneWay], Done] = do_task,
) -> Run:
    """Run what `design` has fixed and write the run folder.

    Args:
        what: what to run.
        workers: number of worker processes, None for all cores; 1 runs in this process.
        out: the run folder, or None for `runs/<scenario>-<n>`.
        resume: go on with an unfinished run of the same plan.
        progress: called in this process after each step.
        make_executor: another pool than processes on this machine (`workers` is then not used).
        work: does one task.

    Returns:
        The finished run.

    Raises:
        RunFolderError: the folder is there already, cannot be made or cannot be resumed; nothing
            is written.
        OSError, MemoryError: the disk or the memory does not suffice; what is done stays in the
            `.partial` folder, and where nothing is done, that is removed.
        ParameterError: values that cannot hold together for these people, though they could for
            the fewer on whom `design` tried them; the folder is treated alike.
        ScenarioError: an intervention failed; likewise.
    """
    from scenarios.finish import finish

    began = time.monotonic()
    where = free_folder(RUNS, what.roles.scenario, resume) if out is None else Path(out)
    writer = open_run(where, what.plan(), resume)
    total = what.replications + what.ranges + len(what.moved)
    progress(Standing("people", 0, total, None, writer.folder))
    with _kept_if_begun(writer), ExitStack() as stack:
        population = _population(what, writer)
        tasks, finished = _tasks(what, writer, population)
        count = cores() if workers is None else workers
        if make_executor is None and count > 1 and len(tasks) > 1:
            make_executor = stack.enter_context(process_pools(min(count, len(tasks))))
        so_far = 0

        def arrived(done: Done) -> None:
            nonlocal so_far
            so_far += 1
            progress(Standing("replications", so_far, total, done, writer.folder))

        for done in finished:
            arrived(done)
        carry_out(tasks, work, make_executor, arrived)
    progress(Standing("tables", total, total, None, writer.folder))
    seconds = time.monotonic() - began
    finish(what, writer, population.content_hash, seconds, count)
    return load_run(where)


@contextmanager
def _kept_if_begun(writer: RunWriter) -> Iterator[None]:
    """Remove the unfinished run where it failed before any task was finished."""
    try:
        yield
    except (OSError, MemoryError, EffaceError):
        writer.discard_if_idle()
        raise


def _population(what: Design, writer: RunWriter) -> Population:
    """Build the main run's population once and save it where workers map it into memory.

    Saving and mapping costs a third of building it again in every worker. Jurisdictions for whose
    residents it has too few people are told in the log, once a run.
    """
    from generators.population import build_population
    from sim.people.unseen import unseen, unseen_words

    population = build_population(what.people, what.seed, acquaintances="by community")
    missing = unseen(population, what.question.parameters)
    if missing:
        logging.getLogger(__name__).warning(unseen_words(missing, what.people))
    population.save(_saved(writer))
    return population


def _saved(writer: RunWriter) -> Path:
    return writer.path(f"{TEMPORARY}population")


def _tasks(
    what: Design, writer: RunWriter, population: Population
) -> tuple[list[Task | OneWay], list[Done]]:
    """Return what is left to do, first replication first and the others in between, and what
    an earlier run has finished."""
    tasks: list[tuple[float, Task | OneWay]] = []
    for number in range(what.replications):
        task = Task(
            folder=writer.folder,
            kind="replication",
            number=number,
            arms=what.setups,
            pairs=what.pairs,
            seed=what.seed,
            replication=what.first_replication + number,
            people=what.people,
            population_seed=what.seed,
            population=_saved(writer),
            watched=_watched(what, population) if number == 0 else (),
        )
        tasks.append((number / what.replications, task))
    for number, parameters in enumerate(what.draws.parameters):
        task = Task(
            folder=writer.folder,
            kind="range",
            number=number,
            arms={
                name: replace(setup, parameters=parameters) for name, setup in what.setups.items()
            },
            pairs=what.pairs,
            seed=draw_seed(what.seed, number),
            replication=0,
            people=what.range_people,
            population_seed=population_seed(what.seed, number),
        )
        tasks.append((number / what.ranges, task))
    pair = what.roles.headline_pair
    if pair is not None:
        # The headline counts templates, which are the same ones at every fidelity.
        arms = {name: replace(what.setups[name], fidelity=Fidelity.SCORES) for name in pair}
        moves = oneway_tasks(writer.folder, arms, what.moved, what.seed, what.range_people)
        tasks += [((move.number + 0.5) / len(moves), move) for move in moves]
    ordered = [task for _, task in sorted(tasks, key=lambda pair: pair[0])]
    left = [task for task in ordered if not task.readings.is_file()]
    finished = [
        read_done(writer.folder, task.kind, task.number)
        for task in ordered
        if task.readings.is_file()
    ]
    return left, finished


def _watched(what: Design, population: Population) -> tuple[int, ...]:
    """Return a simple random sample of the adults who reside in the case's jurisdiction."""
    setup = what.setups[what.roles.scenario]
    residents = population.residents(setup.windows.jurisdiction)
    adult = population.age_on(setup.last_day)[residents] >= ADULT
    return tuple(int(row) for row in keyed_sample(residents[adult], PEOPLE_SHOWN, what.seed))
