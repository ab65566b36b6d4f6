"""What customers do with the service: how many may search, how often, and for whom in vain."""

from __future__ import annotations

from sim.dates import iso
from sim.history import History
from sim.measures.question import (
    COLLECTION_MOVERS,
    COLLECTION_ZERO,
    Measure,
    Reading,
    by_jurisdiction,
)
from sim.setup import reading_days

_BARRED = "no ban and no limit on customers differs between the two arms"


def _made(history: History) -> list[Reading]:
    made = history.books.searches(0, history.setup.last_day + 1)
    return [Reading("searches_made", "", "all", "", made)]


def _active(history: History) -> list[Reading]:
    at = iso(history.setup.last_day)
    return [Reading("customers_active", at, "all", "", float(history.books.active.sum()))]


def _shift(history: History) -> list[Reading]:
    readings = []
    for day in reading_days(history.setup):
        # Who is cloaked beyond recognition is enrolled all the same, and a search for them mated.
        enrolled = by_jurisdiction(history, history.at(day).searchable)[history.scope]
        unhindered = history.unhindered[day]
        lost = float(unhindered[1:].sum() - enrolled) / float(unhindered.sum())
        readings.append(Reading("non_mated_shift", iso(day), "all", "", lost))
    return readings


MEASURES = (
    Measure(
        "searches_made", "N_s", "searches",
        r"N_s = \sum_t n(t) \, \frac{\sum_m c_m(t) \, \lambda_m}{\sum_m c^0_m(t) \, \lambda_m}",
        "How many searches do customers make, whoever is searched for?",
        "service", 0, ("customers",), _BARRED, _made,
    ),
    Measure(
        "customers_active", "C(T)", "customers",
        r"C(T) = \sum_m c_m(T)",
        "How many customers may search at the end?",
        "service", 0, ("customers",), _BARRED, _active,
    ),
    Measure(
        "non_mated_shift", "V(t)", "share of searches for residents",
        r"V(t) = \frac{1}{P} \sum_i w_i \, (1[n^0_i(t) > 0] - 1[n_i(t) > 0])",
        "What share of the searches for residents has nobody to find who would be there, had "
        "nothing been kept out, hidden or erased?",
        "service", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _shift,
    ),
)  # fmt: skip
