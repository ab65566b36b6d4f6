"""Sealed galleries under the audit: of the erased nothing is left in files or memory."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery.evidence import Probes, take_evidence
from sim.gallery.process import GalleryProcess
from sim.gallery.reopening import open_gallery
from sim.gallery.report import LEVELS
from sim.gallery.stored import StoredGallery

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is read on Linux alone")

DIMENSION = 32
PEOPLE = 600
IDS = np.arange(PEOPLE)
GONE = IDS[::12]
LEFT = np.setdiff1d(IDS, GONE)


def unit(vectors: np.ndarray) -> np.ndarray:
    vectors = vectors.astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


DRAW = np.random.default_rng(5)
CENTRES = unit(DRAW.normal(size=(PEOPLE + 500, DIMENSION)))


def photos(people: np.ndarray) -> np.ndarray:
    return unit(CENTRES[people] + 0.04 * DRAW.normal(size=(len(people), DIMENSION)))


TEMPLATES = photos(IDS)
STRANGERS = np.arange(PEOPLE, PEOPLE + 500)


def in_place(gallery: GalleryProcess) -> None:
    gallery.erase(GONE)


def by_rewriting(gallery: GalleryProcess) -> None:
    gallery.erase(GONE, how="rewrite")


def and_rebuilt(gallery: GalleryProcess) -> None:
    gallery.erase(GONE)
    gallery.rebuild()


@pytest.mark.parametrize(
    ("design", "erased"),
    [
        ("Flat", by_rewriting),
        ("IVF8,SQ8@nprobe=8", and_rebuilt),
        ("Segments400,IVF8,PQ16x4fs,Refine(SQ8)@nprobe=8", in_place),
        ("Segments400,IVF8,PQ16x4fs,Refine(SQ8)@nprobe=8", by_rewriting),
    ],
)
def test_nothing_is_left_in_files_or_memory(
    quick_path: Path, design: str, erased: Callable[[GalleryProcess], None]
) -> None:
    path = quick_path / "gallery"
    with GalleryProcess(StoredGallery, DIMENSION, design) as gallery:
        gallery.enrol(IDS, TEMPLATES)
        gallery.seal(path)
    # Opened again, so that reading the files leaves nothing behind either.
    with GalleryProcess(open_gallery, path) as gallery:
        evidence = take_evidence(
            gallery,
            erased=GONE,
            templates=TEMPLATES[GONE],
            survivors=LEFT,
            strangers=photos(STRANGERS[:200]),
            probes=Probes(photos(GONE), photos(LEFT), photos(STRANGERS)),
            threshold=0.85,
        )
        erased(gallery)
        report = gallery.audit(evidence)
    for level in report.levels:
        assert level.holds, level
    assert [level.level for level in report.levels] == list(LEVELS)
