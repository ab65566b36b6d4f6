"""The erasure of one replication of a run at fidelity `pixels`, done again and audited live.

The run's own log says when its deletion began and ended. The replication is run again to that day
twice: once to learn which templates leave the gallery, once with the gallery in a process of its
own and on files, of which evidence is taken on the day on which the deletion begins, and which is
audited on the day on which it has ended. New photos are drawn of those who were erased, of those
who stay, and of people who are not in the run at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError, Fault, RunFolderError
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population, build_population
from generators.promises import ADULT_AGE
from scenarios.gallery_audited import Audited
from scenarios.rerun import Rerun, rerun
from scenarios.store import Run
from sim.arm import Arm
from sim.dates import day_of, iso
from sim.fidelity import Fidelity
from sim.gallery.audit import audit, require_levels
from sim.gallery.evidence import CONTROLS, Evidence, Probes, take_evidence
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.process import GalleryProcess
from sim.gallery.sealing import How
from sim.gallery.selection import Selection, against_truth
from sim.gallery.stored import StoredGallery
from sim.operator.removal_order import RemovalOrder
from sim.people.finds import person_of_template, photo_of_template
from sim.pixels.drawing import TemplateMaker, picture_ids
from sim.pixels.faces import shipped_faces

MOST_PROBES = 400
"""People of each kind of whom a new photo is drawn at most: a few seconds' drawing."""
STREAMS = ("audit.pick", "audit.picture", "audit.quality")
"""Streams of the new photos, apart from the model's, so that an audit moves nothing in a run."""

Tell = Callable[[str], None]
Ids = NDArray[np.int64]


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
        order: the deletion.
        erased: ids stored when it begins and not when it has ended.
        kept: ids stored on both days.
        passing: how many were enrolled after it began and erased before it ended.
        gone: rows of people with an erased template and none that is stored at the end.
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


def audit_run(
    run: Run,
    arm: str | None,
    replication: int | None,
    levels: Collection[str],
    tell: Tell = lambda stage: None,
) -> Audited:
    """Run one replication of a run again to the end of its deletion, and audit that.

    Args:
        run: a finished run at fidelity `pixels`.
        arm: name of the arm, the scenario under question where None.
        replication: its number, the run's first where None.
        levels: which levels of the audit.
        tell: told what goes on.

    Raises:
        RunFolderError: the run has no bytes of templates (another fidelity), no such arm or
            replication, or no deletion that ended; or this version gives another run.
        EffaceError: the deletion erased nobody, or nobody is left to compare with.
    """
    arm = run.scenario if arm is None else arm
    first = int(run.manifest.get("first_replication", 0))
    replication = first if replication is None else replication
    _require(run, arm, replication - first, levels)
    deletion = deletion_of(run, arm, replication - first)
    tell("drawing photos")
    again = rerun(run, arm, replication - first)
    tell(f"running to {iso(deletion.end)}")
    expected = _first_pass(again, deletion)
    with (
        tempfile.TemporaryDirectory(prefix="efface-gallery-") as temporary,
        _Counting(StoredGallery, expected.dimension, "Flat") as gallery,
    ):
        running = again.start(gallery)
        _run_to(running, deletion.start)
        gallery.seal(Path(temporary) / "gallery")
        tell("taking evidence")
        evidence = _evidence(again, gallery, expected, deletion.end)
        tell("erasing")
        _run_to(running, deletion.end + 1)
        tell("auditing")
        report = audit(gallery, evidence, levels)
        cost = gallery.cost
    return Audited(
        about={
            "run": run.name,
            "arm": arm,
            "replication": replication,
            "deletion": {"from": iso(deletion.start), "to": iso(deletion.end)},
            "people": len(again.shared.population),
            "design": "Flat",
            "enrolled_and_erased_meanwhile": expected.passing,
            "people_wholly_erased": len(expected.gone),
        },
        scope=f"residents of {expected.order.jurisdiction}",
        selection=_selection(again, expected, deletion.start),
        cost=cost,
        report=report,
    )


