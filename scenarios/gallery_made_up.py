"""An erasure order against a gallery of templates that nobody drew, carried out and audited.

The templates come from the distribution that was fitted to the shipped encoder
(`generators.templates`), so that a gallery of a million can be filled in seconds. Some people live
in scope of the order; the gallery does not know who, and takes those whose signals say so above a
threshold (`sim.gallery.selection`). Everybody is taken to post photos of themselves: the signals
say where they live. The gallery lives in a process of its own, whose files and memory the audit
reads from outside.
"""

from __future__ import annotations

import difflib
import math
import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault
from generators.keyed import Streams
from generators.template_file import TemplateCard, read_templates
from generators.templates import STREAMS as TEMPLATE_STREAMS
from generators.templates import TemplateDistribution
from scenarios.design import MOST_SEED
from scenarios.gallery_audited import Audited
from scenarios.keepings import known_keepings
from sim.draws import STREAMS as MODEL_STREAMS
from sim.gallery.audit import audit, require_levels
from sim.gallery.designs import design_for, design_of
from sim.gallery.evidence import Probes, take_evidence
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.keeping import Kind
from sim.gallery.process import GalleryProcess
from sim.gallery.profiled import ProfiledGallery
from sim.gallery.reach import threshold_for
from sim.gallery.selection import Selector, against_truth
from sim.gallery.stored import StoredGallery
from sim.operator.signals import Signals
from sim.parameters import load_parameters

PHOTOS_EACH = 4
"""Templates of each person: about what the model has of a resident of the United Kingdom at 2e10
images (4.4); an assumption, since nobody has counted them."""
FEWEST, MOST = 1_000, 10_000_000
"""Templates of such a gallery: fewer hold too few people in scope, more do not fit in memory."""
SHARE = 0.01
"""Share of people whom such an order is about: near that of residents of the United Kingdom among
faces held (`gallery.share.uk`), an assumption as that one."""
MOST_PROBES = 2_000
"""New photos of each kind of people at most: one each."""
STRANGERS = 4_000
"""People never enrolled by whose photos the threshold of a hit is set, and as many by whose photos
false matches are counted."""
_NEW_PHOTO = 2**31
"""Number of a photo of somebody that is never enrolled."""
_AT_ONCE = 65_536
"""Templates enrolled together: 32 MB."""
_SCOPE = "audit.scope"

Tell = Callable[[str], None]


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


