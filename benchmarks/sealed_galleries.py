"""Erasing 1 % of a sealed gallery of a million, files included, beside rebuilding it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from benchmarks.measure import Figure, in_turn

ROWS = 1_000_000
DIMENSION = 128
DESIGN = "IVF2048,SQ8"
SHARE = 0.01
"""How many are erased each time, scattered over the whole gallery: what a national order takes."""
_ROUNDS = 2
_AT_ONCE = 100_000


def run() -> list[Figure]:
    """Time both ways of erasing and both ways of rebuilding, wall time, flushes included."""
    from sim.gallery.gallery import Cost
    from sim.gallery.reopening import open_gallery
    from sim.gallery.stored import StoredGallery

    draw = np.random.default_rng(0)
    gallery = StoredGallery(DIMENSION, DESIGN)
    for start in range(0, ROWS, _AT_ONCE):
        vectors = draw.normal(size=(_AT_ONCE, DIMENSION)).astype(np.float32)
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        gallery.enrol(np.arange(start, start + _AT_ONCE), vectors)
    order = iter(np.split(draw.permutation(ROWS), round(1 / SHARE)))
    costs: dict[str, Cost] = {}

    def timed(name: str, act: Callable[[], Cost]) -> Callable[[], float]:
        def does() -> float:
            costs[name] = act()
            return costs[name].seconds

        return does

    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "gallery"
        sealing = gallery.seal(path)
        size = sum(file.stat().st_size for file in path.iterdir())
        gallery.close()
        start = time.perf_counter()
        gallery = open_gallery(path)
        opening = time.perf_counter() - start
        in_place, rewriting, rebuild, retrain = in_turn(
            [
                timed("in place", lambda: gallery.erase(next(order))),
                timed("rewriting", lambda: gallery.erase(next(order), "rewrite")),
                timed("rebuild", lambda: gallery.rebuild()),
                timed("retrain", lambda: gallery.rebuild(retrain=True)),
            ],
            _ROUNDS,
        )
        gallery.close()
    anew = "rebuilding and retraining"
    return [
        Figure(f"sealing {ROWS:,} templates, {DESIGN}", sealing.seconds, "s"),
        Figure("their files", size / 1e6, "MB"),
        Figure("opening them again", opening, "s"),
        Figure(f"erasing {SHARE:.0%} in place", in_place, "s", anew, retrain / in_place),
        Figure(f"erasing {SHARE:.0%} by rewriting", rewriting, "s", anew, retrain / rewriting),
        Figure("rebuilding, not retraining", rebuild, "s", anew, retrain / rebuild),
        Figure(anew, retrain, "s"),
        *[
            Figure(f"written, {name}", cost.bytes_written / 1e6, "MB")
            for name, cost in costs.items()
        ],
    ]
