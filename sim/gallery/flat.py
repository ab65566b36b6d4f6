"""The exact gallery: every template compared with every probe (FAISS, flat inner product).

FAISS numbers the rows of a flat index from 0 and renumbers them when some are removed, so the ids
are kept here, in the order of its rows, and no FAISS id map is used (its ids go wrong over other
indexes after removals: FAISS issue 4656). Hidden rows are left out at search time by a bitmap over
rows, the cheapest of FAISS's selectors. An erased row is removed from the index, and what removal
leaves behind in the index's memory is overwritten with zeros: without that the last rows' numbers
stay there, as measured, until something else is written over them. Copies that the allocator freed
while the index grew are beyond reach from here.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.gallery import NOBODY, GalleryError, GalleryStats, Nearest, Within

_BYTES = 4
"""Bytes of a float32."""


class FlatGallery:
    """A `Gallery` that compares exactly.

    Args:
        dimension: numbers in a template, 1 or more.

    Raises:
        ValueError: a dimension below 1.
        ImportError: FAISS is not installed (it comes with the extra `[faces]`).
    """

    def __init__(self, dimension: int) -> None:
        import faiss

        if dimension < 1:
            raise ValueError(f"a template has 1 number or more, found {dimension}")
        self.dimension = dimension
        self._faiss: Any = faiss
        self._index = faiss.IndexFlatIP(dimension)
        self._ids: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._hidden: NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self._enrolled = 0
        self._erased: set[int] = set()
        self._by_id: NDArray[np.int64] | None = None

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Store templates; see `Gallery.enrol`."""
        ids, vectors = self._checked_ids(ids), self._checked(vectors)
        if len(ids) != len(vectors):
            raise _refused("as many ids as vectors", f"{len(ids)} ids, {len(vectors)} vectors")
        if not len(ids):
            return
        if ids.min() < 0:
            raise _refused("ids of 0 or more", str(ids.min()))
        _require_each_once(ids)
        again = np.isin(ids, self._ids) | np.array([int(i) in self._erased for i in ids])
        if again.any():
            raise _refused("ids that were never used before", str(ids[again][0]))
        self._index.add(vectors)
        self._enrolled += len(ids)
        self._ids = np.concatenate([self._ids, ids])
        self._hidden = np.concatenate([self._hidden, np.zeros(len(ids), dtype=np.bool_)])
        self._by_id = None

    def search(self, vectors: NDArray[np.float32], k: int) -> Nearest:
        """Return the k most similar; see `Gallery.search`."""
        vectors = self._checked(vectors)
        if k < 1:
            raise _refused("k of 1 or more", str(k))
        ids = np.full((len(vectors), k), NOBODY, dtype=np.int64)
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        most = min(k, len(self._ids) - int(self._hidden.sum()))
        if len(vectors) and most:
            found, rows = self._index.search(vectors, most, params=self._shown())
            ids[:, :most], scores[:, :most] = self._ids[rows], found
        return Nearest(ids, scores)

    def range(self, vectors: NDArray[np.float32], threshold: float) -> Within:
        """Return all at or above the threshold; see `Gallery.range`."""
        vectors = self._checked(vectors)
        if not len(vectors) or self._hidden.all():
            nothing = np.zeros(0, dtype=np.int64)
            starts = np.zeros(len(vectors) + 1, dtype=np.int64)
            return Within(starts, nothing, nothing.astype(np.float32))
        # FAISS returns what lies above a radius, and this is what lies at it too.
        radius = float(np.nextafter(np.float32(threshold), np.float32(-np.inf)))
        limits, scores, rows = self._index.range_search(vectors, radius, params=self._shown())
        starts = limits.astype(np.int64)
        probe = np.repeat(np.arange(len(vectors)), np.diff(starts))
        ids = self._ids[rows]
        order = np.lexsort((ids, -scores, probe))
        return Within(starts, ids[order], scores[order])

    def hide(self, ids: NDArray[np.int64]) -> None:
        """Keep templates out of results; see `Gallery.hide`."""
        ids = self._checked_ids(ids)
        rows = self._rows(ids)
        hidden = self._hidden[rows]
        if hidden.any():
            raise _refused("ids of searchable templates", f"{ids[hidden][0]}, which is hidden")
        self._hidden[rows] = True

    def erase(self, ids: NDArray[np.int64]) -> None:
        """Remove templates; see `Gallery.erase`."""
        ids = self._checked_ids(ids)
        rows = self._rows(ids)
        if not len(rows):
            return
        kept = np.ones(len(self._ids), dtype=np.bool_)
        kept[rows] = False
        codes = self._index.codes
        before = codes.size()
        self._index.remove_ids(self._selector(~kept))
        after = codes.size()
        if after != int(kept.sum()) * self.dimension * _BYTES:
            raise RuntimeError("FAISS removed another number of rows than it was told to")
        # Growing a vector within its memory writes zeros where the removed rows' numbers stood.
        codes.resize(before)
        codes.resize(after)
        self._ids, self._hidden = self._ids[kept], self._hidden[kept]
        self._erased.update(int(i) for i in ids)
        self._by_id = None

    def stats(self) -> GalleryStats:
        """Return how much is held."""
        hidden = int(self._hidden.sum())
        return GalleryStats(
            enrolled=self._enrolled,
            searchable=int(self._index.ntotal) - hidden,
            hidden=hidden,
            erased=len(self._erased),
            vector_bytes=self._index.codes.size(),
        )

    def _shown(self) -> Any:
        """Return search parameters that leave the hidden rows out; None where none is hidden."""
        if not self._hidden.any():
            return None
        return self._faiss.SearchParameters(sel=self._selector(~self._hidden))

    def _selector(self, rows: NDArray[np.bool_]) -> Any:
        return self._faiss.IDSelectorBitmap(np.packbits(rows, bitorder="little"))

    def _rows(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of the index in which these ids stand."""
        _require_each_once(ids)
        if self._by_id is None:
            self._by_id = np.argsort(self._ids, kind="stable")
        if not len(ids):
            return np.zeros(0, dtype=np.int64)
        place = np.searchsorted(self._ids, ids, sorter=self._by_id)
        there = place < len(self._ids)
        there[there] = self._ids[self._by_id[place[there]]] == ids[there]
        if not there.all():
            missing = int(ids[~there][0])
            state = "was erased" if missing in self._erased else "was never enrolled"
            raise _refused("ids of stored templates", f"{missing}, which {state}")
        return self._by_id[place]

    def _checked(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        vectors = np.ascontiguousarray(vectors, dtype=np.float32)
        if vectors.ndim != 2 or vectors.shape[1] != self.dimension:
            raise _refused(f"vectors [n, {self.dimension}]", str(list(vectors.shape)))
        if not np.isfinite(vectors).all():
            raise _refused("vectors of finite numbers", "NaN or infinity")
        return vectors

    @staticmethod
    def _checked_ids(ids: NDArray[np.int64]) -> NDArray[np.int64]:
        ids = np.asarray(ids)
        if ids.ndim != 1 or ids.dtype != np.int64:
            raise _refused("int64 ids [n]", f"{ids.dtype} {list(ids.shape)}")
        return ids


def _require_each_once(ids: NDArray[np.int64]) -> None:
    if len(np.unique(ids)) != len(ids):
        raise _refused("each id once", "an id that comes twice")


def _refused(expected: str, found: str) -> GalleryError:
    return GalleryError(Fault(f"a gallery takes {expected}", found=found, expected=expected))
