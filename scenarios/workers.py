"""Many tasks on many cores, with the same results whatever the number of workers.

Written against `concurrent.futures.Executor`; the default is a process pool on forkserver (spawn
where that is absent), never fork, which hangs after libraries with threads have run. A pool whose
worker dies is broken for good: it is rebuilt and the unfinished tasks are given out again, so a
task must be a function of its arguments alone. Workers end when the parent does, however it ends.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    as_completed,
)
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import TypeVar

from generators.errors import EffaceError

_Task = TypeVar("_Task")
_Done = TypeVar("_Done")

MakeExecutor = Callable[[], Executor]
"""Returns a fresh executor; called once, and again after each broken pool."""

_PRELOAD = ["scenarios.replication", "pandas"]
"""Imported once in the fork server, so that workers start with the heavy modules loaded (pyarrow
imports pandas when it first meets a NumPy array)."""
_ONE_THREAD = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
    "NUMEXPR_NUM_THREADS",
)
"""Set to 1 for workers: they are as many as the cores, and sums keep one order."""
_LOSSES = 3
"""How many pools in a row may break without one finished task between them."""


class WorkersLostError(EffaceError):
    """Workers keep dying, so that nothing gets done: most likely the memory does not suffice."""


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def carry_out(
    tasks: Sequence[_Task],
    work: Callable[[_Task], _Done],
    make_executor: MakeExecutor | None,
    on_done: Callable[[_Done], None],
) -> None:
    """Do every task, calling `on_done` in this process as each arrives, in any order.

    Args:
        tasks: what to do, most wanted first.
        work: does one task; the same task always gives the same result.
        make_executor: makes the pool, or None to do the tasks here, one by one.
        on_done: receives each result once.

    Raises:
        WorkersLostError: three pools in a row broke without a finished task.
    """
    if make_executor is None:
        for task in tasks:
            on_done(work(task))
        return
    left = dict(enumerate(tasks))
    losses = 0
    while left:
        before = len(left)
        try:
            _one_pool(left, work, make_executor, on_done)
        except BrokenExecutor as error:
            losses = losses + 1 if len(left) == before else 0
            if losses >= _LOSSES:
                raise WorkersLostError(
                    f"workers died {losses} times in a row with {len(left)} tasks left; "
                    "try fewer --workers or fewer --people"
                ) from error


def _one_pool(
    left: dict[int, _Task],
    work: Callable[[_Task], _Done],
    make_executor: MakeExecutor,
    on_done: Callable[[_Done], None],
) -> None:
    """Work through `left` with one pool, taking out what is done, until it is empty or breaks."""
    executor = make_executor()
    try:
        futures: dict[Future[_Done], int] = {
            executor.submit(work, task): number for number, task in left.items()
        }
        for future in as_completed(futures):
            done = future.result()
            del left[futures[future]]
            on_done(done)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def one_thread_each() -> None:
    """Keep numerical libraries to one thread in this process and those it starts.

    To be called before NumPy is imported. Sums then have one order, wherever a task is done.
    """
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))


@contextmanager
def process_pools(workers: int) -> Iterator[MakeExecutor]:
    """Yield a maker of process pools whose workers end, at the latest, with this block.

    Args:
        workers: number of worker processes, 1 or more.
    """
    context = _context()
    reader, writer = context.Pipe(duplex=False)
    before = {name: os.environ.get(name) for name in _ONE_THREAD}
    os.environ.update(dict.fromkeys(_ONE_THREAD, "1"))
    try:
        yield lambda: ProcessPoolExecutor(
            workers, mp_context=context, initializer=_settle, initargs=(reader,)
        )
    finally:
        writer.close()
        reader.close()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _context() -> BaseContext:
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context


def _settle(lifeline: Connection) -> None:
    """Prepare a worker: one thread, no keyboard interrupts, and an end when the parent ends.

    Args:
        lifeline: the reading end of a pipe of which the parent alone holds the other end.
    """
    import pyarrow as pa

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    pa.set_cpu_count(1)
    pa.set_io_thread_count(1)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.recv()
    except (EOFError, OSError):
        os._exit(1)
