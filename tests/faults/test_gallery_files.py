"""Folders that are no gallery of ours, were changed, cannot be written, or are open elsewhere."""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from sim.gallery.folder import GalleryFolder
from sim.gallery.folder_manifest import JOURNAL, MANIFEST
from sim.gallery.gallery import GalleryError
from sim.gallery.opening import open_folder
from tests.sealed_galleries import erasure, expected, held, sealed, segment, traces

ROWS = 25


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A sealed gallery that nobody has open."""
    sealed(tmp_path / "gallery", ROWS).close()
    return tmp_path / "gallery"


def test_a_changed_byte_in_any_file_is_noticed_and_named(path: Path) -> None:
    draws = np.random.default_rng(1)
    for file in sorted(path.iterdir()):
        whole = file.read_bytes()
        for at in draws.choice(len(whole), min(6, len(whole)), replace=False):
            file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(GalleryError) as raised:
                open_folder(path)
            assert [fault.file for fault in raised.value.faults] == [str(file)]
        file.write_bytes(whole)
    assert held(path) == expected(np.arange(ROWS))


def test_a_file_cut_short_or_missing_is_noticed_and_named(path: Path) -> None:
    for file in sorted(path.iterdir()):
        whole = file.read_bytes()
        if not whole:
            continue
        for left in (len(whole) - 1, 0):
            file.write_bytes(whole[:left])
            with pytest.raises(
                GalleryError, match=r"cut short|no JSON|manifest has changed"
            ) as raised:
                open_folder(path)
            assert raised.value.faults[0].file == str(file)
        file.unlink()
        with pytest.raises(GalleryError, match=r"missing|not a sealed gallery"):
            open_folder(path)
        file.write_bytes(whole)


def test_all_changed_files_are_named_in_one_pass_and_nothing_is_swept(path: Path) -> None:
    files = [path / f"00000001-000000-{name}" for name in ("code", "id", "vector")]
    files[0].write_bytes(b"")
    for file in files[1:]:
        held_now = bytearray(file.read_bytes())
        held_now[3] ^= 8
        file.write_bytes(held_now)
    left_over = path / "00000007-000000-vector"
    left_over.write_bytes(b"left over")
    with pytest.raises(GalleryError) as raised:
        open_folder(path)
    assert sorted(str(fault.file) for fault in raised.value.faults) == [str(f) for f in files]
    assert left_over.read_bytes() == b"left over"


class Planted:
    """Makes a file when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Callable[..., object], tuple[str]]:
        return os.mkdir, (str(self.mark),)


def foreign_files(folder: Path) -> Iterator[tuple[Path, str]]:
    pickled = folder / "templates.pkl"
    pickled.write_bytes(pickle.dumps(Planted(folder / "executed")))
    yield pickled, "a pickle of Python"
    with zipfile.ZipFile(folder / "templates.zip", "w") as archive:
        archive.writestr("a", "b" * 9000)
    yield folder / "templates.zip", "a zip archive"
    np.save(folder / "templates.npy", np.zeros((50, 24), dtype=np.float32))
    yield folder / "templates.npy", "an array of NumPy"
    faiss = pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    index = faiss.IndexFlatIP(24)
    index.add(np.ones((50, 24), dtype=np.float32))
    faiss.write_index(index, str(folder / "templates.faiss"))
    yield folder / "templates.faiss", "an index of FAISS"


def test_foreign_files_are_refused_and_never_executed(path: Path, tmp_path: Path) -> None:
    column = path / "00000001-000000-vector"
    own = column.read_bytes()
    for foreign, what in foreign_files(tmp_path):
        with pytest.raises(GalleryError, match=f"not a sealed gallery\n    found: {what}"):
            open_folder(foreign)
        column.write_bytes(foreign.read_bytes().ljust(len(own), b"\0"))
        with pytest.raises(GalleryError, match=f"has changed\n    found: {what}"):
            open_folder(path)
        manifest = (path / MANIFEST).read_bytes()
        shutil.copy(foreign, path / MANIFEST)
        with pytest.raises(GalleryError, match="the manifest is no JSON"):
            open_folder(path)
        (path / MANIFEST).write_bytes(manifest)
        column.write_bytes(own)
    assert not (tmp_path / "executed").exists()
    assert held(path) == expected(np.arange(ROWS))


def linked(entry: Path, victim: Path) -> None:
    entry.symlink_to(victim)


def piped(entry: Path, victim: Path) -> None:
    os.mkfifo(entry)


