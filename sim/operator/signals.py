"""Residency signals: what a photo says about where its uploader lives, often nothing.

An order says "UK residents"; a gallery has no such field. What there is belongs to whoever posted
the photo, not to whoever stands in it: a place declared in the profile, the language of the
account, the country of the site that hosts it, a geotag, a caption. Each is present in a share of
cases, and where present it says "in scope" or "elsewhere", with errors both ways. A face's
evidence is the sum of the log likelihood ratios of the signals that its photo has (naive Bayes:
given where the uploader lives, signals are taken to be independent); a face above the operator's
threshold counts as a resident in scope, and one without any signal never does. What belongs to an
account is drawn once for all its photos, so that the errors of one uploader's photos go together.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, ParameterError
from generators.keyed import Streams
from sim.gallery.selection import Selector

ABSENT, HERE, ELSEWHERE = range(3)
"""What a signal may say: nothing, that the uploader lives in scope, or that they do not."""

PERSON_SIGNALS = ("declared", "language")
"""Signals that somebody gives alike on every platform."""
ACCOUNT_SIGNALS = ("host",)
"""Signals that all photos of one account share: they differ between platforms."""
PHOTO_SIGNALS = ("geotag", "caption")
"""Signals that each photo has of its own."""
SIGNALS = (*PERSON_SIGNALS, *ACCOUNT_SIGNALS, *PHOTO_SIGNALS)


@dataclass(frozen=True)
class Signal:
    """One kind of signal, with its noise and its absence.

    Attributes:
        name: one of `SIGNALS`.
        present: chance that it is there, wherever the uploader lives.
        hit: chance that it says "in scope" of an uploader in scope, where it is there.
        false: chance that it says so of any other uploader, where it is there.
    """

    name: str
    present: float
    hit: float
    false: float

    def chances(self, in_scope: bool) -> NDArray[np.float64]:
        """Return the chances of nothing, "in scope" and "elsewhere", float64 [3]."""
        says = self.hit if in_scope else self.false
        return np.array([1.0 - self.present, self.present * says, self.present * (1.0 - says)])

    @property
    def worth(self) -> NDArray[np.float64]:
        """Log likelihood ratio, in nats, of nothing, "in scope" and "elsewhere", float64 [3]."""
        return np.array(
            [0.0, math.log(self.hit / self.false), math.log((1 - self.hit) / (1 - self.false))]
        )


@dataclass(frozen=True)
class Signals:
    """All signals of a photo, and the threshold at which the operator takes them for residence.

    Attributes:
        signals: in the order of `SIGNALS`.
        threshold: evidence, in nats, above which a face counts as in scope; 0 or more.
    """

    signals: tuple[Signal, ...]
    threshold: float

    @classmethod
    def of(cls, parameters: Mapping[str, float]) -> Signals:
        """Return the signals and the threshold that the parameters describe.

        Raises:
            ParameterError: a signal that says "in scope" no more often of uploaders in scope than
                of others.
        """
        faults: list[Fault] = []
        signals = []
        for name in SIGNALS:
            present, hit, false = (
                parameters[f"signals.{name}.{part}"] for part in ("present", "hit", "false")
            )
            signals.append(Signal(name, present, hit, false))
            if not hit > false:
                faults.append(
                    Fault(
                        "a signal says 'in scope' more often of residents in scope than of others",
                        key=f"signals.{name}.hit",
                        found=f"{hit:g}, with signals.{name}.false = {false:g}",
                        expected=f"more than {false:g}",
                    )
                )
        if faults:
            raise ParameterError(faults)
        return cls(tuple(signals), parameters["operator.residency.threshold"])

    @cached_property
    def patterns(self) -> NDArray[np.int64]:
        """What each signal says in every pattern, int64 [3^S, S]; the first signal runs fastest."""
        code = np.arange(3 ** len(self.signals))
        return np.stack([code // 3**k % 3 for k in range(len(self.signals))], axis=1)

    @cached_property
    def pattern_evidence(self) -> NDArray[np.float32]:
        """Evidence of every pattern in nats, float32 [3^S]."""
        return self.selector().evidence(self.patterns).astype(np.float32)

    def selector(self, threshold: float | None = None) -> Selector:
        """Return what adds these signals' evidence up and holds it to a threshold.

        Args:
            threshold: in nats; the operator's own where None.
        """
        worth = np.stack([signal.worth for signal in self.signals])
        return Selector(worth, self.threshold if threshold is None else threshold)

    def pattern_chances(self, in_scope: bool) -> NDArray[np.float64]:
        """Return the chance of every pattern, float64 [3^S], summing to 1.

        Args:
            in_scope: whether the uploader lives in scope.
        """
        chances = np.stack([signal.chances(in_scope) for signal in self.signals])
        return np.asarray(chances[np.arange(len(self.signals)), self.patterns].prod(axis=1))

    def rates(self, threshold: float | None = None) -> tuple[float, float]:
        """Return the chance that a face counts as in scope: by uploaders in scope, and by others.

        Exact, by enumeration of every pattern.

        Args:
            threshold: in nats; the operator's own where None.
        """
        # Evidence is float32, and NumPy compares it with a Python float in float32.
        above = self.pattern_evidence > np.float32(
            self.threshold if threshold is None else threshold
        )
        here, elsewhere = (
            float(self.pattern_chances(scope)[above].sum()) for scope in (True, False)
        )
        return here, elsewhere

    @property
    def recall(self) -> float:
        """Share of the faces that uploaders in scope posted which count as in scope."""
        return self.rates()[0]

    @property
    def false_inclusion(self) -> float:
        """Share of the faces that other uploaders posted which count as in scope."""
        return self.rates()[1]

    def evidence(
        self,
        streams: Streams,
        uploader: NDArray[np.integer[Any]],
        number: NDArray[np.integer[Any]],
        platform: NDArray[np.integer[Any]],
        in_scope_uploader: NDArray[np.bool_],
        other: str | None = None,
    ) -> NDArray[np.float32]:
        """Return the evidence of photos in nats, float32 [m]; 0 for a photo without any signal.

        The arguments are those of `said`.
        """
        said = self.said(streams, uploader, number, platform, in_scope_uploader, other)
        return self.pattern_evidence[said]

    def said(
        self,
        streams: Streams,
        uploader: NDArray[np.integer[Any]],
        number: NDArray[np.integer[Any]],
        platform: NDArray[np.integer[Any]],
        in_scope_uploader: NDArray[np.bool_],
        other: str | None = None,
    ) -> NDArray[np.int64]:
        """Return what the signals of photos say, int64 [m]: rows of `patterns`.

        Args:
            streams: the replication's streams; each signal has one of its own (`signal.NAME`).
            uploader: who posted it, integers [m].
            number: which photo of that uploader, integers [m].
            platform: on which platform, integers [m].
            in_scope_uploader: whether the uploader lived in scope when it was taken, bool [m].
            other: code of a jurisdiction other than the question's; its signals are drawn apart
                from those of every other.
        """
        shared_by = {
            **dict.fromkeys(PERSON_SIGNALS, np.zeros_like(number)),
            **dict.fromkeys(ACCOUNT_SIGNALS, platform),
            **dict.fromkeys(PHOTO_SIGNALS, number),
        }
        code = np.zeros(len(uploader), dtype=np.int64)
        # Photos come by uploader: what somebody gives alike everywhere is drawn once for each.
        begins = np.concatenate([[True], uploader[1:] != uploader[:-1]])[: len(uploader)]
        first, run = np.flatnonzero(begins), np.cumsum(begins) - 1
        for place, signal in enumerate(self.signals):
            within, stream = shared_by[signal.name], f"signal.{signal.name}"
            if other is not None:
                within = (within.astype(np.int64) << 32) | zlib.crc32(other.encode())
                stream += ".other"
            if signal.name in PERSON_SIGNALS:
                u = streams.uniform(stream, uploader[first], within[first])[run]
            else:
                u = streams.uniform(stream, uploader, within)
            says_here = signal.present * np.where(in_scope_uploader, signal.hit, signal.false)
            says = np.where(u < says_here, HERE, np.where(u < signal.present, ELSEWHERE, ABSENT))
            code += says * 3**place
        return code
