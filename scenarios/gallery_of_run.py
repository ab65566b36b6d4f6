"""The erasure of one replication of a run at fidelity `pixels`, done again and audited live.

The run's own log says when its deletion began and ended. The replication is run again to that day
twice: once to learn which templates leave the gallery, once with the gallery in a process of its
own and on files, of which evidence is taken on the day on which the deletion begins, and which is
audited on the day on which it has ended. New photos are drawn of those who were erased, of those
who stay, and of people who are not in the run at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, RunFolderError
from generators.keyed import Streams
from generators.people import DAYS_A_YEAR
from generators.population import Population, build_population
from generators.promises import ADULT_AGE
from scenarios.deletion_rerun import Expected, Ids, deletion_of, first_pass, run_to, selection_of
from scenarios.gallery_audited import Audited, Tell
from scenarios.rerun import Rerun, rerun
from scenarios.store import Run
from sim.dates import iso
from sim.fidelity import Fidelity
from sim.gallery.audit import audit, require_levels
from sim.gallery.evidence import CONTROLS, Evidence, Probes, take_evidence
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.process import GalleryProcess
from sim.gallery.stored import StoredGallery
from sim.people.finds import photo_of_template
from sim.pixels.drawing import TemplateMaker, picture_ids
from sim.pixels.faces import shipped_faces

MOST_PROBES = 400
"""People of each kind of whom a new photo is drawn at most: a few seconds' drawing."""
STREAMS = ("audit.pick", "audit.picture", "audit.quality")
"""Streams of the new photos, apart from the model's, so that an audit moves nothing in a run."""


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
        EffaceError: the deletion found nobody, or nobody is left to compare with.
    """
    arm = run.scenario if arm is None else arm
    first = int(run.manifest.get("first_replication", 0))
    replication = first if replication is None else replication
    _require(run, arm, replication - first, levels)
    deletion = deletion_of(run, arm, replication - first)
    tell("drawing photos")
    again = rerun(run, arm, replication - first)
    tell(f"running to {iso(deletion.end)}")
    expected = first_pass(again, deletion)
    with (
        tempfile.TemporaryDirectory(prefix="efface-gallery-") as temporary,
        _Counting(StoredGallery, expected.dimension, "Flat") as gallery,
    ):
        running = again.start(gallery)
        run_to(running, deletion.start)
        gallery.seal(Path(temporary) / "gallery")
        tell("taking evidence")
        evidence = _evidence(again, gallery, expected, deletion.end)
        tell("erasing")
        run_to(running, deletion.end + 1)
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
        done="erased" if expected.order.erases else "hid",
        selection=selection_of(again, expected, deletion.start),
        cost=cost,
        report=report,
    )


class _Counting(GalleryProcess):
    """A gallery in a process of its own that adds up what its erasures cost."""

    cost = Cost()

    def erase(self, ids: Ids, **how: Any) -> Cost:
        cost = super().erase(ids, **how)
        self.cost = self.cost + cost
        return cost


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
