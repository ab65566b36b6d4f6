"""How long `efface --help` takes, beside an empty Python program."""

from __future__ import annotations

import sys

from benchmarks.measure import Figure, command, efface, in_turn


def run() -> list[Figure]:
    """Time `efface --help`, and `python -c pass` beside it."""
    ours, bare = in_turn(
        [
            lambda: command(efface("--help")).wall,
            lambda: command([sys.executable, "-c", "pass"]).wall,
        ],
        7,
    )
    return [Figure("efface --help", ours, "s", "python -c pass", bare / ours)]
