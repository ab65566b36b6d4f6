"""The shipped question with its defaults, as a user runs it: wall time, memory, first table."""

from __future__ import annotations

import os
import subprocess
import tempfile
import threading
import time
from pathlib import Path

from benchmarks.measure import Figure, efface


def _memory(root: int) -> int:
    """Return the resident bytes of a process and everything below it, shared pages once each."""
    try:
        import psutil
    except ImportError:
        raise SystemExit("this benchmark needs psutil: pip install -e '.[bench]'") from None

    try:
        top = psutil.Process(root)
        family = [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0
    total = 0
    for member in family:
        try:
            total += member.memory_full_info().pss
        except (psutil.NoSuchProcess, psutil.AccessDenied, AttributeError):
            continue
    return total


def run() -> list[Figure]:
    """Run `efface run ico-2022` with its defaults on two workers and on one."""
    figures = []
    walls = []
    for workers in (2, 1):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "run"
            start = time.perf_counter()
            process = subprocess.Popen(
                efface("run", "ico-2022", "--workers", str(workers), "--out", str(out)),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "COLUMNS": "100"},
            )
            first: list[float] = []

            def watch(
                process: subprocess.Popen[str] = process,
                first: list[float] = first,
                start: float = start,
            ) -> None:
                assert process.stderr is not None
                for line in process.stderr:
                    if "so far" in line and not first:
                        first.append(time.perf_counter() - start)

            thread = threading.Thread(target=watch)
            thread.start()
            peak = 0
            while process.poll() is None:
                peak = max(peak, _memory(process.pid))
                time.sleep(0.5)
            thread.join()
            wall = time.perf_counter() - start
            if process.returncode != 0:
                raise RuntimeError(f"efface run exited with {process.returncode}")
        walls.append(wall)
        figures.append(Figure(f"wall time, {workers} workers", wall, "s"))
        figures.append(Figure(f"peak memory, {workers} workers", peak / 1e9, "GB"))
        if first:
            figures.append(Figure(f"first table, {workers} workers", first[0], "s"))
    figures.append(
        Figure("two workers against one", walls[0], "s", "1 worker", walls[1] / walls[0])
    )
    return figures