@pytest.mark.parametrize("planted", [linked, piped])
@pytest.mark.parametrize("name", ["99999999-x", "journal", "gallery.json.next", "notes"])
def test_nothing_is_touched_where_a_folder_holds_links_or_pipes(
    planted: Callable[[Path, Path], None], name: str, path: Path
) -> None:
    victim = path.with_name("thesis.txt")
    victim.write_text("years of work")
    planted(path / name, victim)
    with pytest.raises(GalleryError, match="no regular file") as raised:
        open_folder(path)
    assert [fault.file for fault in raised.value.faults] == [str(path / name)]
    assert raised.value.faults[0].found in ("a link", "a pipe")
    (path / name).rename(path.with_name("kept"))
    # And where one is planted while the folder is open.
    folder = open_folder(path)
    planted(path / name, victim)
    with suppress(GalleryError):
        folder.seal([segment(np.arange(ROWS + 5))], None)
        folder.change_in_place(erasure(3))
        folder.clear()
    assert victim.read_text() == "years of work"


def test_a_column_that_is_a_link_is_neither_read_nor_written(path: Path) -> None:
    column, victim = path / "00000001-000000-vector", path.with_name("elsewhere")
    folder = open_folder(path)
    column.rename(victim)
    column.symlink_to(victim)
    before = victim.read_bytes()
    with pytest.raises(GalleryError, match="symbolic link"):
        folder.change_in_place(erasure(3))
    folder.close()
    with pytest.raises(GalleryError, match="no regular file"):
        open_folder(path)
    assert victim.read_bytes() == before


def test_a_folder_in_the_way_of_a_first_seal_is_left_as_it_is(tmp_path: Path) -> None:
    partial, victim = tmp_path / "new.partial", tmp_path / "thesis.txt"
    victim.write_text("years of work")
    partial.mkdir()
    (partial / "note.txt").write_text("mine")
    (partial / "00000001-gone").symlink_to(victim)
    (partial / "00000001-000000-id").write_text("looks like a column")
    with pytest.raises(GalleryError, match=r"a link(?s:.)*something else") as raised:
        sealed(tmp_path / "new", 3)
    assert [Path(str(f.file)).name for f in raised.value.faults] == ["00000001-gone", "note.txt"]
    assert (partial / "00000001-000000-id").read_text() == "looks like a column"
    (partial / "00000001-gone").unlink()
    (partial / "note.txt").unlink()
    partial.rename(tmp_path / "elsewhere")
    partial.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(GalleryError):
        sealed(tmp_path / "new", 3)
    assert (tmp_path / "elsewhere/00000001-000000-id").read_text() == "looks like a column"
    assert victim.read_text() == "years of work"


def test_a_name_that_is_taken_meanwhile_leaves_no_byte_of_a_first_seal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, old = os.rename, []

    def taken(source: Path, target: Path) -> None:
        target.mkdir()
        (target / "mine").write_text("mine")
        for file in source.iterdir():
            old.append(tmp_path / f"old {file.name}")
            old[-1].hardlink_to(file)
        real(source, target)

    monkeypatch.setattr(os, "rename", taken)
    with pytest.raises(GalleryError, match=r"new folder\n    found: something has this name"):
        sealed(tmp_path / "new", 12)
    assert not (tmp_path / "new.partial").exists()
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["mine"]
    assert len(old) > 5
    assert not any(any(file.read_bytes()) for file in old)


def test_what_is_no_gallery_is_refused(tmp_path: Path) -> None:
    sealed(tmp_path / "gallery", 3).close()
    (tmp_path / "gallery").rename(tmp_path / "gallery.partial")
    (tmp_path / "empty").mkdir()
    for name, found in (
        ("nowhere", "no such folder"),
        ("empty", "a folder without a gallery.json"),
        ("gallery.partial", "the folder of a seal that did not end"),
        ("gallery", "no such folder, and beside it that of a seal that did not end"),
    ):
        with pytest.raises(GalleryError) as raised:
            open_folder(tmp_path / name)
        assert raised.value.faults[0].found == found


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"version": 1', '"version": 2', "another format or version"),
        ('"format": "efface gallery"', '"format": "efface population"', "another format"),
        ('"dimension": 24', '"dimension": 25', "the manifest has changed"),
        ("00000001-000000-vector", "../../../etc/passwd", "the manifest has changed"),
    ],
)
def test_another_version_and_an_edited_manifest_are_refused(
    path: Path, old: str, new: str, said: str
) -> None:
    text = (path / MANIFEST).read_text()
    assert old in text
    (path / MANIFEST).write_text(text.replace(old, new))
    with pytest.raises(GalleryError, match=said):
        open_folder(path)


