"""The gallery cut into disjoint parts, as finely as a run tells faces apart.

A face counts as a resident's of every jurisdiction for which its photo's signals speak strongly
enough; each jurisdiction's signals have errors of their own, so a face may count for none, one or
several. A part is a set of faces that the operator's filters and jobs cannot tell apart: the same
jurisdictions (and thresholds), the same age band, the same platform. Their shares of the gallery
are in closed form, so that one more simulated person moves none of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import ScenarioError
from generators.population import AGE_BANDS
from sim.operator.in_play import InPlay
from sim.operator.signals import Signals
from sim.setup import Scope

MOST_PARTS = 2**14
"""More parts than that are refused: each keeps a history of its own."""


@dataclass(frozen=True)
class Parts:
    """S disjoint parts of the gallery.

    Part 0 is nobody's: its faces count as no jurisdiction's residents.

    Attributes:
        in_play: what faces are told apart by.
        platforms: names of the platforms.
        level: int64 [K, S], how many thresholds of each jurisdiction a part's evidence is above.
        band: int64 [S], index into `AGE_BANDS`; 0 where bands are not told apart.
        platform: int64 [S], index into `platforms`; 0 where they are not told apart.
        shares: float64 [S], share of the gallery's faces without orders; sums to 1.
    """

    in_play: InPlay
    platforms: tuple[str, ...]
    level: NDArray[np.int64]
    band: NDArray[np.int64]
    platform: NDArray[np.int64]
    shares: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.shares)

    def counted(self, code: str | None, threshold: float | None = None) -> NDArray[np.bool_]:
        """Return the parts whose faces count as residents of a jurisdiction, bool [S].

        None where nobody is simulated there.

        Args:
            code: the jurisdiction; None for any of those in play.
            threshold: evidence in nats; None for the operator's own.

        Raises:
            ScenarioError: a jurisdiction or a threshold that this run does not tell apart.
        """
        own = self.in_play.own if threshold is None else threshold
        if code is None:
            codes: Sequence[str] = self.in_play.codes
            return np.asarray(np.any([self.counted(one, own) for one in codes], axis=0))
        if code not in self.in_play.codes:
            if why := self.in_play.refusal(Scope(jurisdiction=code)):
                raise ScenarioError(why)
            return np.zeros(len(self), dtype=np.bool_)
        k = self.in_play.codes.index(code)
        if own not in self.in_play.thresholds[k]:
            raise ScenarioError(
                f"a threshold of {own:g} nats is not told apart in this run: a case's duty or an "
                f"intervention's option 'threshold' has to state it"
            )
        return np.asarray(self.level[k] > self.in_play.thresholds[k].index(own))

    def filtered(self, scope: Scope) -> NDArray[np.bool_]:
        """Return the parts that a filter on faces inferred to be in scope covers, bool [S].

        Args:
            scope: without a jurisdiction it covers the residents of all those in play.
        """
        covered = self.counted(scope.jurisdiction)
        if scope.group is not None:
            covered = covered & (self.band == AGE_BANDS.index(scope.group))
        return covered

    def posted_on(self, platform: str | None) -> NDArray[np.bool_]:
        """Return the parts whose photos were posted on a platform, None for all, bool [S]."""
        if platform is None:
            return np.ones(len(self), dtype=np.bool_)
        return np.asarray(self.platform == self.platforms.index(platform))

    def of_faces(
        self,
        evidence: Sequence[NDArray[np.float32]],
        band: NDArray[np.integer] | None,
        platform: NDArray[np.integer] | None,
    ) -> NDArray[np.uint16]:
        """Return the part of each face, uint16 [m].

        Args:
            evidence: for each jurisdiction in play, of each face in nats, float32 [m].
            band: of the person on the day of capture, where bands are told apart.
            platform: on which the photo was posted, where platforms are told apart.
        """
        part = np.zeros(len(evidence[0]), dtype=np.uint16)
        for mine, thresholds in zip(evidence, self.in_play.thresholds, strict=True):
            part *= np.uint16(len(thresholds) + 1)
            for threshold in thresholds:
                part += mine > threshold
        if band is not None:
            part = part * np.uint16(len(AGE_BANDS)) + band.astype(np.uint16)
        if platform is not None:
            part = part * np.uint16(len(self.platforms)) + platform.astype(np.uint16)
        return part


def parts_of(
    in_play: InPlay,
    platforms: tuple[str, ...],
    signals: Signals,
    homes: NDArray[np.float64],
    within: NDArray[np.float64],
) -> Parts:
    """Return the parts of a gallery and their shares.

    Args:
        in_play: what faces are told apart by, K jurisdictions.
        platforms: names of the platforms.
        signals: the operator's inference, alike for every jurisdiction.
        homes: float64 [K + 1], share of the gallery's faces posted from each jurisdiction in
            play, and last from anywhere else.
        within: float64 [K + 1, B, P], how the faces posted from each spread over age bands and
            platforms, summing to 1; of size 1 along what is not told apart.

    Raises:
        ScenarioError: more parts than the model keeps apart.
    """
    bands, places = within.shape[1:]
    levels = [len(thresholds) + 1 for thresholds in in_play.thresholds]
    size = int(np.prod(levels, dtype=np.int64)) * bands * places
    if size > MOST_PARTS:
        raise ScenarioError(
            f"{len(in_play.codes)} jurisdictions, their thresholds, age bands and platforms cut "
            f"the gallery into {size} parts, and a run keeps {MOST_PARTS} apart at most"
        )
    index = np.unravel_index(np.arange(size), (*levels, bands, places))
    level = np.stack(index[:-2]).astype(np.int64)
    band, platform = index[-2].astype(np.int64), index[-1].astype(np.int64)
    shares = np.zeros(size)
    for home in range(len(homes)):
        chance = np.ones(size)
        for k, thresholds in enumerate(in_play.thresholds):
            chance *= _level_chances(signals, thresholds, home == k)[level[k]]
        shares += homes[home] * chance * within[home, band, platform]
    if bands * places == 1:
        # What is left of the whole, so that the parts sum to it in floating point too.
        shares[0] = 1.0 - shares[1:].sum()
    return Parts(in_play, platforms, level, band, platform, shares)


def _level_chances(
    signals: Signals, thresholds: tuple[float, ...], here: bool
) -> NDArray[np.float64]:
    """Return the chance that evidence is above none, one, ... of the thresholds, float64 [T + 1].

    Args:
        signals: the operator's inference.
        thresholds: in nats, ascending.
        here: whether the uploader lives in the jurisdiction that is inferred.
    """
    above = np.array([signals.rates(t)[0 if here else 1] for t in thresholds])
    upto = np.concatenate([[1.0], above])
    return upto - np.concatenate([above, [0.0]])
