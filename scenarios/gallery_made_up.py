"""An erasure order against a gallery of templates that nobody drew, carried out and audited.

The templates come from the distribution that was fitted to the shipped encoder
(`generators.templates`), so that a gallery of a million can be filled in seconds. Some people live
in scope of the order; the gallery does not know who, and takes those whose signals say so above a
threshold (`sim.gallery.selection`). The gallery lives in a process of its own, whose files and
memory the audit reads from outside.
"""

from __future__ import annotations

import difflib
import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

import numpy as np

from generators.errors import EffaceError, Fault
from generators.template_file import TemplateCard, read_templates
from generators.template_fit import ScoreQuantile
from scenarios.crowd import Asked, Crowd
from scenarios.design import MOST_SEED
from scenarios.foretold import foretold_rows, foretold_words
from scenarios.gallery_audited import Audited, Tell, kept_words
from scenarios.keepings import known_keepings
from sim.gallery.audit import audit, require_levels
from sim.gallery.designs import design_for, design_of
from sim.gallery.evidence import take_evidence
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.keeping import Kind
from sim.gallery.process import GalleryProcess
from sim.gallery.profiled import ProfiledGallery
from sim.gallery.reach import threshold_for
from sim.gallery.selection import against_truth
from sim.gallery.stored import StoredGallery
from sim.parameters import load_parameters

FEWEST, MOST = 1_000, 10_000_000
"""Templates of such a gallery: fewer hold too few people in scope, more do not fit in memory."""


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
            strangers = crowd.new_photos(crowd.strangers)
            fpir = load_parameters()["search.fpir"]
            evidence = take_evidence(
                gallery,
                erased=np.flatnonzero(crowd.chosen),
                templates=templates,
                survivors=np.flatnonzero(~crowd.chosen),
                strangers=crowd.templates(crowd.strangers, np.zeros_like(crowd.strangers)),
                probes=crowd.probes(),
                threshold=threshold_for(gallery, strangers, fpir),
            )
            tell("erasing")
            cost: Cost = gallery.erase(np.flatnonzero(crowd.chosen))
            if asked.days:
                cost += gallery.advance(asked.days)
            tell("auditing")
            report = audit(gallery, evidence, levels)
    about, foretold = (
        _told(asked, crowd),
        foretold_rows(asked.profile, asked.rows, int(crowd.chosen.sum()), asked.days),
    )
    kept = [kept_words(asked.profile)]
    if foretold is not None:
        kept.append(foretold_words(foretold))
    if (least := design_of(str(about["design"]), distribution.dimension).least) > asked.rows:
        kept.append(
            f"Its design is trained on {least:,} templates or more: these are kept as in Flat."
        )
    return Audited(
        what=_what(asked, crowd, str(about["design"])),
        about={**about, "foretold": foretold, "distribution": _told_of(card)},
        scope=f"{100 * asked.share:.3g} % of people, drawn at random",
        done="erased",
        selection=against_truth(crowd.chosen, crowd.in_scope[crowd.person]),
        cost=cost,
        report=report,
        notes=(*kept, tail_words(card.check)),
    )


def tail_words(check: Sequence[ScoreQuantile]) -> str:
    """Return in a sentence how the highest scores of strangers compare with those of photos.

    Args:
        check: quantiles of scores, of photos and of templates from the distribution.
    """
    last = max((row for row in check if row.scores == "non-mated"), key=lambda row: row.quantile)
    words = (
        f"Templates are drawn from a distribution: of a score of two people, the quantile "
        f"{100 * last.quantile:g} % is {last.fitted:.2f}, of photos {last.real:.2f}"
    )
    if last.fitted < last.real:
        words += ", so that searches tell people apart better here than with photos"
    return words + "."


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
            expected = f"{_plain(least)} to {_plain(most)}"
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
    try:
        require_levels(levels)
    except GalleryError as error:
        faults += error.faults
    try:
        if asked.design is not None:
            design_of(asked.design, dimension)
    except GalleryError as error:
        faults += error.faults
    if faults:
        raise EffaceError(faults)


def _plain(number: float) -> str:
    """Return a number without an exponent."""
    return f"{number:,.7f}".rstrip("0").rstrip(".")


def _what(asked: Asked, crowd: Crowd, design: str) -> str:
    words = (
        f"{asked.rows:,} made-up templates of {crowd.people:,} people, design {design}, "
        f"seed {asked.seed}"
    )
    if asked.profile is not None:
        words += f", profile {asked.profile}, {asked.days:,} days after the erasure"
    return words


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