def audit_made_up(
    asked: Asked, levels: Collection[str], tell: Tell = lambda stage: None
) -> Audited:
    """Fill a gallery, erase whom it takes for people in scope, and audit that.

    Args:
        asked: what gallery and what order.
        levels: which levels of the audit, of `sim.gallery.report.LEVELS`.
        tell: told what goes on.

    Raises:
        EffaceError: something asked for cannot be (all of it at once), or nobody would be erased.
        OSError: the temporary folder does not hold the gallery's files.
    """
    distribution, card = read_templates()
    _require(asked, levels, distribution.dimension)
    crowd = Crowd(asked, distribution)
    if not crowd.chosen.any():
        raise EffaceError(
            Fault(
                "no template would be erased: none is taken for that of somebody in scope",
                key="--threshold",
                found=f"{crowd.selector.threshold:g} nats, {asked.rows} templates",
                expected="a lower threshold, a larger share or more templates",
            )
        )
    with tempfile.TemporaryDirectory(prefix="efface-gallery-") as temporary:
        folder = Path(temporary) / "gallery"
        with _gallery(asked, distribution.dimension, folder) as gallery:
            tell("enrolling")
            templates = crowd.enrol(gallery)
            if asked.profile is None:
                gallery.seal(folder)
            tell("taking evidence")
            strangers = crowd.new_photos(crowd.people + np.arange(STRANGERS))
            fpir = load_parameters()["search.fpir"]
            evidence = take_evidence(
                gallery,
                erased=np.flatnonzero(crowd.chosen),
                templates=templates,
                survivors=np.flatnonzero(~crowd.chosen),
                strangers=crowd.templates(
                    crowd.people + np.arange(STRANGERS), np.zeros(STRANGERS, dtype=np.int64)
                ),
                probes=crowd.probes(),
                threshold=threshold_for(gallery, strangers, fpir),
            )
            tell("erasing")
            cost: Cost = gallery.erase(np.flatnonzero(crowd.chosen))
            if asked.days:
                cost += gallery.advance(asked.days)
            tell("auditing")
            report = audit(gallery, evidence, levels)
    return Audited(
        about={**_told(asked, crowd), "distribution": _told_of(card)},
        scope=f"{100 * asked.share:.3g} % of people, drawn at random",
        selection=against_truth(crowd.chosen, crowd.in_scope[crowd.person]),
        cost=cost,
        report=report,
    )


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
        threshold = signals.threshold if asked.threshold is None else asked.threshold
        self.selector = Selector(np.stack([s.worth for s in signals.signals]), threshold)
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
        """Return templates of photos that are never enrolled, one of each of these people."""
        return self.templates(people, np.full(len(people), _NEW_PHOTO))

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
        """Return new photos, of up to `MOST_PROBES` people of each kind.

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
        strangers = self.people + STRANGERS + np.arange(STRANGERS)
        staying = np.flatnonzero(np.bincount(self.person, weights=self.chosen) == 0)
        some = np.linspace(0, len(staying) - 1, min(len(staying), MOST_PROBES)).astype(np.int64)
        return Probes(
            erased=self.new_photos(self.wholly[:MOST_PROBES]),
            survivors=self.new_photos(staying[some]),
            strangers=self.new_photos(strangers),
        )


def design_asked(asked: Asked, dimension: int) -> str:
    """Return the factory string of what is asked for.

    Raises:
        GalleryError: there is no such design.
    """
    if asked.design is not None:
        return str(design_of(asked.design, dimension))
    if asked.profile == Kind.IN_PLACE_TAIL:
        return "Flat"  # the only design of which its tail is kept
    return str(design_for(asked.rows, dimension))


def _gallery(asked: Asked, dimension: int, folder: Path) -> GalleryProcess:
    design = design_asked(asked, dimension)
    if asked.profile is None:
        return GalleryProcess(StoredGallery, dimension, design)
    keeping = known_keepings()[asked.profile].keeping
    return GalleryProcess(ProfiledGallery, dimension, keeping, folder, design)


def _require(asked: Asked, levels: Collection[str], dimension: int) -> None:
    """Refuse what cannot be, all of it at once.

    Raises:
        EffaceError: with a fault for each.
    """
    faults = []
    numbers = (
        ("--rows", asked.rows, FEWEST, MOST),
        ("--share", asked.share, 1 / MOST, 0.5),
        ("--threshold", 0.0 if asked.threshold is None else asked.threshold, 0.0, 100.0),
        ("--seed", asked.seed, 0, MOST_SEED),
        ("--days", asked.days, 0, 36_500),
    )
    for key, value, least, most in numbers:
        if not least <= value <= most:
            expected = f"{least:g} to {most:g}"
            message = f"{key} cannot be {value}"
            faults.append(Fault(message, key=key, found=str(value), expected=expected))
    names = tuple(known_keepings())
    if asked.profile is not None and asked.profile not in names:
        faults.append(
            Fault(
                "there is no such manner of keeping",
                key="--profile",
                found=asked.profile,
                expected=", ".join(names),
                nearest=tuple(difflib.get_close_matches(asked.profile, names, 3, 0.4)),
            )
        )
    elif asked.days and asked.profile is None:
        faults.append(
            Fault(
                "only an operator's store does anything by itself as days pass",
                key="--days",
                found=str(asked.days),
                expected="--profile too",
            )
        )
    for look in (lambda: design_asked(asked, dimension), lambda: require_levels(levels)):
        try:
            look()
        except GalleryError as error:
            faults += error.faults
    if faults:
        raise EffaceError(faults)


def _told(asked: Asked, crowd: Crowd) -> dict[str, object]:
    return {
        "rows": asked.rows,
        "people": crowd.people,
        "design": design_asked(asked, crowd.distribution.dimension),
        "profile": asked.profile,
        "days": asked.days,
        "share": asked.share,
        "threshold": crowd.selector.threshold,
        "seed": asked.seed,
        "people_wholly_erased": len(crowd.wholly),
    }


def _told_of(card: TemplateCard) -> dict[str, object]:
    return {"encoder": card.encoder, "digests": dict(card.digests), "text": card.text}
