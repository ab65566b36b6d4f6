"""The deletion of one replication of a run: when it was, by the run's own log, and what it took.

What it took is learnt by running the replication again to its end and asking the operator's columns
what it holds and says to hold. How its stores keep what it erased does not matter here: a template
that was erased is erased, whatever is left of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault
from generators.population import Population
from scenarios.removal_jobs import Deletion, EndedJob, deletion_of
from scenarios.rerun import Rerun
from sim.arm import Arm
from sim.gallery.selection import Selection, against_truth
from sim.people.finds import person_of_template, photo_of_template
from sim.world import HIDDEN, SEARCHABLE

Ids = NDArray[np.int64]


@dataclass(frozen=True)
class Expected:
    """What a deletion takes, learnt in a first pass.

    Attributes:
        deletion: the order; where it hides and erases nothing, what it hides is what the audit
            takes for erased, since that is what the operator says of it.
        erased: ids held when it begins and not when it has ended; of an order that hides, ids
            that a search may return when it begins and not when it has ended.
        kept: other ids that are held on both days.
        gone: rows of people with an erased template and none that is left at the end.
        staying: rows of people with a template that a search may return at the end.
    """

    deletion: Deletion
    erased: Ids
    kept: Ids
    gone: Ids
    staying: Ids


def first_pass(again: Rerun, jobs: tuple[EndedJob, ...]) -> Expected:
    """Run to the end of the deletion and return what it takes.

    Args:
        again: the arm.
        jobs: of its own, those that ended; one or more, in order of their end.

    Raises:
        RunFolderError: this version gives another log.
        EffaceError: the order found nobody.
    """
    arm = again.start()
    seen: dict[int, _Held] = {}
    for day in sorted({job.start for job in jobs} | {job.end + 1 for job in jobs}):
        run_to(arm, day)
        seen[day] = _Held(held_by(again, arm), held_by(again, arm, shown=True))
    again.require_same_log(arm.log.events, jobs[-1].end)
    deletion = deletion_of(jobs, arm.removals.started)
    order = deletion.order
    before, after = seen[deletion.start], seen[deletion.end + 1]
    left = after.held if order.erases else after.shown
    erased = np.setdiff1d(before.held if order.erases else before.shown, left)
    if not len(erased):
        raise EffaceError(
            Fault(
                "the operator's order found nobody",
                key="--arm",
                found=again.arm,
                expected="an arm in which somebody's templates are erased, or hidden",
            )
        )
    return Expected(
        deletion=deletion,
        erased=erased,
        kept=np.setdiff1d(np.intersect1d(before.held, after.held), erased),
        gone=np.setdiff1d(person_of_template(erased), person_of_template(left)),
        staying=np.unique(person_of_template(after.shown)),
    )


@dataclass(frozen=True)
class _Held:
    """Ids of templates that an operator holds, and of those that a search may return."""

    held: Ids
    shown: Ids


def held_by(again: Rerun, arm: Arm, *, shown: bool = False) -> Ids:
    """Return ids of drawn templates that the operator has found and not erased, ascending.

    Args:
        again: what the arm is of.
        arm: as it stands.
        shown: only such as it has not hidden.
    """
    world = arm.world
    mine = world.state == SEARCHABLE
    rows = np.flatnonzero(mine if shown else mine | (world.state == HIDDEN))
    ids = world.candidates.template_id(rows, world.visit[rows])
    return np.sort(ids[again.photos.finds.place(photo_of_template(ids)) >= 0])


def run_to(arm: Arm, day: int) -> None:
    """Run to the start of a day, with all finds and purges of the days before worked off."""
    arm.env.run(until=day)
    arm.world.bring_up_to(day)


def selection_of(again: Rerun, expected: Expected) -> Selection:
    """Set what was taken by residency signals beside whose it was when the deletion began."""
    shared, order = again.shared, expected.deletion.order
    counted = shared.parts.counted(order.jurisdiction, order.threshold)[shared.part]
    photos = shared.candidates.photo_key(np.flatnonzero(counted))
    ids = np.concatenate([expected.erased, expected.kept])
    erased = np.arange(len(ids)) < len(expected.erased)
    residents = resident(shared.population, order.jurisdiction, expected.deletion.start)
    return against_truth(
        erased & np.isin(photo_of_template(ids), photos), residents[person_of_template(ids)]
    )


def resident(population: Population, jurisdiction: str, day: int) -> NDArray[np.bool_]:
    """Return who lives in a jurisdiction on a day, bool [n]."""
    return population.residence_on(day) == population.jurisdictions.index(jurisdiction)
