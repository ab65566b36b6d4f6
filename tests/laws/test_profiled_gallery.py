"""A gallery that keeps as an operator's store does: gone from results at once, elsewhere later."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.gallery.evidence import Probes, take_evidence
from sim.gallery.gallery import NOBODY, GalleryError
from sim.gallery.keeping import Cohort, Keeping, Kind, Place, remaining
from sim.gallery.process import GalleryProcess
from sim.gallery.profiled import ProfiledGallery

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

DIMENSION = 16
KEEPINGS = {
    "tombstone_forever": Keeping(Kind.TOMBSTONE_FOREVER),
    "vacuum_at": Keeping(Kind.VACUUM_AT, threshold=0.2),
    "mvcc_then_wal": Keeping(Kind.MVCC_THEN_WAL, threshold=0.2, log_days=3, page=512),
    "lsm": Keeping(Kind.LSM, days=4),
    "versioned": Keeping(Kind.VERSIONED, days=4),
    "in_place_tail": Keeping(Kind.IN_PLACE_TAIL, days=4),
    "ondisk_slots": Keeping(Kind.ONDISK_SLOTS, outgrown=0.0),
    "rewrite": Keeping(Kind.REWRITE),
}


def unit(rows: int, seed: int) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).standard_normal((rows, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(keeping: Keeping, folder: Path, rows: int) -> tuple[ProfiledGallery, NDArray]:
    gallery, vectors = ProfiledGallery(DIMENSION, keeping, folder), unit(rows, 1)
    gallery.enrol(np.arange(rows), vectors)
    return gallery, vectors


@pytest.mark.parametrize("name", KEEPINGS)
@pytest.mark.parametrize("seed", range(2))
def test_whatever_is_done_results_and_counts_are_those_of_a_gallery_that_forgets_at_once(
    name: str, seed: int, tmp_path: Path
) -> None:
    chance = np.random.default_rng(seed)
    gallery = ProfiledGallery(DIMENSION, KEEPINGS[name], tmp_path / "store")
    vectors = unit(900, seed)
    shown: set[int] = set()
    hidden: set[int] = set()
    used = 0

    def some(ids: set[int], most: int) -> NDArray[np.int64]:
        rows = min(len(ids), int(chance.integers(0, most)))
        return chance.choice(np.array(sorted(ids), dtype=np.int64), rows, replace=False)

    for _ in range(20):
        match chance.choice(["enrol", "hide", "erase", "advance", "rebuild"]):
            case "enrol":
                ids = np.arange(used, used + int(chance.integers(1, 40)))[: 900 - used]
                gallery.enrol(ids, vectors[ids])
                used += len(ids)
                shown |= set(ids.tolist())
            case "hide":
                ids = some(shown, 5)
                gallery.hide(ids)
                shown -= set(ids.tolist())
                hidden |= set(ids.tolist())
            case "erase":
                ids = some(shown | hidden, 25)
                gallery.erase(ids)
                shown -= set(ids.tolist())
                hidden -= set(ids.tolist())
            case "advance":
                gallery.advance(gallery.day + int(chance.integers(0, 4)))
            case "rebuild":
                gallery.rebuild()
        stats = gallery.stats()
        assert (stats.enrolled, stats.searchable, stats.hidden) == (used, len(shown), len(hidden))
        assert stats.erased == used - len(shown) - len(hidden)
        probes = vectors[chance.integers(0, 900, 4)]
        ids = np.array(sorted(shown), dtype=np.int64)
        scores = probes @ vectors[ids].T
        best = gallery.search(probes, 3)
        for probe in range(len(probes)):
            found = best.ids[probe][best.ids[probe] != NOBODY]
            assert found.tolist() == ids[np.argsort(-scores[probe])[:3]].tolist()
        within = gallery.range(probes, 0.3)
        assert set(within.ids.tolist()) == set(ids[(scores >= 0.3).any(axis=0)].tolist())


@pytest.mark.parametrize("name", KEEPINGS)
def test_what_cannot_be_is_refused_and_changes_nothing(name: str, tmp_path: Path) -> None:
    gallery, vectors = filled(KEEPINGS[name], tmp_path / "store", 60)
    gallery.erase(np.array([3]))
    gallery.advance(1)
    before = gallery.stats()
    for refused, told in [
        (lambda: gallery.erase(np.array([5, 3])), "3, which was erased"),
        (lambda: gallery.hide(np.array([3])), "3, which was erased"),
        (lambda: gallery.stored(np.array([3])), "3, which was erased"),
        (lambda: gallery.erase(np.array([5, 99])), "99, which was never enrolled"),
        (lambda: gallery.erase(np.array([5, 5])), "5 more than once"),
        (lambda: gallery.enrol(np.array([3]), vectors[:1]), "never used before"),
        (lambda: gallery.enrol(np.array([70]), vectors[:1] * 2), "unit length"),
        (lambda: gallery.rebuild(segments=[0]), "written as one"),
        (lambda: gallery.advance(0), "a day from 1 on"),
        (lambda: gallery.seal(tmp_path / "elsewhere"), "its own folder"),
    ]:
        with pytest.raises(GalleryError, match=told):
            refused()
    assert gallery.stats() == before
    assert gallery.search(vectors[5:6], 1).ids.tolist() == [[5]]


@pytest.mark.parametrize("name", [name for name in KEEPINGS if name != "in_place_tail"])
def test_what_is_kept_of_a_template_is_told_as_it_lies_in_memory_and_in_the_files(
    name: str, tmp_path: Path
) -> None:
    gallery = ProfiledGallery(DIMENSION, KEEPINGS[name], tmp_path / "store", "IVF4,SQ8")
    vectors = unit(400, 1)
    gallery.enrol(np.arange(400), vectors)
    gallery.erase(np.arange(100))
    kept = gallery.stored(np.array([399, 150]))
    assert kept.keys() == {"code", "vector"}
    assert kept["vector"].tobytes() == vectors[[399, 150]].tobytes()


def test_a_store_begins_in_an_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "index.faiss").write_bytes(b"IxFI")
    with pytest.raises(GalleryError, match=r"index\.faiss"):
        ProfiledGallery(DIMENSION, KEEPINGS["rewrite"], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["index.faiss"]


def test_a_tail_is_kept_of_an_exact_index_alone(tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="the design Flat"):
        ProfiledGallery(DIMENSION, KEEPINGS["in_place_tail"], tmp_path / "store", "IVF4,SQ8")
    assert not (tmp_path / "store").exists()


@contextmanager
def no_room() -> Iterator[None]:
    """Let no file of this process grow beyond a kilobyte."""
    resource = pytest.importorskip("resource", reason="limits are POSIX's")
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("name", KEEPINGS)
def test_a_full_disk_leaves_all_as_it_was_and_the_same_is_done_when_there_is_room(
    name: str, tmp_path: Path
) -> None:
    rows = 9000
    gallery, vectors = filled(KEEPINGS[name], tmp_path / "store", rows)
    ids = np.arange(0, rows, 40)
    before, names = gallery.stats(), sorted(path.name for path in (tmp_path / "store").iterdir())
    with no_room():
        # A page or a list is written over in its place, which needs no room; all else does.
        if name != "ondisk_slots":
            with pytest.raises(GalleryError, match="cannot be read or written"):
                gallery.erase(ids)
            assert gallery.stats() == before
            assert sorted(path.name for path in (tmp_path / "store").iterdir()) == names
            assert gallery.search(vectors[ids], 1).ids[:, 0].tolist() == ids.tolist()
        new = unit(300, 9)
        with pytest.raises(GalleryError, match="cannot be read or written"):
            gallery.enrol(np.arange(rows, rows + 300), new)
        assert gallery.stats().searchable == before.searchable
    gallery.erase(ids)
    gallery.enrol(np.arange(2 * rows, 2 * rows + 300), new)
    gallery.rebuild()
    gallery.advance(30)
    stays = np.setdiff1d(np.arange(rows), ids)
    assert gallery.search(vectors[stays[:50]], 1).ids[:, 0].tolist() == stays[:50].tolist()
    text = b"".join(path.read_bytes() for path in (tmp_path / "store").iterdir())
    assert not any(vectors[i].tobytes() in text for i in ids)
    assert all(row.tobytes() in text for row in (*vectors[stays[:50]], *new))


def behind_the_end(gallery: ProfiledGallery, rows: int) -> set[bytes]:
    """Return the rows' places in memory behind the end of the index, as they are."""
    codes = gallery._memory.segments[0].shelf._index.codes
    start = int(codes.data()) + codes.size()
    text = (ctypes.c_ubyte * (rows * DIMENSION * 4)).from_address(start)
    return {bytes(row) for row in np.frombuffer(text, np.uint8).reshape(rows, -1)}


