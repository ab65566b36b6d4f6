"""Every measure by name, what a history answers to all of them, and which zeros are structural."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from sim.dates import iso
from sim.fidelity import Fidelity
from sim.history import History
from sim.measures import holding, money, orders, presence, recognition, rights, searches, service
from sim.measures.question import Measure, Reading
from sim.setup import ArmSetup

_AT_SCORES: dict[str, Measure] = {
    measure.name: measure
    for family in (presence, holding, recognition, service, orders, rights, money)
    for measure in family.MEASURES
}
_AT_PIXELS = _AT_SCORES | {measure.name: measure for measure in searches.MEASURES}
MEASURES: dict[str, Measure] = _AT_PIXELS | _AT_SCORES
"""Every measure, as it is read at fidelity `scores` where it is."""

SERIES: dict[str, tuple[str, str]] = {
    "searchable_persons": ("share of residents", "searchable"),
    "held_persons": ("share of residents", "held"),
}
"""Measures that are kept for every week: unit, and the snapshot's field."""

GALLERY_SERIES = "gallery_images"
"""Images in the operator's gallery, weekly, real units; set beside the record's claims."""


def measures_at(fidelity: Fidelity) -> dict[str, Measure]:
    """Return the measures that are read at a fidelity, by name."""
    return _AT_SCORES if fidelity is Fidelity.SCORES else _AT_PIXELS


def stated_measures(setups: Iterable[ArmSetup]) -> frozenset[str]:
    """Return the names of the measures of which some of a run's arms states what they are about."""
    return frozenset(
        name
        for setup in setups
        for name, measure in measures_at(setup.fidelity).items()
        if measure.stated(setup)
    )


def read_measures(history: History) -> list[Reading]:
    """Return every measure's readings for one arm of one replication."""
    measures = measures_at(history.setup.fidelity).values()
    return [reading for measure in measures for reading in measure.read(history)]


def weekly_series(history: History) -> dict[str, NDArray[np.str_] | NDArray[np.float64]]:
    """Return the measures that are kept weekly, by every margin, as columns of equal length.

    Returns:
        `measure`, `at` (ISO date), `margin`, `level` as text; `value` float64.
    """
    weekly = [s for s in history.snapshots if s.weekly]
    parts = [presence.shares(history, name, weekly, field) for name, (_, field) in SERIES.items()]
    size = len(weekly)
    per_image = history.setup.parameters["gallery.faces_per_image"]
    parts.append(
        {
            "measure": np.full(size, GALLERY_SERIES),
            "at": np.array([iso(s.day) for s in weekly]),
            "margin": np.full(size, "all"),
            "level": np.full(size, ""),
            "value": np.array([s.stored / per_image for s in weekly]),
        }
    )
    return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}


def same_until(name: str, arm: History, other: History) -> int | None:
    """Return the first day on which something that could move a measure differs between arms.

    Readings of earlier days cannot differ: the two worlds are the same until then. None where
    nothing that could move the measure differs at all.

    Raises:
        KeyError: an unknown measure.
    """
    days: list[int] = []
    for mover in measures_at(arm.setup.fidelity)[name].moved_by:
        mine, theirs = arm.movers.get(mover, ()), other.movers.get(mover, ())
        apart = set(mine) ^ set(theirs)
        days += [entry[0] for entry in apart]
    return min(days, default=None)


def structural_zero(name: str, arm: History, other: History) -> str | None:
    """Return why a measure's difference between two arms cannot be anything but zero, or None.

    It cannot where no lever and no event that could move it differs between the two.

    Raises:
        KeyError: an unknown measure.
    """
    if same_until(name, arm, other) is not None:
        return None
    return measures_at(arm.setup.fidelity)[name].zero_reason
