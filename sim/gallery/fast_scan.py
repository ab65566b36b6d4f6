"""The shelf for millions of templates: 4-bit codes name candidates, 8-bit codes score them.

Two FAISS indexes stand side by side. Inverted lists of 4-bit product-quantiser codes (fast scan)
are quick and coarse, too coarse to be held to a threshold; so nothing that they say leaves this
module but who might be near. The candidates are scored anew from a flat store of 8 bits a number.
The product quantiser codes the templates themselves, not what is left of them after their list's
centroid (`by_residual` off): for templates of people that found more of the true neighbours, as
measured.

What the 4-bit codes put last they may not name at all: FAISS leaves out a row whose sum of table
values is 0. So where all that may be found are candidates, or a probe got fewer results than it
asked for, every row of the lists looked through is scored from the store.

A template's place is its label in the lists and its row in the 8-bit store; so rows of the store
never move, and an erased one is zeros. FAISS's `IndexRefine`, which scores anew, cannot remove rows
and is never asked to: the two indexes below it can, each for itself.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown, selector
from sim.gallery.block_lists import BlockLists
from sim.gallery.designs import Design
from sim.gallery.gallery import Cost
from sim.gallery.panels import Panels
from sim.gallery.row_scoring import best_of_lists
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

_BITS = 4
"""Bits of a sub-quantiser's code; fast scan takes no other."""
_ID_BYTES = 8
_LEAST = 100
"""Candidates scored anew at least, however few results are asked for."""
_FIRST = 32
"""Results that a search by threshold asks for at first."""
_GROWTH = 4
"""How many times more it asks for where all of them lay at or above the threshold."""