def deletion_of(run: Run, arm: str, number: int) -> Deletion:
    """Return when the last deletion of an arm's own case or intervention began and ended.

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
    start = next(event for event in events if event["id"] == last["because"])
    return Deletion(_day(start["date"]), _day(last["date"]), last["case"])


class _Noting(StoredGallery):
    """A gallery that notes which ids it was given and told to erase."""

    def __init__(self, dimension: int) -> None:
        super().__init__(dimension, "Flat")
        self.taken: list[Ids] = []
        self.gone: list[Ids] = []

    def enrol(self, ids: Ids, vectors: NDArray[np.float32]) -> None:
        super().enrol(ids, vectors)
        self.taken.append(ids)

    def erase(self, ids: Ids, how: How = "in_place") -> Cost:
        cost = super().erase(ids, how)
        self.gone.append(ids)
        return cost

    @property
    def ever(self) -> Ids:
        """Ids ever enrolled, ascending."""
        return np.sort(np.concatenate([np.zeros(0, dtype=np.int64), *self.taken]))

    @property
    def held(self) -> Ids:
        """Ids that are stored, hidden or not, ascending."""
        return np.setdiff1d(self.ever, np.concatenate([np.zeros(0, dtype=np.int64), *self.gone]))


class _Counting(GalleryProcess):
    """A gallery in a process of its own that adds up what its erasures cost."""

    cost = Cost()

    def erase(self, ids: Ids, **how: Any) -> Cost:
        cost = super().erase(ids, **how)
        self.cost = self.cost + cost
        return cost


def _first_pass(again: Rerun, deletion: Deletion) -> Expected:
    """Run to the end of the deletion and return what it takes.

    Raises:
        RunFolderError: this version gives another log.
        EffaceError: the order hides and erases nothing, or nobody was erased wholly.
    """
    dimension = int(again.photos.finds.vectors.shape[1])
    gallery = _Noting(dimension)
    arm = again.start(gallery)
    _run_to(arm, deletion.start)
    before = gallery.held
    _run_to(arm, deletion.end + 1)
    again.require_same_log(arm.log.events, deletion.end)
    after, ever = gallery.held, gallery.ever
    order = next(
        order
        for order in arm.removals.started
        if order.start == deletion.start and deletion.case in ("", order.source)
    )
    erased, kept = np.setdiff1d(before, after), np.intersect1d(before, after)
    if not order.erases or not len(erased):
        raise EffaceError(
            Fault(
                "nothing was erased: the operator's order hides, or found nobody",
                key="--arm",
                found=again.arm,
                expected="an arm in which the operator erases",
            )
        )
    people = np.arange(len(again.shared.population))
    return Expected(
        order=order,
        erased=erased,
        kept=kept,
        passing=len(np.setdiff1d(ever, np.union1d(before, after))),
        gone=np.setdiff1d(person_of_template(erased), person_of_template(after)),
        staying=people[arm.matcher.findable > 0],
        dimension=dimension,
    )


def _run_to(arm: Arm, day: int) -> None:
    """Run to the start of a day, with all finds and purges of the days before worked off."""
    arm.env.run(until=day)
    arm.world.bring_up_to(day)


def _evidence(again: Rerun, gallery: GalleryProcess, expected: Expected, day: int) -> Evidence:
    """Take evidence, with new photos drawn of adults on a day."""
    finds, here = again.photos.finds, again.shared.population
    # The same tables and another seed: nobody of them was ever in the run's gallery.
    elsewhere = build_population(2 * MOST_PROBES, again.shared.streams.seed + 1)
    new, strange = _NewPhotos(again, here, day), _NewPhotos(again, elsewhere, day)
    strangers = np.arange(len(elsewhere))
    return take_evidence(
        gallery,
        erased=expected.erased,
        templates=finds.vectors[finds.place(photo_of_template(expected.erased))],
        survivors=expected.kept,
        strangers=strange.of(strangers, 1, CONTROLS),
        probes=Probes(new.of(expected.gone), new.of(expected.staying), strange.of(strangers)),
        threshold=again.setup.parameters["search.encoder_threshold"],
    )


class _NewPhotos:
    """Draws photos of people that no arm of the run ever had."""

    def __init__(self, again: Rerun, population: Population, day: int) -> None:
        streams = again.shared.streams
        self.streams = Streams(streams.seed, streams.replication, STREAMS)
        self.maker = TemplateMaker(shipped_faces(), population)
        self.adults = population.birth_day <= day - ADULT_AGE * DAYS_A_YEAR
        self.day = day

    def of(self, people: Ids, nth: int = 0, most: int = MOST_PROBES) -> NDArray[np.float32]:
        """Return one template of each of up to so many adults among these people.

        Args:
            people: rows of the population.
            nth: another number gives other photos.
            most: how many are drawn at most.
        """
        adults = people[self.adults[people]]
        order = np.argsort(self.streams.words("audit.pick", adults), kind="stable")
        some = np.sort(adults[order[:most]])
        return self.maker.templates(
            some,
            picture_ids(self.streams, "audit.picture", some, np.full(len(some), nth)),
            some,
            np.full(len(some), self.day, dtype=np.int32),
            self.streams.uniform("audit.quality", some, nth),
        ).vectors


def _selection(again: Rerun, expected: Expected, day: int) -> Selection:
    """Set what was erased by residency signals beside whose it was when the deletion began."""
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


def _require(run: Run, arm: str, number: int, levels: Collection[str]) -> None:
    """Refuse what cannot be, all of it at once."""
    faults = []
    file = str(run.folder)
    if run.fidelity != Fidelity.PIXELS:
        message = (
            "a run at this fidelity has counts of templates and no bytes that could be audited"
        )
        faults.append(Fault(message, file, key="fidelity", found=run.fidelity, expected="pixels"))
    if arm not in run.arms:
        message = f"the run has no arm '{arm}'"
        faults.append(Fault(message, file, key="--arm", found=arm, expected=", ".join(run.arms)))
    count, first = int(run.manifest["replications"]), int(run.manifest.get("first_replication", 0))
    if not 0 <= number < count:
        faults.append(
            Fault(
                "the run has no such replication",
                file,
                key="--replication",
                found=str(first + number),
                expected=f"{first} to {first + count - 1}",
            )
        )
    try:
        require_levels(levels)
    except GalleryError as error:
        faults += error.faults
    if faults:
        raise RunFolderError(faults)


def _day(text: str) -> int:
    from datetime import date

    return day_of(date.fromisoformat(text))
