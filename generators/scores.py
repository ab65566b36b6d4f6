"""Score models: what a search finds, without templates.

The `operator` model is anchored on published one-to-many results at a threshold that holds FPIR
as the gallery grows: FNIR(N) = min(1, f (N / 1.2e7)^b + w), with f from NIST's evaluations and b, w
assumptions. Rank-1 figures are never used as FNIR at a threshold. Misses of one person's photos
within one search are not independent: they share the probe. The chance that a probe misses a
photo is therefore beta-distributed over probes with mean FNIR and intra-class correlation rho, so
that the chance of missing all n photos has the closed form of the beta-binomial.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

ANCHOR_GALLERY = 1.2e7
"""Gallery size of the published anchor: 12 million mugshots (NIST FRTE, one-to-many)."""


@dataclass(frozen=True)
class OperatorScores:
    """Identification at the operator's size, threshold reset to hold FPIR.

    Attributes:
        anchor_fnir: FNIR at 12 million, f.
        exponent: growth of FNIR with gallery size, b.
        web_penalty: FNIR added for web photos, w.
        probe_share: intra-class correlation of misses within a search, rho, in (0, 1).
        fpir: FPIR that the threshold holds.
    """

    anchor_fnir: float
    exponent: float
    web_penalty: float
    probe_share: float
    fpir: float

    @classmethod
    def of(cls, parameters: Mapping[str, float]) -> OperatorScores:
        """Return the score model that the parameters (`search.*`) describe."""
        return cls(
            anchor_fnir=parameters["search.fnir_at_12m"],
            exponent=parameters["search.fnir_exponent"],
            web_penalty=parameters["search.web_penalty"],
            probe_share=parameters["search.probe_share"],
            fpir=parameters["search.fpir"],
        )

    def fnir(self, gallery: ArrayLike) -> NDArray[np.float64]:
        """Return the mean FNIR of one photo in a gallery of that many templates, in [0, 1].

        Args:
            gallery: templates enrolled, any shape; fewer than one count as one.
        """
        size = np.maximum(np.asarray(gallery, dtype=np.float64), 1.0)
        grown = self.anchor_fnir * (size / ANCHOR_GALLERY) ** self.exponent
        return np.minimum(1.0, grown + self.web_penalty)

    def identification(self, photos: int, gallery: ArrayLike) -> NDArray[np.float64]:
        """Return P(at least one of n photos is returned), for n = 0 .. `photos`.

        1 - prod_{k<n} (a + k) / (a + b + k) with a = m (1 - rho) / rho, b = (1 - m)(1 - rho) / rho
        and m = FNIR(N): one minus the beta-binomial chance that all n are missed.

        Args:
            photos: largest n.
            gallery: templates enrolled, shape [g] (a scalar counts as [1]).

        Returns:
            float64 [g, photos + 1].
        """
        mean = np.atleast_1d(self.fnir(gallery))[:, None]
        spread = (1.0 - self.probe_share) / self.probe_share
        a, b = mean * spread, (1.0 - mean) * spread
        k = np.arange(photos, dtype=np.float64)[None, :]
        missed = np.cumprod((a + k) / (a + b + k), axis=1)
        return 1.0 - np.concatenate([np.ones_like(mean), missed], axis=1)
