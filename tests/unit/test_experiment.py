"""An experiment's files depend on its design alone, not on who did what in which order.

The model is replaced by a table of numbers that depend on the task, so that a run takes no time.
"""

import hashlib
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from generators.errors import RunFolderError, ScenarioError
from scenarios import tables
from scenarios.design import Design, design
from scenarios.experiment import Standing, run_design
from scenarios.folder import write_table
from scenarios.oneway import OneWay
from scenarios.replication import Done, Task, headlines_of, zeros_path
from scenarios.scenario import load_scenario
from scenarios.verification import verify
from sim.parameters import load_parameters

MEASURES = ("exposure_during_appeal", "searchable_persons", "fine_imposed")


MOVED = len(load_parameters().ranged(frozenset()))
"""Ranged parameters of the shipped scenario, each moved alone."""


def number(task: Task | OneWay, arm: str, measure: str) -> float:
    """A value that is another for every task, arm and measure."""
    text = f"{task.kind} {task.number} {arm} {measure} {task.seed}".encode()
    return int.from_bytes(hashlib.sha256(text).digest()[:4], "big") / 2**32


def empty(schema: Any) -> Any:
    return tables.table(schema, {name: [] for name in schema.names})


def tabulate(task: Task | OneWay) -> Done:
    if isinstance(task, OneWay):
        ends = {
            "parameter": [task.name] * 2,
            "end": ["low", "high"],
            "value": [parameters[task.name] for parameters in task.parameters],
            "effect": [number(task, end, task.name) for end in ("low", "high")],
        }
        write_table(task.readings, tables.table(tables.ONEWAY, ends))
        return Done(task.kind, task.number)
    rows = [(arm, name) for arm in task.arms for name in MEASURES]
    readings = tables.table(
        tables.READINGS,
        {
            "arm": [arm for arm, _ in rows],
            "measure": [name for _, name in rows],
            "at": [""] * len(rows),
            "margin": ["all"] * len(rows),
            "level": [""] * len(rows),
            "headline": [True] * len(rows),
            "value": [number(task, arm, name) for arm, name in rows],
            "why": [None] * len(rows),
        },
    )
    write_table(zeros_path(task.folder, task.kind, task.number), empty(tables.ZEROS))
    if task.kind == "replication":
        write_table(task.folder / f"events/r{task.number:04d}.parquet", empty(tables.EVENTS))
    if task.watched:
        write_table(task.folder / "people.parquet", empty(tables.PEOPLE))
        write_table(task.folder / "decisions.parquet", empty(tables.DECISIONS))
    write_table(task.readings, readings)
    return Done(task.kind, task.number, headlines_of(readings))


