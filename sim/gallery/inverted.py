"""The inverted shelf: 8-bit codes in lists by nearest centroid (FAISS, `IVFn,SQ8`).

A probe is compared with the templates of a few lists. A code is what a template differs by from its
list's centroid, 8 bits a number. Places are FAISS's own ids here, given with every row: left to
itself FAISS counts rows, and after a removal gives numbers out that are in use.

What is left of rows behind the lists is `code_lists`' to see to, and what products left, `panels`'.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown, radius, selector
from sim.gallery.code_lists import CodeLists
from sim.gallery.designs import Design
from sim.gallery.gallery import Cost
from sim.gallery.panels import Panels
from sim.gallery.shelf import (
    LIST,
    NOWHERE,
    Columns,
    Found,
    FoundWithin,
    checked_columns,
    checked_lists,
)
from sim.gallery.wiping import wipe

_ID_BYTES = 8


class InvertedShelf:
    """A `Shelf` of inverted lists; empty and untrained until it is trained or restored."""

    def __init__(self, design: Design, dimension: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._dimension = dimension
        self._nprobe = design.nprobe
        self._index: Any = faiss.index_factory(dimension, design.index, faiss.METRIC_INNER_PRODUCT)
        self._lists = CodeLists(self._index)
        self._panels = Panels()
        self._shown: Shown | None = None
        self._parameters = self._only(None)

    @classmethod
    def trained(cls, design: Design, dimension: int, sample: NDArray[np.float32]) -> Self:
        """Return an empty shelf, trained; see `Shelf.trained`."""
        shelf = cls(design, dimension)
        shelf._index.train(np.ascontiguousarray(sample))
        shelf._panels.used(len(sample))
        return shelf

    @classmethod
    def restored(
        cls,
        design: Design,
        dimension: int,
        model: Columns,
        columns: Columns,
        kept: NDArray[np.int64],
    ) -> Self:
        """Return a shelf as it was; see `Shelf.restored`."""
        centroids, ranges = (design.lists, dimension), (2, dimension)
        expected = {"centroids": ("float32", centroids), "ranges": ("float32", ranges)}
        checked_columns(model, expected, "model")
        rows = {"code": ("uint8", (len(kept), dimension)), LIST: ("int32", (len(kept), 1))}
        checked_columns(columns, rows, "columns")
        lists = checked_lists(columns, design)
        shelf = cls(design, dimension)
        index, faiss = shelf._index, shelf._faiss
        index.quantizer.add(np.ascontiguousarray(model["centroids"]))
        faiss.copy_array_to_vector(model["ranges"].ravel(), index.sq.trained)
        index.is_trained = True
        order = np.argsort(lists, kind="stable")
        places = np.ascontiguousarray(kept[order])
        codes = np.ascontiguousarray(columns["code"][order])
        bounds = np.searchsorted(lists[order], np.arange(design.lists + 1))
        shelf._lists.fill(places, codes, bounds)
        wipe(codes)
        return shelf

    @property
    def rows(self) -> int:
        """How many templates lie here."""
        return int(self._index.ntotal)

    def add(self, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Lay templates down; see `Shelf.add`."""
        if not len(places):
            return
        faiss = self._faiss
        vectors = np.ascontiguousarray(vectors)
        assigned = self._index.quantizer.assign(vectors, 1)[:, 0]
        self._panels.used(len(vectors))
        self._lists.make_room(np.bincount(assigned, minlength=self._index.nlist))
        self._index.add_core(
            len(vectors),
            faiss.swig_ptr(vectors),
            faiss.swig_ptr(np.ascontiguousarray(places)),
            faiss.swig_ptr(np.ascontiguousarray(assigned)),
        )
        self._lists.wipe_threads()

    def search(self, vectors: NDArray[np.float32], k: int, shown: Shown | None) -> Found:
        """Return the k best of the lists that are looked through; see `Shelf.search`."""
        scores, places = self._index.search(vectors, k, params=self._told(shown))
        if places[:, -1].min() == NOWHERE:
            scores[places == NOWHERE] = -np.inf
        return scores, places

    def within(
        self, vectors: NDArray[np.float32], threshold: float, shown: Shown | None
    ) -> FoundWithin:
        """Return those at or above a threshold of the lists looked through; see `Shelf.within`."""
        limits, scores, places = self._index.range_search(
            vectors, radius(threshold), params=self._told(shown)
        )
        return limits.astype(np.int64), places, scores

    def remove(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out; see `Shelf.remove`."""
        if not len(places):
            return Cost()
        gone = np.zeros(int(places.max()) + 1, dtype=np.bool_)
        gone[places] = True
        if self._lists.remove(selector(gone)) != len(places):
            raise RuntimeError("FAISS removed another number of rows than it was told to")
        self._panels.overwrite(self._index.quantizer)
        row = self._dimension + _ID_BYTES
        return Cost(len(places), len(places) * row, 2 * len(places) * row)

    def decoded(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return templates as their codes have them, float32 [n, dimension]."""
        if not len(places):
            return np.zeros((0, self._dimension), dtype=np.float32)
        kept = self.stored(places)
        vectors: NDArray[np.float32] = self._index.sq.decode(kept["code"])
        vectors += self._centroids()[kept[LIST][:, 0]]
        wipe(kept["code"])
        return vectors

    def stored(self, places: NDArray[np.int64]) -> Columns:
        """Return what is kept of templates: their codes, and the lists that they are in."""
        code = np.zeros((len(places), self._dimension), dtype=np.uint8)
        lists = np.zeros((len(places), 1), dtype=np.int32)
        if not len(places):
            return {"code": code, LIST: lists}
        # For each place up to the last one asked for, which row of the answer it is.
        answer = np.full(int(places.max()) + 1, NOWHERE, dtype=np.int64)
        answer[places] = np.arange(len(places))
        in_turn, order, start = np.empty_like(code), np.empty_like(answer[places]), 0
        for number in range(self._index.nlist):
            ids, codes = self._lists.rows(number)
            at = np.flatnonzero(ids < len(answer))
            at = at[answer[ids[at]] != NOWHERE]
            part = slice(start, start + len(at))
            # Written where they stay: small arrays in between would be copies that wait in memory.
            np.take(codes, at, axis=0, out=in_turn[part], mode="clip")
            order[part] = answer[ids[at]]
            lists[order[part], 0] = number
            start += len(at)
        code[order] = in_turn
        wipe(in_turn)
        return {"code": code, LIST: lists}

    def model(self) -> Columns:
        """Return the lists' centroids and the ranges of the codes' numbers (least, width)."""
        ranges = self._faiss.vector_to_array(self._index.sq.trained)
        return {
            "centroids": self._centroids().copy(),
            "ranges": ranges.reshape(2, self._dimension).copy(),
        }

    def sizes(self) -> dict[str, int]:
        """Return the bytes of the codes and of the places beside them."""
        return {"code": self.rows * self._dimension, "place": self.rows * _ID_BYTES}

    def _centroids(self) -> NDArray[np.float32]:
        quantizer = self._faiss.downcast_index(self._index.quantizer)
        memory = self._faiss.rev_swig_ptr(quantizer.get_xb(), quantizer.ntotal * self._dimension)
        centroids: NDArray[np.float32] = memory.reshape(-1, self._dimension)
        return centroids

    def _told(self, shown: Shown | None) -> Any:
        """Return what `_only` does, made anew only where it isn't what it was the last time."""
        if shown is not self._shown:
            self._shown, self._parameters = shown, self._only(shown)
        return self._parameters

    def _only(self, shown: Shown | None) -> Any:
        """Return search parameters: how many lists, and which places may be found."""
        sel = None if shown is None else shown.selector
        return self._faiss.SearchParametersIVF(nprobe=self._nprobe, sel=sel)