class FastScanShelf:
    """Templates of one segment in 4-bit lists with an 8-bit store beside; see `Shelf`.

    Args:
        design: how many lists, parts of a code, lists looked through, candidates scored anew.
        dimension: numbers in a template.

    Raises:
        ImportError: FAISS is not installed (it comes with the extra `[faces]`).
    """

    def __init__(self, design: Design, dimension: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._design = design
        metric = faiss.METRIC_INNER_PRODUCT
        self._centroids = faiss.IndexFlatIP(dimension)
        self._scan = faiss.IndexIVFPQFastScan(
            self._centroids, dimension, design.lists, design.parts, _BITS, metric
        )
        self._scan.by_residual = False
        # Centroids of unit length, as FAISS's own factory has them for inner products.
        self._scan.cp.spherical = True
        # FAISS wants 39 templates for each of a product's 16 centroids, and complains of fewer on
        # standard error; small segments have fewer, and what is coarse here is scored anew.
        self._scan.pq.cp.min_points_per_centroid = 1
        self._store = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_8bit, metric)
        # Made while both are empty: FAISS makes none over two that hold different numbers of rows,
        # as they do once a template was erased; its count is the labels that there may be.
        self._both = faiss.IndexRefine(self._scan, self._store)
        self._lists = BlockLists(self._scan)
        self._panels = Panels()

    @property
    def rows(self) -> int:
        """Templates that lie here."""
        return int(self._scan.ntotal)

    @classmethod
    def trained(cls, design: Design, dimension: int, sample: NDArray[np.float32]) -> Self:
        """Learn the lists' centroids, the 4-bit codes and the 8-bit ranges; see `Shelf.trained`."""
        shelf = cls(design, dimension)
        shelf._scan.train(sample)
        shelf._store.train(sample)
        shelf._both.is_trained = True
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
        """Fill lists and store again; see `Shelf.restored`."""
        learnt = {
            "centroids": ("float32", (design.lists, dimension)),
            "codebooks": ("float32", (design.parts, 2**_BITS, dimension // design.parts)),
            "ranges": ("float32", (2, dimension)),
        }
        checked_columns(model, learnt, "model")
        rows = {
            "scan": ("uint8", (len(kept), (design.parts + 1) // 2)),
            LIST: ("int32", (len(kept), 1)),
            "code": ("uint8", (len(kept), dimension)),
        }
        checked_columns(columns, rows, "columns")
        lists = checked_lists(columns, design)
        shelf = cls(design, dimension)
        copy = shelf._faiss.copy_array_to_vector
        shelf._centroids.add(np.ascontiguousarray(model["centroids"]))
        copy(model["codebooks"].ravel(), shelf._scan.pq.centroids)
        copy(model["ranges"].ravel(), shelf._store.sq.trained)
        shelf._scan.is_trained = shelf._store.is_trained = shelf._both.is_trained = True
        shelf._keep(kept, columns["code"])
        shelf._lists.fill(kept, lists, columns["scan"])
        return shelf

    def add(self, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Lay templates down; see `Shelf.add`."""
        vectors = np.ascontiguousarray(vectors)
        codes = self._store.sa_encode(vectors)
        self._keep(places, codes)
        wipe(codes)
        before = self._lists.sizes()
        self._scan.add_with_ids(vectors, places)
        self._panels.used(len(vectors))
        self._lists.wipe_ends(before)

    def search(self, vectors: NDArray[np.float32], k: int, shown: Shown | None) -> Found:
        """Return the k best of the lists that are looked through; see `Shelf.search`."""
        factor = max(self._design.k_factor, _LEAST / k)
        if factor * k >= (self.rows if shown is None else shown.count):
            return self._scored(vectors, k, shown)
        sel = None if shown is None else shown.selector
        parameters = self._faiss.IndexRefineSearchParameters(
            k_factor=factor,
            base_index_params=self._faiss.SearchParametersIVF(nprobe=self._design.nprobe, sel=sel),
        )
        scores, places = self._both.search(vectors, k, params=parameters)
        short = np.flatnonzero(places[:, -1] == NOWHERE)
        if len(short):
            scores[short], places[short] = self._scored(vectors[short], k, shown)
        return scores, places

    def within(
        self, vectors: NDArray[np.float32], threshold: float, shown: Shown | None
    ) -> FoundWithin:
        """Return those at or above a threshold; see `Shelf.within`.

        A search is repeated with more candidates until the last that it returns lies below.
        """
        least = np.float32(threshold)
        none = np.zeros(0, dtype=np.int64)
        found = [(none, none, none.astype(np.float32))]
        left, k = np.arange(len(vectors)), _FIRST
        while len(left) and self.rows:
            k = min(k, self.rows)
            scores, places = self.search(vectors[left], k, shown)
            whole = (scores[:, -1] < least) | (k == self.rows)
            probe, column = np.nonzero((scores >= least) & (places >= 0) & whole[:, None])
            found.append((left[probe], places[probe, column], scores[probe, column]))
            left, k = left[~whole], k * _GROWTH
        probes, places, scores = (np.concatenate(part) for part in zip(*found, strict=True))
        order = np.argsort(probes, kind="stable")
        starts = np.searchsorted(probes[order], np.arange(len(vectors) + 1))
        return starts, places[order], scores[order]

    def remove(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out of lists and store; see `Shelf.remove`."""
        gone = np.zeros(self._store.ntotal, dtype=np.bool_)
        gone[places] = True
        if self._lists.remove(selector(gone)) != len(places):
            raise RuntimeError("FAISS removed another number of rows than it was told to")
        self._codes()[places] = 0
        self._panels.overwrite(self._centroids)
        # A list's last code is written over each removed one, and then overwritten where it stood.
        moved = len(places) * self._lists.code_bytes
        return Cost(len(places), moved, 2 * moved + len(places) * int(self._store.code_size))

    def decoded(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return templates as the 8-bit store has them, float32 [n, dimension]."""
        codes = self._codes()[places]
        vectors: NDArray[np.float32] = self._store.sa_decode(codes)
        wipe(codes)
        return vectors

    def stored(self, places: NDArray[np.int64]) -> Columns:
        """Return what is kept of templates.

        Returns:
            "scan" uint8 [n, parts / 2], two 4-bit codes a byte; "list" int32 [n, 1]; "code" uint8
            [n, dimension].
        """
        lists, every = self._lists.codes(self._store.ntotal)
        scan = every[places]
        wipe(every)
        return {"scan": scan, LIST: lists[places, None], "code": self._codes()[places]}

    def model(self) -> Columns:
        """Return what training learnt.

        Returns:
            "centroids" float32 [lists, dimension]; "codebooks" float32 [parts, 16, dimension /
            parts]; "ranges" float32 [2, dimension], each number's least value and its width.
        """
        quantiser = self._scan.pq
        books = self._faiss.vector_to_array(quantiser.centroids)
        return {
            "centroids": self._centroids.reconstruct_n(0, self._centroids.ntotal),
            "codebooks": books.reshape(quantiser.M, quantiser.ksub, quantiser.dsub),
            "ranges": self._faiss.vector_to_array(self._store.sq.trained).reshape(2, -1),
        }

    def sizes(self) -> dict[str, int]:
        """Return the bytes of the 4-bit blocks, of the places in them and of the 8-bit codes."""
        return {
            "scan": self._lists.block_bytes(),
            "place": self.rows * _ID_BYTES,
            "code": self.rows * int(self._store.code_size),
        }

    def _scored(self, vectors: NDArray[np.float32], k: int, shown: Shown | None) -> Found:
        """Return the k best of the lists looked through, all scored from the 8-bit store."""
        looked_through = self._centroids.search(vectors, self._design.nprobe)[1]
        return best_of_lists(self._store, self._lists, looked_through, vectors, k, shown)

    def _keep(self, places: NDArray[np.int64], codes: NDArray[np.uint8]) -> None:
        """Put 8-bit codes into the store; places that are passed over have zeros."""
        if not len(places):
            return
        first = int(self._store.ntotal)
        rows = np.zeros((int(places[-1]) + 1 - first, codes.shape[1]), dtype=np.uint8)
        rows[places - first] = codes
        self._store.add_sa_codes(rows)
        wipe(rows)
        self._both.ntotal = self._store.ntotal

    def _codes(self) -> NDArray[np.uint8]:
        """Return the memory of the 8-bit store, uint8 [places, dimension]."""
        shape = int(self._store.ntotal), int(self._store.code_size)
        if not shape[0]:
            return np.zeros(shape, dtype=np.uint8)
        memory = self._faiss.rev_swig_ptr(self._store.codes.data(), shape[0] * shape[1])
        codes: NDArray[np.uint8] = memory.reshape(shape)
        return codes
