"""The smallest rates of posting under which everybody is found as often as is wanted."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def least_rates(
    gain: NDArray[np.float64], wanted: NDArray[np.float64], cost: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the κ ≥ 0 with G κ ≥ m that takes the fewest photos, float64 [J].

    A linear programme in J unknowns. A jurisdiction none of whose own uploaders shows a resident
    (a handful of simulated people) asks for nothing: to reach it through friends abroad alone
    would flood those. Its residents are then found too seldom or never, which `unseen` measures
    and a run tells: at 200 people most populations have such a jurisdiction, at 3,000 none.

    Args:
        gain: G, mean finds of a resident of j by uploaders of J at κ = 1, [J, J], 0 or more.
        wanted: m, finds that a resident should have, [J], 0 or more.
        cost: photos that the uploaders of J post at κ = 1, [J].

    Raises:
        ArithmeticError: the programme was not solved.
    """
    from scipy.optimize import linprog

    own = np.diag(gain)
    asks = np.flatnonzero((own > 0.0) & (wanted > 0.0))
    rates = np.zeros(len(wanted))
    if not len(asks):
        return rates
    # In units of what each jurisdiction would need if it had to do alone.
    alone = wanted[asks] / own[asks]
    scaled = gain[np.ix_(asks, asks)] * alone / wanted[asks][:, None]
    price = cost[asks] * alone
    solved = linprog(price / price.max(), A_ub=-scaled, b_ub=-np.ones(len(asks)), method="highs")
    if solved.status != 0:
        raise ArithmeticError(f"rates of posting were not found: {solved.message}")
    rates[asks] = np.maximum(solved.x, 0.0) * alone
    return rates
