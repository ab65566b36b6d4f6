"""Freed memory holds nothing; looked for from outside, by a process that reads another's memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sim.gallery.gallery import GalleryError
from sim.gallery.wiping import can_wipe, wipe

needs_glibc = pytest.mark.skipif(not can_wipe(), reason="memory is wiped on glibc alone")

FREES = """
import contextlib, os, sys
import numpy as np
from sim.gallery.fingerprints import fingerprints
from sim.gallery.traces import traces_in_memory
from sim.gallery.gallery import GalleryError
from sim.gallery.wiping import wipe_waiting, wiped

def row(size):
    return np.random.default_rng(size).integers(1, 256, size, dtype=np.uint8)

sizes = [24, 128, 512, 1000, 1040, 5_000, 60_000]
with wiped() if "wiped" in sys.argv else contextlib.nullcontext():
    prints = [fingerprints({"row": {"bytes": row(size)[None]}}) for size in sizes]
    # As FAISS and NumPy do it: made together, given back together.
    rows = [(row(size), np.ones(size, dtype=np.uint8)) for size in sizes for _ in range(12)]
    # What stays between them keeps their memory apart: else one large array takes all of it.
    between = [ones for _, ones in rows]
    del rows
    if "waiting" in sys.argv:
        wipe_waiting()
found = [len(traces_in_memory(p, os.getpid()).windows) > 0 for p in prints]
print([size for size, there in zip(sizes, found) if there])
"""


def left(*how: str) -> list[int]:
    """Return the sizes of the freed arrays of which bytes are left in a process."""
    environment = {**os.environ, "MALLOC_PERTURB_": "0"}
    line = [sys.executable, "-c", FREES, *how]
    done = subprocess.run(line, capture_output=True, text=True, check=True, env=environment)
    sizes: list[int] = json.loads(done.stdout)
    return sizes


@needs_glibc
@pytest.mark.skipif(sys.platform != "linux", reason="a process's memory is read on Linux")
def test_what_is_freed_is_wiped_and_what_waits_is_too() -> None:
    # Which large blocks are used again before anybody looks is chance; some are not.
    untouched = left()
    assert 128 in untouched
    assert max(untouched) > 1032
    waiting = left("wiped")
    assert 128 in waiting
    assert max(waiting) <= 1032
    assert left("wiped", "waiting") == []


def test_what_waits_is_wiped_though_the_files_cannot_be_overwritten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")
    from sim.gallery import journal, stored

    gallery = stored.StoredGallery(4)
    gallery.enrol(np.arange(4), np.eye(4, dtype=np.float32))
    gallery.seal(tmp_path / "gallery")
    wiped: list[int] = []

    def full(*given: object) -> int:
        raise OSError("no room")

    monkeypatch.setattr(journal, "fill_rows", full)
    monkeypatch.setattr(stored, "wipe_waiting", lambda: wiped.append(gallery.stats().erased))
    with pytest.raises(GalleryError, match="the change is made"):
        gallery.erase(np.array([1]))
    assert wiped == [1]
    gallery.close()


def test_a_wiped_array_is_zero() -> None:
    for array in (np.ones(3), np.ones((2, 2), dtype=np.uint8), np.ones(4, dtype=bool)[::2]):
        wipe(array)
        assert not array.any()


def test_what_cannot_be_wiped_is_refused() -> None:
    array = np.ones(3)
    array.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        wipe(array)
