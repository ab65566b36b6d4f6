"""What a gallery answers about the erased: L0, by their ids; L1, by new photos of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.gallery.evidence import Evidence, spread
from sim.gallery.gallery import NOBODY, Gallery, GalleryError, Nearest, Within
from sim.gallery.reach import (
    LEVEL,
    MOST_UNSEEN,
    POWER,
    Reach,
    chance_of_hits,
    compare_first_ranks,
    compare_reach,
)
from sim.gallery.report import Control, Level, examined

DEEP = 50
"""Candidates looked through in each search for ids of the erased."""

_IDS = (
    "That nothing is stored: a store may keep what it answers to no id for. That people are not "
    "found under another id."
)
_REACH = (
    "That nothing is stored: a hidden template is not found either. That fewer people than the "
    "smallest share named here are not still found, or any of them by another photo."
)


def ids_level(gallery: Gallery, evidence: Evidence) -> Level:
    """Return L0: no id of the erased is answered to or returned; they are counted as erased."""
    probes = evidence.probes
    asked = evidence.erased[spread(len(evidence.erased), evidence.looked_for)]
    answered = int(answering(gallery, asked).sum())
    groups = (probes.erased, probes.survivors)
    found = [gallery.search(vectors, DEEP) for vectors in groups]
    within = [gallery.range(vectors, evidence.threshold) for vectors in groups]
    answers: list[Nearest | Within] = [*found, *within]
    returned = np.concatenate([answer.ids.ravel() for answer in answers])
    erased = np.intersect1d(evidence.erased, returned)
    again = _returned_again(evidence, found[1])
    hits = int((found[1].scores[:, 0] >= evidence.threshold).sum())
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
        must_fail={
            "survivors": len(evidence.kept),
            "answered": kept,
            "searches": len(again),
            "returned": int(again.sum()),
            "hits": hits,
            "returned_by_range": len(within[1].ids),
        },
        found=bool(
            kept == len(evidence.kept)
            and 2 * again.sum() > len(again)
            and (len(within[1].ids) or not hits)
        ),
        must_pass={"never_enrolled": len(evidence.unused), "answered": unused},
        clean=unused == 0,
    )
    against = None
    if answered or len(erased):
        against = "Ids of erased templates are answered to or returned by searches."
    elif not adds_up or counted < len(evidence.erased):
        against = "The gallery counts fewer templates as erased than were to be."
    return examined("L0", told, control, _IDS + unasked(evidence), against)


def unasked(evidence: Evidence) -> str:
    """Return, as a sentence after others, that not all of the erased were looked for; else ""."""
    erased, asked = len(evidence.erased), evidence.looked_for
    if asked == erased:
        return ""
    return (
        f" That the other {erased - asked:,} are gone: of the {erased:,} erased templates "
        f"{asked:,} were looked for, evenly spread."
    )


def _returned_again(evidence: Evidence, found: Nearest) -> NDArray[np.bool_]:
    """Return which survivors' searches return what stood first in them before, bool [n].

    Left out are those in which somebody stood first who was to be erased. A rebuild with
    retraining may lose a few of the rest, a gallery whose searches return anybody loses none.
    """
    first = evidence.firsts.ids[:, 0]
    stays = ~np.isin(first, evidence.erased) & (first != NOBODY)
    return (found.ids[stays] == first[stays, None]).any(axis=1)


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
    """Return L1: photos of the erased find no more than photos of people never enrolled.

    Not examined (`holds` None) where so few people, or people found so seldom, were searched for
    that a share over `MOST_UNSEEN` of them could still be reachable.
    """
    probes = evidence.probes
    now = gallery.search(probes.survivors, 1)
    hits, strangers = (
        gallery.search(vectors, 1).scores[:, 0] >= evidence.threshold
        for vectors in (probes.erased, probes.strangers)
    )
    survivors = now.scores[:, 0] >= evidence.threshold
    erased = compare_reach(hits, strangers)
    kept = compare_reach(survivors, strangers)
    share = _smallest_share(erased, kept)
    why = _why_none(erased, share)
    firsts = compare_first_ranks(evidence.firsts, now, evidence.erased)
    by_chance = chance_of_hits(erased.other_hits, len(strangers), evidence.most_fpir)
    told = {
        "threshold": evidence.threshold,
        "searches": erased.searches,
        "hits": erased.hits,
        "non_mated_searches": erased.other_searches,
        "non_mated_hits": erased.other_hits,
        "p_value": erased.p_value,
        "level": LEVEL,
        "power": POWER,
        "smallest_rate_seen": erased.smallest,
        "smallest_share_seen": share,
        "most_unseen": MOST_UNSEEN,
        "why": why,
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
        must_pass={
            "never_enrolled": len(strangers),
            "hits": erased.other_hits,
            "most_fpir": evidence.most_fpir,
            "p_value": by_chance,
        },
        clean=by_chance >= LEVEL,
    )
    against = None
    if erased.found:
        against = "New photos of the erased are found more often than people who are not there."
    elif firsts.lost:
        against = "Searches of survivors no longer return first what they did."
    undecided = None
    if share is None or share > MOST_UNSEEN:
        undecided = (
            "Too few people, or people found too seldom, were searched for: more than "
            f"{100 * MOST_UNSEEN:.0f} % of the erased could still be reachable without being seen."
        )
    return examined("L1", told, control, _REACH, against, undecided)


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


def _why_none(erased: Reach, share: float | None) -> dict[str, str]:
    """Return, by name, why a smallest rate or share is None."""
    why = {}
    if erased.smallest is None:
        why["smallest_rate_seen"] = "too few searches to tell any rate from that of strangers"
    if share is None:
        why["smallest_share_seen"] = (
            "survivors, who are there, are found no more often than the smallest rate seen"
            if erased.smallest is not None
            else why["smallest_rate_seen"]
        )
    return why
