"""What a gallery answers about the erased: L0, by their ids; L1, by new photos of them."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.gallery.evidence import MOST_LOOKED_FOR, Evidence, spread
from sim.gallery.gallery import Gallery, GalleryError
from sim.gallery.reach import LEVEL, POWER, Reach, compare_first_ranks, compare_reach
from sim.gallery.report import Control, Level, examined

DEEP = 50
"""Candidates looked through in each search for ids of the erased."""

_IDS = (
    "That nothing is stored: a hidden template answers to no id either. That people are not found "
    "under another id."
)
_REACH = (
    "That nothing is stored: a hidden template is not found either. That fewer people than the "
    "smallest share named here are not still found, or any of them by another photo."
)


def ids_level(gallery: Gallery, evidence: Evidence) -> Level:
    """Return L0: no id of the erased is answered to or returned; they are counted as erased."""
    probes = evidence.probes
    asked = evidence.erased[spread(len(evidence.erased), MOST_LOOKED_FOR)]
    answered = int(answering(gallery, asked).sum())
    returned: set[int] = set()
    for vectors in (probes.erased, probes.survivors):
        returned |= set(gallery.search(vectors, DEEP).ids.ravel().tolist())
        returned |= set(gallery.range(vectors, evidence.threshold).ids.tolist())
    erased = np.intersect1d(evidence.erased, np.array(sorted(returned), dtype=np.int64))
    now, before = gallery.stats(), evidence.stats
    adds_up = now.enrolled == now.searchable + now.hidden + now.erased
    counted = now.erased - before.erased
    told = {
        "erased": len(evidence.erased),
        "asked": len(asked),
        "answered": answered,
        "searches": len(probes.erased) + len(probes.survivors),
        "returned": len(erased),
        "counted_as_erased": counted,
        "counts_add_up": adds_up,
    }
    kept, unused = (int(answering(gallery, ids).sum()) for ids in (evidence.kept, evidence.unused))
    control = Control(
        must_fail={"survivors": len(evidence.kept), "answered": kept},
        found=kept == len(evidence.kept),
        must_pass={"never_enrolled": len(evidence.unused), "answered": unused},
        clean=unused == 0,
    )
    against = None
    if answered or len(erased):
        against = "Ids of erased templates are answered to or returned by searches."
    elif not adds_up or counted < len(evidence.erased):
        against = "The gallery counts fewer templates as erased than were to be."
    return examined("L0", told, control, _IDS, against)


def answering(gallery: Gallery, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return for which ids the gallery says that it stores a template, bool [n]."""
    answers = np.ones(len(ids), dtype=np.bool_)
    try:
        gallery.stored(ids)
    except GalleryError:  # one of them is not stored, or none is: each is asked for
        for place in range(len(ids)):
            try:
                gallery.stored(ids[place : place + 1])
            except GalleryError:
                answers[place] = False
    return answers


def reach_level(gallery: Gallery, evidence: Evidence) -> Level:
    """Return L1: photos of the erased find no more than photos of people never enrolled."""
    probes = evidence.probes
    now = gallery.search(probes.survivors, 1)
    hits, strangers = (
        gallery.search(vectors, 1).scores[:, 0] >= evidence.threshold
        for vectors in (probes.erased, probes.strangers)
    )
    survivors = now.scores[:, 0] >= evidence.threshold
    erased = compare_reach(hits, strangers)
    kept = compare_reach(survivors, strangers)
    halves = compare_reach(strangers[::2], strangers[1::2])
    firsts = compare_first_ranks(evidence.firsts, now, evidence.erased)
    told = {
        "threshold": evidence.threshold,
        **_told(erased),
        "level": LEVEL,
        "power": POWER,
        "smallest_share_seen": _smallest_share(erased, kept),
        "first_ranks": {
            "same": firsts.same,
            "first_was_erased": firsts.freed,
            "nearer_one_found": firsts.nearer,
            "lost": firsts.lost,
        },
    }
    control = Control(
        must_fail={"survivors": kept.searches, "hits": kept.hits, "p_value": kept.p_value},
        found=kept.found,
        must_pass={"never_enrolled": len(strangers), **_told(halves)},
        clean=not halves.found,
    )
    against = None
    if erased.found:
        against = "New photos of the erased are found more often than people who are not there."
    elif firsts.lost:
        against = "Searches of survivors no longer return first what they did."
    return examined("L1", told, control, _REACH, against)


def _told(reach: Reach) -> dict[str, Any]:
    return {
        "searches": reach.searches,
        "hits": reach.hits,
        "non_mated_searches": reach.other_searches,
        "non_mated_hits": reach.other_hits,
        "p_value": reach.p_value,
        "smallest_rate_seen": reach.smallest,
    }


def _smallest_share(erased: Reach, kept: Reach) -> float | None:
    """Return the smallest share of the erased that would have been seen, were they still there.

    Those who are there are found like survivors, the rest like strangers; None where no share
    would have been seen.
    """
    strangers = erased.other_hits / erased.other_searches
    there = kept.hits / kept.searches
    if erased.smallest is None or erased.smallest > there or there <= strangers:
        return None
    return (erased.smallest - strangers) / (there - strangers)