def test_a_bare_removal_leaves_in_memory_what_stood_among_the_last(tmp_path: Path) -> None:
    keeping, rows = KEEPINGS["in_place_tail"], 20_000
    chance = np.random.default_rng(4)
    for name, ids in {
        "last": np.arange(rows - 300, rows),
        "scattered": np.sort(chance.choice(rows, 2000, replace=False)),
    }.items():
        gallery, vectors = filled(keeping, tmp_path / name, rows)
        erased = {vectors[i].tobytes() for i in ids}
        gallery.erase(ids)
        cohort = Cohort(len(ids), 0, rows, scattered=name == "scattered")
        foretold = remaining(keeping, [cohort], 3)[Place.MEMORY]
        left = len(erased & behind_the_end(gallery, len(ids)))
        # Of those scattered each stood among the last by chance: four standard errors.
        assert abs(left - foretold) <= (4.0 * np.sqrt(foretold) if cohort.scattered else 0.0)
        gallery.advance(4)
        assert gallery._tail_since is None
        assert not erased & {bytes(row) for row in gallery.stored(kept(rows, ids))["vector"]}
        assert gallery.search(vectors[:50], 1).ids[:, 0].tolist() != ids[:50].tolist()


def test_an_exact_index_shortened_by_and_by_leaves_no_more_than_lists_would(
    tmp_path: Path,
) -> None:
    """It shifts all rows, so that the same last ones lie behind its end again and again."""
    rows, days = 20_000, 20
    gallery, vectors = filled(Keeping(Kind.IN_PLACE_TAIL, days=99), tmp_path / "store", rows)
    gone = np.random.default_rng(5).choice(rows, 2000, replace=False)
    cohorts: list[Cohort] = []
    for day, ids in enumerate(np.split(gone, days)):
        gallery.advance(day)
        gallery.erase(ids)
        before = len(ids) * day
        cohorts.append(Cohort(len(ids), day, rows - before, before=before))
    left = len({vectors[i].tobytes() for i in gone} & behind_the_end(gallery, len(gone)))
    assert 0 < left <= remaining(gallery.keeping, cohorts, days)[Place.MEMORY]


