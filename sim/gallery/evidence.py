"""What an audit takes down before an erasure, in order to tell afterwards what it left.

Nothing of it is a template of somebody who is to be erased: their rows become fingerprints, and new
photos of them stand in for the searches that others may still make.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.fingerprints import FRAGMENT, Fingerprints, Rows, fingerprints, seek, without
from sim.gallery.gallery import Gallery, GalleryError, GalleryStats, Nearest
from sim.gallery.reach import MOST_FPIR
from sim.gallery.wiping import wiped

MOST_LOOKED_FOR = 20_000
"""Erased ids that are asked for, and rows that are looked for, evenly spread over all of them."""
CONTROLS = 200
"""Rows, and ids, of each control."""

ERASED, STRANGERS = "erased", "strangers"
"""Groups of rows: to be erased; those that must not be found, since they are nobody's."""

_AT_ONCE = 50_000
"""Survivors whose rows are looked at together."""
_DOUBLES = 16
"""Numbers of a row that are looked for as float64."""
_FEWEST_MIXED = FRAGMENT + 1


@dataclass(frozen=True)
class Probes:
    """New photos, none of them enrolled; float32 [n, dimension], of unit length, one row a person.

    A row is a photo or the mean of several of one person, made alike in all three groups: rows are
    independent, so that their hits can be counted.

    Attributes:
        erased: of people all of whose templates are to be erased.
        survivors: of people who have a template that stays.
        strangers: of people who were never enrolled.
    """

    erased: NDArray[np.float32]
    survivors: NDArray[np.float32]
    strangers: NDArray[np.float32]


@dataclass(frozen=True)
class Evidence:
    """What was so before an erasure.

    Attributes:
        erased: ids of the templates that are to be erased, int64.
        kept: ids of some that stay, int64, for the controls.
        unused: ids of nobody, int64, for the controls.
        prints: fingerprints of rows of the erased, and of rows that nobody has.
        looked_for: how many of the erased, evenly spread, they stand for and are asked for by id.
        probes: new photos.
        threshold: least score of a hit.
        most_fpir: share of strangers that may have a hit at most.
        firsts: what stood first in the searches of survivors.
        stats: what was held.
    """

    erased: NDArray[np.int64]
    kept: NDArray[np.int64]
    unused: NDArray[np.int64]
    prints: Fingerprints
    looked_for: int
    probes: Probes
    threshold: float
    most_fpir: float
    firsts: Nearest
    stats: GalleryStats


def take_evidence(
    gallery: Gallery,
    *,
    erased: NDArray[np.int64],
    templates: NDArray[np.float32],
    survivors: NDArray[np.int64],
    strangers: NDArray[np.float32],
    probes: Probes,
    threshold: float,
    most_fpir: float = MOST_FPIR,
) -> Evidence:
    """Return what an audit needs to know, of a gallery that nothing was erased from yet.

    What rows of the erased share with those of survivors, 16 bytes or more (a photo enrolled
    twice, two photos with the same short code), is no trace of them and is not looked for.

    Args:
        gallery: as it stands before the erasure.
        erased: int64 [n], ids of the templates that are to be erased.
        templates: float32 [n, dimension], these as they were enrolled.
        survivors: int64 [s], ids of all templates that are to stay.
        strangers: float32 [m, dimension], templates of people who were never enrolled.
        probes: new photos.
        threshold: least score of a hit; one at which few strangers have one
            (`sim.gallery.reach.threshold_for`).
        most_fpir: share of strangers that may have a hit at most: where significantly more have
            one, searches for people who are not there tell nothing.

    Raises:
        GalleryError: an id is not stored, no ids or probes at all, fewer than 17 survivors, or
            arrays that do not fit each other.
    """
    _require_fitting(gallery.dimension, erased, templates, survivors, strangers, probes)
    looked_for = spread(len(erased), MOST_LOOKED_FOR)
    kept = survivors[spread(len(survivors), CONTROLS)]
    with wiped():
        of_kept = gallery.stored(kept)
        groups = {
            ERASED: _forms(templates[looked_for], gallery.stored(erased[looked_for])),
            STRANGERS: _forms(strangers[:CONTROLS], {}),
            f"{STRANGERS}, mixed": {form: _mixed(rows) for form, rows in of_kept.items()},
        }
        prints = _told_apart(gallery, fingerprints(groups), survivors)
    return Evidence(
        erased=np.sort(erased),
        kept=kept,
        unused=_unused(np.concatenate([erased, survivors])),
        prints=prints,
        looked_for=len(looked_for),
        probes=probes,
        threshold=threshold,
        most_fpir=most_fpir,
        firsts=gallery.search(probes.survivors, 1),
        stats=gallery.stats(),
    )


