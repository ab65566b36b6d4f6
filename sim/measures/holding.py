"""What is held of residents, for how long, and what of it stays beyond an erasure's reach.

These answer findings of the notice: processing without a lawful reason, no end to keeping, the
standard of a biometric template.
"""

from __future__ import annotations

import numpy as np

from generators.scores import OperatorScores
from sim.dates import iso, weeks
from sim.history import History
from sim.law.scope import GDPR_FROM, regime_of
from sim.measures.question import (
    COLLECTION_MOVERS,
    COLLECTION_ZERO,
    Measure,
    Reading,
    by_jurisdiction,
    weight_in_scope,
)
from sim.measures.recognition import probe_share
from sim.setup import reading_days
from sim.tallies import PHOTO_BINS


def _processing(history: History) -> list[Reading]:
    ends = {
        s.day: by_jurisdiction(history, s.held)[history.scope] - s.only_listed
        for s in history.snapshots
    }
    law = GDPR_FROM if regime_of(history.setup.windows.jurisdiction, GDPR_FROM) else 0
    days = sum(
        max(0, end - max(start, law)) * ends[end - 1]
        for start, end in weeks(history.setup.last_day)
    )
    value = float(days) * weight_in_scope(history)
    return [Reading("processing_without_basis", "", "all", "", value)]


def _templates(history: History) -> list[Reading]:
    return [
        Reading(
            "templates_held_in_scope",
            iso(day),
            "all",
            "",
            float(history.at(day).templates[history.scope]) * weight_in_scope(history),
        )
        for day in reading_days(history.setup)
    ]


def _age(history: History) -> list[Reading]:
    readings = []
    for day in reading_days(history.setup):
        age = history.at(day).age
        why = "nothing of residents in scope is stored on that day" if age is None else None
        readings.append(Reading("age_held", iso(day), "all", "", age, why))
    return readings


def handed_over(history: History) -> float:
    """Return the results that show a resident in scope and that customers were handed, expected.

    Each week's searches find with the chance that its end gives.
    """
    weekly = [s for s in history.snapshots if s.weekly]
    scores = OperatorScores.of(history.setup.parameters)
    chance = scores.identification(PHOTO_BINS - 1, np.array([s.gallery for s in weekly]))
    photos = np.stack([s.photos for s in weekly])
    found = (photos * chance).sum(axis=1) / photos.sum(axis=1)
    asked = [history.books.searches(*week) for week in weeks(history.setup.last_day)]
    return probe_share(history) * float(np.dot(asked, found))


def _residue(history: History) -> list[Reading]:
    at = iso(history.setup.last_day)
    copies = history.books.residue.copies + handed_over(history)
    return [Reading("residue", at, "all", "", copies)]


MEASURES = (
    Measure(
        "processing_without_basis", "B", "person-days",
        r"B = \sum_i w_i \sum_{t \ge t_0} 1[\text{anything of } i \text{ but a template on a list"
        r" of those to be left out is held at the end of } t\text{'s week}], \quad t_0:"
        r" \text{25 May 2018, from when the law applies}",
        "For how many person-days under the GDPR was anything of residents held, for which the "
        "notice found no lawful reason?",
        "presence", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _processing,
    ),
    Measure(
        "templates_held_in_scope", "T(t)", "templates",
        r"T(t) = \sum_i w_i \, \text{templates of } i \text{ held at } t",
        "How many templates of residents are held, hidden or not?",
        "presence", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _templates,
    ),
    Measure(
        "age_held", "A(t)", "days",
        r"A(t) = \text{mean over the templates of residents stored at } t"
        r" \text{ of } t - \text{the day of the find}",
        "How long ago was what is stored of residents found, on average, whether the operator "
        "takes them for residents or not?",
        "presence", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _age,
    ),
    Measure(
        "residue", "Z(T)", "copies",
        r"Z(T) = \text{faces of residents handed to customers, hidden, in backups, in stores that"
        r" erasure does not reach, or kept to leave people out}",
        "How many copies of residents' faces are left where no erasure that was ordered reaches?",
        "orders", 0, (*COLLECTION_MOVERS, "customers"),
        "no news, lever, removal or ban differs between the two arms", _residue,
    ),
)  # fmt: skip
