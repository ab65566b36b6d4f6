"""The people of a made-up gallery: their templates, where they live, and what signals say of it.

Everybody is taken to post photos of themselves, so that the signals of a template say where the
person in it lives.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault
from generators.keyed import Streams
from generators.templates import STREAMS as TEMPLATE_STREAMS
from generators.templates import TemplateDistribution
from scenarios.fused import FUSED, fused
from sim.draws import STREAMS as MODEL_STREAMS
from sim.gallery.evidence import Probes
from sim.gallery.process import GalleryProcess
from sim.operator.signals import Signals
from sim.parameters import load_parameters

PHOTOS_EACH = 4
"""Templates of each person: about what the model has of a resident of the United Kingdom at 2e10
images (4.4); an assumption, since nobody has counted them."""
SHARE = 0.01
"""Share of people whom such an order is about: near that of residents of the United Kingdom among
faces held (`gallery.share.uk`), an assumption as that one."""
MOST_PROBES = 2_000
"""People who were erased, and people who stay, who are searched for at most."""
MOST_STRANGERS, LEAST_STRANGERS = 4_000, 1_000
"""People never enrolled by whose photos the threshold of a hit is set, and as many by whose photos
false matches are counted: as many as are enrolled, within these bounds."""
_NEW_PHOTO = 2**31
"""Number of the first photo of somebody that is never enrolled."""
_AT_ONCE = 65_536
"""Templates enrolled together: 32 MB."""
_SCOPE = "audit.scope"


@dataclass(frozen=True)
class Asked:
    """What is asked for.

    Attributes:
        rows: templates enrolled.
        share: share of people who live in scope.
        threshold: evidence in nats above which a template is taken for that of somebody in scope;
            None for the operator's own (`operator.residency.threshold`).
        seed: of people, photos and signals.
        design: factory string of the gallery, or None for what its size asks for.
        profile: manner of keeping of an operator's store, or None for the project's own gallery.
        days: days that a store is given for what it does by itself, before it is audited.
    """

    rows: int
    share: float = SHARE
    threshold: float | None = None
    seed: int = 0
    design: str | None = None
    profile: str | None = None
    days: int = 0


class Crowd:
    """The people of a made-up gallery, their templates and their signals.

    Templates are numbered from 0, `PHOTOS_EACH` of each person; people from 0, those who are never
    enrolled from `people` on.

    Args:
        asked: how many, and whom the order is about.
        distribution: what templates look like.
    """

    def __init__(self, asked: Asked, distribution: TemplateDistribution) -> None:
        self.distribution = distribution
        self.streams = Streams(asked.seed, 0, (*MODEL_STREAMS, *TEMPLATE_STREAMS, _SCOPE))
        self.people = math.ceil(asked.rows / PHOTOS_EACH)
        rows = np.arange(asked.rows)
        self.person: NDArray[np.int64] = rows // PHOTOS_EACH
        self.photo: NDArray[np.int64] = rows % PHOTOS_EACH
        self.in_scope: NDArray[np.bool_] = (
            self.streams.uniform(_SCOPE, np.arange(self.people)) < asked.share
        )
        signals = Signals.of(load_parameters())
        self.selector = signals.selector(asked.threshold)
        said = signals.said(
            self.streams,
            self.person,
            self.photo,
            np.zeros_like(self.photo),
            self.in_scope[self.person],
        )
        evidence = self.selector.evidence(signals.patterns[said])
        self.chosen: NDArray[np.bool_] = self.selector.taken(evidence)

    @cached_property
    def wholly(self) -> NDArray[np.int64]:
        """People all of whose templates are chosen, int64."""
        chosen = np.bincount(self.person, weights=self.chosen)
        return np.flatnonzero(chosen == np.bincount(self.person))

    def templates(
        self, people: NDArray[np.int64], photos: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """Return templates of these people, float32 [n, dimension]."""
        who, of = np.unique(people, return_inverse=True)
        centres = self.distribution.centres(self.streams, who)
        return self.distribution.photos(self.streams, people, centres[of], photos)

    def new_photos(self, people: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return a probe of each of these people, of photos that are never enrolled (`fused`)."""
        nth = _NEW_PHOTO + np.tile(np.arange(FUSED), len(people))
        return fused(self.templates(np.repeat(people, FUSED), nth))

    @cached_property
    def strangers(self) -> NDArray[np.int64]:
        """People never enrolled by whose photos the threshold of a hit is set, int64."""
        count = min(max(self.people, LEAST_STRANGERS), MOST_STRANGERS)
        return self.people + np.arange(count)

    def enrol(self, gallery: GalleryProcess) -> NDArray[np.float32]:
        """Enrol every template, and return those that are chosen, float32 [m, dimension]."""
        kept = []
        for start in range(0, len(self.person), _AT_ONCE):
            rows = np.arange(start, min(start + _AT_ONCE, len(self.person)))
            vectors = self.templates(self.person[rows], self.photo[rows])
            gallery.enrol(rows, vectors)
            kept.append(vectors[self.chosen[rows]])
        return np.concatenate(kept)

    def probes(self) -> Probes:
        """Return new photos of each kind of people, of strangers other than `strangers`.

        Raises:
            EffaceError: of nobody is every template chosen.
        """
        if not len(self.wholly):
            raise EffaceError(
                Fault(
                    "there is nobody all of whose templates would be erased, to be searched for",
                    key="--rows",
                    found=str(len(self.person)),
                    expected="more templates, a larger share or a lower threshold",
                )
            )
        staying = np.flatnonzero(np.bincount(self.person, weights=self.chosen) == 0)
        some = np.linspace(0, len(staying) - 1, min(len(staying), MOST_PROBES)).astype(np.int64)
        return Probes(
            erased=self.new_photos(self.wholly[:MOST_PROBES]),
            survivors=self.new_photos(staying[some]),
            strangers=self.new_photos(self.strangers + len(self.strangers)),
        )
