"""The shelf that asks a device, with a stand-in for it: no GPU is needed, and none was tried."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery import device
from sim.gallery.bitmap import Shown
from sim.gallery.exact import ExactShelf
from sim.gallery.stored import StoredGallery

DIMENSION, ROWS = 16, 1_500
ERROR = 0.9e-3
"""How far the stand-in's scores lie from the true ones: nearly as far as is provided for."""


class StandIn:
    """A device whose scores are off, each in its own way, and which holds what it was last told."""

    most = 512

    def __init__(self, dimension: int) -> None:
        self.vectors = np.zeros((0, dimension), dtype=np.float32)
        self.asked = 0

    def hold(self, vectors: NDArray[np.float32]) -> None:
        self.vectors = vectors.copy()

    def best(
        self, vectors: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        self.asked += len(vectors)
        scores = vectors @ self.vectors.T
        off = np.random.default_rng(k).uniform(-ERROR, ERROR, size=scores.shape)
        scores = (scores + off).astype(np.float32)
        rows = np.argsort(-scores, axis=1)[:, :k]
        return np.take_along_axis(scores, rows, axis=1), rows


def crowd(count: int, seed: int, spread: float) -> NDArray[np.float32]:
    """Return templates that lie within a spread of each other: many score nearly alike."""
    draw = np.random.default_rng(seed)
    vectors = draw.normal(size=DIMENSION) + spread * draw.normal(size=(count, DIMENSION))
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


@pytest.fixture(autouse=True)
def one_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device, "devices", lambda: 1)
    monkeypatch.setattr(device, "FaissDevice", StandIn)
    monkeypatch.setattr(device, "_WORTH", 1_000)


def both(vectors: NDArray[np.float32]) -> tuple[device.DeviceShelf, ExactShelf]:
    """Return a shelf with a device and one without, that hold the same."""
    shelves = device.DeviceShelf(DIMENSION), ExactShelf(DIMENSION)
    for shelf in shelves:
        shelf.add(np.arange(len(vectors)), vectors)
    return shelves


def same(one: tuple[NDArray, NDArray], other: tuple[NDArray, NDArray]) -> None:
    """Hold that two answers name the same templates; sums of two orders differ in last bits."""
    np.testing.assert_allclose(one[0], other[0], atol=2e-6)
    # Neighbours in rank whose scores are closer than that may have changed places.
    for mine, theirs, scores in zip(one[1], other[1], other[0], strict=True):
        if not np.isfinite(scores).all() or np.diff(scores).max(initial=-1) < -2e-6:
            assert mine.tolist() == theirs.tolist()
        else:
            assert len(set(mine) ^ set(theirs)) <= 2


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1_000), spread=st.sampled_from([0.02, 0.3, 5.0]), k=st.integers(1, 200))
def test_the_answer_is_the_host_s_however_the_device_errs(seed: int, spread: float, k: int) -> None:
    vectors = crowd(ROWS, seed, spread)
    asked, plain = both(vectors)
    shown = Shown(np.random.default_rng(seed).random(ROWS) < 0.7)
    for which in (None, shown):
        same(asked.search(vectors[:6], k, which), plain.search(vectors[:6], k, which))


def test_the_device_answers_what_is_told_apart_and_the_host_the_rest() -> None:
    apart, alike = crowd(ROWS, 1, 5.0), crowd(ROWS, 1, 0.02)
    for vectors, times in ((apart, 1), (alike, 2)):
        shelf, _ = both(vectors)
        shelf.search(vectors[:5], 3, None)
        # For 38, then for 152; it has no 608. Templates that are too alike are left to the host.
        assert shelf._device.asked == 5 * times


def test_a_device_taken_at_its_word_would_name_others() -> None:
    vectors = crowd(ROWS, 1, 0.3)
    shelf, plain = both(vectors)
    mine = shelf.search(vectors[:50], 10, None)[1]
    assert (mine == plain.search(vectors[:50], 10, None)[1]).all()
    assert (mine != shelf._device.best(vectors[:50], 10)[1]).any()


def test_the_device_never_holds_what_was_erased() -> None:
    vectors = crowd(ROWS, 2, 5.0)
    shelf, plain = both(vectors)
    shelf.search(vectors[:3], 2, None)
    assert len(shelf._device.vectors) == ROWS
    gone = np.arange(0, ROWS, 5)
    for one in (shelf, plain):
        one.remove(gone)
    assert not len(shelf._device.vectors)
    same(shelf.search(vectors[:20], 4, None), plain.search(vectors[:20], 4, None))
    assert not (shelf._device.vectors[:, None] == vectors[gone[:5]]).all(axis=2).any()


def test_a_small_shelf_asks_no_device() -> None:
    vectors = crowd(900, 3, 5.0)
    shelf, plain = both(vectors)
    for mine, theirs in zip(
        shelf.search(vectors, 5, None), plain.search(vectors, 5, None), strict=True
    ):
        assert (mine == theirs).all()
    assert not shelf._device.asked


def test_galleries_with_and_without_a_device_give_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    vectors = crowd(ROWS * 2, 4, 5.0)
    ids = np.random.default_rng(4).permutation(len(vectors)).astype(np.int64)
    answers = []
    for gpus in (1, 0):
        monkeypatch.setattr(device, "devices", lambda gpus=gpus: gpus)
        gallery = StoredGallery(DIMENSION, f"Segments{ROWS},Flat")
        gallery.enrol(ids, vectors)
        assert isinstance(gallery.segments[0].shelf, device.DeviceShelf) == (gpus == 1)
        gallery.hide(ids[10:40])
        gallery.erase(ids[::3])
        found = gallery.search(vectors[:40], 6)
        answers.append((found.scores, found.ids))
    same(*answers)
