"""How things are timed: whole commands in fresh processes, both sides in turn, medians."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One figure of a benchmark.

    Attributes:
        name: what was measured.
        value: the median.
        unit: its unit.
        against: what it is set beside, or "".
        ratio: other side over this one (above 1: this side is faster or smaller), or None.
    """

    name: str
    value: float
    unit: str
    against: str = ""
    ratio: float | None = None


@dataclass(frozen=True)
class Finished:
    """A finished command: wall seconds, CPU seconds and peak memory of its largest process."""

    wall: float
    cpu: float
    peak_bytes: int
    output: str


def efface(*arguments: str) -> list[str]:
    """Return the command line of `efface` in this environment."""
    return [str(Path(sys.executable).with_name("efface")), *arguments]


def command(line: Sequence[str]) -> Finished:
    """Run a command in a process of its own.

    Raises:
        RuntimeError: it did not exit with 0; the message holds the end of what it printed.
    """
    program = (
        "import json,resource,subprocess,sys,time;"
        "t=time.perf_counter();"
        "p=subprocess.run(sys.argv[1:],capture_output=True,text=True);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);"
        "print(json.dumps([p.returncode,time.perf_counter()-t,u.ru_utime+u.ru_stime,"
        "u.ru_maxrss*1024,p.stdout+p.stderr]))"
    )
    import json

    done = subprocess.run(
        [sys.executable, "-c", program, *line], capture_output=True, text=True, check=True
    )
    code, wall, cpu, peak, output = json.loads(done.stdout)
    if code != 0:
        raise RuntimeError(f"{' '.join(line)} exited with {code}:\n{output[-2000:]}")
    return Finished(wall, cpu, peak, output)


def in_turn(sides: Sequence[Callable[[], float]], rounds: int) -> list[float]:
    """Return the median of each side, run in turn A B A B ..., after one round to warm up."""
    values: list[list[float]] = [[] for _ in sides]
    for number in range(rounds + 1):
        for side, kept in zip(sides, values, strict=True):
            value = side()
            if number:
                kept.append(value)
    return [statistics.median(kept) for kept in values]


def seconds(work: Callable[[], object]) -> float:
    """Return the CPU seconds that a piece of work takes in this process."""
    start = time.process_time()
    work()
    return time.process_time() - start


def machine() -> dict[str, object]:
    """Return what a reader needs to know of the machine."""
    import platform

    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "cores": os.cpu_count(),
    }
