"""One replication: all arms on shared draws.

What arms share (who could be found, when, with what evidence) is drawn once; each arm then runs
its own clock (`sim.arm`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from generators.population import Population
from sim.arm import Arm, Shared
from sim.draws import streams as named_streams
from sim.history import History
from sim.people.finds import draw_candidates
from sim.setup import ArmSetup
from sim.tallies import cells_of


def run_arms(
    population: Population,
    arms: Mapping[str, ArmSetup],
    seed: int,
    replication: int,
    *,
    watched: NDArray[np.int64] | None = None,
) -> dict[str, History]:
    """Run every arm of one replication on common random numbers.

    Args:
        population: the people, the same in every arm.
        arms: setups by name; they share parameters, horizon, curves and windows.
        seed: root seed.
        replication: number of the replication.
        watched: rows of persons whose own counts are kept.

    Returns:
        one history an arm, in the same order.

    Raises:
        ValueError: arms that do not share what they must, or none.
        ScenarioError: a case whose dates stand before their causes.
        EnvelopeError: a lever that exceeds the envelope.
    """
    setups = list(arms.values())
    if not setups:
        raise ValueError("no arm to run")
    first = setups[0]
    for other in setups[1:]:
        if (
            dict(other.parameters) != dict(first.parameters)
            or (other.first_day, other.last_day) != (first.first_day, first.last_day)
            or other.windows != first.windows
            or not np.array_equal(other.curves.images, first.curves.images)
        ):
            raise ValueError("arms of one replication share parameters, horizon and windows")
    if first.first_day != 0:
        raise ValueError("runs start on 2017-01-01")
    streams = named_streams(seed, replication)
    scope = population.jurisdictions.index(first.windows.jurisdiction)
    in_scope = population.jurisdiction == scope
    shared = Shared(
        population=population,
        streams=streams,
        candidates=draw_candidates(
            population, first.parameters, first.curves, streams, first.last_day, in_scope
        ),
        cells=cells_of(population, first.windows.notice),
        in_scope=in_scope,
    )
    return {name: Arm(shared, setup, watched).history() for name, setup in arms.items()}
