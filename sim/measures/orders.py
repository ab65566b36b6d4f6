"""What an order reached: what is left, who was missed, who was erased without being meant."""

from __future__ import annotations

import numpy as np

from sim.dates import iso
from sim.history import History
from sim.measures.question import COLLECTION_MOVERS, COLLECTION_ZERO, Measure, Reading
from sim.measures.survival import median_survival
from sim.setup import LOOKS_AFTER_DELETION

NOT_REMOVED = "nothing was removed for an order or a limit of retention"
OVER_ZERO = "no removal for an order or a limit of retention differs between the two arms"


def _left(history: History) -> list[Reading]:
    w = history.setup.windows
    base = history.at(w.notice).templates[history.scope] if w.notice <= _last(history) else 0
    readings = []
    for day in (w.delete_deadline + after for after in LOOKS_AFTER_DELETION):
        if day > _last(history):
            value, why = None, "the run ends before that day"
        elif base == 0:
            value, why = None, "no template of residents in scope was held on the day of the notice"
        else:
            value, why = float(history.at(day).templates[history.scope] / base), None
        readings.append(Reading("in_scope_left", iso(day), "all", "", value, why))
    return readings


def _last(history: History) -> int:
    return history.setup.last_day


def _removed(history: History) -> bool:
    return "removal" in history.movers or "retention" in history.movers


def _under(history: History) -> list[Reading]:
    day = history.setup.windows.delete_deadline + LOOKS_AFTER_DELETION[1]
    name, at = "under_deletion", iso(day)
    before = history.searchable_at_notice[history.scope]
    if not _removed(history):
        return [Reading(name, at, "all", "", None, NOT_REMOVED)]
    if day > _last(history) or before == 0:
        return [Reading(name, at, "all", "", None, "nobody to count on that day")]
    share = history.at(day).still[history.scope] / before
    return [Reading(name, at, "all", "", float(share))]


def _over(history: History) -> list[Reading]:
    persons = float(np.dot(history.over_deleted, history.weights))
    return [Reading("over_deletion", "", "all", "", persons)]


def _displacement(history: History) -> list[Reading]:
    snapshot = history.at(_last(history))
    return [Reading("displacement", iso(snapshot.day), "all", "", snapshot.displaced)]


def _recollection(history: History) -> list[Reading]:
    spells = history.recollection
    mine = spells.jurisdiction == history.scope
    value, why = median_survival(spells.days[mine], spells.found[mine]), None
    if not mine.any():
        why = "nothing of residents was removed"
    elif value is None:
        why = "fewer than half of what was removed was found again within the run"
    return [Reading("recollection_half_life", "", "all", "", value, why)]


MEASURES = (
    Measure(
        "in_scope_left", "L(t)", "ratio to the day of the notice",
        r"L(t) = \frac{\text{templates of residents held at } t}"
        r"{\text{templates of residents held on the day of the notice}}",
        "How many templates of residents are held, relative to the day of the notice? Above 1 "
        "where collection goes on.",
        "orders", 2, COLLECTION_MOVERS, COLLECTION_ZERO, _left,
    ),
    Measure(
        "under_deletion", "M", "share of residents",
        r"M = \frac{\sum_i w_i \, 1[i \text{ searchable on the day of the notice and at } t]}"
        r"{\sum_i w_i \, 1[i \text{ searchable on the day of the notice}]}",
        "Of those searchable on the day of the notice, what share still is 90 days after the "
        "deadline for deletion?",
        "orders", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _under,
    ),
    Measure(
        "over_deletion", "O", "persons",
        r"O = \sum_{i \text{ not in scope}} w_i \,"
        r" 1[\text{a template of } i \text{ was removed for the order or the limit}]",
        "How many people who are not residents lost a template to the order, or to a limit of "
        "retention?",
        "orders", 0, ("removal", "retention", "over_deletion"), OVER_ZERO, _over,
    ),
    Measure(
        "recollection_half_life", "t_{1/2}", "days",
        r"t_{1/2} = \min\Bigl\{t : \prod_{t_i \le t} \Bigl(1 - \frac{d_i}{n_i}\Bigr) \le"
        r" \tfrac12\Bigr\}",
        "How long after its removal is half of what was removed of residents found again (Kaplan "
        "and Meier)?",
        "orders", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _recollection,
    ),
    Measure(
        "displacement", "X", "faces",
        r"X = \sum_t \text{faces of others enrolled with capacity that a filter freed}",
        "How many more faces of other people were collected because capacity was freed?",
        "orders", 0, ("levers",), "no filter or redirection differs between the two arms",
        _displacement,
    ),
)  # fmt: skip
