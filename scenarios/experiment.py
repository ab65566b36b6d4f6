"""An experiment: a scenario, its counterfactual and what stands beside it, run many times.

The main run takes one population and paired replications of all arms; the range run takes, for
each joint draw of the ranged parameters, another population of a fifth of the people (`ranges`).
What comes out is a run folder (`folder`, `store`). The folder's hashed files depend on the
scenario, the seed and the sizes alone: not on the number of workers, on the order in which they
finish, or on how often the run was stopped and resumed.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.errors import Fault, ScenarioError
from scenarios import provenance
from scenarios.folder import TEMPORARY, RunWriter, free_folder, open_run
from scenarios.oneway import HEADLINES, OneWay, oneway_tasks
from scenarios.ranges import RangeDraws, draw_seed, keyed_sample, population_seed, range_draws
from scenarios.replication import Done, Task, do_task, read_done
from scenarios.roles import Roles
from scenarios.store import Run, load_run
from scenarios.workers import MakeExecutor, carry_out, cores, process_pools

if TYPE_CHECKING:
    from generators.population import Population
    from scenarios.scenario import LoadedScenario
    from sim.setup import ArmSetup

REPLICATIONS = 20
RANGES = 20
RANGE_SHARE = 5
"""A range draw's population is this many times smaller than the main run's."""
LEAST_RANGE_PEOPLE = 200
"""Smallest population of a range draw, unless the main run itself has fewer people."""
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


@dataclass(frozen=True)
class Design:
    """What is to be run, fixed before any work.

    Attributes:
        question: the scenario under question.
        loaded: every arm's scenario, by name, in the order of `roles.arms`.
        roles: which arm is which.
        setups: every arm's setup under the main run's parameters.
        draws: the range draws.
        people: size of the main population.
        range_people: size of a range draw's population.
        replications: number of paired replications.
        seed: root seed.
    """

    question: LoadedScenario
    loaded: dict[str, LoadedScenario]
    roles: Roles
    setups: dict[str, ArmSetup]
    draws: RangeDraws
    people: int
    range_people: int
    replications: int
    seed: int

    @property
    def ranges(self) -> int:
        """Number of range draws."""
        return len(self.draws.parameters)

    @property
    def moved(self) -> tuple[str, ...]:
        """The parameters moved alone: all ranged ones, where there is a range and an effect."""
        return self.draws.names if self.ranges and self.roles.headline_pair else ()

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """The (arm, other) whose differences are reported."""
        others = [o for o in (self.roles.counterfactual, self.roles.scenario) if o is not None]
        pairs = [(arm, other) for other in others for arm in self.roles.arms if arm != other]
        return tuple(dict.fromkeys(pairs))

    def plan(self) -> dict[str, Any]:
        """Return what decides the run's tables, as JSON values; a run is resumed only under it."""
        from scenarios.scenario import scenario_hash

        question = self.question
        return {
            "scenario": self.roles.scenario,
            "scenario_hash": scenario_hash(question.scenario),
            "arm_hashes": {name: scenario_hash(arm.scenario) for name, arm in self.loaded.items()},
            "parameters": dict(question.parameters),
            "pinned": sorted(question.pinned),
            "seed": self.seed,
            "people": self.people,
            "replications": self.replications,
            "ranges": self.ranges,
            "range_people": self.range_people,
            "efface_version": provenance.efface_version(),
            "packages": provenance.packages(),
            "code": provenance.code_hash(),
        }


def design(
    loaded: LoadedScenario, people: int | None, replications: int, seed: int, ranges: int
) -> Design:
    """Fix what is to be run.

    Args:
        loaded: the scenario under question.
        people: number of simulated people, or None for the scenario's own.
        replications: number of paired replications, 1 or more.
        seed: root seed, 0 or more.
        ranges: number of range draws, 0 or more.

    Raises:
        ScenarioError: a number makes no sense, or an arm cannot be built.
    """
    from scenarios.arms import arm_setup, arms_of
    from scenarios.format import FEWEST_PEOPLE

    size = loaded.scenario.people if people is None else people
    for name, value, least in (
        ("people", size, FEWEST_PEOPLE),
        ("replications", replications, 1),
        ("seed", seed, 0),
        ("ranges", ranges, 0),
    ):
        if value < least:
            raise ScenarioError(
                Fault(
                    f"--{name} cannot be {value}",
                    key=name,
                    found=str(value),
                    expected=f"{least} or more",
                )
            )
    scenario = loaded.scenario.model_copy(update={"people": size})
    question = replace(loaded, scenario=scenario)
    arms = arms_of(question)
    roles = Roles(scenario.name, scenario.counterfactual, tuple(scenario.beside))
    return Design(
        question=question,
        loaded={name: arms[name] for name in roles.arms},
        roles=roles,
        setups={name: arm_setup(arms[name], question=question) for name in roles.arms},
        draws=range_draws(question.parameters, question.pinned, ranges, seed),
        people=size,
        range_people=min(size, max(size // RANGE_SHARE, LEAST_RANGE_PEOPLE)),
        replications=replications,
        seed=seed,
    )


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
    """Run a scenario with its arms and write the run folder: `design`, then `run_design`."""
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
        RunFolderError: the folder is there already, or cannot be resumed; nothing is written.
    """
    from scenarios.finish import finish

    began = time.monotonic()
    where = free_folder(RUNS, what.roles.scenario, resume) if out is None else Path(out)
    writer = open_run(where, what.plan(), resume)
    total = what.replications + what.ranges + len(what.moved)
    progress(Standing("people", 0, total, None, writer.folder))
    with ExitStack() as stack:
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


def _population(what: Design, writer: RunWriter) -> Population:
    """Build the main run's population once and save it where workers map it into memory.

    Saving and mapping costs a third of building it again in every worker.
    """
    from generators.population import build_population

    population = build_population(what.people, what.seed)
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
            replication=number,
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
        arms = {name: what.setups[name] for name in pair}
        moves = oneway_tasks(
            writer.folder, arms, what.moved, HEADLINES, what.seed, what.range_people
        )
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
