"""The exact gallery against brute force, and what is left of what was erased."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from hypothesis import given, settings
from hypothesis import strategies as st

from sim.gallery.exact import ExactShelf
from sim.gallery.gallery import NOBODY, GalleryError
from sim.gallery.stored import StoredGallery

DIMENSION = 6


def unit(count: int, seed: int, dimension: int = DIMENSION) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def ids(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.int64)


BIG = np.array([2**62, 7, 2**40 + 3, 0, 2**63 - 1, 12, 13, 14, 15, 2**33], dtype=np.int64)
"""Ids as the model makes them: 64 bits, in no order."""


@pytest.fixture
def gallery() -> StoredGallery:
    made = StoredGallery(DIMENSION)
    made.enrol(BIG, unit(len(BIG), 1))
    return made


@pytest.mark.parametrize("probes", [1, 3, 50])
def test_search_gives_the_k_best_of_brute_force(gallery: StoredGallery, probes: int) -> None:
    asked = unit(probes, 2)
    nearest = gallery.search(asked, 4)
    truth = asked @ unit(len(BIG), 1).T
    order = np.argsort(-truth, axis=1)[:, :4]
    np.testing.assert_array_equal(nearest.ids, BIG[order])
    np.testing.assert_allclose(nearest.scores, np.take_along_axis(truth, order, 1), atol=1e-6)


@pytest.mark.parametrize("threshold", [-1.1, 0.2, 0.99, 1.1])
def test_range_gives_everything_at_or_above_the_threshold(
    gallery: StoredGallery, threshold: float
) -> None:
    asked = unit(5, 2)
    within = gallery.range(asked, threshold)
    truth = asked @ unit(len(BIG), 1).T
    assert np.diff(within.starts).tolist() == (truth >= threshold).sum(axis=1).tolist()
    for i in range(5):
        mine = slice(within.starts[i], within.starts[i + 1])
        best = np.argsort(-truth[i])[: (truth[i] >= threshold).sum()]
        np.testing.assert_array_equal(within.ids[mine], BIG[best])
        np.testing.assert_allclose(within.scores[mine], truth[i][best], atol=1e-6)
    assert within.probe.tolist() == np.repeat(range(5), np.diff(within.starts)).tolist()


def test_a_score_at_the_threshold_itself_counts() -> None:
    made = StoredGallery(2)
    made.enrol(ids(5), np.array([[0.6, 0.8]], dtype=np.float32))
    asked = np.array([[1.0, 0.0]], dtype=np.float32)
    at = np.float32(0.6)
    assert made.range(asked, float(at)).ids.tolist() == [5]
    assert made.range(asked, float(np.nextafter(at, np.float32(1)))).ids.size == 0


def test_where_fewer_are_searchable_than_asked_for_there_is_nobody(gallery: StoredGallery) -> None:
    gallery.hide(BIG[2:])
    nearest = gallery.search(unit(1, 3), 5)
    assert sorted(nearest.ids[0][:2].tolist()) == sorted(BIG[:2].tolist())
    assert nearest.ids[0][2:].tolist() == [NOBODY] * 3
    assert np.isneginf(nearest.scores[0][2:]).all()
    gallery.hide(BIG[:2])
    assert gallery.search(unit(2, 3), 5).ids.tolist() == [[NOBODY] * 5] * 2
    assert gallery.range(unit(2, 3), -2.0).starts.tolist() == [0, 0, 0]


def test_an_empty_gallery_returns_nobody() -> None:
    made = StoredGallery(DIMENSION)
    assert made.search(unit(1, 0), 2).ids.tolist() == [[NOBODY, NOBODY]]
    assert made.range(unit(1, 0), -2.0).ids.size == 0
    assert made.stats().enrolled == 0


def bytes_in(made: StoredGallery, rows: int, vector: np.ndarray) -> bool:
    """Whether a vector's bytes stand anywhere in the index's memory, past its end too."""
    import faiss

    shelf = made.segments[0].shelf
    assert isinstance(shelf, ExactShelf)
    memory = faiss.rev_swig_ptr(shelf._index.get_xb(), rows * made.dimension)
    return vector.tobytes() in memory.tobytes()


@pytest.mark.parametrize("gone", [[0], [9], [3, 4], [0, 9], list(range(9))])
def test_what_is_erased_is_not_in_the_memory_of_the_index(
    gallery: StoredGallery, gone: list[int]
) -> None:
    vectors = unit(len(BIG), 1)
    assert all(bytes_in(gallery, len(BIG), v) for v in vectors)
    gallery.erase(BIG[gone])
    for row, vector in enumerate(vectors):
        assert bytes_in(gallery, len(BIG), vector) == (row not in gone)
    # Those that stayed stand there once: a second copy would outlive their own erasure.
    kept = [row for row in range(len(BIG)) if row not in gone]
    gallery.erase(BIG[kept])
    assert not any(bytes_in(gallery, len(BIG), v) for v in vectors)
    assert gallery.stats().vector_bytes == 0


def test_ids_are_never_used_twice(gallery: StoredGallery) -> None:
    gallery.erase(BIG[:1])
    before = gallery.stats()
    for again in (BIG[:1], BIG[1:2], ids(99, 99), ids(-1)):
        with pytest.raises(GalleryError):
            gallery.enrol(again, unit(len(again), 4))
    assert gallery.stats() == before


@pytest.mark.parametrize(
    "bad",
    [
        unit(1, 0, 5),
        np.full((1, DIMENSION), np.nan, np.float32),
        np.full((1, DIMENSION), 1e30),
        np.full((1, DIMENSION), 1e300),
        unit(1, 0).astype(complex),
        [["1"] * DIMENSION],
        [[1.0], [1.0, 0.0]],
        "abc",
        None,
    ],
)
def test_vectors_that_are_none_are_refused(gallery: StoredGallery, bad: np.ndarray) -> None:
    before = gallery.stats()
    with pytest.raises(GalleryError):
        gallery.enrol(ids(500), bad)
    with pytest.raises(GalleryError):
        gallery.search(bad, 1)
    with pytest.raises(GalleryError):
        gallery.range(bad, 0.0)
    assert gallery.stats() == before


def test_ids_that_are_not_there_are_refused_and_nothing_happens(gallery: StoredGallery) -> None:
    gallery.erase(BIG[:1])
    gallery.hide(BIG[1:2])
    before = gallery.stats()
    for call, wrong in (
        (gallery.hide, ids(7, 12)),  # 7 is hidden
        (gallery.hide, ids(12, 4711)),
        (gallery.hide, ids(12, 12)),
        (gallery.erase, ids(12, 2**62)),  # erased
        (gallery.erase, ids(12, 12)),
        (gallery.erase, np.array([1.0])),
    ):
        with pytest.raises(GalleryError):
            call(wrong)
        assert gallery.stats() == before


def test_ids_in_a_list_are_taken_as_those_in_an_array(gallery: StoredGallery) -> None:
    gallery.enrol([1, 2, 3], unit(3, 9))
    gallery.hide([1])
    assert gallery.hidden([2, 1]).tolist() == [False, True]
    assert len(gallery.stored([1, 3])["vector"]) == 2
    before = gallery.stats()
    assert gallery.erase([1, 2]).rows == 2
    after = gallery.stats()
    assert (after.erased, after.hidden) == (2, 0)
    assert after.searchable == before.searchable - 1
    with pytest.raises(GalleryError, match="erased"):
        gallery.erase([1])
    with pytest.raises(GalleryError):
        gallery.enrol([2], unit(1, 9))
    for wrong in ([1.5], ["3"], [None], [[3]], [[3], []], 3, None, [2**63]):
        for act in (gallery.hide, gallery.erase, gallery.stored, gallery.hidden):
            with pytest.raises(GalleryError):
                act(wrong)
    assert gallery.stats() == after


def test_k_is_a_whole_number_of_1_or_more(gallery: StoredGallery) -> None:
    asked = unit(2, 3)
    assert gallery.search(asked, np.int64(3)).ids.tolist() == gallery.search(asked, 3).ids.tolist()
    for wrong in (0, -1, 2.5, "3", None, 2**31):
        with pytest.raises(GalleryError, match="k from 1"):
            gallery.search(asked, wrong)


def test_a_threshold_may_be_any_number(gallery: StoredGallery) -> None:
    asked = unit(2, 3)
    assert len(gallery.range(asked, 1e300).ids) == 0
    assert len(gallery.range(asked, -np.inf).ids) == 2 * len(BIG)
    for wrong in (np.nan, "x", None):
        with pytest.raises(GalleryError, match="a threshold"):
            gallery.range(asked, wrong)


def test_a_way_to_erase_that_is_none_is_refused_whatever_is_erased(gallery: StoredGallery) -> None:
    for some in (BIG[:1], BIG[:0]):
        with pytest.raises(GalleryError, match="way to erase"):
            gallery.erase(some, how="somehow")
    assert gallery.stats().erased == 0


def test_a_gallery_that_is_told_of_nothing_stays_as_it_is(gallery: StoredGallery) -> None:
    before = gallery.stats()
    none = np.zeros(0, dtype=np.int64)
    gallery.enrol(none, unit(0, 0))
    gallery.hide(none)
    gallery.erase(none)
    assert gallery.stats() == before
    assert gallery.search(unit(0, 0), 3).ids.shape == (0, 3)


STEPS = st.lists(
    st.tuples(st.sampled_from(["enrol", "hide", "erase"]), st.integers(0, 2**32 - 1)),
    min_size=1,
    max_size=30,
)


@settings(max_examples=150, deadline=None)
@given(STEPS)
def test_any_sequence_of_steps_leaves_what_a_dictionary_would(steps: list[tuple[str, int]]) -> None:
    made = StoredGallery(DIMENSION)
    shown: dict[int, np.ndarray] = {}
    hidden: dict[int, np.ndarray] = {}
    enrolled = erased = 0
    for step, seed in steps:
        draw = np.random.default_rng(seed)
        if step == "enrol":
            count = int(draw.integers(0, 5))
            # Ids in no order, far apart, some of them negative in 32 bits.
            new = (enrolled + np.arange(count)) * 2654435761 % 2**61
            vectors = unit(count, seed)
            order = draw.permutation(count)
            made.enrol(new[order], vectors[order])
            shown |= {int(i): v for i, v in zip(new, vectors, strict=True)}
            enrolled += count
            continue
        pool = list(shown) if step == "hide" else [*shown, *hidden]
        count = int(draw.integers(0, len(pool) + 1))
        chosen = draw.choice(np.array(pool, dtype=np.int64), count, replace=False)
        if step == "hide":
            made.hide(chosen)
            hidden |= {int(i): shown.pop(int(i)) for i in chosen}
        else:
            made.erase(chosen)
            for i in chosen:
                (shown if int(i) in shown else hidden).pop(int(i))
            erased += count
    stats = made.stats()
    assert (stats.enrolled, stats.searchable) == (enrolled, len(shown))
    assert (stats.hidden, stats.erased) == (len(hidden), erased)
    asked = unit(3, 0)
    within = made.range(asked, -2.0)
    for i in range(3):
        mine = within.ids[within.starts[i] : within.starts[i + 1]]
        scores = within.scores[within.starts[i] : within.starts[i + 1]]
        assert set(mine.tolist()) == set(shown)
        for id, score in zip(mine, scores, strict=True):
            assert score == pytest.approx(float(asked[i] @ shown[int(id)]), abs=1e-5)
    if shown:
        best = made.search(asked, 1)
        for i in range(3):
            score = max(float(asked[i] @ vector) for vector in shown.values())
            assert best.scores[i, 0] == pytest.approx(score, abs=1e-5)
            assert int(best.ids[i, 0]) in shown
