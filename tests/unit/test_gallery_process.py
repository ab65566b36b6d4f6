"""A gallery in a process of its own answers as one at hand does, and ends when it is told to."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from generators.errors import EffaceError
from sim.gallery.gallery import GalleryError
from sim.gallery.process import GalleryProcess
from sim.gallery.serving import send
from sim.gallery.stored import StoredGallery
from tests.cheating_galleries import OnFiles


def unit(count: int, seed: int, dimension: int = 8) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


IDS = np.arange(100, dtype=np.int64) * 3


def test_it_answers_as_a_gallery_at_hand() -> None:
    here = StoredGallery(8)
    with GalleryProcess(StoredGallery, 8, design="Flat") as there:
        assert there.dimension == 8
        for gallery in (here, there):
            gallery.enrol(IDS, unit(100, 1))
            gallery.hide(IDS[:5])
            cost = gallery.erase(IDS[3:20])
            assert cost.rows == 17
            gallery.rebuild()
        ours, theirs = here.search(unit(4, 2), 6), there.search(unit(4, 2), 6)
        np.testing.assert_array_equal(ours.ids, theirs.ids)
        np.testing.assert_array_equal(ours.scores, theirs.scores)
        within = there.range(unit(4, 2), 0.3)
        np.testing.assert_array_equal(here.range(unit(4, 2), 0.3).ids, within.ids)
        rows = there.stored(IDS[:3])
        assert {form: part.tolist() for form, part in rows.items()} == {
            form: part.tolist() for form, part in here.stored(IDS[:3]).items()
        }
        assert here.stats() == there.stats()


def test_its_folder_is_known_here(tmp_path: Path) -> None:
    with GalleryProcess(OnFiles, 8, "Flat", tmp_path) as there:
        assert there.folder == tmp_path


def test_what_it_refuses_is_refused_here_and_it_goes_on() -> None:
    with GalleryProcess(StoredGallery, 8) as there:
        there.enrol(IDS, unit(100, 1))
        with pytest.raises(GalleryError) as refused:
            there.enrol(IDS[:1], unit(1, 3))
        assert refused.value.faults[0].expected == "ids that were never used before"
        with pytest.raises(GalleryError):
            there.search(unit(1, 0, 5), 1)
        assert there.stats().searchable == 100


def test_a_gallery_that_cannot_be_made_is_an_error_here_and_leaves_no_process() -> None:
    with pytest.raises(GalleryError, match="design"):
        GalleryProcess(StoredGallery, 8, design="HNSW32")
    with pytest.raises(ValueError, match="1 number or more"):
        GalleryProcess(StoredGallery, 0)


def test_it_ends_with_its_context_and_a_killed_one_is_told() -> None:
    with GalleryProcess(StoredGallery, 8) as there:
        pid = there.pid
        os.kill(pid, 0)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    with GalleryProcess(StoredGallery, 8) as there:
        os.kill(there.pid, signal.SIGKILL)
        with pytest.raises(EffaceError) as ended:
            there.stats()
    assert ended.value.faults[0].found == "SIGKILL"
    assert "memory" in str(ended.value.faults[0].expected)


def test_a_file_of_the_working_folder_is_not_run_in_a_librarys_stead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "hashlib.py").write_text("raise SystemExit(7)")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend("")
    with GalleryProcess(StoredGallery, 8) as there:
        assert there.dimension == 8


def test_an_interrupted_call_ends_the_process_and_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = GalleryProcess(StoredGallery, 8)
    monkeypatch.setattr("sim.gallery.process.receive", interrupt)
    with pytest.raises(KeyboardInterrupt), there:
        there.stats()
    assert there._process.returncode == -signal.SIGKILL


def interrupt(stream: object) -> None:
    raise KeyboardInterrupt


def test_it_ends_without_a_word_where_nobody_waits_for_its_answer_any_more(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with GalleryProcess(StoredGallery, 8) as there:
        assert os.getpgid(there.pid) == there.pid  # out of a Ctrl-C's way
        stdin = cast(Any, there._process.stdin)
        cast(Any, there._process.stdout).close()
        send(stdin, ("stats", (), {}))
        assert there._process.wait(20) == 0
    assert capfd.readouterr().err == ""