def _forms(templates: NDArray[np.float32], stored: Rows) -> Rows:
    """Return rows in all forms: as they are stored, and as floats of 64, 32 and 16 bits.

    Of 64 bits only the first numbers, which tell a copy and cost an eighth of the whole.
    """
    first = templates[:, :_DOUBLES].astype(np.float64)
    floats = {
        "float32": np.ascontiguousarray(templates).view(np.uint8),
        "float16": templates.astype(np.float16).view(np.uint8),
        "bfloat16": _bfloat16(templates).view(np.uint8),
        f"float64, first {first.shape[1]} numbers": first.view(np.uint8),
    }
    known = [rows.tobytes() for rows in stored.values()]
    return {
        **stored,
        **{form: rows for form, rows in floats.items() if rows.tobytes() not in known},
    }


def _bfloat16(values: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return the upper halves of float32, rounded to the nearest, a tie to the even one."""
    bits = np.ascontiguousarray(values).view(np.uint32)
    return ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16).astype(np.uint16)


def _mixed(rows: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return rows of the same make that are nobody's: each byte is another row's."""
    count, width = rows.shape
    taken = np.arange(count)[:, None] + 1 + np.arange(width)
    return rows[taken % count, np.arange(width)]


def _told_apart(
    gallery: Gallery, prints: Fingerprints, survivors: NDArray[np.int64]
) -> Fingerprints:
    """Return fingerprints without what is a survivor's too."""
    shared = [
        seek(prints, rows.ravel())
        for start in range(0, len(survivors), _AT_ONCE)
        for rows in gallery.stored(survivors[start : start + _AT_ONCE]).values()
    ]
    return without(prints, np.concatenate(shared))


def _unused(used: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the first ids from 0 that none of these is."""
    candidates = np.arange(len(used) + CONTROLS, dtype=np.int64)
    return candidates[~np.isin(candidates, used)][:CONTROLS]


def spread(count: int, most: int) -> NDArray[np.int64]:
    """Return numbers below `count`, evenly spread, at most so many, int64."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)


def _require_fitting(
    dimension: int,
    erased: NDArray[np.int64],
    templates: NDArray[np.float32],
    survivors: NDArray[np.int64],
    strangers: NDArray[np.float32],
    probes: Probes,
) -> None:
    faults = []
    for name, found in {
        "templates": templates,
        "strangers": strangers,
        "probes.erased": probes.erased,
        "probes.survivors": probes.survivors,
        "probes.strangers": probes.strangers,
    }.items():
        if found.ndim != 2 or found.shape[1] != dimension or not len(found):
            faults.append(_fault(name, str(list(found.shape)), f"[1 or more, {dimension}]"))
    if not len(erased) or len(erased) != len(templates):
        expected = f"{len(templates)}, one for each template"
        faults.append(_fault("erased", f"{len(erased)} ids", expected))
    if len(survivors) < _FEWEST_MIXED:
        faults.append(_fault("survivors", f"{len(survivors)} ids", f"{_FEWEST_MIXED} or more"))
    both = np.intersect1d(erased, survivors)
    if len(both):
        faults.append(_fault("survivors", f"{both[0]}, which is to be erased", "other ids"))
    if faults:
        raise GalleryError(faults)


def _fault(key: str, found: str, expected: str) -> Fault:
    message = f"an audit needs {key} of {expected}"
    return Fault(message, key=key, found=found, expected=expected)
