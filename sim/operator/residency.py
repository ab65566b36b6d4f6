"""What the operator takes for a resident in scope: its own inference, with its errors.

An order says "UK residents"; a gallery has no such field. Each face carries evidence (declared
place, language, host) that is often missing. With a signal, evidence is normal with variance 1,
centred at the separation for residents in scope and at 0 for others; part of its variance is
common to all photos of one person. A face above the operator's threshold is treated as in scope.
The operator's excuse ("we cannot tell") is thereby a curve: recall against false inclusion.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ParameterError
from generators.keyed import Streams

SHARE_PARAMETERS: dict[str, str] = {
    "GB": "gallery.share.uk",
    "AU": "gallery.share.au",
    "EU": "gallery.share.eu",
    "US": "gallery.share.us",
}
"""Parameter that holds each jurisdiction's share of the gallery's faces; the rest is `XX`'s."""


def gallery_shares(
    jurisdictions: tuple[str, ...], parameters: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return each jurisdiction's share of the gallery's faces, float64 [J], summing to 1.

    Raises:
        ParameterError: the named shares sum to more than 1.
    """
    named = {code: parameters[name] for code, name in SHARE_PARAMETERS.items()}
    rest = 1.0 - sum(named.values())
    if rest < 0.0:
        raise ParameterError(
            Fault(
                "the shares of the gallery's faces sum to more than 1",
                key="gallery.share",
                found=", ".join(f"{SHARE_PARAMETERS[c]} = {v:g}" for c, v in named.items()),
                expected="a sum of 1 or less; what is left is the rest of the world",
            )
        )
    return np.array([named.get(code, rest) for code in jurisdictions])


def _upper_tail(x: float) -> float:
    return 0.5 * math.erfc(x / math.sqrt(2.0))


@dataclass(frozen=True)
class Residency:
    """The operator's inference of residence.

    Attributes:
        missing: share of faces without a signal.
        separation: distance between residents in scope and others, in standard deviations.
        threshold: evidence above which a face counts as in scope.
        person_share: share of the variance that a person's photos have in common.
    """

    missing: float
    separation: float
    threshold: float
    person_share: float

    @classmethod
    def of(cls, parameters: Mapping[str, float]) -> Residency:
        """Return the inference that the parameters describe."""
        return cls(
            missing=parameters["operator.residency.missing"],
            separation=parameters["operator.residency.separation"],
            threshold=parameters["operator.residency.threshold"],
            person_share=parameters["operator.residency.person_share"],
        )

    @property
    def recall(self) -> float:
        """Share of the faces of residents in scope that are inferred to be in scope."""
        return (1.0 - self.missing) * _upper_tail(self.threshold - self.separation)

    @property
    def false_inclusion(self) -> float:
        """Share of the faces of others that are inferred to be in scope."""
        return (1.0 - self.missing) * _upper_tail(self.threshold)

    def inferred_share(self, share_in_scope: float) -> float:
        """Return the share of all the gallery's faces inferred to be in scope, below 1.

        Args:
            share_in_scope: the share that truly shows residents in scope.

        Raises:
            ParameterError: every face is inferred to be in scope.
        """
        share = share_in_scope * self.recall + (1.0 - share_in_scope) * self.false_inclusion
        if share >= 1.0:
            raise ParameterError(
                Fault(
                    "with this threshold every face counts as a resident in scope",
                    key="operator.residency.threshold",
                    found=f"{self.threshold:g}",
                    expected="a threshold that leaves some faces out",
                )
            )
        return share

    def evidence(
        self,
        streams: Streams,
        person: NDArray[np.int64],
        ordinal: NDArray[np.int64],
        in_scope: NDArray[np.bool_],
    ) -> NDArray[np.float32]:
        """Return the evidence of each face, float32 [m]; minus infinity where there is no signal.

        Args:
            streams: the run's streams.
            person: whose face, int64 [m].
            ordinal: which find of that person, int64 [m].
            in_scope: whether that person truly is a resident in scope, bool [m].
        """
        common = streams.normal("residency.person", np.arange(int(person.max(initial=-1)) + 1))
        value = math.sqrt(self.person_share) * common[person]
        value += math.sqrt(1.0 - self.person_share) * streams.normal(
            "residency.photo", person, ordinal
        )
        value += np.where(in_scope, self.separation, 0.0)
        missing = streams.uniform("residency.missing", person, ordinal) < self.missing
        return np.where(missing, -np.inf, value).astype(np.float32)
