"""Several new photos of one person taken together as one probe.

A single photo is often not recognised, so that a search by it says little of whether its person can
still be found. The mean of several photos' templates lies nearer to the person, and one probe a
person leaves searches independent of each other, as an exact test asks. Of 264 people erased from
a made-up gallery of 100,000 templates the smallest share still reachable that such a test sees is
37 % with one photo each, 12 % with four and 7.5 % with sixteen (measured on the distribution that
ships; to see it again: `efface gallery audit --rows 100000 --levels L1`).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FUSED = 16
"""New photos of one person that make one probe; an assumption of how many a searcher has."""


def fused(templates: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the mean of `FUSED` templates of each person, float32 [n, d], of unit length.

    Args:
        templates: float32 [n * FUSED, d], those of one person together.
    """
    rows, dimension = templates.shape
    means = templates.reshape(rows // FUSED, FUSED, dimension).mean(axis=1)
    return means / np.linalg.norm(means, axis=1, keepdims=True)
