"""The audit passes a gallery that erased and catches each that cheats, where it does."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery.audit import audit
from sim.gallery.evidence import Evidence, Probes, take_evidence
from sim.gallery.fingerprints import seek
from sim.gallery.gallery import Gallery, GalleryError
from sim.gallery.process import GalleryProcess
from sim.gallery.reach import MOST_UNSEEN, threshold_for
from sim.gallery.report import LEVELS, AuditReport
from sim.gallery.stored import StoredGallery
from tests import cheating_galleries as cheats

DIMENSION = 32
PEOPLE = 700
GONE = 60
FAST_SCAN = "IVF16,PQ32x4fs,Refine(SQ8)"
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is read on Linux alone")


def unit(vectors: np.ndarray) -> np.ndarray:
    vectors = vectors.astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class World:
    """People with two enrolled photos each, photos that nobody enrolled, and people unknown."""

    def __init__(self) -> None:
        draw = np.random.default_rng(7)
        self.centres = unit(draw.normal(size=(PEOPLE, DIMENSION)))
        self.draw = draw
        self.templates = self.photos(np.repeat(self.centres, 2, axis=0))
        self.ids = draw.permutation(len(self.templates)).astype(np.int64)
        gone = np.repeat(np.arange(PEOPLE) % (PEOPLE // GONE) == 0, 2)
        self.gone, self.stays = self.ids[gone], self.ids[~gone]
        self.gone_templates = self.templates[gone]
        self.people = dict(zip(self.ids.tolist(), self.templates, strict=True))
        strangers = unit(draw.normal(size=(500, DIMENSION)))
        self.strangers = strangers[:200]
        self.probes = Probes(
            erased=self.photos(self.centres[gone[::2]]),
            survivors=self.photos(self.centres[~gone[::2]][:300]),
            strangers=self.photos(strangers),
        )

    def photos(self, centres: np.ndarray) -> np.ndarray:
        return unit(centres + 0.04 * self.draw.normal(size=centres.shape))

    def evidence(self, gallery: Gallery, **other: Any) -> Evidence:
        said: dict[str, Any] = {
            "erased": self.gone,
            "templates": self.gone_templates,
            "survivors": self.stays,
            "strangers": self.strangers,
            "probes": self.probes,
            "threshold": 0.85,
        }
        return take_evidence(gallery, **(said | other))


WORLD = World()


def audited(gallery: Gallery, world: World = WORLD, **other: Any) -> AuditReport:
    gallery.enrol(world.ids, world.templates)
    evidence = world.evidence(gallery, **other)
    gallery.erase(world.gone)
    return audit(gallery, evidence, pid=getattr(gallery, "pid", None))


def held(report: AuditReport) -> dict[str, bool | None]:
    return {level.level: level.holds for level in report.levels}


def apart(make: Callable[..., Gallery], *args: Any) -> AuditReport:
    with GalleryProcess(make, *args) as gallery:
        return audited(gallery)


@linux
@pytest.mark.parametrize(
    "design", ["Flat", "IVF16,SQ8", pytest.param(FAST_SCAN, marks=pytest.mark.slow)]
)
def test_a_gallery_that_erased_holds_at_every_level(design: str, tmp_path: Path) -> None:
    report = apart(cheats.OnFiles, DIMENSION, design, tmp_path)
    assert held(report) == dict.fromkeys(LEVELS, True)
    assert report.holds
    for level in report.levels:
        assert level.control is not None
        assert level.control.behaved
        assert level.why is None
        assert level.does_not_prove.startswith("That ")
    bytes_read = [report.levels[i].evidence["bytes_read"] for i in (2, 3)]
    assert bytes_read[0] == (tmp_path / "rows").stat().st_size
    assert bytes_read[1] > 10_000_000
    assert [report.levels[i].evidence["tellable"] for i in (2, 3)] == [len(WORLD.gone)] * 2
    # In memory codes for fast scanning lie interleaved, in files one after the other.
    blind = [
        [form for form, told in level.evidence["forms"].items() if told.get("control_is_blind")]
        for level in report.levels[2:]
    ]
    assert blind == [[], ["scan"] if design == FAST_SCAN else []]


CAUGHT = [
    (cheats.HiddenCopy, ("Flat",), {"L3"}),
    (cheats.HiddenCopy, ("IVF16,SQ8",), {"L3"}),
    (cheats.Fragments, ("Flat",), {"L3"}),
    (cheats.HalfFloats, ("IVF16,SQ8",), {"L3"}),
    (cheats.BareRemoval, (), {"L3"}),
    (cheats.OtherIds, ("Flat", WORLD.people), {"L1", "L3"}),
    (cheats.OnlyCounts, ("Flat",), {"L0", "L1", "L3"}),
]


@linux
@pytest.mark.parametrize(("make", "args", "caught"), CAUGHT)
def test_a_gallery_that_cheats_is_caught(
    make: Any, args: tuple[Any, ...], caught: set[str]
) -> None:
    report = apart(make, DIMENSION, *args)
    assert held(report) == {level: level not in caught for level in LEVELS} | {"L2": None}
    assert not report.holds
    for level in report.levels:
        assert (level.why is None) == (level.holds is True)
    memory = report.levels[3].evidence
    assert memory["found"] == sum(memory["places"].values()) > 0


@linux
def test_templates_that_come_and_go_one_at_a_time_leave_nothing_in_memory() -> None:
    order = np.argsort(np.isin(WORLD.ids, WORLD.gone), kind="stable")
    ids, templates = WORLD.ids[order], WORLD.templates[order]
    with GalleryProcess(StoredGallery, DIMENSION, "IVF16,SQ8") as gallery:
        gallery.enrol(ids[:-40], templates[:-40])
        for row in range(len(ids) - 40, len(ids)):
            gallery.enrol(ids[row : row + 1], templates[row : row + 1])
        evidence = WORLD.evidence(gallery)
        for row in range(len(WORLD.gone) - 40):
            gallery.erase(ids[-row - 1 :][:1])
        gallery.erase(ids[-len(WORLD.gone) : -len(WORLD.gone) + 40])
        (level,) = audit(gallery, evidence, ("L3",)).levels
    assert level.holds, level.why


@linux
def test_survivors_are_known_again_after_a_rebuild_with_retraining() -> None:
    with GalleryProcess(StoredGallery, DIMENSION, "IVF16,SQ8") as gallery:
        gallery.enrol(WORLD.ids, WORLD.templates)
        evidence = WORLD.evidence(gallery)
        gallery.erase(WORLD.gone)
        assert gallery.stats().trained_on_erased > 0
        gallery.rebuild(retrain=True)
        (level,) = audit(gallery, evidence, ("L3",)).levels
    assert level.holds
    assert level.evidence["trained_on_erased"] == 0


@linux
@pytest.mark.parametrize("make", [cheats.StaleFile, cheats.OpenFile])
def test_a_file_of_the_day_before_is_found_deleted_or_not(make: Any, tmp_path: Path) -> None:
    report = apart(make, DIMENSION, "IVF16,SQ8", tmp_path)
    assert held(report) == {"L0": True, "L1": True, "L2": False, "L3": True}
    assert report.levels[2].evidence["found"] == len(WORLD.gone)
    (place,) = report.levels[2].evidence["places"]
    assert place.split(", ")[0] in ("rows.old", "rows (deleted)")


def test_a_survivor_that_goes_too_is_missed_in_the_first_ranks() -> None:
    world = World()
    report = audited(cheats.Forgets(DIMENSION, "Flat"), world)
    level = report.levels[1]
    assert level.holds is False
    assert 0 < level.evidence["first_ranks"]["lost"] <= 20
    assert level.why is not None
    assert "survivors" in level.why


@pytest.mark.parametrize("levels", [("L0",), ("L1", "L0")])
def test_only_the_levels_asked_for_are_reported_in_their_order(levels: tuple[str, ...]) -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery)
    gallery.erase(WORLD.gone)
    report = audit(gallery, evidence, levels)
    assert [level.level for level in report.levels] == sorted(levels)
    assert report.holds
    with pytest.raises(GalleryError, match="no level L9"):
        audit(gallery, evidence, ("L9",))
    with pytest.raises(GalleryError, match="no level without a name") as refused:
        audit(gallery, evidence, ("", "l3"))
    assert refused.value.faults[1].nearest[0] == "L3"


def search_only(gallery: Gallery, **other: Any) -> AuditReport:
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery, **other)
    gallery.erase(WORLD.gone)
    return audit(gallery, evidence, ("L0", "L1"))


def test_where_everybody_is_found_the_control_says_that_the_level_is_worth_nothing() -> None:
    level = search_only(cheats.FindsEverybody(DIMENSION, "Flat")).levels[1]
    assert level.holds is False
    assert level.control is not None
    assert not level.control.found
    assert level.why is not None
    assert "control" in level.why


@pytest.mark.parametrize("make", [cheats.FindsNobody, cheats.FindsNobodyInRange])
def test_searches_that_return_nobody_at_all_do_not_say_that_the_erased_are_gone(make: Any) -> None:
    level = search_only(make(DIMENSION, "Flat")).levels[0]
    assert level.evidence["returned"] == 0
    assert level.holds is False
    assert level.control is not None
    assert not level.control.found


def test_where_strangers_are_enrolled_the_control_says_that_the_level_is_worth_nothing() -> None:
    gallery = StoredGallery(DIMENSION)
    half = WORLD.probes.strangers[::2]
    gallery.enrol(np.arange(len(half)) + 2**50, half)
    level = search_only(gallery).levels[1]
    assert level.holds is False
    assert level.control is not None
    assert level.control.found
    assert not level.control.clean


@pytest.mark.parametrize(("people", "share"), [(4, 0.75), (20, 0.28)])
def test_too_few_people_to_see_a_fifth_of_them_are_no_answer(people: int, share: float) -> None:
    few = dataclasses.replace(WORLD.probes, erased=WORLD.probes.erased[:people])
    report = search_only(StoredGallery(DIMENSION), probes=few)
    level = report.levels[1]
    assert level.evidence["smallest_share_seen"] == pytest.approx(share, abs=0.01)
    assert share > MOST_UNSEEN
    assert level.evidence["why"] == {}
    assert level.control is not None
    assert level.control.behaved
    assert level.holds is None
    assert not report.holds
    assert level.why is not None
    assert "more than 20 % of the erased could still be reachable" in level.why


def test_too_few_photos_hold_nothing() -> None:
    few = Probes(
        *(getattr(WORLD.probes, group)[:2] for group in ("erased", "survivors", "strangers"))
    )
    level = search_only(StoredGallery(DIMENSION), probes=few).levels[1]
    assert level.holds is False
    assert level.evidence["smallest_rate_seen"] is None
    assert level.evidence["smallest_share_seen"] is None
    assert set(level.evidence["why"]) == {"smallest_rate_seen", "smallest_share_seen"}


def test_files_that_hold_nobody_at_all_prove_nothing(tmp_path: Path) -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.folder = tmp_path
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery)
    gallery.erase(WORLD.gone)
    (level,) = audit(gallery, evidence, ("L2",)).levels
    assert level.holds is False
    assert level.control is not None
    assert level.control.must_fail["found"] == 0


def test_without_files_there_is_nothing_to_say_of_them_and_the_audit_does_not_hold() -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery)
    gallery.erase(WORLD.gone)
    report = audit(gallery, evidence, ("L2",))
    assert held(report) == {"L2": None}
    assert report.levels[0].why == "The gallery keeps no files."
    assert not report.holds


def test_memory_that_cannot_be_read_is_not_examined() -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    (level,) = audit(gallery, evidence, ("L3",), pid=gone.pid).levels
    assert level.holds is None
    assert level.control is None
    assert level.why is not None
    assert str(gone.pid) in level.why


@linux
def test_this_process_holds_the_templates_that_this_test_made() -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery)
    gallery.erase(WORLD.gone)
    (level,) = gallery.audit(evidence, ("L3",)).levels
    assert level.holds is False
    assert level.evidence["found"] == len(WORLD.gone)


@linux
def test_a_photo_that_a_survivor_holds_too_is_no_trace_of_the_erased(tmp_path: Path) -> None:
    world = World()
    twice = np.array([2**50], dtype=np.int64)
    with GalleryProcess(cheats.OnFiles, DIMENSION, "Flat", tmp_path) as gallery:
        gallery.enrol(twice, world.gone_templates[:1])
        report = audited(gallery, world, survivors=np.concatenate([world.stays, twice]))
    for level in report.levels[2:]:
        assert level.evidence["found"] == 0
        assert level.holds
    forms = report.levels[2].evidence["forms"]
    assert forms["vector"]["tellable"] == len(world.gone) - 1


def test_of_many_erased_some_are_looked_for_and_every_level_says_so() -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = dataclasses.replace(WORLD.evidence(gallery), looked_for=10)
    gallery.erase(WORLD.gone)
    report = audit(gallery, evidence, ("L0", "L3"))
    assert report.levels[0].evidence["asked"] == 10
    for level in report.levels:
        assert "of the 128 erased templates 10 were looked for" in level.does_not_prove


@pytest.mark.parametrize("form", ["float64", "bfloat16"])
def test_copies_in_other_floats_than_the_gallerys_are_known(form: str) -> None:
    gallery = StoredGallery(DIMENSION, "IVF16,SQ8")
    gallery.enrol(WORLD.ids, WORLD.templates)
    prints = WORLD.evidence(gallery).prints
    copies = WORLD.gone_templates.astype(np.float64)
    if form == "bfloat16":
        torch = pytest.importorskip("torch")
        halves = torch.from_numpy(WORLD.gone_templates).to(torch.bfloat16)
        copies = halves.view(torch.int16).numpy()
    found = prints.marked(seek(prints, copies.view(np.uint8).ravel()))
    (block,) = (b for b in prints.blocks if b.group == "erased" and b.form.startswith(form))
    assert found[block.numbers].all()


def test_the_report_is_json_and_holds_no_template() -> None:
    gallery = StoredGallery(DIMENSION)
    report = search_only(gallery)
    told = json.loads(json.dumps(report.as_json(), allow_nan=False))
    for level in told["levels"]:
        assert {"level", "holds", "evidence", "control", "does_not_prove"} <= set(level)
        assert level["control"]["must_fail"]["failed"] is True
        assert level["control"]["must_pass"]["passed"] is True


def test_evidence_holds_no_bytes_of_the_erased() -> None:
    gallery = StoredGallery(DIMENSION, "IVF16,SQ8")
    gallery.enrol(WORLD.ids, WORLD.templates)
    evidence = WORLD.evidence(gallery)
    arrays = [evidence.prints.hashes, *evidence.prints.sieves, evidence.erased, evidence.firsts.ids]
    arrays += dataclasses.asdict(evidence.probes).values()
    held = b"".join(array.tobytes() for array in arrays)
    rows = [WORLD.gone_templates.view(np.uint8), gallery.stored(WORLD.gone)["code"]]
    assert not any(
        row[at : at + 8].tobytes() in held for part in rows for row in part for at in (0, 9)
    )


@pytest.mark.parametrize(
    ("other", "key"),
    [
        ({"templates": WORLD.gone_templates[:3]}, "erased"),
        ({"templates": WORLD.gone_templates[:, :7]}, "templates"),
        ({"survivors": WORLD.stays[:16]}, "survivors"),
        ({"survivors": WORLD.ids}, "survivors"),
        ({"strangers": WORLD.strangers[:0]}, "strangers"),
        ({"erased": WORLD.gone[:0], "templates": WORLD.gone_templates[:0]}, "templates"),
        ({"probes": dataclasses.replace(WORLD.probes, erased=WORLD.strangers[0])}, "probes.erased"),
    ],
)
def test_evidence_of_what_does_not_fit_is_refused(other: dict[str, Any], key: str) -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    with pytest.raises(GalleryError) as refused:
        WORLD.evidence(gallery, **other)
    assert key in [fault.key for fault in refused.value.faults]


def test_a_threshold_from_one_half_of_the_strangers_holds_for_the_other() -> None:
    gallery = StoredGallery(DIMENSION)
    gallery.enrol(WORLD.ids, WORLD.templates)
    threshold = threshold_for(gallery, WORLD.probes.strangers[::2], 0.02)
    report = search_only(StoredGallery(DIMENSION), threshold=threshold)
    assert report.holds
    assert report.levels[1].evidence["non_mated_hits"] <= 25
