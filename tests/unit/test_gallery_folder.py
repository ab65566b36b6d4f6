"""Folders of sealed galleries: what is sealed comes back, what is erased is in no file."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sim.gallery.folder import GalleryFolder
from sim.gallery.folder_manifest import JOURNAL, MANIFEST, NEXT, digest
from sim.gallery.gallery import Cost, GalleryError
from sim.gallery.journal import Change, Journal, read_journal, write_journal
from sim.gallery.opening import open_folder, read_gone, read_segments
from sim.gallery.overwriting import cut_off, fill_rows, overwrite_file
from tests.sealed_galleries import (
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

HIDDEN = 1


def sizes(path: Path) -> dict[str, int]:
    return {file.name: file.stat().st_size for file in path.iterdir()}


def test_what_was_sealed_comes_back_with_every_column_and_what_was_learned(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    sealed(path, 30, segments=2).close()
    folder = open_folder(path)
    assert (folder.manifest.dimension, folder.manifest.design) == (WIDTH, "IVF7,SQ8")
    for one, number in zip(read_segments(folder), (0, 1), strict=True):
        made = segment(np.arange(30) + 1000 * number, number)
        told = (one.number, one.generation, one.settled, one.sampled_and_gone, one.rows)
        assert told == (number, 0, True, 0, 30)
        for found, given in ((one.columns(0), made.columns(0)), (one.model(), made.model())):
            assert list(found) == list(given)
            for name, array in given.items():
                assert found[name].dtype == array.dtype
                assert np.array_equal(found[name], array)


@pytest.mark.parametrize("how", [GalleryFolder.change_in_place, GalleryFolder.change_by_rewriting])
def test_an_erased_template_is_in_no_file_and_its_id_is_remembered(how, tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 30, segments=2)
    gone = np.array([1002, 1017])
    assert {i for i, _ in traces(path, gone)} == set(gone)
    how(folder, erasure(2, 17, number=1))
    folder.clear()
    assert traces(path, gone) == []
    left = np.concatenate([np.arange(30), np.delete(np.arange(30) + 1000, [2, 17])])
    assert contents(folder) == expected(left)
    folder.close()
    assert held(path) == expected(left)
    folder = open_folder(path)
    columns = read_segments(folder)[1].columns(0)
    assert np.array_equal(columns["id"], np.arange(30) + 1000)
    assert np.flatnonzero(columns["state"]).tolist() == [2, 17]
    assert not columns["code"][[2, 17]].any()
    assert columns["sampled"].all()


def test_an_erasure_in_place_writes_what_is_erased_and_a_rewriting_everything(
    tmp_path: Path,
) -> None:
    width = 4 * WIDTH + 13 + 4 + 1  # vector, code, list, state
    in_place, rewriting = (sealed(tmp_path / name, 5_000) for name in ("a", "b"))
    about = sum(sizes(tmp_path / "a")[name] for name in (MANIFEST,))
    cost = in_place.change_in_place(erasure(1, 2)) + in_place.clear()
    assert cost.bytes_read == 2 * width
    assert 2 * width < cost.bytes_written < 2 * width + 3 * about
    again = rewriting.change_by_rewriting(erasure(1, 2)) + rewriting.clear()
    assert again.bytes_read == 5_000 * width
    assert 2 * 5_000 * width < again.bytes_written < 2 * 5_000 * width + 3 * about


def test_both_ways_of_erasing_leave_the_same_rows_under_the_same_checks(tmp_path: Path) -> None:
    folders = [sealed(tmp_path / name, 40) for name in ("a", "b")]
    for folder, how in zip(
        folders, (GalleryFolder.change_in_place, GalleryFolder.change_by_rewriting), strict=True
    ):
        how(folder, erasure(5, 6, 39))
        folder.clear()
    files = [[column for _, column in folder.manifest.files()] for folder in folders]
    for one, other in zip(*files, strict=True):
        assert (one.rows, one.check) == (other.rows, other.check)
        found = [(f.path / c.file).read_bytes() for f, c in zip(folders, (one, other), strict=True)]
        assert found[0] == found[1]


def test_hidden_templates_stay_and_stay_hidden(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 20)
    folder.change_in_place([Change(0, HIDDEN, np.array([4, 9]))])
    folder.clear()
    folder.close()
    assert held(path) == expected(np.arange(20))
    folder = open_folder(path)
    assert np.flatnonzero(read_segments(folder)[0].columns(0)["state"]).tolist() == [4, 9]


def test_of_the_same_generation_only_new_rows_are_written(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 900, segments=2)
    before = sizes(path)
    unchanged = read_segments(folder)[1]
    grown = [segment(np.arange(1_000)), unchanged]
    assert folder.new_rows(grown) == 100
    cost = folder.seal(grown, None) + folder.clear()
    assert cost.bytes_written < 100 * 130 + 3 * before[MANIFEST]
    after = sizes(path)
    assert set(after) == set(before)
    longer = {name for name in after if after[name] != before[name]} - {MANIFEST}
    assert longer == {column.file for column in folder.manifest.segments[0].columns.values()}
    folder.close()
    assert len(held(path)) == 1_900


def test_a_new_generation_replaces_the_old_whose_bytes_are_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 30, segments=2)
    old = {column.file for column in folder.manifest.segments[0].columns.values()}
    left = np.arange(10, 30)
    folder.seal([segment(left, generation=1), read_segments(folder)[1]], np.arange(10))
    assert len(traces(path, np.arange(10))) > 0
    folder.clear()
    assert traces(path, np.arange(10)) == []
    assert not old & set(sizes(path))
    assert read_gone(folder).tolist() == list(range(10))
    folder.seal([segment(left[5:], generation=2), read_segments(folder)[1]], np.arange(15))
    folder.clear()
    folder.close()
    assert held(path) == expected(np.concatenate([left[5:], np.arange(1000, 1030)]))
    assert read_gone(open_folder(path)).tolist() == list(range(15))


def test_rows_that_were_never_sealed_need_no_erasure_in_files(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 20)
    before = sizes(path)
    assert folder.change_in_place(erasure(20, 25)) == Cost()
    assert folder.change_by_rewriting(erasure(3, number=7)) == Cost()
    assert folder.clear() == Cost()
    assert sizes(path) == before
    assert folder.change_in_place(erasure(19, 20)).bytes_read == 4 * WIDTH + 13 + 4 + 1


def test_an_empty_gallery_is_sealed_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 0)
    folder.close()
    assert held(path) == {}
    folder = open_folder(path)
    folder.seal([segment(np.arange(5))], None)
    folder.clear()
    folder.close()
    assert held(path) == expected(np.arange(5))


def test_rows_of_another_shape_are_not_added(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 5)
    narrow = segment(np.arange(8), rows=vectors_of(np.arange(8))[:, :20])
    with pytest.raises(ValueError, match="go not into"):
        folder.seal([narrow], None)
    folder.close()
    assert held(path) == expected(np.arange(5))


def test_a_journal_is_whole_or_torn_wherever_it_was_cut(tmp_path: Path) -> None:
    changes = [Change(0, 2, np.array([1, 5])), Change(3, 1, np.array([8]))]
    written = write_journal(tmp_path / JOURNAL, Journal(digest("next"), changes))
    whole = (tmp_path / JOURNAL).read_bytes()
    assert len(whole) == written
    found = read_journal(tmp_path / JOURNAL)
    assert found is not None
    assert found.manifest == digest("next")
    assert [(c.segment, c.state, c.places.tolist()) for c in found.changes] == [
        (0, 2, [1, 5]),
        (3, 1, [8]),
    ]
    for cut in range(len(whole)):
        (tmp_path / JOURNAL).write_bytes(whole[:cut])
        assert read_journal(tmp_path / JOURNAL) is None
        blank = whole[:cut].ljust(len(whole), b"\0")
        (tmp_path / JOURNAL).write_bytes(blank)
        assert (read_journal(tmp_path / JOURNAL) is None) == (blank != whole)


def test_a_journal_of_another_version_is_refused_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 12)
    folder.change_in_place(erasure(3))
    folder.close()
    body = (path / JOURNAL).read_bytes()[32:].replace(b"journal 1", b"journal 2")
    (path / JOURNAL).write_bytes(hashlib.sha256(body).digest() + body)
    with pytest.raises(GalleryError, match="a journal of another version"):
        open_folder(path)
    assert (path / JOURNAL).read_bytes()[32:] == body


def test_a_torn_journal_is_dropped_and_a_whole_one_carried_out(tmp_path: Path) -> None:
    for torn in (True, False):
        path = tmp_path / f"torn {torn}"
        folder = sealed(path, 12)
        folder.change_in_place(erasure(3))
        folder.close()
        assert {JOURNAL, NEXT} <= set(sizes(path))
        if torn:
            (path / JOURNAL).write_bytes((path / JOURNAL).read_bytes()[:-1])
        assert (3 in held(path)) == torn
        assert not {JOURNAL, NEXT} & set(sizes(path))


def test_a_journal_holds_no_template_and_no_id(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    sealed(path, 12).close()
    ids = np.arange(123_456_789_000, 123_456_789_012)
    folder = open_folder(path)
    folder.seal([segment(ids, generation=1)], np.arange(12))
    folder.clear()
    folder.change_in_place(erasure(3, 4))
    told = (path / JOURNAL).read_bytes() + (path / NEXT).read_bytes()
    assert not any(int(i).to_bytes(8, "little") in told or str(i).encode() in told for i in ids)
    assert not any(row[:3].tobytes() in told for row in vectors_of(ids))


def test_removed_files_and_tails_are_zeros_before_they_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, other = tmp_path / "rows", tmp_path / "another name"
    path.write_bytes(b"abcdefghij")
    other.hardlink_to(path)
    assert fill_rows(path, 2, np.array([1, 4]), 0) == 4
    assert other.read_bytes() == b"ab\0\0efgh\0\0"
    at_the_cut = []
    real = os.ftruncate

    def cut(file: int, size: int) -> None:
        at_the_cut.append(path.read_bytes())
        real(file, size)

    monkeypatch.setattr(os, "ftruncate", cut)
    assert cut_off(path, 6) == 4
    assert at_the_cut == [b"ab\0\0ef\0\0\0\0"]
    assert other.read_bytes() == b"ab\0\0ef"
    assert overwrite_file(path) == 6
    assert not path.exists()
    assert other.read_bytes() == bytes(6)


def test_rows_that_lie_close_are_filled_by_one_write_that_a_full_disk_can_refuse(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, writes = tmp_path / "rows", []
    path.write_bytes(b"x" * 30_000)
    real = os.pwrite

    def pwrite(file: int, data: memoryview, offset: int) -> int:
        writes.append((offset, len(data)))
        return real(file, data, offset)

    monkeypatch.setattr(os, "pwrite", pwrite)
    assert fill_rows(path, 3, np.array([0, 4, 5, 6, 9_999]), 2) == 15
    assert writes == [(0, 21), (29_997, 3)]
    assert fill_rows(path, 3, np.arange(1000, 9000), 1) == 24_000
    left = np.frombuffer(path.read_bytes(), dtype=np.uint8).reshape(-1, 3)
    assert (left[1000:9000] == 1).all()
    assert np.flatnonzero((left == 2).all(axis=1)).tolist() == [0, 4, 5, 6, 9_999]
    assert (left == ord("x")).all(axis=1).sum() == 10_000 - 8_000 - 5

    def full(file: int, data: memoryview, offset: int) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with pytest.raises(OSError, match="No space left"):
        fill_rows(path, 3, np.array([7]), 0)


def test_files_of_many_editions_have_longer_names_and_are_read_again(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 12)
    folder.manifest = replace(folder.manifest, edition=10**8 - 1)
    folder.change_by_rewriting(erasure(3))
    folder.clear()
    folder.change_by_rewriting(erasure(4))
    folder.clear()
    folder.close()
    assert (path / "100000001-000000-vector").exists()
    assert held(path) == expected(np.delete(np.arange(12), [3, 4]))
    assert traces(path, np.array([3, 4])) == []


def test_a_folder_is_the_same_wherever_the_process_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    made = sealed(Path("gallery"), 12)
    assert made.path == tmp_path / "gallery"
    made.close()
    folder = open_folder(Path("gallery"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    folder.change_in_place(erasure(3))
    folder.clear()
    folder.close()
    assert held(tmp_path / "gallery") == expected(np.delete(np.arange(12), [3]))


def test_superseded_manifests_and_journals_are_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "gallery"
    folder = sealed(path, 12)

    def kept(name: str, number: int) -> Path:
        (tmp_path / f"{name} {number}").hardlink_to(path / name)
        return tmp_path / f"{name} {number}"

    old = [kept(MANIFEST, 1)]
    folder.change_in_place(erasure(3))
    old.append(kept(JOURNAL, 1))
    folder.clear()
    old.append(kept(MANIFEST, 2))
    folder.change_by_rewriting(erasure(4))
    folder.clear()
    for file in old:
        left = file.read_bytes()
        assert len(left) > 100
        assert not any(left)


def test_nothing_counts_or_goes_before_what_was_written_is_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unflushed: set[int] = set()
    moments = []
    real = {name: getattr(os, name) for name in ("pwrite", "fsync", "replace", "rename", "unlink")}

    def pwrite(file: int, data: memoryview, offset: int) -> int:
        unflushed.add(os.fstat(file).st_ino)
        return int(real["pwrite"](file, data, offset))

    def fsync(file: int) -> None:
        unflushed.discard(os.fstat(file).st_ino)
        real["fsync"](file)

    def decisive(name: str) -> Callable[..., None]:
        def does(*paths: Path) -> None:
            assert not unflushed, f"{name} {paths[0]}"
            moments.append(name)
            real[name](*paths)

        return does

    monkeypatch.setattr(os, "pwrite", pwrite)
    monkeypatch.setattr(os, "fsync", fsync)
    for name in ("replace", "rename", "unlink"):
        monkeypatch.setattr(os, name, decisive(name))
    folder = sealed(tmp_path / "gallery", 12)
    folder.change_in_place(erasure(3))
    assert not unflushed, "a journal that is not on the disk makes nothing certain"
    folder.clear()
    folder.change_by_rewriting(erasure(4))
    folder.clear()
    folder.seal([segment(np.arange(20))], None)
    folder.clear()
    assert moments.count("replace") == 4
    assert moments.count("rename") == 1
    assert moments.count("unlink") == 5


def test_a_name_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    for name in ("taken", "gallery.partial"):
        with pytest.raises(GalleryError, match="sealed to a new folder"):
            sealed(tmp_path / name, 3)
    assert (tmp_path / "taken").read_text() == "mine"
