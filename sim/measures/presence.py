"""Who is searchable or held, and for how many days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from generators.population import AGE_BANDS, SEXES
from sim.dates import iso
from sim.history import History
from sim.measures.question import (
    COLLECTION_MOVERS,
    COLLECTION_ZERO,
    INFORMING_MOVERS,
    Measure,
    Reading,
    by_jurisdiction,
    residents_in_scope,
    weight_in_scope,
)
from sim.setup import reading_days
from sim.tallies import Snapshot


def group_masks(history: History) -> list[tuple[str, str, NDArray[np.bool_]]]:
    """Return (margin, level, cells): residents in scope, jurisdictions, groups in scope."""
    c = history.cells
    scope = c.jurisdiction == history.scope
    masks = [("all", "", scope)]
    masks += [
        ("jurisdiction", code, c.jurisdiction == j) for j, code in enumerate(history.jurisdictions)
    ]
    masks += [("age_band", band, scope & (c.band == i)) for i, band in enumerate(AGE_BANDS)]
    masks += [("sex", sex, scope & (c.sex == i)) for i, sex in enumerate(SEXES)]
    masks += [("tone", str(tone), scope & (c.tone == tone)) for tone in range(1, 11)]
    return masks


def shares(
    history: History, name: str, snapshots: list[Snapshot], field: str
) -> dict[str, NDArray[np.object_] | NDArray[np.float64] | NDArray[np.str_]]:
    """Return shares of persons at snapshots, for residents in scope and every margin, as columns.

    Args:
        history: of one arm.
        name: of the measure.
        snapshots: when to look.
        field: `searchable` or `held`.

    Returns:
        columns `measure`, `at`, `margin`, `level`, `value`; levels without a person are left out.
    """
    persons = np.stack([getattr(s, field) for s in snapshots])
    dates = np.array([iso(s.day) for s in snapshots])
    columns: dict[str, list[NDArray[np.str_] | NDArray[np.float64]]] = {
        "at": [],
        "margin": [],
        "level": [],
        "value": [],
    }
    for margin, level, cells in group_masks(history):
        total = history.residents[cells].sum()
        if total == 0:
            continue
        columns["at"].append(dates)
        columns["margin"].append(np.full(len(dates), margin))
        columns["level"].append(np.full(len(dates), level))
        columns["value"].append(persons[:, cells].sum(axis=1) / total)
    joined = {key: np.concatenate(parts) for key, parts in columns.items()}
    return {"measure": np.full(len(joined["at"]), name), **joined}


def _share_readings(history: History, name: str, field: str) -> list[Reading]:
    columns = shares(history, name, [history.at(d) for d in reading_days(history.setup)], field)
    return [
        Reading(name, str(at), str(margin), str(level), float(value))
        for at, margin, level, value in zip(
            columns["at"], columns["margin"], columns["level"], columns["value"], strict=True
        )
    ]


def _searchable(history: History) -> list[Reading]:
    return _share_readings(history, "searchable_persons", "searchable")


def _held(history: History) -> list[Reading]:
    return _share_readings(history, "held_persons", "held")


def _under_18(history: History) -> list[Reading]:
    snapshot = history.at(history.setup.last_day)
    minors = (history.cells.jurisdiction == history.scope) & (history.cells.band == 0)
    total = history.residents[minors].sum()
    at = iso(snapshot.day)
    if total == 0:
        return [Reading("searchable_under_18", at, "all", "", None, "no child is simulated")]
    value = float(snapshot.searchable[minors].sum() / total)
    return [Reading("searchable_under_18", at, "all", "", value)]


def _days(history: History, name: str, cells: NDArray[np.int64]) -> list[Reading]:
    days = by_jurisdiction(history, cells)[history.scope]
    return [Reading(name, "", "all", "", float(days) * weight_in_scope(history))]


def _exposure(history: History) -> list[Reading]:
    return _days(history, "exposure_person_days", history.person_days)


def _appeal(history: History) -> list[Reading]:
    w = history.setup.windows
    if w.cease_deadline > history.setup.last_day:
        why = "the run ends before the nominal deadline"
        return [Reading("exposure_during_appeal", "", "all", "", None, why)]
    return _days(history, "exposure_during_appeal", history.window_person_days)


def _informed(history: History) -> list[Reading]:
    snapshot = history.at(history.setup.last_day)
    share = snapshot.informed[history.scope] / residents_in_scope(history)
    return [Reading("share_informed", iso(snapshot.day), "all", "", float(share))]


MEASURES = (
    Measure(
        "searchable_persons", "S(t)", "share of residents",
        r"S(t) = \frac{1}{P} \sum_i w_i \,"
        r" 1[\text{a template of } i \text{ is enrolled and not hidden at } t]",
        "What share of residents can a search find at all?",
        "presence", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _searchable,
    ),
    Measure(
        "held_persons", "H(t)", "share of residents",
        r"H(t) = \frac{1}{P} \sum_i w_i \, 1[\text{anything of } i \text{ is held at } t]",
        "Of what share of residents does the operator hold anything, hidden or not?",
        "presence", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _held,
    ),
    Measure(
        "exposure_person_days", "E", "person-days",
        r"E = \sum_i w_i \sum_t 1[i \text{ searchable at the end of } t]",
        "For how many person-days were residents searchable, over the whole run?",
        "presence", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _exposure,
    ),
    Measure(
        "exposure_during_appeal", "E_a", "person-days",
        r"E_a = \sum_i w_i \sum_{t=d_c}^{t_1} 1[i \text{ searchable at the end of } t]",
        "For how many person-days were residents searchable from the nominal deadline for ceasing "
        "to the end of the litigation (or of the run)?",
        "presence", 0, COLLECTION_MOVERS, COLLECTION_ZERO, _appeal,
    ),
    Measure(
        "searchable_under_18", "S_{<18}", "share of residents",
        r"S_{<18} = \frac{\sum_{i: a_i < 18} w_i \, 1[i \text{ searchable}]}"
        r"{\sum_{i: a_i < 18} w_i}",
        "What share of the children (under 18 on the day of the notice) is searchable at the end?",
        "presence", 1, COLLECTION_MOVERS, COLLECTION_ZERO, _under_18,
    ),
    Measure(
        "share_informed", "I(t)", "share of residents",
        r"I(t) = \frac{1}{P} \sum_i w_i \, 1[i \text{ informed by } t]",
        "What share of residents has learnt that the operator may hold photos of them?",
        "rights", 1, INFORMING_MOVERS, "no news or notice differs between the two arms", _informed,
    ),
)  # fmt: skip
