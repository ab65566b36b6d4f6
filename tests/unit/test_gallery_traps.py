"""FAISS's two traps with ids, which are in the FAISS that is installed and not in the gallery.

After a removal an id map over inverted lists attributes templates to others (FAISS issue 4656), and
inverted lists that number their rows themselves give out numbers that are in use.
"""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from sim.gallery.stored import StoredGallery

DIMENSION, PEOPLE, GONE = 16, 1_000, 5
DESIGNS = ["Flat", "Segments300,Flat", "IVF8,SQ8@nprobe=8", "IVF8,PQ8x4fs,Refine(SQ8)@nprobe=8"]


@pytest.fixture(scope="module")
def people() -> np.ndarray:
    draw = np.random.default_rng(0)
    vectors = draw.normal(size=(PEOPLE, DIMENSION)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_an_id_map_over_inverted_lists_names_the_wrong_person(people: np.ndarray) -> None:
    import faiss

    index = faiss.index_factory(DIMENSION, "IDMap,IVF8,Flat", faiss.METRIC_INNER_PRODUCT)
    index.train(people)
    index.add_with_ids(people, np.arange(PEOPLE))
    index.remove_ids(np.arange(GONE))
    faiss.extract_index_ivf(index).nprobe = 8
    scores, who = index.search(people[GONE:], 1)
    assert (scores[:, 0] > 0.999).all()
    assert (who[:, 0] != np.arange(GONE, PEOPLE)).all()


def test_inverted_lists_that_count_for_themselves_give_an_id_to_two(people: np.ndarray) -> None:
    import faiss

    index = faiss.index_factory(DIMENSION, "IVF8,Flat", faiss.METRIC_INNER_PRODUCT)
    index.train(people)
    index.add(people[:900])
    index.remove_ids(np.arange(GONE))
    index.add(people[900:])
    index.nprobe = 8
    _, who = index.search(people[GONE:], 1)
    assert len(np.unique(who)) == PEOPLE - 2 * GONE


@pytest.mark.parametrize("design", DESIGNS)
def test_the_gallery_names_everybody_right_after_an_erasure(
    people: np.ndarray, design: str
) -> None:
    gallery = StoredGallery(DIMENSION, design)
    ids = np.random.default_rng(1).permutation(PEOPLE) * 7919
    gallery.enrol(ids[:900], people[:900])
    gallery.erase(ids[:GONE])
    gallery.enrol(ids[900:], people[900:])
    assert gallery.search(people[GONE:], 1).ids[:, 0].tolist() == ids[GONE:].tolist()
    gallery.rebuild()
    assert gallery.search(people[GONE:], 1).ids[:, 0].tolist() == ids[GONE:].tolist()
    assert not np.isin(gallery.range(people[:GONE], -1.0).ids, ids[:GONE]).any()
