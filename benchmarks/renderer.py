"""Renders a second at 64, 128 and 256 px, on one core and on two.

People of every tone, eight photos of each at ages of three neighbouring years, as sets of training
images have them. Fresh processes with one thread each; starting them and compiling is not counted.
The processes begin together, and the slowest one counts.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from benchmarks.measure import Figure

SIDES = ((64, 40), (128, 20), (256, 8))
"""(pixels a side, people a process)."""
PHOTOS = 8
_PROGRAM = """
import json, sys, time
from generators.heads.identity import Portrayed
from generators.heads.render import photo_of

side, people, first = (int(word) for word in sys.argv[1:])

def draw(start, count):
    for i in range(start, start + count):
        who = Portrayed(i, ("female", "male")[i % 2], 1 + i % 10)
        for photo in range(8):
            photo_of(who, photo, 20 + i % 55 + photo % 3, 0.7, 1, side)

draw(first + 10**6, 2)
print("ready", flush=True)
sys.stdin.readline()
start, busy = time.perf_counter(), time.process_time()
draw(first, people)
print(json.dumps([time.perf_counter() - start, time.process_time() - busy]))
"""


def run() -> list[Figure]:
    """Time renders, and two processes beside one."""
    figures = []
    alone: dict[int, float] = {}
    for side, people in SIDES:
        for processes in (1, 2):
            wall, busy = _rendered(side, people, processes)
            rate = processes * people * PHOTOS / wall
            against, ratio = "", None
            if processes == 1:
                alone[side] = rate
                if side > SIDES[0][0]:
                    against, ratio = f"{SIDES[0][0]} px on one core", rate / alone[SIDES[0][0]]
            else:
                against, ratio = "one core", rate / alone[side]
            cores = f"{processes} core{'s' if processes > 1 else ''}"
            figures.append(Figure(f"renders at {side} px, {cores}", rate, "img/s", against, ratio))
            if processes == 1:
                each = people * PHOTOS / busy
                figures.append(Figure(f"renders at {side} px", each, "img/CPU s"))
    return figures


def _rendered(side: int, people: int, processes: int) -> tuple[float, float]:
    """Return (wall seconds of the slowest, CPU seconds of one) of processes that draw at once."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    running = [
        subprocess.Popen(
            [sys.executable, "-c", _PROGRAM, str(side), str(people), str(1000 * (1 + n))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )
        for n in range(processes)
    ]  # fmt: skip
    for process in running:
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError("a renderer did not start: is the head model there?")
    for process in running:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    told = [json.loads(process.communicate()[0]) for process in running]
    return max(wall for wall, _ in told), sum(busy for _, busy in told) / processes
