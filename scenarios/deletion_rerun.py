"""The deletion of one replication of a run: when it was, by the run's own log, and what it took.

What it took is learnt by running the replication again to its end with a gallery that notes ids.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault, RunFolderError
from scenarios.rerun import Rerun
from scenarios.store import Run
from sim.arm import Arm
from sim.dates import day_of
from sim.gallery.gallery import Cost
from sim.gallery.sealing import How
from sim.gallery.selection import Selection, against_truth
from sim.gallery.stored import StoredGallery
from sim.operator.removal_order import RemovalOrder
from sim.people.finds import person_of_template, photo_of_template

Ids = NDArray[np.int64]
_NO_IDS: Ids = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True)
class Deletion:
    """When a run's own deletion began and ended, by its log.

    Attributes:
        start: day number.
        end: day number on which the last store had been cleared.
        case: id of the case that it belongs to, or "" where an intervention ordered it.
    """

    start: int
    end: int
    case: str


@dataclass(frozen=True)
class Expected:
    """What a deletion takes from the gallery, learnt in a first pass.

    Attributes:
        order: what is ordered; where it hides and erases nothing, what it hides is what the audit
            takes for erased, since that is what the operator says of it.
        erased: ids stored when it begins and not when it has ended; of an order that hides, ids
            that a search may return when it begins and not when it has ended.
        kept: other ids that are stored on both days.
        passing: how many were enrolled after it began and erased before it ended.
        gone: rows of people with an erased template and none that is left at the end.
        staying: rows of people with a template that a search may return at the end.
        dimension: numbers in a template.
    """

    order: RemovalOrder
    erased: Ids
    kept: Ids
    passing: int
    gone: Ids
    staying: Ids
    dimension: int


def deletion_of(run: Run, arm: str, number: int) -> Deletion:
    """Return when an arm's own deletion began and ended: the case's or intervention's that ended
    last, from its first job to its last.

    Args:
        run: a finished run.
        arm: name of the arm.
        number: place of the replication among those of the run.

    Raises:
        RunFolderError: none began, or none that began ended within the run.
    """
    events = run.own_events(arm, number).to_pylist()
    ended = [event for event in events if event["kind"] == "removal_ended"]
    if not ended:
        began = [event["date"] for event in events if event["kind"] == "removal_started"]
        what = f"one that began on {began[-1]} and did not end" if began else "none"
        raise RunFolderError(
            Fault(
                f"there is no deletion to audit in '{arm}'",
                file=str(run.folder),
                key="--arm",
                found=what,
                expected="an arm in which the operator deletes, to the end",
            )
        )
    last = ended[-1]
    start = next(
        event
        for event in events
        if event["kind"] == "removal_started" and event["case"] == last["case"]
    )
    return Deletion(_day(start["date"]), _day(last["date"]), last["case"])


def first_pass(again: Rerun, deletion: Deletion) -> Expected:
    """Run to the end of the deletion and return what it takes.

    Raises:
        RunFolderError: this version gives another log.
        EffaceError: the order found nobody.
    """
    dimension = int(again.photos.finds.vectors.shape[1])
    gallery = _Noting(dimension)
    arm = again.start(gallery)
    run_to(arm, deletion.start)
    before, shown = gallery.held, gallery.shown
    run_to(arm, deletion.end + 1)
    again.require_same_log(arm.log.events, deletion.end)
    order = next(
        order
        for order in arm.removals.started
        if order.start == deletion.start and deletion.case in ("", order.source)
    )
    after, ever = gallery.held, gallery.ever
    left = after if order.erases else gallery.shown
    erased = np.setdiff1d(before if order.erases else shown, left)
    if not len(erased):
        raise EffaceError(
            Fault(
                "the operator's order found nobody",
                key="--arm",
                found=again.arm,
                expected="an arm in which somebody's templates are erased, or hidden",
            )
        )
    people = np.arange(len(again.shared.population))
    return Expected(
        order=order,
        erased=erased,
        kept=np.setdiff1d(np.intersect1d(before, after), erased),
        passing=len(np.setdiff1d(ever, np.union1d(before, after))),
        gone=np.setdiff1d(person_of_template(erased), person_of_template(left)),
        staying=people[arm.matcher.findable > 0],
        dimension=dimension,
    )


def run_to(arm: Arm, day: int) -> None:
    """Run to the start of a day, with all finds and purges of the days before worked off."""
    arm.env.run(until=day)
    arm.world.bring_up_to(day)


def selection_of(again: Rerun, expected: Expected, day: int) -> Selection:
    """Set what was taken by residency signals beside whose it was when the deletion began."""
    shared, order = again.shared, expected.order
    counted = shared.parts.counted(order.jurisdiction, order.threshold)[shared.part]
    photos = shared.candidates.photo_key(np.flatnonzero(counted))
    ids = np.concatenate([expected.erased, expected.kept])
    erased = np.arange(len(ids)) < len(expected.erased)
    population = shared.population
    home = population.jurisdictions.index(order.jurisdiction)
    return against_truth(
        erased & np.isin(photo_of_template(ids), photos),
        population.residence_on(day)[person_of_template(ids)] == home,
    )


class _Noting(StoredGallery):
    """A gallery that notes which ids it was given, and told to hide and to erase."""

    def __init__(self, dimension: int) -> None:
        super().__init__(dimension, "Flat")
        self.taken: list[Ids] = [_NO_IDS]
        self.hid: list[Ids] = [_NO_IDS]
        self.gone: list[Ids] = [_NO_IDS]

    def enrol(self, ids: Ids, vectors: NDArray[np.float32]) -> None:
        super().enrol(ids, vectors)
        self.taken.append(ids)

    def hide(self, ids: Ids) -> None:
        super().hide(ids)
        self.hid.append(ids)

    def erase(self, ids: Ids, how: How = "in_place") -> Cost:
        cost = super().erase(ids, how)
        self.gone.append(ids)
        return cost

    @property
    def ever(self) -> Ids:
        """Ids ever enrolled, ascending."""
        return np.sort(np.concatenate(self.taken))

    @property
    def held(self) -> Ids:
        """Ids that are stored, hidden or not, ascending."""
        return np.setdiff1d(self.ever, np.concatenate(self.gone))

    @property
    def shown(self) -> Ids:
        """Ids that a search may return, ascending."""
        return np.setdiff1d(self.held, np.concatenate(self.hid))


def _day(text: str) -> int:

    return day_of(date.fromisoformat(text))
