"""Runs that are killed, interrupted, or lose a worker, and what is left of them.

The runs here are real ones, small: the processes are killed with signal 9 while they work.
"""

import hashlib
import json
import math
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from scenarios.workers import WorkersLostError, carry_out, process_pools
from sim.parameters import load_parameters

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes by POSIX signals")

OPTIONS = ["--people", "300", "--replications", "6", "--ranges", "3", "--seed", "5"]
PATIENCE = 60.0
MOVED = 3
"""How many parameters keep their range: each more is two more simulations a run."""


@cache
def pinned() -> list[str]:
    """Settings that pin all but a few parameters to the value that they have anyway."""
    table = load_parameters()
    rows = [table.parameter(name) for name in table.ranged(frozenset())[MOVED:]]
    texts = [f"{row.name}={row.value!r} {row.unit}".removesuffix(" 1") for row in rows]
    return [word for text in texts for word in ("--set", text)]


def command(out: Path, *more: str) -> list[str]:
    words = ["run", "ico-2022", *OPTIONS, *pinned(), "--out", str(out), *more]
    return [sys.executable, "-m", "scenarios.cli.main", *words]


def run(out: Path, *more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command(out, *more), capture_output=True, text=True, check=False)


def start(out: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(out, *more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(
    condition: Callable[[], object], what: str, process: subprocess.Popen[str] | None = None
) -> None:
    """Wait until something is so; where a process is given, it must not end before."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if process is not None and process.poll() is not None:
            raise AssertionError(f"ended before {what}: {process.communicate()}")
        assert time.monotonic() < end, f"waited in vain for {what}"
        time.sleep(0.01)


def finished(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("replications/r*.parquet"))


def hashed(folder: Path) -> dict[str, str]:
    """The hash of every file but the manifest, taken here and not from the manifest."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }


def children(process: int) -> list[int]:
    """Every process below one, from /proc."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == process:
            child = int(stat.parent.name)
            found += [child, *children(child)]
    return found


def alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run that nobody disturbed, on one worker."""
    out = tmp_path_factory.mktemp("whole") / "run"
    done = run(out, "--workers", "1")
    assert done.returncode == 0, done.stderr
    return out


@pytest.mark.slow
def test_a_killed_run_leaves_a_partial_folder_and_resumes_to_the_same_bytes(
    whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run"
    partial = tmp_path / "run.partial"
    process = start(out, "--workers", "2")
    wait_for(lambda: len(finished(partial)) >= 2, "two replications", process)
    below = children(process.pid)
    process.kill()
    process.wait()
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    assert not (partial / "manifest.json").exists()
    assert 2 <= len(finished(partial)) < 6
    wait_for(lambda: not any(alive(child) for child in below), "the workers to end")

    refused = run(out)
    assert refused.returncode == 2
    assert "--resume" in refused.stderr

    kept = hashed(partial)
    resumed = run(out, "--workers", "2", "--resume")
    assert resumed.returncode == 0, resumed.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["run"]
    assert hashed(out) == hashed(whole)
    done_before = [name for name in kept if name.startswith("replications/r")]
    assert {name: kept[name] for name in done_before}.items() <= hashed(out).items()


@pytest.mark.slow
def test_many_kills_change_nothing(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    partial = tmp_path / "run.partial"
    for target in (1, 3):
        process = start(out, "--workers", "1", *(["--resume"] if partial.exists() else []))
        wait_for(lambda target=target: len(finished(partial)) >= target, "a replication", process)
        process.kill()
        process.wait()
    assert run(out, "--resume").returncode == 0
    assert hashed(out) == hashed(whole)


@pytest.mark.slow
def test_a_killed_worker_changes_nothing(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    partial = tmp_path / "run.partial"
    process = start(out, "--workers", "2", "--json")
    wait_for(lambda: finished(partial), "the first replication", process)
    # The fork server is the parent of the workers; its youngest children are workers.
    workers = [child for child in children(process.pid) if not children(child)]
    os.kill(max(workers), signal.SIGKILL)
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 0, errors
    assert hashed(out) == hashed(whole)
    assert json.loads(output)["replications"] == 6


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_an_interrupted_run_ends_with_130_and_says_how_to_go_on(
    tmp_path: Path, workers: str
) -> None:
    out = tmp_path / "run"
    partial = tmp_path / "run.partial"
    # Long enough that it cannot end between the first replication and the interrupt.
    process = start(out, "--workers", workers, "--replications", "60")
    wait_for(lambda: finished(partial), "the first replication", process)
    below = children(process.pid)
    # Ctrl-C reaches the whole group of processes.
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert output == ""
    assert "Traceback" not in errors
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    said = shlex.split(errors.strip().splitlines()[-1])
    assert said[:3] == ["efface", "run", "ico-2022"]
    assert said[-1] == "--resume"
    wait_for(lambda: not any(alive(child) for child in below), "the workers to end")
    resumed = subprocess.run(
        [sys.executable, "-m", "scenarios.cli.main", *said[1:]], capture_output=True, check=False
    )
    assert resumed.returncode == 0
    assert out.is_dir()


@pytest.mark.slow
def test_a_run_is_resumed_under_its_own_plan_only(tmp_path: Path) -> None:
    out = tmp_path / "run"
    partial = tmp_path / "run.partial"
    process = start(out, "--workers", "1")
    wait_for(lambda: finished(partial), "the first replication", process)
    process.kill()
    process.wait()
    before = hashed(partial)
    for other, key in (
        (["--seed", "6"], "seed"),
        (["--people", "400"], "people"),
        (["--set", "gallery.share.uk=0.02"], "scenario_hash"),
    ):
        refused = run(out, "--resume", *other)
        assert refused.returncode == 2
        assert f"differs in {key}" in refused.stderr
    assert hashed(partial) == before


class Dying(ThreadPoolExecutor):
    """A pool that breaks at its n-th task, as a process pool does when a worker dies."""

    def __init__(self, breaks_at: int) -> None:
        super().__init__(1)
        self.left = breaks_at

    def submit(self, fn, /, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.left -= 1
        if self.left < 0:
            raise BrokenExecutor("a worker died")
        return super().submit(fn, *args, **kwargs)


def square(n: int) -> int:
    return n * n


def test_tasks_lost_with_a_pool_are_given_out_again_and_each_arrives_once() -> None:
    pools = iter([Dying(3), Dying(99)])
    arrived: list[int] = []
    # The first pool breaks while tasks are given out: none of its results is taken.
    carry_out(range(6), square, lambda: next(pools), arrived.append)
    assert sorted(arrived) == [0, 1, 4, 9, 16, 25]


def test_pools_that_break_without_progress_end_in_an_error_not_in_a_loop() -> None:
    made: list[Executor] = []

    def make() -> Executor:
        made.append(Dying(0))
        return made[-1]

    with pytest.raises(WorkersLostError, match="3 times in a row"):
        carry_out([1, 2], square, make, lambda done: None)
    assert len(made) == 3


def test_an_error_of_a_task_is_not_taken_for_a_lost_worker() -> None:
    def fail(task: int) -> int:
        raise ZeroDivisionError(str(task))

    with pytest.raises(ZeroDivisionError):
        carry_out([1], fail, lambda: ThreadPoolExecutor(1), lambda done: None)


@pytest.mark.slow
def test_process_pools_end_with_their_block() -> None:
    pids: list[int] = []
    with process_pools(2) as make, make() as pool:
        pids += [pool.submit(os.getpid).result() for _ in range(4)]
    assert os.getpid() not in pids
    wait_for(lambda: not any(alive(pid) for pid in pids), "the workers to end")


@pytest.mark.slow
def test_where_there_is_no_forkserver_workers_are_spawned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("multiprocessing.get_all_start_methods", lambda: ["spawn"])
    arrived: list[int] = []
    with process_pools(1) as make:
        carry_out([1, 4, 9], math.isqrt, make, arrived.append)
    assert sorted(arrived) == [1, 2, 3]