class Backwards(Executor):
    """Does the last task first, once all have been given out."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]]] = []

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.waiting.append((future, fn, args))
        if len(self.waiting) == 7 + 3 + MOVED:
            for done, work, given in reversed(self.waiting):
                done.set_result(work(*given))
        return future


@pytest.fixture(scope="module")
def what() -> Design:
    return design(load_scenario("ico-2022"), people=200, replications=7, seed=3, ranges=3)


def hashed(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def test_files_do_not_depend_on_workers_or_on_the_order_of_arrival(
    what: Design, tmp_path: Path
) -> None:
    one = run_design(what, workers=1, out=tmp_path / "one", work=tabulate)
    threads = run_design(
        what, out=tmp_path / "two", make_executor=lambda: ThreadPoolExecutor(4), work=tabulate
    )
    backwards = run_design(what, out=tmp_path / "three", make_executor=Backwards, work=tabulate)
    assert len(hashed(one.folder)) > 20
    assert hashed(one.folder) == hashed(threads.folder) == hashed(backwards.folder)
    assert all(verify(run.folder)["ok"] for run in (one, threads, backwards))


def test_the_first_replication_comes_first_and_draws_are_interleaved(
    what: Design, tmp_path: Path
) -> None:
    seen: list[Standing] = []
    run_design(what, workers=1, out=tmp_path / "run", work=tabulate, progress=seen.append)
    every = [s.latest for s in seen if s.latest is not None]
    done = [d for d in every if d.kind != "oneway"]
    assert every[0] == done[0]
    assert [(d.kind, d.number) for d in done[:5]] == [
        ("replication", 0),
        ("range", 0),
        ("replication", 1),
        ("replication", 2),
        ("range", 1),
    ]
    assert [s.done for s in seen if s.latest is not None] == list(range(1, 11 + MOVED))
    assert [seen[0].stage, seen[-1].stage] == ["people", "tables"]


def test_every_draw_has_its_own_population_seed_and_parameters_in_every_arm(
    what: Design, tmp_path: Path
) -> None:
    tasks: list[Task] = []
    moves: list[OneWay] = []

    def note(task: Task | OneWay) -> Done:
        if isinstance(task, OneWay):
            moves.append(task)
        else:
            tasks.append(task)
        return tabulate(task)

    run_design(what, workers=1, out=tmp_path / "run", work=note)
    main = [task for task in tasks if task.kind == "replication"]
    draws = [task for task in tasks if task.kind == "range"]
    assert {task.replication for task in main} == set(range(7))
    assert len({task.population_seed for task in main}) == 1
    assert all(task.people == 200 for task in main)
    assert len({task.population_seed for task in draws}) == 3
    for task in draws:
        tables_of = [setup.parameters for setup in task.arms.values()]
        assert all(dict(table) == dict(tables_of[0]) for table in tables_of)
    assert len({draws[i].arms["ico-2022"].parameters["gallery.share.uk"] for i in range(3)}) == 3
    assert [move.name for move in moves] == list(what.draws.names)
    assert len(moves) == MOVED
    assert [task.number for task in tasks if task.watched] == [0]
    assert len(main[0].watched) == 24


def test_parameters_that_are_set_keep_their_value_in_every_draw() -> None:
    loaded = load_scenario("ico-2022", ["gallery.share.uk=0.02"])
    what = design(loaded, people=200, replications=1, seed=3, ranges=4)
    assert "gallery.share.uk" not in what.draws.names
    assert {table["gallery.share.uk"] for table in what.draws.parameters} == {0.02}
    assert what.setups["no-uk-order"].parameters["gallery.share.uk"] == 0.02


def test_a_run_that_stops_on_an_error_keeps_what_is_done_and_resumes(
    what: Design, tmp_path: Path
) -> None:
    whole = run_design(what, workers=1, out=tmp_path / "whole", work=tabulate)

    def fail_at_the_third(task: Task | OneWay) -> Done:
        if (task.kind, task.number) == ("replication", 2):
            raise RuntimeError("out of paper")
        return tabulate(task)

    out = tmp_path / "run"
    with pytest.raises(RuntimeError, match="out of paper"):
        run_design(what, workers=1, out=out, work=fail_at_the_third)
    assert not out.exists()
    done: list[tuple[str, int]] = []

    def note(task: Task | OneWay) -> Done:
        if task.kind != "oneway":
            done.append((task.kind, task.number))
        return tabulate(task)

    resumed = run_design(what, workers=1, out=out, resume=True, work=note)
    assert ("replication", 0) not in done
    assert len(done) == 7
    assert hashed(resumed.folder) == hashed(whole.folder)


def test_a_folder_that_is_there_is_refused_before_any_work(what: Design, tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()

    def never(task: Task | OneWay) -> Done:
        raise AssertionError("work was done")

    with pytest.raises(RunFolderError, match="there already"):
        run_design(what, out=out, work=never)
    assert [path.name for path in tmp_path.iterdir()] == ["run"]


@pytest.mark.parametrize(
    ("people", "replications", "seed", "ranges", "key"),
    [
        (10, 2, 0, 0, "people"),
        (None, 0, 0, 0, "replications"),
        (None, 1, -1, 0, "seed"),
        (None, 1, 0, -1, "ranges"),
        (99_999_999_999, 1, 0, 0, "people"),
        (None, 10_001, 0, 0, "replications"),
        (None, 1, 2**53, 0, "seed"),
        (None, 1, 0, 10_001, "ranges"),
    ],
)
def test_sizes_that_make_no_sense_are_refused(
    people: int | None, replications: int, seed: int, ranges: int, key: str
) -> None:
    with pytest.raises(ScenarioError) as caught:
        design(load_scenario("ico-2022"), people, replications, seed, ranges)
    assert caught.value.faults[0].key == key
