"""Whatever is done to a gallery, and in whatever order, it holds what a dictionary would."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("faiss", reason="FAISS comes with the extra [faces]")

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from sim.gallery.gallery import NOBODY, GalleryError
from sim.gallery.reopening import open_gallery
from sim.gallery.stored import StoredGallery

DIMENSION = 8
SEEDS = st.integers(0, 2**32 - 1)

# Every list is looked through, so that a search may miss nobody. Two lists need 78 templates: the
# machine enrols fewer and more than that at a time, so that segments settle at any moment.
DESIGNS = {
    "Flat": 1e-5,
    "Segments7,Flat": 1e-5,
    "IVF2,SQ8@nprobe=2": 0.05,
    "Segments90,IVF2,SQ8@nprobe=2": 0.05,
    "IVF2,PQ4x4fs,Refine(SQ8)@nprobe=2,k_factor=1000": 0.05,
    "Segments90,IVF2,PQ4x4fs,Refine(SQ8)@nprobe=2": 0.05,
}
"""Designs, and how far a score may lie from the inner product: 8 bits a number, coded anew by each
rebuild with retraining."""


def unit(count: int, seed: int) -> np.ndarray:
    """Return corners of a cube, a little off: what comes later lies where training looked."""
    draw = np.random.default_rng(seed)
    vectors = draw.choice([-1.0, 1.0], (count, DIMENSION)) + draw.normal(
        0, 0.02, (count, DIMENSION)
    )
    vectors = vectors.astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class Lived(RuleBasedStateMachine):
    """A gallery beside two dictionaries of vectors by id, and the set of ids that are gone."""

    def __init__(self, design: str, near: float) -> None:
        super().__init__()
        self.near = near
        self.folder = tempfile.TemporaryDirectory()
        self.gallery = StoredGallery(DIMENSION, design)
        self.shown: dict[int, np.ndarray] = {}
        self.hidden: dict[int, np.ndarray] = {}
        self.gone: set[int] = set()

    def teardown(self) -> None:
        self.gallery.close()
        self.folder.cleanup()

    @rule(count=st.sampled_from([0, 1, 2, 5, 40, 100]), seed=SEEDS)
    def enrol(self, count: int, seed: int) -> None:
        used = len(self.shown) + len(self.hidden) + len(self.gone)
        # Ids in no order, far apart, some of them negative in 32 bits, and from both ends of 63.
        number = used + np.arange(count)
        ids = np.where(number % 2, number * 2654435761, 2**63 - 1 - number * 2654435761)
        vectors = unit(count, seed)
        order = np.random.default_rng(seed).permutation(count)
        self.gallery.enrol(ids[order], vectors[order])
        self.shown |= {int(i): v for i, v in zip(ids, vectors, strict=True)}

    @rule(share=st.sampled_from([0.0, 0.02, 0.3, 1.0]), seed=SEEDS)
    def hide(self, share: float, seed: int) -> None:
        chosen = self.chosen(list(self.shown), share, seed)
        self.gallery.hide(chosen)
        self.hidden |= {int(i): self.shown.pop(int(i)) for i in chosen}

    @rule(share=st.sampled_from([0.0, 0.02, 0.3, 1.0]), seed=SEEDS)
    def erase(self, share: float, seed: int) -> None:
        chosen = self.chosen([*self.shown, *self.hidden], share, seed)
        assert self.gallery.erase(chosen).rows == len(chosen)
        for i in chosen.tolist():
            (self.shown if i in self.shown else self.hidden).pop(i)
        self.gone |= set(chosen.tolist())

    @rule(retrain=st.booleans(), every=st.booleans())
    def rebuild(self, retrain: bool, every: bool) -> None:
        kept, trained = len(self.shown) + len(self.hidden), self.gallery.stats().trained_on_erased
        cost = self.gallery.rebuild(retrain=retrain, segments=None if every else [0])
        assert cost.rows == kept if every else cost.rows <= kept
        left = self.gallery.stats().trained_on_erased
        assert left == 0 if retrain and every else left <= trained

    @rule()
    def seal_and_open_again(self) -> None:
        path = Path(self.folder.name) / "gallery"
        self.gallery.seal(path)
        before = self.gallery.stats()
        self.gallery.close()
        self.gallery = open_gallery(path)
        assert self.gallery.stats() == before

    @rule(seed=SEEDS)
    @precondition(lambda self: self.shown or self.hidden or self.gone)
    def enrol_an_id_again(self, seed: int) -> None:
        every = [*self.shown, *self.hidden, *self.gone]
        again = np.random.default_rng(seed).choice(np.array(every, dtype=np.int64), 1)
        before = self.gallery.stats()
        with pytest.raises(GalleryError):
            self.gallery.enrol(again, unit(1, seed))
        assert self.gallery.stats() == before

    @invariant()
    def it_counts_what_there_is(self) -> None:
        stats = self.gallery.stats()
        assert (stats.searchable, stats.hidden) == (len(self.shown), len(self.hidden))
        assert stats.erased == len(self.gone)
        assert stats.enrolled == stats.searchable + stats.hidden + stats.erased

    @invariant()
    def every_search_returns_those_that_are_shown_and_nobody_else(self) -> None:
        asked = unit(3, 0)
        within = self.gallery.range(asked, -2.0)
        for i in range(3):
            mine = slice(within.starts[i], within.starts[i + 1])
            assert sorted(within.ids[mine].tolist()) == sorted(self.shown)
            for id, score in zip(within.ids[mine].tolist(), within.scores[mine], strict=True):
                assert score == pytest.approx(float(asked[i] @ self.shown[id]), abs=self.near)

    @invariant()
    def whoever_is_shown_is_found_by_their_own_template_and_nobody_else_is(self) -> None:
        some = {**self.shown, **self.hidden}
        asked = dict(list(some.items())[:: max(1, len(some) // 5)])
        if not asked:
            return
        nearest = self.gallery.search(np.stack(list(asked.values())), 2)
        for id, ids, scores in zip(asked, nearest.ids, nearest.scores, strict=True):
            assert ids[0] in self.shown or not self.shown
            if id in self.shown:
                assert scores[0] >= 1.0 - self.near
            assert {i for i in ids.tolist() if i != NOBODY} <= set(self.shown)
            assert list(scores) == sorted(scores, reverse=True)

    @staticmethod
    def chosen(pool: list[int], share: float, seed: int) -> np.ndarray:
        count = int(np.ceil(share * len(pool)))
        every = np.array(sorted(pool), dtype=np.int64)
        return np.random.default_rng(seed).choice(every, count, replace=False)


@pytest.fixture
def one_thread():
    import faiss

    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    yield
    faiss.omp_set_num_threads(threads)


def lived(design: str, examples: int) -> None:
    run_state_machine_as_test(
        lambda: Lived(design, DESIGNS[design]),
        settings=settings(
            max_examples=examples,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("design", DESIGNS)
def test_a_gallery_lives_as_a_dictionary_would(design: str, one_thread: None) -> None:
    lived(design, 6)


@pytest.mark.slow
@pytest.mark.parametrize("design", DESIGNS)
def test_a_gallery_lives_long_as_a_dictionary_would(design: str, one_thread: None) -> None:
    lived(design, 150)
