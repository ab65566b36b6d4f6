"""Where ties abroad of the first jurisdiction lead, beside `mixing.csv`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.graph.ties import Ties
from generators.population_check.check import Check, near
from generators.population_check.shape import blocks
from generators.strata import Strata

OFF = 0.02
"""Share of the ties abroad by which the worst jurisdiction may miss the table."""


def abroad_check(ties: Ties, jurisdiction: NDArray[np.integer], strata: Strata) -> Check:
    """Return the check of the first jurisdiction's row of the mixing matrix.

    Nothing is off where the tables have one jurisdiction, or nobody of the first has a tie abroad.

    Args:
        ties: everybody's ties, both layers.
        jurisdiction: [n], index into the tables' jurisdictions.
        strata: the tables.
    """
    count = np.zeros(len(strata.jurisdictions), dtype=np.int64)
    for first, after in blocks(ties.indptr):
        start, end = ties.indptr[first], ties.indptr[after]
        own = np.repeat(jurisdiction[first:after] == 0, np.diff(ties.indptr[first : after + 1]))
        count += np.bincount(jurisdiction[ties.indices[start:end]][own], minlength=count.size)
    count[0] = 0
    total = int(count.sum())
    off = np.abs(count / total - strata.abroad) if total else np.zeros(count.size)
    worst = int(off.argmax())
    return near(
        "ties_abroad",
        0.0,
        "mixing.csv",
        float(off[worst]),
        OFF,
        "share of the ties abroad, worst cell",
        f"{strata.jurisdictions[worst]}, {total:,} ties abroad" if total else "no ties abroad",
    )
