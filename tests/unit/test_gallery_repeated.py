"""What is done again and again is cheap: one template enrolled at a time, one probe at a time."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery import bitmap
from sim.gallery.growing import Growing
from sim.gallery.stored import StoredGallery

DIMENSION, ROWS = 8, 400
DESIGNS = ["Flat", "IVF2,SQ8@nprobe=2", "IVF2,PQ4x4fs,Refine(SQ8)@nprobe=2"]


def unit(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(design: str) -> StoredGallery:
    gallery = StoredGallery(DIMENSION, design)
    gallery.enrol(np.arange(ROWS), unit(ROWS, 1))
    return gallery


def moves(array: Callable[[], np.ndarray], act: Callable[[int], None], times: int) -> int:
    """Return how often an array lies elsewhere after an act than before it."""
    count, before = 0, array()
    for number in range(times):
        act(number)
        after = array()
        count += not np.shares_memory(before, after)
        before = after
    return count


def test_an_array_that_grows_holds_what_it_was_given_and_moves_seldom() -> None:
    kept, given = Growing(np.zeros(0, dtype=np.int64)), np.arange(3_000) * 7
    ends = [0, 0, 1, 2, 5, 5, 900, *range(901, 3_001)]
    parts = [given[start:end] for start, end in pairwise(ends)]
    assert moves(lambda: kept.filled, lambda i: kept.append(parts[i]), len(parts)) <= 9
    assert kept.filled.tolist() == given.tolist()
    assert len(kept) == 3_000


def test_enrolling_one_by_one_copies_what_is_kept_of_all_a_few_times_only() -> None:
    for name in ("ids", "state", "sampled", "shelf._places"):
        gallery, more = filled("Flat"), unit(300, 2)
        (segment,) = gallery.segments

        def kept(name: str = name, segment: object = segment) -> np.ndarray:
            for part in name.split("."):
                segment = getattr(segment, part)
            return segment

        def enrol(number: int, gallery: StoredGallery = gallery, more: np.ndarray = more) -> None:
            gallery.enrol(np.array([ROWS + number]), more[number : number + 1])

        assert moves(kept, enrol, 300) <= 2
        assert gallery.search(more[-1:], 1).ids.tolist() == [[ROWS + 299]]


@pytest.mark.parametrize("design", DESIGNS)
def test_who_is_hidden_is_worked_out_once_however_many_searches_follow(
    design: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []
    packed = np.packbits

    def counted(bits: np.ndarray, **how: str) -> np.ndarray:
        made.append(len(bits))
        return packed(bits, **how)

    gallery, vectors = filled(design), unit(ROWS, 1)
    monkeypatch.setattr(bitmap.np, "packbits", counted)
    for hidden in range(0, 20, 4):
        gallery.hide(np.arange(hidden, hidden + 4))
        made.clear()
        for probe in range(30):
            assert gallery.search(vectors[probe : probe + 1], 1).ids[0, 0] >= hidden + 4
            gallery.range(vectors[probe : probe + 1], 0.99)
        assert len(made) == 1
    assert gallery.stats().hidden == 20
    # And anew when somebody is erased or comes: those who were hidden stay so.
    gallery.erase(np.arange(10, 30))
    gallery.enrol(np.array([ROWS]), vectors[:1])
    assert gallery.stats().hidden == 10
    assert gallery.search(vectors[:1], 1).ids.tolist() == [[ROWS]]
    assert sorted(gallery.range(vectors[:1], -2.0).ids.tolist()) == list(range(30, ROWS + 1))
