"""Sealed galleries of every design: what is sealed comes back, and what is erased does not."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from sim.gallery.gallery import GalleryError
from sim.gallery.sealing import HOWS, How

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery import journal
from sim.gallery.folder_manifest import MANIFEST
from sim.gallery.reopening import open_gallery
from sim.gallery.stored import StoredGallery

DESIGNS = ("Flat", "IVF4,SQ8", "Segments160,IVF4,SQ8", "Segments160,IVF4,PQ8x4fs,Refine(SQ8)")
WIDTH = 16
ROWS = 200


def vectors_of(ids: np.ndarray) -> np.ndarray:
    rows = [np.random.default_rng(int(i)).standard_normal(WIDTH) for i in ids]
    held = np.array(rows, dtype=np.float32).reshape(-1, WIDTH)
    return held / np.linalg.norm(held, axis=1, keepdims=True)


PROBES = vectors_of(np.arange(10_000, 10_020))


def answers(gallery: StoredGallery) -> list[bytes]:
    """What a gallery says of itself: results, ranges, states and what it keeps, to the bit."""
    found, within, stats = gallery.search(PROBES, 30), gallery.range(PROBES, 0.2), gallery.stats()
    return [
        found.ids.tobytes(),
        found.scores.tobytes(),
        within.ids.tobytes(),
        within.scores.tobytes(),
        repr(stats).encode(),
        gallery.register.erased().tobytes(),
    ]


def reopened(gallery: StoredGallery) -> StoredGallery:
    """The gallery as another process would open it."""
    path = gallery.folder
    assert path is not None
    gallery.close()
    return open_gallery(path)


def traces(path: Path, kept: dict[str, np.ndarray]) -> int:
    """How many rows, of what was kept of templates, lie in any file below a folder."""
    text = b"".join(file.read_bytes() for file in path.iterdir())
    rows = [row for held in kept.values() for row in held if row.any()]
    return sum(row.tobytes() in text for row in rows)


@pytest.fixture(params=DESIGNS)
def gallery(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoredGallery]:
    """A sealed gallery of 200 templates."""
    made = StoredGallery(WIDTH, request.param)
    made.enrol(np.arange(ROWS), vectors_of(np.arange(ROWS)))
    cost = made.seal(tmp_path / "gallery")
    assert cost.rows == ROWS
    assert cost.bytes_written == sum(f.stat().st_size for f in (tmp_path / "gallery").iterdir())
    yield made
    made.close()


def test_it_comes_back_to_the_bit(gallery: StoredGallery) -> None:
    gallery.hide(np.array([5, 150]))
    before = answers(gallery)
    after = reopened(gallery)
    assert answers(after) == before
    assert after.stats().hidden == 2
    after.close()


@pytest.mark.parametrize("how", HOWS)
def test_what_is_erased_is_in_no_file_and_never_comes_back(
    gallery: StoredGallery, how: How
) -> None:
    gone = np.array([3, 77, 120, 199])
    path = gallery.folder
    assert path is not None
    gallery.hide(np.array([77]))
    kept = gallery.stored(gone)
    assert traces(path, kept) >= len(gone)
    cost = gallery.erase(gone, how)
    assert cost.rows == len(gone)
    assert traces(path, kept) == 0
    after = reopened(gallery)
    assert not np.isin(after.search(PROBES, ROWS).ids, gone).any()
    assert after.stats().erased == len(gone)
    with pytest.raises(GalleryError, match="was erased"):
        after.stored(gone[:1])
    with pytest.raises(GalleryError, match="never used before"):
        after.enrol(gone[:1], vectors_of(gone[:1]))
    after.close()


def test_it_grows_settles_and_is_rebuilt_and_the_files_follow(gallery: StoredGallery) -> None:
    path = gallery.folder
    assert path is not None
    gone = np.arange(0, 40, 3)
    kept = gallery.stored(gone)
    gallery.erase(gone)
    more = np.arange(1000, 1130)
    gallery.enrol(more, vectors_of(more))
    gallery.erase(more[:2])
    assert gallery.seal().rows >= len(more)
    gallery = reopened(gallery)
    assert traces(path, kept) == 0
    for retrain in (False, True):
        before, size = answers(gallery), sum(f.stat().st_size for f in path.iterdir())
        gallery.rebuild(retrain=retrain)
        if not retrain:
            assert answers(gallery)[:4] == before[:4]
            assert sum(f.stat().st_size for f in path.iterdir()) < size
        now = answers(gallery)
        gallery = reopened(gallery)
        assert answers(gallery) == now
        with pytest.raises(GalleryError, match="never used before"):
            gallery.enrol(gone[:1], vectors_of(gone[:1]))
    assert gallery.stats().trained_on_erased == 0
    gallery.close()


def test_a_segment_that_settles_leaves_no_exact_copy_in_the_files(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    gallery = StoredGallery(WIDTH, "IVF4,SQ8")
    first = np.arange(100)
    gallery.enrol(first, vectors_of(first))
    gallery.seal(path)
    exact = gallery.stored(first)
    assert list(exact) == ["vector"]
    more = np.arange(100, 200)
    gallery.enrol(more, vectors_of(more))
    assert gallery.segments[0].settled
    gallery.erase(first[:3])
    assert traces(path, exact) == len(first) - 3, "until it is sealed again"
    gallery.seal()
    assert traces(path, exact) == 0
    before = answers(gallery)
    assert answers(reopened(gallery)) == before


def test_what_was_not_sealed_is_not_there_and_what_was_is(gallery: StoredGallery) -> None:
    before = answers(gallery)
    more = np.arange(500, 510)
    gallery.enrol(more, vectors_of(more))
    after = reopened(gallery)
    assert answers(after) == before
    after.enrol(more, vectors_of(more))
    after.close()


def test_where_it_is_sealed_is_told_once(gallery: StoredGallery, tmp_path: Path) -> None:
    with pytest.raises(GalleryError, match="no folder other than"):
        gallery.seal(tmp_path / "another")
    assert gallery.seal(gallery.folder).rows == 0
    new = StoredGallery(WIDTH)
    with pytest.raises(GalleryError, match="the first time"):
        new.seal()
    with pytest.raises(GalleryError, match="a new folder"):
        new.seal(gallery.folder)
    assert new.folder is None
    with pytest.raises(GalleryError, match="a way to erase"):
        gallery.erase(np.array([1]), "quickly")  # type: ignore[arg-type]


def test_its_folder_may_be_named_from_where_the_process_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    gallery = StoredGallery(WIDTH)
    gallery.enrol(np.arange(9), vectors_of(np.arange(9)))
    gallery.seal(Path("gallery"))
    assert gallery.seal(Path("gallery")).rows == gallery.seal(tmp_path / "gallery").rows == 0
    gallery.close()
    gallery = open_gallery("gallery")
    assert gallery.seal("gallery").rows == 0
    gallery.close()
    for wrong in (7, "a\0b", b"gallery"):
        with pytest.raises(GalleryError, match="the path of a folder"):
            open_gallery(wrong)  # type: ignore[arg-type]
        with pytest.raises(GalleryError, match="the path of a folder"):
            StoredGallery(WIDTH).seal(wrong)  # type: ignore[arg-type]


def test_a_gallery_open_here_is_not_opened_again(gallery: StoredGallery) -> None:
    assert gallery.folder is not None
    with pytest.raises(GalleryError, match="open elsewhere"):
        open_gallery(gallery.folder)


def test_files_of_another_design_are_refused(gallery: StoredGallery) -> None:
    path = gallery.folder
    assert path is not None
    gallery.segments[0].settled = not gallery.segments[0].settled
    gallery.segments[0].generation += 1
    gallery.seal()
    gallery.close()
    if gallery.design.least:
        with pytest.raises(GalleryError, match="not of the design") as raised:
            open_gallery(path)
        assert raised.value.faults[0].file == str(path / MANIFEST)
        with pytest.raises(GalleryError, match="not of the design"):
            open_gallery(path)  # and not: open elsewhere


WRITES = ("pwrite", "fsync", "replace", "unlink", "ftruncate")


def failing_at(call: int, monkeypatch: pytest.MonkeyPatch, calls: int = 1) -> Callable[[], bool]:
    """Have the n-th call that writes fail, and so many; return what tells whether one has."""
    count = [0]

    def wrapped(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def does(*args: object) -> object:
            count[0] += 1
            if call <= count[0] < call + calls:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(*args)

        return does

    for name in WRITES:
        monkeypatch.setattr(os, name, wrapped(name))
    return lambda: count[0] >= call


ACTS: dict[str, Callable[[StoredGallery], object]] = {
    "in place": lambda gallery: gallery.erase(np.array([3, 12])),
    "rewriting": lambda gallery: gallery.erase(np.array([3, 12]), "rewrite"),
    "hiding": lambda gallery: gallery.hide(np.array([3, 12])),
    "rebuild": lambda gallery: gallery.rebuild(),
    "seal": lambda gallery: gallery.seal(),
}


@pytest.mark.parametrize("act", list(ACTS))
def test_whichever_write_fails_memory_and_files_say_the_same(act: str, quick_path: Path) -> None:
    refused = done = 0
    for call in range(1, 80):
        path = quick_path / str(call)
        gallery = StoredGallery(WIDTH, "IVF2,SQ8")
        gallery.enrol(np.arange(130), vectors_of(np.arange(130)))
        gallery.erase(np.array([7, 9]))
        gallery.seal(path)
        sealed = answers(gallery)
        if act == "seal":
            more = np.arange(600, 605)
            gallery.enrol(more, vectors_of(more))
        before, said = answers(gallery), ""
        with pytest.MonkeyPatch.context() as monkeypatch:
            failed = failing_at(call, monkeypatch)
            try:
                ACTS[act](gallery)
            except GalleryError as error:
                said = str(error)
            if not failed():
                break
        assert "No space left" in said
        now = answers(gallery)
        if act in ("in place", "rewriting"):
            assert ("the change is made" in said) == (now != before)
        refused, done = refused + (now == before), done + (now != before)
        # What another process finds, should this one end now.
        shutil.copytree(path, path.with_suffix(".copy"))
        found = answers(open_gallery(path.with_suffix(".copy")))
        assert found == now or (act == "seal" and found == sealed)
        # And once there is room again, what was left to be done is done with the next change.
        kept = {} if 3 in gallery.register.erased() else gallery.stored(np.array([3]))
        gallery.seal()
        now = answers(gallery)
        gallery = reopened(gallery)
        assert answers(gallery) == now
        assert (traces(path, kept) > 0) == bool(kept)
        gallery.close()
    assert refused + done > 8
    if act in ("in place", "rewriting", "hiding"):
        assert min(refused, done) > 3


@pytest.mark.parametrize("act", list(ACTS))
def test_a_change_that_finds_an_earlier_one_unfinished_is_told_as_not_made(
    act: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gallery = StoredGallery(WIDTH)
    gallery.enrol(np.arange(20), vectors_of(np.arange(20)))
    gallery.seal(tmp_path / "gallery")
    kept = gallery.stored(np.array([1]))

    def full(*given: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(journal, "fill_rows", full)
        with pytest.raises(GalleryError, match="the change is made"):
            gallery.erase(np.array([1]))
        before = answers(gallery)
        with pytest.raises(GalleryError, match="nothing is changed: first what an earlier"):
            ACTS[act](gallery)
        assert answers(gallery) == before
    ACTS[act](gallery)
    assert traces(tmp_path / "gallery", kept) == 0
    gallery.close()


@pytest.mark.parametrize("act", ["in place", "rewriting", "seal"])
def test_a_disk_that_fails_for_a_while_leaves_nothing_once_it_works_again(
    act: str, quick_path: Path
) -> None:
    for call in range(1, 60):
        path = quick_path / str(call)
        gallery = StoredGallery(WIDTH)
        gallery.enrol(np.arange(60), vectors_of(np.arange(60)))
        gallery.seal(path)
        more = np.arange(600, 605)
        gallery.enrol(more, vectors_of(more))
        kept = gallery.stored(np.array([3, 600]))
        with pytest.MonkeyPatch.context() as monkeypatch:
            failed = failing_at(call, monkeypatch, calls=4)
            with suppress(GalleryError):
                ACTS[act](gallery)
            if not failed():
                break
        left = np.setdiff1d([3, 600], gallery.register.erased())
        gallery.erase(left)
        assert traces(path, kept) == 0
        gallery.seal()
        now = answers(gallery)
        gallery = reopened(gallery)
        assert answers(gallery) == now
        gallery.close()
    assert call > 10