def test_a_gallery_is_open_in_one_process_at_a_time(path: Path) -> None:
    folder = open_folder(path)
    look = (
        "import sys; from pathlib import Path; from sim.gallery.opening import open_folder\n"
        "try: open_folder(Path(sys.argv[1]))\n"
        "except Exception as error: print(error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", look, str(path)], capture_output=True, text=True, check=True
    ).stdout
    assert "the gallery is open elsewhere" in said
    with pytest.raises(GalleryError, match="open elsewhere"):
        open_folder(path)
    folder.close()
    assert held(path) == expected(np.arange(ROWS))


def refused_in_a_child(act: Callable[[], None]) -> str:
    """Do something in a process of its own; return what it is refused, or nothing."""
    ears, mouth = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            act()
        except GalleryError as error:
            os.write(mouth, str(error).encode())
        finally:
            os._exit(0)
    os.close(mouth)
    os.waitpid(child, 0)
    with os.fdopen(ears) as told:
        return told.read()


def without_room(size: int, act: Callable[[], None]) -> str:
    """Do something in a process none of whose files may be larger; return what it is refused."""
    resource = pytest.importorskip("resource", reason="limits are POSIX's")

    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        act()

    return refused_in_a_child(limited)


@pytest.mark.parametrize("how", [GalleryFolder.change_in_place, GalleryFolder.change_by_rewriting])
def test_a_full_disk_leaves_a_gallery_as_it_was(how, path: Path) -> None:
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    largest = max(map(len, before.values()))

    def act() -> None:
        folder = open_folder(path)
        how(folder, erasure(*range(20)))
        folder.clear()

    for size in (0, 10, 100, 1000):
        assert size < largest
        assert "File too large" in without_room(size, act)
        assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert without_room(largest + 1000, act) == ""
    assert held(path) == expected(np.arange(20, ROWS))


def test_a_column_with_holes_gets_its_room_before_the_erasure_is_certain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not hasattr(os, "posix_fallocate"):
        pytest.skip("this system cannot reserve room")
    path = tmp_path / "gallery"
    sealed(path, 20_000).close()
    state = path / "00000001-000000-state"
    state.unlink()
    with state.open("wb") as file:
        file.truncate(20_000)
    if state.stat().st_blocks:
        pytest.skip("this file system keeps no holes")
    before = {file.name: file.read_bytes() for file in path.iterdir()}
    folder = open_folder(path)

    def full(file: int, offset: int, size: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patched:
        patched.setattr(os, "posix_fallocate", full)
        with pytest.raises(GalleryError, match="No space left"):
            folder.change_in_place(erasure(3, 15_000))
    assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    folder.change_in_place(erasure(3, 15_000))
    assert state.stat().st_blocks * 512 >= 20_000, "what is certain finds its room"
    folder.clear()
    folder.close()
    assert len(held(path)) == 19_998


def test_a_full_disk_leaves_a_seal_undone_and_no_byte_of_it(path: Path) -> None:
    before = {file.name: file.read_bytes() for file in path.iterdir()}

    def act() -> None:
        open_folder(path).seal([segment(np.arange(ROWS + 100))], None)

    for size in (50, 2_000, 6_000):
        assert "File too large" in without_room(size, act)
        assert {file.name: file.read_bytes() for file in path.iterdir()} == before
    assert traces(path, np.arange(ROWS, ROWS + 100)) == []

    def first() -> None:
        sealed(path.with_name("new"), 100)

    for size in (50, 2_000):
        assert "File too large" in without_room(size, first)
        assert [one.name for one in path.parent.iterdir()] == ["gallery"]


def test_a_gallery_that_may_not_be_written_opens_and_erases_nothing() -> None:
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "gallery"
        sealed(path, ROWS).close()
        before = {file.name: file.read_bytes() for file in path.iterdir()}
        for file in path.iterdir():
            file.chmod(0o444)
        path.chmod(0o555)
        Path(place).chmod(0o755)
        for how in (GalleryFolder.change_in_place, GalleryFolder.change_by_rewriting):

            def act(how: Callable[..., object] = how) -> None:
                if os.geteuid() == 0:
                    os.setuid(65534)  # the superuser may write everything
                folder = open_folder(path)
                how(folder, erasure(2))

            assert "Permission denied" in refused_in_a_child(act)
        path.chmod(0o755)
        assert {file.name: file.read_bytes() for file in path.iterdir()} == before


def test_a_journal_whose_manifest_is_lost_is_an_error_not_a_guess(path: Path) -> None:
    folder = open_folder(path)
    folder.change_in_place(erasure(3))
    folder.close()
    (path / "gallery.json.next").unlink()
    with pytest.raises(GalleryError, match="an erasure was under way"):
        open_folder(path)
    assert (path / JOURNAL).exists()
