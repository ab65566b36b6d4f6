"""Auditing the erasure of 1 % of a gallery of a million, level by level."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import Figure

PEOPLE = 250_000
PHOTOS = 4
"""A million templates."""
DESIGN = "IVF2048,SQ8"
SHARE = 0.01
_PROBED = 1_000
_STRANGERS = 2_000
_FPIR = 0.01
_SEED = 0


def run() -> list[Figure]:
    """Time the evidence and each level of one audit; wall time, once: each is a single pass.

    The gallery is sealed and lives in a process of its own; people and photos come from the
    distribution that was fitted to the shipped encoder.

    Raises:
        RuntimeError: the erasure that is audited left something, so that the time says nothing.
    """
    from generators.keyed import Streams
    from generators.template_file import read_templates
    from generators.templates import STREAMS
    from scenarios.fused import FUSED, fused
    from sim.gallery.evidence import Probes, take_evidence
    from sim.gallery.process import GalleryProcess
    from sim.gallery.reach import threshold_for
    from sim.gallery.report import LEVELS
    from sim.gallery.stored import StoredGallery

    distribution, _ = read_templates()
    streams = Streams(_SEED, 0, STREAMS)

    def photos(people: np.ndarray, photo: int) -> np.ndarray:
        centres = distribution.centres(streams, people)
        return distribution.photos(streams, people, centres, np.full(len(people), photo))

    def new_photos(people: np.ndarray) -> np.ndarray:
        each = [photos(people, PHOTOS + nth) for nth in range(FUSED)]
        return fused(np.stack(each, axis=1).reshape(-1, distribution.dimension))

    people = np.arange(PEOPLE)
    gone = people % round(1 / SHARE) == 0
    strangers = PEOPLE + np.arange(_STRANGERS)
    ids = np.arange(PEOPLE * PHOTOS).reshape(PHOTOS, PEOPLE)
    with (
        tempfile.TemporaryDirectory() as place,
        GalleryProcess(StoredGallery, distribution.dimension, DESIGN) as gallery,
    ):
        erased = []
        for photo in range(PHOTOS):
            templates = photos(people, photo)
            gallery.enrol(ids[photo], templates)
            erased.append(templates[gone])
        gallery.seal(Path(place) / "gallery")
        probes = Probes(
            erased=new_photos(people[gone][:_PROBED]),
            survivors=new_photos(people[~gone][:_PROBED]),
            strangers=new_photos(strangers),
        )
        threshold = threshold_for(gallery, new_photos(strangers + _STRANGERS), _FPIR)
        evidence, taking = _timed(
            lambda: take_evidence(
                gallery,
                erased=ids[:, gone].ravel(),
                templates=np.concatenate(erased),
                survivors=ids[:, ~gone].ravel(),
                strangers=photos(strangers, 0),
                probes=probes,
                threshold=threshold,
            )
        )
        gallery.erase(evidence.erased)
        figures = [Figure("evidence, taken before", taking, "s")]
        for level in LEVELS:
            report, seconds = _timed(lambda level=level: gallery.audit(evidence, (level,)))
            (found,) = report.levels
            if not found.holds:
                raise RuntimeError(f"{level} does not hold: {found.why}")
            figures.append(Figure(level, seconds, "s"))
    together = sum(figure.value for figure in figures[1:-1])
    return [*figures, Figure("L0 to L2 together", together, "s", "a minute", 60 / together)]


def _timed(act: Callable[[], Any]) -> tuple[Any, float]:
    start = time.perf_counter()
    done = act()
    return done, time.perf_counter() - start
