"""The exact shelf where FAISS sees a GPU: the device names candidates, the host scores them.

A device sums in another order than the host, and its scores differ in their last bits; so they
decide nothing. It is asked for more candidates than are wanted, these are scored from the host's
own vectors, and the answer stands where the last of them scores above anything that the device can
have left out: then it is the host's own answer. Where that does not come true the device is asked
for more, and at last the host searches by itself.

Only exact shelves go to a device. Inverted lists of 4-bit and 8-bit codes answer by what lists and
candidates they happen to look at, which a device would choose differently; a gallery that has a
device can be exact at their size (`Segments1000000,Flat`) and miss nothing.

A search by threshold stays with the host: FAISS has none for devices (its issue 565), and no
selector of rows but with cuVS (issue 3114), so hidden templates are left out by the host. An
erasure lets the device's copy go and the next search makes a new one. The memory that it gives back
there is not overwritten, and no audit from here can look into it.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown
from sim.gallery.exact import ExactShelf
from sim.gallery.gallery import Cost
from sim.gallery.shelf import NOWHERE, Found

_WORTH = 100_000
"""Templates from which a device is asked; below that the host is quick. An assumption."""
_ERROR = 1e-3
"""How far a device's score may lie from the host's: unit vectors multiplied in TensorFloat-32,
whose 10 bits of fraction round each factor by at most 2**-11; FAISS itself asks for 32 bits."""
_SPARE = 32
_GROWTH = 4
"""Candidates asked for beyond twice as many as wanted, and how many times more the next time."""


class Device(Protocol):
    """Vectors on a device, by row.

    Attributes:
        most: candidates that can be asked for.
    """

    most: int

    def hold(self, vectors: NDArray[np.float32]) -> None:
        """Hold these vectors, float32 [n, dimension], and no others."""
        ...

    def best(
        self, vectors: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the k best of each probe: scores float32 [q, k], best first, rows int64 [q, k]."""
        ...


class FaissDevice:
    """The first GPU, through FAISS; see `Device`."""

    most = 2048
    """FAISS's own limit (its issue 2103)."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._index: Any = faiss.GpuIndexFlatIP(faiss.StandardGpuResources(), dimension)

    def hold(self, vectors: NDArray[np.float32]) -> None:
        """Hold these vectors and no others."""
        self._index.reset()
        self._index.add(vectors)

    def best(
        self, vectors: NDArray[np.float32], k: int
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the k best of each probe."""
        scores, rows = self._index.search(vectors, k)
        return scores, rows


def devices() -> int:
    """Return how many GPUs FAISS sees: 0 with `faiss-cpu`."""
    import faiss

    return int(faiss.get_num_gpus())


class DeviceShelf(ExactShelf):
    """An exact shelf that asks a device first; see `Shelf`."""

    def __init__(self, dimension: int) -> None:
        super().__init__(dimension)
        self._device: Device = FaissDevice(dimension)
        self._held = 0

    def add(self, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Lay templates down; see `Shelf.add`."""
        super().add(places, vectors)
        self._let_go()

    def remove(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out, the device's copy too; see `Shelf.remove`."""
        self._let_go()
        return super().remove(places)

    def search(self, vectors: NDArray[np.float32], k: int, shown: Shown | None) -> Found:
        """Return the k best; see `Shelf.search`."""
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        places = np.full((len(vectors), k), NOWHERE, dtype=np.int64)
        left, most = np.arange(len(vectors)), min(self._device.most, self.rows)
        asked = 2 * k + _SPARE
        if self.rows >= max(_WORTH, asked) and not self._held:
            self._device.hold(self.decoded(self._places))
            self._held = self.rows
        while len(left) and self._held and asked <= most:
            named, rows = self._device.best(vectors[left], asked)
            own = self._scored(vectors[left], rows, shown)
            order = np.lexsort((rows, -own))[:, :k]
            best = np.take_along_axis(own, order, axis=1)
            sure = best[:, -1] > named[:, -1] + _ERROR
            scores[left[sure]] = best[sure]
            places[left[sure]] = self._places[np.take_along_axis(rows, order, axis=1)[sure]]
            left, asked = left[~sure], _GROWTH * asked
        if len(left):
            scores[left], places[left] = super().search(vectors[left], k, shown)
        return scores, places

    def _scored(
        self,
        vectors: NDArray[np.float32],
        rows: NDArray[np.int64],
        shown: Shown | None,
    ) -> NDArray[np.float32]:
        """Return the host's own scores of rows [q, n]; minus infinity where one is not shown."""
        pointer = self._faiss.swig_ptr
        vectors, rows = np.ascontiguousarray(vectors), np.ascontiguousarray(rows)
        scores = np.zeros(rows.shape, dtype=np.float32)
        self._index.compute_distance_subset(
            len(rows), pointer(vectors), rows.shape[1], pointer(scores), pointer(rows)
        )
        if shown is not None:
            scores[~shown.places[self._places[rows]]] = -np.inf
        return scores

    def _let_go(self) -> None:
        if self._held:
            self._device.hold(np.zeros((0, self._dimension), dtype=np.float32))
        self._held = 0
