"""What searches return: of residents in scope, and of others in their place.

Every figure here uses the `operator` score model (`generators.scores`); at fidelity `pixels`,
`searches` answers the same questions with real searches.
"""

from __future__ import annotations

import math

from generators.scores import OperatorScores
from sim.dates import iso
from sim.history import History
from sim.measures.question import (
    COLLECTION_MOVERS,
    COLLECTION_ZERO,
    Measure,
    Reading,
    by_jurisdiction,
)
from sim.operator.profile import EVERYWHERE, amount_of
from sim.setup import reading_days
from sim.tallies import PHOTO_BINS, Snapshot


def identifiability_at(history: History, snapshot: Snapshot) -> float:
    """Return the chance that a probe of a random resident in scope returns that resident."""
    total = snapshot.photos.sum()
    chance = OperatorScores.of(history.setup.parameters).identification(
        PHOTO_BINS - 1, snapshot.gallery
    )[0]
    return float(snapshot.photos @ chance / total)


def probe_share(history: History) -> float:
    """Return the share of searches whose probe shows a resident in scope."""
    setup = history.setup
    return amount_of(setup.profile.searched[setup.windows.jurisdiction], setup.parameters)


def mated_share(history: History, snapshot: Snapshot) -> float:
    """Return the expected share of all searches whose person is searchable.

    Probes that do not show residents in scope show those of the country that the operator's profile
    names, whose states may stand apart (`US-IL`), or anybody else.
    """
    present = by_jurisdiction(history, snapshot.searchable) * history.weights
    people = by_jurisdiction(history, history.residents) * history.weights
    country, codes = history.setup.profile.searched_elsewhere, history.jurisdictions
    others = [code.partition("-")[0] == country for code in codes]
    if country == EVERYWHERE:
        others = [number != history.scope for number in range(len(codes))]
    elsewhere = present[others].sum() / people[others].sum()
    here = probe_share(history)
    return float(here * present[history.scope] / people[history.scope] + (1.0 - here) * elsewhere)


def _last(history: History) -> tuple[Snapshot, str]:
    snapshot = history.at(history.setup.last_day)
    return snapshot, iso(snapshot.day)


def _identifiability(history: History) -> list[Reading]:
    return [
        Reading("identifiability", iso(d), "all", "", identifiability_at(history, history.at(d)))
        for d in reading_days(history.setup)
    ]


def _surfaced(history: History) -> list[Reading]:
    snapshot, at = _last(history)
    here = probe_share(history)
    value = 1e6 * here * identifiability_at(history, snapshot)
    return [Reading("surfaced_per_million_searches", at, "all", "", value)]


def _wrong(history: History) -> list[Reading]:
    snapshot, at = _last(history)
    p = history.setup.parameters
    wrong = (1.0 - mated_share(history, snapshot)) * p["search.fpir"] * p["search.review_pass"]
    return [Reading("wrong_identifications_per_100k", at, "all", "", 1e5 * wrong)]


def _fpir(history: History) -> list[Reading]:
    _, at = _last(history)
    return [Reading("fpir", at, "all", "", history.setup.parameters["search.fpir"])]


def _selectivity(history: History) -> list[Reading]:
    _, at = _last(history)
    returned = -math.log1p(-history.setup.parameters["search.fpir"])
    return [Reading("selectivity", at, "all", "", returned)]


def _forgone(history: History) -> list[Reading]:
    scores = OperatorScores.of(history.setup.parameters)
    per_million = 1e6 * probe_share(history)
    readings = []
    for day in reading_days(history.setup):
        snapshot, photos = history.at(day), history.unhindered[day]
        chance = scores.identification(PHOTO_BINS - 1, snapshot.gallery)[0]
        without = float(photos @ chance / photos.sum())
        lost = per_million * (without - identifiability_at(history, snapshot))
        readings.append(Reading("true_identifications_forgone", iso(day), "all", "", lost))
    return readings


MEASURES = (
    Measure(
        "identifiability", "D(t)", "share of residents",
        r"D(t) = \frac{1}{P} \sum_i w_i \left(1 - \prod_{k < n_i} \frac{a + k}{a + b + k}\right)",
        "With what chance does one photo of a random resident return that resident?",
        "recognition", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _identifiability,
        "operator",
    ),
    Measure(
        "surfaced_per_million_searches", "U", "residents per million searches",
        r"U = 10^6 \, q \, D(T)",
        "How many residents do a million searches return, whoever is searched for?",
        "recognition", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _surfaced,
        "operator",
    ),
    Measure(
        "wrong_identifications_per_100k", "F", "wrong identifications per 100,000 searches",
        r"F = 10^5 \, (1 - M) \, \mathrm{FPIR} \, v",
        "How many searches in 100,000 end with a wrong person taken for the right one?",
        "recognition", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _wrong,
        "operator",
    ),
    Measure(
        "fpir", r"\mathrm{FPIR}", "share of non-mated searches",
        r"\mathrm{FPIR} = \text{share of non-mated searches that return any candidate}",
        "What share of searches for somebody who is not enrolled returns anybody?",
        "recognition", 3, (), "the threshold is reset to hold FPIR as the gallery changes", _fpir,
        "operator",
    ),
    Measure(
        "selectivity", r"\mathrm{Sel}", "candidates per non-mated search",
        r"\mathrm{Sel} = -\ln(1 - \mathrm{FPIR})",
        "How many candidates does a search for somebody who is not enrolled return on average, "
        "candidates coming independently?",
        "recognition", 4, (), "the threshold is reset to hold FPIR as the gallery changes",
        _selectivity, "operator",
    ),
    Measure(
        "true_identifications_forgone", "U_f(t)", "residents per million searches",
        r"U_f(t) = 10^6 \, q \, (D^0(t) - D(t))",
        "How many residents fewer does a million searches return than if nothing had been kept "
        "out, hidden or erased?",
        "recognition", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _forgone, "operator",
    ),
)  # fmt: skip
