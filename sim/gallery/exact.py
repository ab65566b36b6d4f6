"""The exact shelf: every template compared with every probe (FAISS, flat inner product).

FAISS numbers the rows of a flat index from 0 and renumbers them when some are removed, so the place
of each row is kept here, and no FAISS id map is used (its ids go wrong over other indexes after
removals: FAISS issue 4656). A removed row is taken out of the index, and what removal leaves behind
in the index's memory is overwritten with zeros: without that the last rows' numbers stay there, as
measured, until something else is written over them.
"""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown, radius, selector
from sim.gallery.designs import Design
from sim.gallery.gallery import Cost
from sim.gallery.growing import Growing
from sim.gallery.panels import Panels
from sim.gallery.shelf import NOWHERE, Columns, Found, FoundWithin, checked_columns

_BYTES = 4
"""Bytes of a float32."""


class ExactShelf:
    """A `Shelf` that compares exactly."""

    def __init__(self, dimension: int) -> None:
        import faiss

        self._dimension = dimension
        self._faiss: Any = faiss
        self._index: Any = faiss.IndexFlatIP(dimension)
        self._standing = Growing(np.zeros(0, dtype=np.int64))
        self._told: tuple[Shown, Any] | None = None
        # Bytes that the index's memory has room for.
        self._room = 0
        self._panels = Panels()

    @classmethod
    def trained(cls, design: Design, dimension: int, sample: NDArray[np.float32]) -> Self:
        """Return an empty shelf; there is nothing to train."""
        return cls(dimension)

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
        checked_columns(model, {}, "model")
        checked_columns(columns, {"vector": ("float32", (len(kept), dimension))}, "columns")
        shelf = cls(dimension)
        shelf.add(kept, columns["vector"])
        return shelf

    @property
    def rows(self) -> int:
        """How many templates lie here."""
        return len(self._standing)

    def add(self, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Lay templates down; see `Shelf.add`."""
        codes = self._index.codes
        size = codes.size()
        needed = size + len(vectors) * self._dimension * _BYTES
        if needed > self._room:
            # Memory comes as others left it; growing at least to twice the size takes no more of
            # it than is filled with zeros.
            self._room = max(2 * size, needed)
            codes.resize(self._room)
            codes.resize(size)
        self._index.add(np.ascontiguousarray(vectors))
        self._standing.append(places)
        self._told = None

    def search(self, vectors: NDArray[np.float32], k: int, shown: Shown | None) -> Found:
        """Return the k best; see `Shelf.search`."""
        most = min(k, self.rows if shown is None else shown.count)
        places = np.full((len(vectors), k), NOWHERE, dtype=np.int64)
        scores = np.full((len(vectors), k), -np.inf, dtype=np.float32)
        if most:
            self._panels.used(len(vectors) if shown is None else 0)
            found, at = self._index.search(vectors, most, params=self._only(shown))
            places[:, :most], scores[:, :most] = self._places[at], found
        return scores, places

    def within(
        self, vectors: NDArray[np.float32], threshold: float, shown: Shown | None
    ) -> FoundWithin:
        """Return those at or above a threshold; see `Shelf.within`."""
        self._panels.used(len(vectors) if shown is None else 0)
        limits, scores, at = self._index.range_search(
            vectors, radius(threshold), params=self._only(shown)
        )
        return limits.astype(np.int64), self._places[at], scores

    def remove(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out; see `Shelf.remove`."""
        gone = np.zeros(self.rows, dtype=np.bool_)
        gone[self._rows(places)] = True
        codes = self._index.codes
        self._panels.overwrite_with_zeros(self._dimension, self.rows)
        before = codes.size()
        self._index.remove_ids(selector(gone))
        after = codes.size()
        row = self._dimension * _BYTES
        if before - after != len(places) * row:
            raise RuntimeError("FAISS removed another number of rows than it was told to")
        # Growing a vector within its memory writes zeros where the removed rows' numbers stood.
        codes.resize(before)
        codes.resize(after)
        self._keep(~gone)
        moved = (self.rows - int(np.argmax(gone))) * row if len(places) else 0
        return Cost(len(places), moved, moved + before - after)

    def decoded(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return templates as they are kept, float32 [n, dimension]."""
        if not self.rows:
            return np.zeros((0, self._dimension), dtype=np.float32)
        memory = self._faiss.rev_swig_ptr(self._index.get_xb(), self.rows * self._dimension)
        kept: NDArray[np.float32] = memory.reshape(self.rows, self._dimension)
        return kept[self._rows(places)]

    def stored(self, places: NDArray[np.int64]) -> Columns:
        """Return what is kept of templates: the vectors."""
        return {"vector": self.decoded(places)}

    def model(self) -> Columns:
        """Return nothing: nothing is learnt here."""
        return {}

    def sizes(self) -> dict[str, int]:
        """Return the bytes of the vectors."""
        return {"vector": self._index.codes.size()}

    def _rows(self, places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the rows of the index in which places stand; places ascend with the rows."""
        return np.searchsorted(self._places, places)

    @property
    def _places(self) -> NDArray[np.int64]:
        """The place of each row of the index, int64 [rows], ascending."""
        return self._standing.filled

    def _keep(self, rows: NDArray[np.bool_]) -> None:
        """Take note that of the rows of the index only these are left."""
        self._standing = Growing(self._places[rows])
        self._told = None

    def _only(self, shown: Shown | None) -> Any:
        """Return search parameters that leave out all other rows; None where all may be found."""
        if shown is None:
            return None
        if self._told is None or self._told[0] is not shown:
            only = selector(shown.places[self._places])
            self._told = shown, self._faiss.SearchParameters(sel=only)
        return self._told[1]
