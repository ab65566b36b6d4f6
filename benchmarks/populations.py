"""Building a population from 1e4 to 1e7 people: time and memory a person, and what 68 million take.

Every size is built by `efface population build` in a process of its own, with one thread, and
written to a folder. Memory is the process's largest resident set above that of building a thousand
people, which is what the program itself takes.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from benchmarks.measure import Figure, Finished, command, efface

SMALL = 1000
STORED = (10_000, 100_000, 1_000_000)
BY_COMMUNITY = (10_000, 100_000, 1_000_000, 10_000_000)
KINGDOM = 68_000_000
"""About the residents of the United Kingdom: a population at weight 1."""


def run() -> list[Figure]:
    """Build each size, print its cost a person, and carry the largest on to 68 million."""
    figures = []
    for kind, sizes in (("stored", STORED), ("by-community", BY_COMMUNITY)):
        empty = build(SMALL, kind)
        for people in sizes:
            done = build(people, kind)
            added = done.peak_bytes - empty.peak_bytes
            cpu = done.cpu - empty.cpu
            name = f"{people:,} people, acquaintances {kind}"
            figures += [
                Figure(name, done.wall, "s"),
                Figure(f"{name}: CPU", done.cpu, "CPU s"),
                Figure(f"{name}: memory", done.peak_bytes / 2**20, "MiB"),
                Figure(f"{name}: a person", cpu / people * 1e6, "CPU us"),
                Figure(f"{name}: memory of a person", added / people, "bytes"),
            ]
        whole = empty.peak_bytes + added / people * KINGDOM
        figures += [
            Figure(f"{KINGDOM:,} people {kind}, extrapolated", whole / 2**30, "GiB"),
            Figure(f"{KINGDOM:,} people {kind}, CPU", cpu / people * KINGDOM / 3600, "CPU h"),
        ]
    return figures


def build(people: int, acquaintances: str) -> Finished:
    """Build a population in a folder that is removed afterwards."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory() as folder:
        out = str(Path(folder) / "people")
        return command(
            efface(
                "population", "build", "--people", str(people), "--out", out,
                "--acquaintances", acquaintances,
            )
        )  # fmt: skip
