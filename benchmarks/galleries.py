"""The gallery beside raw FAISS; erasing 1 % of a million in memory beside rebuilding it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.measure import Figure, in_turn, seconds

ROWS, DIMENSION = 1_000_000, 128
DESIGN, LISTS = "IVF2048,SQ8", 2048
FIRST = 64 * LISTS
"""Templates enrolled before enrolment is timed: just those that training uses."""
SHARE = 0.01
PROBES, K = 2_000, 10
SINGLE = 500
"""Probes that come one at a time, each a search by itself."""
_ROUNDS = 5
_PARTS = 8


def run() -> list[Figure]:
    """Compare with the same index of FAISS, as it was trained and filled; CPU seconds."""
    from sim.gallery.stored import StoredGallery

    draw = np.random.default_rng(0)
    vectors = draw.standard_normal((ROWS, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    asked = vectors[draw.choice(ROWS, PROBES, replace=False)]
    ids = draw.permutation(ROWS) * 7
    gallery = StoredGallery(DIMENSION, DESIGN)
    gallery.enrol(ids[:FIRST], vectors[:FIRST])
    index = _trained_alike(gallery)
    index.add_with_ids(vectors[:FIRST], ids[:FIRST])
    # Each side takes the rest in equal parts, one a round and one to warm up.
    parts = np.array_split(np.arange(FIRST, ROWS), _PARTS)
    of_gallery, of_index = iter(parts), iter(parts)

    def gallery_enrols() -> float:
        part = next(of_gallery)
        some_ids, some = ids[part], vectors[part]
        return seconds(lambda: gallery.enrol(some_ids, some))

    def index_adds() -> float:
        part = next(of_index)
        some_ids, some = ids[part], vectors[part]
        return seconds(lambda: index.add_with_ids(some, some_ids))

    ours, raw = in_turn([gallery_enrols, index_adds], _PARTS - 1)
    enrolled = Figure(
        f"enrolling {len(parts[0]):,} templates", ours, "CPU s", f"FAISS, {DESIGN}", raw / ours
    )
    index.nprobe = gallery.design.nprobe
    looked = f"{index.nprobe} lists of {LISTS:,}"
    return [
        enrolled,
        _searched(gallery, index, asked, len(asked), f"{PROBES:,} searches, {looked}"),
        _searched(gallery, index, asked[:SINGLE], 1, f"{SINGLE:,}, one at a time, {looked}"),
        _exactly(vectors, asked),
        *_erased(gallery, draw.permutation(ids)),
    ]


def _searched(
    gallery: Any, index: Any, asked: NDArray[np.float32], together: int, what: str
) -> Figure:
    """Compare searches, of so many probes together each."""
    parts = [asked[start : start + together] for start in range(0, len(asked), together)]

    def by(searched: Any) -> float:
        return seconds(lambda: [searched.search(part, K) for part in parts])

    ours, raw = in_turn([lambda: by(gallery), lambda: by(index)], _ROUNDS)
    return Figure(what, ours, "CPU s", f"FAISS, {gallery.design}", raw / ours)


def _trained_alike(gallery: Any) -> Any:
    """Return FAISS's own index of the design, empty, with what the gallery's training learnt."""
    import faiss

    model = gallery.segments[0].shelf.model()
    index = faiss.index_factory(DIMENSION, DESIGN, faiss.METRIC_INNER_PRODUCT)
    index.quantizer.add(model["centroids"])
    faiss.copy_array_to_vector(model["ranges"].ravel(), index.sq.trained)
    index.is_trained = True
    return index


def _exactly(
    vectors: NDArray[np.float32], asked: NDArray[np.float32], rows: int = 100_000
) -> Figure:
    """Compare searches of an exact gallery, of the most templates that one is chosen for."""
    import faiss

    from sim.gallery.stored import StoredGallery

    gallery, index = StoredGallery(DIMENSION, "Flat"), faiss.IndexFlatIP(DIMENSION)
    gallery.enrol(np.arange(rows), vectors[:rows])
    index.add(vectors[:rows])
    what = f"{len(asked):,} searches of {rows:,}, exact"
    return _searched(gallery, index, asked, len(asked), what)


def _erased(gallery: Any, order: NDArray[np.int64]) -> list[Figure]:
    """Time erasing scattered templates and what else would have rid the gallery of them."""
    gone = iter(np.array_split(order, round(1 / SHARE)))
    rebuild = f"rebuilding, {DESIGN}"
    acts: list[Callable[[], object]] = [
        lambda: gallery.erase(next(gone)),
        lambda: gallery.rebuild(),
        lambda: gallery.rebuild(retrain=True),
    ]
    # Both ways of rebuilding have the same work before them, whatever was erased.
    erase, copy, anew = in_turn([lambda act=act: seconds(act) for act in acts], 1)
    return [
        Figure(f"erasing {SHARE:.0%} in memory", erase, "CPU s", "retraining", anew / erase),
        Figure(f"{rebuild}, codes copied", copy, "CPU s", "retraining", anew / copy),
        Figure(f"{rebuild}, retrained", anew, "CPU s"),
    ]