def kept(rows: int, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.setdiff1d(np.arange(rows), ids)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read on Linux alone")
@pytest.mark.parametrize("name", KEEPINGS)
def test_an_audit_finds_in_files_and_memory_what_the_manner_says_on_the_day_and_later(
    name: str, tmp_path: Path
) -> None:
    keeping, rows, gone = KEEPINGS[name], 700, 40
    people = unit(rows, 1)
    draw = np.random.default_rng(2)

    def photos(of: NDArray[np.float32]) -> NDArray[np.float32]:
        seen = of + 0.04 * draw.standard_normal(of.shape).astype(np.float32)
        return (seen / np.linalg.norm(seen, axis=1, keepdims=True)).astype(np.float32)

    templates, ids = photos(people), np.arange(rows)
    staying, erased = ids[:-gone], ids[-gone:]
    with GalleryProcess(ProfiledGallery, DIMENSION, keeping, tmp_path / "store") as gallery:
        gallery.enrol(ids, templates)
        evidence = take_evidence(
            gallery,
            erased=erased,
            templates=templates[erased],
            survivors=staying,
            strangers=unit(200, 3),
            probes=Probes(photos(people[erased]), photos(people[staying]), unit(400, 4)),
            threshold=0.95,
        )
        gallery.erase(erased)
        cohort = Cohort(gone, 0, rows, scattered=False)
        for day in (0, 4):
            gallery.advance(day)
            foretold = remaining(keeping, [cohort], day)
            in_files = max(foretold[place] for place in Place if place is not Place.MEMORY)
            found = {level.level: level for level in gallery.audit(evidence).levels}
            assert found["L0"].holds
            assert found["L1"].holds
            for level, rows_left in {"L2": in_files, "L3": foretold[Place.MEMORY]}.items():
                assert found[level].evidence["found"] == rows_left, (level, day)
                assert found[level].holds == (rows_left == 0), (level, day)
