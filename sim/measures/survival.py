"""How long things last where not all were watched to their end: Kaplan and Meier.

Kaplan and Meier 1958, "Nonparametric estimation from incomplete observations", Journal of the
American Statistical Association 53, 457-481: the chance of lasting beyond t is the product, over
the times up to t at which something ended, of the share of those still watched that did not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def median_survival(days: NDArray[np.integer], ended: NDArray[np.bool_]) -> float | None:
    """Return the Kaplan-Meier median: the first day by which half have ended.

    Args:
        days: integers [k], days until the end, or until watching stopped.
        ended: bool [k], False where watching stopped first; then the end lies later.

    Returns:
        None where fewer than half have ended by the last day on which any did.
    """
    if not ended.any():
        return None
    at, count = np.unique(days[ended], return_counts=True)
    watched = len(days) - np.searchsorted(np.sort(days), at, side="left")
    lasting = np.cumprod(1.0 - count / watched)
    # A product of shares that comes to one half is a little off it in its last digits.
    half = np.flatnonzero(lasting <= 0.5 + 1e-9)
    return float(at[half[0]]) if len(half) else None
