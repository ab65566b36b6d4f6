"""How many ties everybody is meant to have: in all, and close ones.

Degrees in all come from published quantiles, given as multiples of the mean: between them the
logarithm of the multiple is linear in the normal quantile, and beyond the first one the line goes
on. Above the last one nobody goes. Close ties grow with the degree as a power of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_GRID = 200_000


@dataclass(frozen=True, eq=False)
class Degrees:
    """The distribution of degrees.

    Attributes:
        normal: float64 [q], normal quantiles of the table, ascending.
        log_multiple: float64 [q], logarithm of degree ÷ mean degree there.
        mean: mean degree in all.
        exponent: close ties grow as degree to this power.
        factor: and by this factor, so that their mean is as stated.
    """

    normal: NDArray[np.float64]
    log_multiple: NDArray[np.float64]
    mean: float
    exponent: float
    factor: float

    @classmethod
    def of(
        cls,
        quantiles: NDArray[np.float64],
        multiples: NDArray[np.float64],
        ties: Mapping[str, float],
    ) -> Degrees:
        """Make the distribution of a table and of `mean_degree`, `mean_close`, `close_exponent`.

        The table's multiples are rescaled so that their mean is 1, whatever points it has.
        """
        from scipy.special import ndtri

        normal = np.asarray(ndtri(quantiles), dtype=np.float64)
        log_multiple = np.log(multiples)
        grid = np.asarray(ndtri((np.arange(_GRID) + 0.5) / _GRID))
        on_grid = np.exp(_line(grid, normal, log_multiple))
        scale = float(on_grid.mean())
        degree = np.maximum(ties["mean_degree"] * on_grid / scale, 1.0)
        exponent, wanted = ties["close_exponent"], ties["mean_close"]
        low, high = 0.0, float(degree.max())
        for _ in range(60):
            factor = (low + high) / 2
            if np.minimum(degree, factor * degree**exponent).mean() < wanted:
                low = factor
            else:
                high = factor
        return cls(normal, log_multiple - math.log(scale), ties["mean_degree"], exponent, high)

    def close_of(self, degree: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the close ties meant for each degree, as real numbers of at most the degree."""
        return np.minimum(degree, self.factor * degree**self.exponent)

    def draw(
        self, uniforms: NDArray[np.float64], round_up: NDArray[np.float64], most: int
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Return degree and close degree, int32 [n] each, at least 1.

        Args:
            uniforms: float64 [n], which quantile each person has.
            round_up: float64 [n], uniforms that turn real numbers into whole ones.
            most: nobody has more.
        """
        from scipy.special import ndtri

        real = self.mean * np.exp(
            _line(np.asarray(ndtri(uniforms)), self.normal, self.log_multiple)
        )
        degree = np.clip(np.floor(real + round_up), 1, most)
        close = np.clip(np.floor(self.close_of(degree) + round_up), 1, degree)
        return degree.astype(np.int32), close.astype(np.int32)


def _line(
    x: NDArray[np.float64], nodes: NDArray[np.float64], values: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the broken line through (nodes, values): straight on below, level above."""
    slope = (values[1] - values[0]) / (nodes[1] - nodes[0])
    return np.interp(x, nodes, values) + np.minimum(x - nodes[0], 0.0) * slope
