"""How well the operator can tell who is a resident in scope: its excuse, as a curve.

"We cannot tell who lives in the United Kingdom" is a claim about recall and precision, and both
are a choice of threshold away from one another. `residency_curve` gives the whole choice in closed
form; signals tell where an uploader lives, so that friends who post from elsewhere and people who
move make them worse for the person in the photo. `measured_curve` counts faces that were drawn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.operator.signals import Signals


@dataclass(frozen=True)
class ResidencyCurve:
    """What every threshold would give, from the lowest to the highest, length T.

    Attributes:
        thresholds: float64 [T], in nats: 0, and each value above it that evidence can take;
            a face counts as in scope where its evidence is above.
        recall: float64 [T], share of the faces in scope that count as in scope.
        false_inclusion: float64 [T], share of the other faces that count as in scope.
        precision: float64 [T], share of those that count as in scope which are; NaN where none
            counts.
    """

    thresholds: NDArray[np.float64]
    recall: NDArray[np.float64]
    false_inclusion: NDArray[np.float64]
    precision: NDArray[np.float64]

    def at(self, threshold: float) -> int:
        """Return the row that holds at a threshold of 0 or more: that of the last step below it."""
        return int(np.searchsorted(self.thresholds, np.float32(threshold), side="right")) - 1


def _curve(
    thresholds: NDArray[np.float64],
    recall: NDArray[np.float64],
    false_inclusion: NDArray[np.float64],
    share: float,
) -> ResidencyCurve:
    inferred = share * recall + (1.0 - share) * false_inclusion
    precision = np.full(len(thresholds), np.nan)
    np.divide(share * recall, inferred, out=precision, where=inferred > 0.0)
    return ResidencyCurve(thresholds, recall, false_inclusion, precision)


def thresholds_of(signals: Signals) -> NDArray[np.float64]:
    """Return the thresholds at which anything changes, ascending from 0, float64 [T]."""
    values = np.unique(signals.pattern_evidence.astype(np.float64))
    return np.concatenate([[0.0], values[values > 0.0]])


def residency_curve(
    signals: Signals, share: float, posted: float = 1.0, posted_of_others: float = 0.0
) -> ResidencyCurve:
    """Return recall, false inclusion and precision at every threshold, exactly.

    Args:
        signals: the signals; their own threshold is not read.
        share: share of the gallery's faces that shows residents in scope, above 0, below 1.
        posted: share of those that was posted by somebody who lived in scope.
        posted_of_others: share of all other faces that was posted by somebody who lived there.

    Raises:
        ValueError: a share outside (0, 1).
    """
    if not 0.0 < share < 1.0:
        raise ValueError(f"a share lies between 0 and 1, found {share}")
    thresholds = thresholds_of(signals)
    hit, false = np.array([signals.rates(float(threshold)) for threshold in thresholds]).T
    return _curve(
        thresholds,
        posted * hit + (1.0 - posted) * false,
        posted_of_others * hit + (1.0 - posted_of_others) * false,
        share,
    )


def measured_curve(
    thresholds: NDArray[np.float64],
    evidence: NDArray[np.float32],
    in_scope: NDArray[np.bool_],
    weight: NDArray[np.float64],
) -> ResidencyCurve:
    """Return the curve of faces that were drawn, set against where the person in each lives.

    Args:
        thresholds: where to look, ascending, in nats, float64 [T].
        evidence: of each face, float32 [m].
        in_scope: whether the person in the photo truly is a resident in scope, bool [m].
        weight: real faces that each stands for, float64 [m].

    Raises:
        ValueError: no face of a resident in scope, or none of anybody else.
    """
    totals = weight[in_scope].sum(), weight[~in_scope].sum()
    if not (totals[0] > 0.0 and totals[1] > 0.0):
        raise ValueError("a curve needs faces of residents in scope and faces of others")
    rates = []
    for mine in (in_scope, ~in_scope):
        order = np.argsort(evidence[mine], kind="stable")
        # Summed from the highest down: a difference from the whole could fall below nothing.
        above = np.concatenate([np.cumsum(weight[mine][order][::-1])[::-1], [0.0]])
        first_above = np.searchsorted(
            evidence[mine][order], thresholds.astype(np.float32), side="right"
        )
        rates.append(above[first_above] / above[0])
    return _curve(thresholds, rates[0], rates[1], float(totals[0] / (totals[0] + totals[1])))
