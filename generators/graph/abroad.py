"""Ties abroad: how many join each two jurisdictions.

Counts are symmetric. The row of the first jurisdiction is as its table says, and what the others
have left is shared out among them by their ties, which leaves the first row alone. With equal
weights the other ends are right as well; with unequal ones a small sample takes the ties that a
large one sends it, and serves as the other end only.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.strata import Strata

LARGE = 1000
"""People in the first jurisdiction from which its stated mixing is met or refused."""
_MOST_ABROAD = 0.95


def ties_between(
    wanted: NDArray[np.float64],
    held: NDArray[np.float64],
    inside: float,
    strata: Strata,
    *,
    large: bool,
) -> NDArray[np.int64]:
    """Return the counts of ties between jurisdictions, int64 [J, J].

    Args:
        wanted: float64 [J], ties meant in all, counted at both ends.
        held: float64 [J], ends of wide ties that may lead abroad.
        inside: share of ties that stay in the jurisdiction.
        strata: the tables, whose mixing is the first row.
        large: refuse mixing that cannot be met, instead of coming as near as can be.

    Raises:
        PopulationError: too few ends of wide ties for so many ties abroad.
    """
    size = wanted.size
    between = np.zeros((size, size))
    out = (1 - inside) * wanted
    row = out[0] * strata.abroad
    room = _MOST_ABROAD * held
    need = np.maximum(row, np.append(row.sum(), row[1:]))
    short = np.flatnonzero(need > room)
    if large and short.size:
        worst = short[np.argmax(need[short] / np.maximum(room[short], 1))]
        code = strata.jurisdictions[worst]
        # The first jurisdiction has no row of its own: its ties are as many as inside_share says.
        at = (
            ("mixing.csv", strata.jurisdictions[0], code) if worst else ("ties.csv", "inside_share")
        )
        figure = strata.figure(*at)
        raise PopulationError(
            Fault(
                "too few ties outside family, circle and community for so many abroad",
                file=figure.file,
                line=figure.line,
                key=code,
                found=f"{need[worst]:.0f} ties abroad, {room[worst]:.0f} to be had",
                expected="a larger sample of that jurisdiction, fewer ties abroad, or fewer in "
                "the place",
            )
        )
    row = np.minimum(row * min(1.0, room[0] / max(row.sum(), 1.0)), room)
    between[0], between[:, 0] = row, row
    between[1:, 1:] = _gravity(np.clip(np.minimum(out, room)[1:] - row[1:], 0, None))
    counts = np.floor(np.triu(between, 1) + 0.5).astype(np.int64)
    return counts + counts.T


def _gravity(out: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return symmetric flows without a diagonal whose row sums come as near `out` as they can.

    Iterative proportional fitting of factors f with flow f_j f_k (Deming and Stephan 1940).
    """
    if out.size < 2 or out.sum() == 0:
        return np.zeros((out.size, out.size))
    out = np.minimum(out, out.sum() - out)
    factor = out / np.sqrt(max(out.sum(), 1e-300))
    for _ in range(500):
        others = factor.sum() - factor
        factor = np.sqrt(factor * out / np.maximum(others, 1e-300))
    flows = np.outer(factor, factor)
    np.fill_diagonal(flows, 0.0)
    return flows
