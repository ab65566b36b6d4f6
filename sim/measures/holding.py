"""What is held of residents, for how long, and what of it stays beyond an erasure's reach.

These answer findings of the notice: processing without a lawful reason, no end to keeping, the
standard of a biometric template.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

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
from sim.operator.profile import COPIES, LOG
from sim.operator.stores import BYTES_A_TB
from sim.setup import ArmSetup, reading_days
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


def _searched(history: History, days: float) -> NDArray[np.float64]:
    """Return the searches of each week, worldwide, float64 [weeks], of the last days of the run.

    Args:
        history: of one arm.
        days: how many; infinity for all.
    """
    first = max(0.0, history.setup.last_day + 1 - days)
    last = [(max(start, math.ceil(first)), end) for start, end in weeks(history.setup.last_day)]
    return np.array([history.books.searches(s, e) if s < e else 0.0 for s, e in last])


def handed_over(history: History) -> float:
    """Return the results that show a resident in scope and that customers hold, expected.

    Each week's searches find with the chance that its end gives. Customers keep what they were
    handed for ever, or for as many days as the operator's profile says.
    """
    weekly = [s for s in history.snapshots if s.weekly]
    scores = OperatorScores.of(history.setup.parameters)
    chance = scores.identification(PHOTO_BINS - 1, np.array([s.gallery for s in weekly]))
    photos = np.stack([s.photos for s in weekly])
    found = (photos * chance).sum(axis=1) / photos.sum(axis=1)
    asked = _searched(history, history.setup.profile.copies_days())
    return probe_share(history) * float(np.dot(asked, found))


def _logged(history: History) -> float:
    """Return the probes that show a resident in scope and that the probe log holds, expected."""
    profile, parameters = history.setup.profile, history.setup.parameters
    asked = _searched(history, profile.log_days(parameters))
    return probe_share(history) * float(asked.sum()) * profile.log.copies


def _residue(history: History) -> list[Reading]:
    at = iso(history.setup.last_day)
    residue, handed = history.books.residue, handed_over(history)
    places = {**residue.by_place(), COPIES: handed, LOG: _logged(history)}
    return [
        Reading("residue", at, "all", "", residue.copies + handed),
        *(Reading("residue", at, "place", place, copies) for place, copies in places.items()),
    ]


def _says_how_stores_keep(setup: ArmSetup) -> bool:
    """Return whether bytes are counted: for the stores that state how they keep."""
    return bool(setup.profile.engines)


def _traffic(history: History) -> list[Reading]:
    return _moved(history, "erasure_traffic", 1.0)


def _hours(history: History) -> list[Reading]:
    return _moved(history, "erasure_hours", history.setup.parameters["stores.rate"])


def _moved(history: History, name: str, rate: float) -> list[Reading]:
    """Return what the stores have moved to erase, terabytes over a rate."""
    at = iso(history.setup.last_day)
    if not _says_how_stores_keep(history.setup):
        why = "no store that an erasure reaches states how it keeps what was erased"
        return [Reading(name, at, "all", "", None, why)]
    return [Reading(name, at, "all", "", history.books.traffic.moved / BYTES_A_TB / rate)]


_MOVED_ZERO = "no removal, limit of retention or manner of keeping differs between the two arms"

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
        r" erasure does not reach or that keep what was erased, or kept to leave people out}",
        "How many copies of residents' faces are left where no erasure that was ordered reaches?",
        "orders", 0, (*COLLECTION_MOVERS, "customers"),
        "no news, lever, removal or ban differs between the two arms", _residue,
    ),
    Measure(
        "erasure_traffic", "V(T)", "TB",
        r"V(T) = 10^{-12} \sum_{\text{stores}} \text{bytes read and written to erase faces}",
        "How much do the operator's stores read and write to erase, where a scenario states how "
        "they keep what was erased?",
        "orders", 1, (*COLLECTION_MOVERS, "erasure"),
        _MOVED_ZERO, _traffic, stated=_says_how_stores_keep,
    ),
    Measure(
        "erasure_hours", "H(T)", "hours",
        r"H(T) = V(T) / \text{what one machine moves in an hour}",
        "For how many hours does one machine read and write to erase, where a scenario states how "
        "the stores keep what was erased?",
        "orders", 0, (*COLLECTION_MOVERS, "erasure"),
        _MOVED_ZERO, _hours, stated=_says_how_stores_keep,
    ),
)  # fmt: skip
