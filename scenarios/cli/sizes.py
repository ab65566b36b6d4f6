"""How large a run is asked to be: replications, joint draws, or one replication alone."""

from __future__ import annotations

from generators.errors import Fault, ScenarioError

SIZE = 20
"""Replications, and joint draws, of a run that says nothing else."""


def sizes_of(
    replications: int | None, ranges: int | None, only_replication: int | None
) -> tuple[int, int]:
    """Return how many replications and joint draws are run.

    Raises:
        ScenarioError: one replication alone, and more than that.
    """
    if only_replication is None:
        return SIZE if replications is None else replications, SIZE if ranges is None else ranges
    faults = [
        Fault(
            f"--only-replication runs one alone; {name} would have no effect",
            key=name,
            found=str(given),
            expected=f"no {name}",
        )
        for name, given, fits in (("--replications", replications, 1), ("--ranges", ranges, 0))
        if given not in (None, fits)
    ]
    if faults:
        raise ScenarioError(faults)
    return 1, 0
