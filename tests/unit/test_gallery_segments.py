"""Segments: exact until they hold what training needs, rewritten one by one, coded in steps."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery.designs import design_for
from sim.gallery.gallery import GalleryError
from sim.gallery.stored import StoredGallery

DIMENSION = 8
INVERTED = "IVF4,SQ8@nprobe=4"
LEAST = 39 * 4


def unit(count: int, seed: int) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def filled(design: str, count: int) -> tuple[StoredGallery, np.ndarray, np.ndarray]:
    gallery, ids, vectors = StoredGallery(DIMENSION, design), np.arange(count) * 5, unit(count, 1)
    gallery.enrol(ids, vectors)
    return gallery, ids, vectors


def stores(gallery: StoredGallery) -> dict[str, int]:
    return dict(gallery.stats().stores)


@pytest.mark.parametrize("batches", [[LEAST], [LEAST - 1, 1], [1, 40, LEAST - 42, 1, 200]])
def test_a_segment_is_exact_until_it_holds_what_training_needs(batches: list[int]) -> None:
    gallery, held, vectors = StoredGallery(DIMENSION, INVERTED), 0, unit(sum(batches), 1)
    for count in batches:
        ids = np.arange(held, held + count)
        gallery.enrol(ids, vectors[ids])
        held += count
        if held < LEAST:
            assert stores(gallery) == {"vector": 4 * DIMENSION * held}
        else:
            assert stores(gallery) == {"code": DIMENSION * held, "place": 8 * held}
    assert gallery.search(vectors, 1).ids[:, 0].tolist() == list(range(held))


def test_what_was_hidden_or_erased_before_a_segment_settled_stays_so() -> None:
    gallery, ids, vectors = filled(INVERTED, LEAST - 1)
    gallery.hide(ids[:3])
    gallery.erase(ids[2:5])
    gallery.enrol(np.arange(10_000, 10_010), unit(10, 2))
    assert "code" in stores(gallery)
    shown = set(gallery.range(vectors, -2.0).ids.tolist())
    assert shown == {*ids[5:].tolist(), *range(10_000, 10_010)}
    assert gallery.stats().hidden == 2


def test_a_code_holds_each_number_within_half_a_step_of_its_range() -> None:
    gallery, _, vectors = filled(INVERTED, 2_000)
    (segment,) = gallery.segments
    # Training took a sample, beyond whose range numbers are cut off: those in it are held to it.
    sampled = np.flatnonzero(segment.sampled)
    decoded = segment.shelf.decoded(sampled)
    width = segment.shelf.model()["ranges"][1]
    assert (np.abs(decoded - vectors[sampled]) <= width / 255 / 2 + 1e-6).all()


def test_stored_bytes_decode_to_the_template_that_they_are_kept_of() -> None:
    gallery, ids, vectors = filled("Segments200,IVF4,SQ8@nprobe=4", 250)
    chosen = np.array([249, 3, 201, 120])
    kept = gallery.stored(ids[chosen])
    assert {name: rows.shape for name, rows in kept.items()} == {
        "code": (4, DIMENSION),
        "vector": (4, 4 * DIMENSION),
    }
    # The second segment has not settled: its templates are kept as they came, the others as codes.
    exact = kept["vector"][[0, 2]].view(np.float32)
    np.testing.assert_array_equal(exact, vectors[chosen[[0, 2]]])
    assert not kept["vector"][[1, 3]].any()
    assert kept["code"][[1, 3]].any(axis=1).all()
    assert not kept["code"][[0, 2]].any()
    with pytest.raises(GalleryError):
        gallery.stored(np.array([1]))


def test_the_quantiser_remembers_the_erased_until_it_is_trained_anew() -> None:
    gallery, ids, _ = filled(INVERTED, 1_000)
    sampled = int(gallery.segments[0].sampled.sum())
    assert sampled == 64 * 4
    gone = ids[::2]
    gallery.erase(gone)
    remembered = int(gallery.segments[0].sampled[::2].sum())
    assert gallery.stats().trained_on_erased == remembered > 0
    gallery.rebuild()
    assert gallery.stats().trained_on_erased == remembered
    gallery.erase(ids[1::4])
    assert gallery.stats().trained_on_erased > remembered
    gallery.rebuild(retrain=True)
    assert gallery.stats().trained_on_erased == 0
    assert gallery.segments[0].sampled.sum() == 250


def test_a_rebuild_without_retraining_moves_no_score() -> None:
    gallery, ids, vectors = filled(INVERTED, 500)
    gallery.erase(ids[::7])
    gallery.hide(ids[1::7])
    before = gallery.search(vectors, 10)
    cost = gallery.rebuild()
    after = gallery.search(vectors, 10)
    np.testing.assert_array_equal(before.ids, after.ids)
    np.testing.assert_array_equal(before.scores, after.scores)
    row = DIMENSION + 8
    assert (cost.rows, cost.bytes_read, cost.bytes_written) == (428, 428 * row, 428 * row)


def test_too_few_templates_to_train_on_are_kept_exactly() -> None:
    gallery, ids, _ = filled(INVERTED, 500)
    gallery.erase(ids[LEAST - 1 :])
    gallery.rebuild(retrain=True)
    assert stores(gallery) == {"vector": 4 * DIMENSION * (LEAST - 1)}
    gallery.enrol(ids[-1:] + 1, unit(1, 3))
    assert stores(gallery) == {"code": DIMENSION * LEAST, "place": 8 * LEAST}


def test_a_segment_is_rewritten_by_itself_and_no_place_is_given_out_twice() -> None:
    gallery, ids, vectors = filled("Segments100,Flat", 250)
    assert [segment.places for segment in gallery.segments] == [100, 100, 50]
    gallery.erase(ids[90:110])
    gallery.enrol(ids + 1, vectors)
    assert [segment.places for segment in gallery.segments] == [100] * 5
    assert gallery.rebuild(segments=[1]).rows == 90
    assert [segment.places for segment in gallery.segments] == [100, 90, 100, 100, 100]
    assert [segment.shelf.rows for segment in gallery.segments] == [90, 90, 100, 100, 100]
    left = np.delete(np.arange(250), np.arange(90, 110))
    found = gallery.search(vectors[left], 2).ids
    # Each vector is there twice; equal scores stand in the order of ids.
    np.testing.assert_array_equal(found, np.stack([ids[left], ids[left] + 1], axis=1))


def test_there_is_nothing_to_rebuild_where_there_is_no_segment() -> None:
    gallery, _, _ = filled("Segments100,Flat", 250)
    before = gallery.stats()
    for wrong in ([3], [-1], [0, 7], [0.5], ["0"]):
        with pytest.raises(GalleryError, match="segments from 0 to 2"):
            gallery.rebuild(segments=wrong)
    assert gallery.stats() == before


def test_a_gallery_is_of_the_design_that_it_is_given_or_refused() -> None:
    assert StoredGallery(DIMENSION, design_for(10**6, DIMENSION)).stats().design == "IVF2048,SQ8"
    with pytest.raises(GalleryError, match="no such design"):
        StoredGallery(DIMENSION, "IVF8,SQ9")


def test_all_that_is_wrong_with_an_enrolment_is_told_at_once() -> None:
    gallery, ids, _ = filled("Flat", 3)
    vectors = unit(3, 2)
    vectors[0, 0], vectors[1] = np.nan, vectors[1] * 1.01
    with pytest.raises(GalleryError, match="int64 ids"):
        gallery.enrol(np.int64(5), unit(1, 2))  # type: ignore[arg-type]
    with pytest.raises(GalleryError) as refusal:
        gallery.enrol(np.array([ids[0], -3]), vectors)
    assert [fault.expected for fault in refusal.value.faults] == [
        "ids of 0 or more",
        "ids that were never used before",
        "vectors of finite numbers",
        "vectors of unit length, within 0.001",
    ]
