"""Erasing a scattered 1 % of a million rows as each manner of keeping does: bytes and seconds.

What writing all anew comes to afterwards stands beside it (a clean-up, a compaction). The
numbers are those that the engines ship with (`scenarios/stores/keepings.yaml`).
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np

from benchmarks.measure import Figure
from scenarios.keepings import known_keepings
from sim.gallery.stores.opening import store_for
from sim.gallery.stores.rows import Rows

ROWS, DIMENSION, SHARE = 1_000_000, 128, 0.01
MEGA = 1e6


def run() -> list[Figure]:
    """Fill a store of each manner, erase from it, have it write all anew; count the bytes."""
    draw = np.random.default_rng(0)
    vectors = draw.standard_normal((ROWS, DIMENSION), dtype=np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    rows = Rows(np.arange(ROWS), vectors)
    erased = np.sort(draw.choice(ROWS, round(ROWS * SHARE), replace=False))
    figures = []
    for name, known in known_keepings().items():
        with tempfile.TemporaryDirectory() as folder:
            store = store_for(known.keeping, Path(folder), DIMENSION, lambda ids: vectors[ids])
            store.put(rows, 0)
            steps = {"erasing": store.erase(erased, 0).cost, "all anew": store.renew(0).cost}
        for step, cost in steps.items():
            figures += [
                Figure(f"{name}, {step}: read", cost.bytes_read / MEGA, "MB"),
                Figure(f"{name}, {step}: written", cost.bytes_written / MEGA, "MB"),
                Figure(f"{name}, {step}", cost.seconds, "s"),
            ]
    return figures
