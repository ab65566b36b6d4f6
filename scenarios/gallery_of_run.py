"""The erasure of one replication of a run at fidelity `pixels`, done again and audited live.

The run's own log says when its deletion began and ended. The replication is run again to that day
twice: once to learn which templates are erased, once with the gallery in a process of its own and
on files, kept as the run's operator keeps templates, of which evidence is taken on the day on which
the deletion begins, and which is audited on the day on which it has ended. New photos are drawn of
those who were erased, of those who stay, and of people who are not in the run at all.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, RunFolderError
from generators.population import Population, build_population
from scenarios.deletion_rerun import Expected, first_pass, resident, selection_of
from scenarios.gallery_audited import Audited, Tell, kept_words
from scenarios.operators_gallery import DESIGN, OperatorsGallery, keeping_of, run_days
from scenarios.probe_photos import NewPhotos
from scenarios.removal_jobs import ended_jobs
from scenarios.rerun import Rerun, rerun
from scenarios.store import Run
from sim.dates import iso
from sim.fidelity import Fidelity
from sim.gallery.audit import audit, require_levels
from sim.gallery.evidence import CONTROLS, Evidence, Probes, take_evidence
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.selection import Selection
from sim.people.finds import photo_of_template
from sim.pixels.faces import shipped_faces

MOST_PROBES = 400
"""People who were erased, and strangers, of whom new photos are drawn at most: half a minute's
drawing each."""
MOST_SURVIVORS = 100
"""People who stay of whom new photos are drawn at most: they show that the searches find anybody,
which few are enough for."""
_NO_BYTES = (
    "It stands for the operator's store of templates: what images, metadata, the probe log and "
    "backups keep has no bytes here."
)
_SPARE = 1.5
"""People made for each resident whose photos are drawn: a quarter of them are no adults."""
_LEAST_SHARE = 0.01
"""Least share of people that residents of a jurisdiction are taken for when strangers are made."""


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
    jobs = ended_jobs(run, arm, replication - first)
    tell("drawing photos")
    again = rerun(run, arm, replication - first)
    tell(f"running to {iso(jobs[-1].end)}")
    expected = first_pass(again, jobs)
    deletion = expected.deletion
    order, start, end = deletion.order, deletion.start, deletion.end
    keeping = keeping_of(again.setup.profile)
    profile = None if keeping is None else str(keeping.kind)
    dimension = int(again.photos.finds.vectors.shape[1])
    with (
        tempfile.TemporaryDirectory(prefix="efface-gallery-") as temporary,
        OperatorsGallery(dimension, keeping, Path(temporary) / "gallery") as gallery,
    ):
        running = again.start(gallery)
        run_days(again, running, gallery, 0, start - 1)
        gallery.seal_files()
        tell("taking evidence")
        ever, gallery.cost = np.union1d(gallery.held, gallery.gone), Cost()
        evidence = _evidence(again, gallery, expected)
        tell("erasing")
        run_days(again, running, gallery, start, end)
        tell("auditing")
        report = audit(gallery, evidence, levels)
        cost, passing = gallery.cost, len(np.setdiff1d(gallery.gone, ever))
    selection = selection_of(again, expected)
    return Audited(
        what=(
            f"run {run.name}, arm {arm}, replication {replication}, "
            f"deletion of {iso(start)} to {iso(end)}"
        ),
        about={
            "run": run.name,
            "arm": arm,
            "replication": replication,
            "deletion": {"from": iso(start), "to": iso(end)},
            "people": len(again.shared.population),
            "design": DESIGN,
            "profile": profile,
            "enrolled_and_erased_meanwhile": passing,
            "people_wholly_erased": len(expected.gone),
        },
        scope=f"residents of {order.jurisdiction}",
        done="erased" if order.erases else "hid",
        selection=selection,
        cost=cost,
        report=report,
        notes=(kept_words(profile), _NO_BYTES, sample_words(selection, order.jurisdiction)),
    )


def sample_words(selection: Selection, jurisdiction: str) -> str:
    """Return in a sentence why the shares of a run's selection are not the operator's."""
    share = 100 * selection.in_scope / selection.stored
    return (
        f"Of the drawn templates {share:.1f} % are those of residents of {jurisdiction}, of all "
        "that the operator holds another share: how many of the erased were others' is told of "
        "the operator by the run's over_deletion, not here."
    )


def _evidence(again: Rerun, gallery: OperatorsGallery, expected: Expected) -> Evidence:
    """Take evidence, with new photos drawn of adults on the day on which the deletion has ended."""
    finds, order = again.photos.finds, expected.deletion.order
    day, faces = expected.deletion.end, shipped_faces()
    here = again.shared.population
    new = NewPhotos(again, faces, here, day)
    elsewhere, alike = strangers_like(here, order.jurisdiction, day, again.shared.streams.seed + 1)
    strange = NewPhotos(again, faces, elsewhere, day)
    strangers = strange.some(alike, MOST_PROBES)
    return take_evidence(
        gallery,
        erased=expected.erased,
        templates=finds.vectors[finds.place(photo_of_template(expected.erased))],
        survivors=expected.kept,
        strangers=strange.singles(strangers[:CONTROLS]),
        probes=Probes(
            new.probes(new.some(expected.gone, MOST_PROBES)),
            new.probes(new.some(expected.staying, MOST_SURVIVORS)),
            strange.probes(strangers),
        ),
        threshold=again.setup.parameters["search.encoder_threshold"],
    )


def strangers_like(
    here: Population, jurisdiction: str, day: int, seed: int
) -> tuple[Population, NDArray[np.int64]]:
    """Return people who were never enrolled, residents of a jurisdiction as the erased are: false
    matches differ by group.

    Args:
        here: the run's people; the strangers come of the same tables.
        jurisdiction: code.
        day: on which they live there.
        seed: of another population than the run's.

    Returns:
        the population, and the rows of those who live there, int64.
    """
    share = float(resident(here, jurisdiction, day).mean())
    people = round(_SPARE * MOST_PROBES / max(share, _LEAST_SHARE))
    elsewhere = build_population(people, seed)
    return elsewhere, np.flatnonzero(resident(elsewhere, jurisdiction, day))


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
