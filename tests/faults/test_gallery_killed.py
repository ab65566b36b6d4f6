"""Sealed galleries whose process is killed: before or after, never between, and no erased bytes.

A process of its own changes the folder and is killed by signal 9: once at every call that writes,
flushes, renames or removes, and then at random moments. Whoever opens the folder next must find
every template that was there before, or every one that was to be there after.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from sim.gallery.creating import create_folder
from sim.gallery.folder import GalleryFolder
from sim.gallery.folder_manifest import MANIFEST
from sim.gallery.opening import open_folder, read_segments
from tests.sealed_galleries import (
    NONE,
    WIDTH,
    contents,
    erasure,
    expected,
    held,
    sealed,
    segment,
    traces,
    vectors_of,
)

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kills processes by POSIX signals")

ROWS = 40
GONE = np.array([3, 8, 21])
WRITING = ("fsync", "pwrite", "replace", "rename", "unlink", "ftruncate")


def erase_in_place(folder: GalleryFolder) -> None:
    folder.change_in_place(erasure(*GONE))
    folder.clear()


def erase_by_rewriting(folder: GalleryFolder) -> None:
    folder.change_by_rewriting(erasure(*GONE))
    folder.clear()


def seal_more(folder: GalleryFolder) -> None:
    known = read_segments(folder)
    folder.seal([segment(np.arange(ROWS + 20)), *known[1:]], None)
    folder.clear()


def rebuild(folder: GalleryFolder) -> None:
    left = np.delete(np.arange(ROWS), GONE)
    folder.seal([segment(left, generation=1)], GONE)
    folder.clear()


AFTER = {
    erase_in_place: np.delete(np.arange(ROWS), GONE),
    erase_by_rewriting: np.delete(np.arange(ROWS), GONE),
    seal_more: np.arange(ROWS + 20),
    rebuild: np.delete(np.arange(ROWS), GONE),
}


def in_a_child(act: Callable[[], None]) -> bool:
    """Do something in a process of its own; return whether it ended, rather than was killed."""
    child = os.fork()
    if child == 0:
        try:
            act()
        except BaseException:
            os._exit(1)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert status in (0, signal.SIGKILL), "the child failed by itself"
    return status == 0


def die_at(call: int) -> None:
    """Kill this process at the n-th call that writes, flushes, renames or removes.

    Such a call is left undone, but that half of what was to be written is.
    """
    left = [call]

    def deadly(name: str) -> Callable[..., object]:
        real = getattr(os, name)

        def does(*args: object, **kwargs: object) -> object:
            left[0] -= 1
            if left[0] == 0:
                if name == "pwrite":
                    file, data, offset = args
                    real(file, data[: len(data) // 2], offset)  # type: ignore[index, arg-type]
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*args, **kwargs)

        return does

    for name in WRITING:
        setattr(os, name, deadly(name))


@pytest.fixture
def whole(quick_path: Path) -> Path:
    """A sealed gallery that nobody has open."""
    path = quick_path / "whole"
    sealed(path, ROWS).close()
    return path


@pytest.mark.parametrize("act", list(AFTER), ids=lambda act: act.__name__)
def test_killed_at_every_write_it_opens_before_or_after(
    whole: Path, quick_path: Path, act: Callable[[GalleryFolder], None]
) -> None:
    before, after = expected(np.arange(ROWS)), expected(AFTER[act])
    path = quick_path / "gallery"
    seen = []

    def killed_act(call: int) -> None:
        folder = open_folder(path)
        die_at(call)
        act(folder)

    for call in range(1, 200):
        shutil.copytree(whole, path)
        if in_a_child(partial(killed_act, call)):
            break
        found = held(path)
        assert found in (before, after), f"between, at call {call}"
        seen.append(found == after)
        if found == after:
            assert traces(path, np.setdiff1d(np.arange(ROWS), AFTER[act])) == []
        else:
            assert traces(path, np.setdiff1d(AFTER[act], np.arange(ROWS))) == []
        # And it goes on as if nothing had been.
        folder = open_folder(path)
        if not seen[-1]:
            act(folder)
        assert contents(folder) == after
        folder.close()
        shutil.rmtree(path)
    assert held(path) == after
    assert len(seen) > 10
    assert seen == sorted(seen), "once it has happened it stays so"
    assert set(seen) == {False, True}


def test_opening_may_be_killed_too(whole: Path, quick_path: Path) -> None:
    path = quick_path / "gallery"
    after = expected(AFTER[erase_in_place])

    def certain_only() -> None:
        open_folder(path).change_in_place(erasure(*GONE))

    def killed_opening(call: int) -> None:
        die_at(call)
        open_folder(path)

    kills = 0
    for call in range(1, 100):
        shutil.copytree(whole, path)
        assert in_a_child(certain_only)
        assert len(traces(path, GONE)) > 0, "so far it is certain, not done"
        ended = in_a_child(partial(killed_opening, call))
        assert held(path) == after
        assert traces(path, GONE) == []
        shutil.rmtree(path)
        if ended:
            break
        kills += 1
    assert kills > 5


def test_a_first_seal_that_is_killed_leaves_a_whole_gallery_or_none(quick_path: Path) -> None:
    path = quick_path / "gallery"
    made = [segment(np.arange(ROWS))]

    def killed_seal(call: int) -> None:
        die_at(call)
        create_folder(path, WIDTH, "IVF7,SQ8", made, NONE)

    kills = 0
    for call in range(1, 200, 3):
        ended = in_a_child(partial(killed_seal, call))
        if not path.exists():
            folder, _ = create_folder(path, WIDTH, "IVF7,SQ8", made, NONE)
            folder.close()
        assert held(path) == expected(np.arange(ROWS))
        assert [one.name for one in quick_path.iterdir()] == ["gallery"]
        shutil.rmtree(path)
        if ended:
            break
        kills += 1
    assert kills > 5


def told_until_killed(
    act: Callable[[int], None], moments: random.Random, most: int, wait: float
) -> list[str]:
    """Have a process act and kill it; return the lines that it wrote to the pipe it was given.

    Some changes come to their end, however slow the machine is (1 to `most` lines are waited for),
    and the last may not (the kill comes up to `wait` seconds later).
    """
    ears, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(ears)
        try:
            act(mouth)
        finally:
            os._exit(1)
    os.close(mouth)
    with os.fdopen(ears) as told:
        lines = [told.readline() for _ in range(moments.randint(1, most))]
        time.sleep(moments.uniform(0, wait))
        os.kill(child, signal.SIGKILL)
        lines += told
    assert os.waitpid(child, 0)[1] == signal.SIGKILL, "the child ended by itself"
    return lines


def churned(path: Path, kills: int, seed: int) -> None:
    """Erase and seal without end, killed again and again; hold the folder to what was told."""
    moments = random.Random(seed)
    stored, erased, done = set(range(ROWS)), set[int](), 0
    for _ in range(kills):
        lines = told_until_killed(lambda mouth: churn(path, mouth), moments, 6, 0.01)
        possible = [stored]
        for line in lines:
            word, _, ids = line.partition(" ")
            named = {int(i) for i in ids.split()}
            if word == "erase":
                possible = [stored, stored - named]
                under_way = named
            elif word == "seal":
                possible = [stored, stored | named]
            elif word == "done":
                erased |= possible[0] - possible[-1]
                stored, done = possible[-1], done + 1
                possible = [stored]
        found = held(path)
        ids = set(found)
        assert ids in possible
        if len(possible) == 2 and ids == possible[1] and len(ids) < len(stored):
            erased |= under_way
        stored = ids
        assert found == expected(np.array(sorted(stored)))
        assert traces(path, np.array(sorted(erased), dtype=np.int64)) == []
    assert done > kills / 4, "too few changes came to their end"
    assert len(erased) > 5


def churn(path: Path, mouth: int) -> None:
    """Change a folder without end, and tell each change before it begins and when it is done."""

    def tell(word: str, ids: np.ndarray) -> None:
        os.write(mouth, f"{word} {' '.join(map(str, ids))}\n".encode())

    folder = open_folder(path)
    draws = np.random.default_rng(os.getpid())
    while True:
        columns = read_segments(folder)[0].columns(0)
        ids, places = columns["id"], np.flatnonzero(columns["state"] == 0)
        if draws.random() < 0.5 and len(places) > 10:
            chosen = draws.choice(places, 2, replace=False)
            in_place = draws.random() < 0.6
            tell("erase", ids[chosen])
            how = folder.change_in_place if in_place else folder.change_by_rewriting
            how(erasure(*chosen))
        else:
            tell("seal", np.arange(len(ids), len(ids) + 3))
            folder.seal([segment(np.arange(len(ids) + 3))], None)
        folder.clear()
        tell("done", NONE)


def test_killed_at_random_it_never_returns_what_was_erased(quick_path: Path) -> None:
    path = quick_path / "gallery"
    sealed(path, ROWS).close()
    churned(path, kills=20, seed=1)


@pytest.mark.slow
def test_killed_two_hundred_times(quick_path: Path) -> None:
    path = quick_path / "gallery"
    sealed(path, ROWS).close()
    churned(path, kills=200, seed=2)


def search_and_change(path: Path, mouth: int) -> None:
    """Enrol, erase and seal a whole gallery without end; tell each id before and after it goes."""
    import faiss

    from sim.gallery.reopening import open_gallery

    faiss.omp_set_num_threads(1)  # the threads of the parent are not here
    gallery = open_gallery(path)
    draws = np.random.default_rng(os.getpid())
    while True:
        new = gallery.stats().enrolled + np.arange(4)
        gallery.enrol(new, unit(new))
        gallery.seal()
        stored = np.setdiff1d(np.arange(gallery.stats().enrolled), gallery.register.erased())
        gone = draws.choice(stored, 3, replace=False)
        gallery.erase(gone, "in_place" if draws.random() < 0.6 else "rewrite")
        os.write(mouth, f"{' '.join(map(str, gone))}\n".encode())
        if draws.random() < 0.2:
            gallery.rebuild(retrain=bool(draws.random() < 0.5))


def unit(ids: np.ndarray) -> np.ndarray:
    rows = vectors_of(ids)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def blank_but_for(path: Path, stored: np.ndarray) -> bool:
    """Whether files hold rows of these ids alone, zeros where others were, and nothing else."""
    folder = open_folder(path)
    named = {column.file: column.size for _, column in folder.manifest.files()}
    sizes = {file.name: file.stat().st_size for file in path.iterdir()}
    segments = [one.columns(0) for one in read_segments(folder)]
    folder.close()
    return named == {name: size for name, size in sizes.items() if name != MANIFEST} and not any(
        columns[name][~np.isin(columns["id"], stored)].any()
        for columns in segments
        for name in set(columns) - {"id", "state", "sampled"}
    )


@pytest.mark.parametrize("design", ["Flat", "IVF2,SQ8", "IVF2,PQ12x4fs,Refine(SQ8)"])
def test_a_gallery_killed_at_random_never_finds_the_erased_again(
    quick_path: Path, design: str
) -> None:
    pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    from sim.gallery.reopening import open_gallery
    from sim.gallery.stored import StoredGallery

    path = quick_path / "gallery"
    gallery = StoredGallery(WIDTH, design)
    gallery.enrol(np.arange(100), unit(np.arange(100)))
    gallery.seal(path)
    gallery.close()
    moments = random.Random(3)
    erased: set[int] = set()
    for _ in range(6):
        lines = told_until_killed(lambda mouth: search_and_change(path, mouth), moments, 4, 0.03)
        erased |= {int(i) for line in lines if line.endswith("\n") for i in line.split()}
        gallery = open_gallery(path)
        gone = gallery.register.erased()
        assert erased <= set(gone.tolist())
        assert traces(path, gone, unit(gone)) == []
        found = gallery.search(unit(gone), 1)
        assert not np.isin(found.ids, gone).any()
        left = np.setdiff1d(np.arange(gallery.stats().enrolled), gone)
        assert (gallery.search(unit(left), 1).ids[:, 0] == left).mean() > 0.9
        gallery.close()
        assert blank_but_for(path, left)
    assert len(erased) > 15
