"""The memory of inverted lists whose rows are codes one after another (FAISS, array lists).

Rows are read where they lie, and lists are grown and shrunk so that nothing is left behind them.
Memory comes from the allocator as others left it, and goes back to it as it is: a list grows at
least to twice its size, which takes no more memory than it fills with zeros, and what it leaves is
the allocator's to wipe (`wiping`). Lists grow in the thread that calls, before FAISS's own threads
fill them: only the calling thread's leftovers can be wiped.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray


class CodeLists:
    """The lists of one index, which no one else grows or shrinks.

    Args:
        index: FAISS's `IndexIVFScalarQuantizer`, empty.
    """

    def __init__(self, index: Any) -> None:
        import faiss

        self._faiss: Any = faiss
        self._index = index
        self._lists: Any = index.invlists
        self._width = int(index.code_size)
        # Rows that each list's memory has room for.
        self._room: NDArray[np.int64] = np.zeros(index.nlist, dtype=np.int64)

    def sizes(self) -> NDArray[np.int64]:
        """Return the rows of each list, int64 [lists]."""
        return np.array([self._lists.list_size(i) for i in range(len(self._room))], dtype=np.int64)

    def rows(self, number: int) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
        """Return the labels int64 [n] and codes uint8 [n, width] of a list, where they lie."""
        size = self._lists.list_size(number)
        if not size:
            return np.zeros(0, dtype=np.int64), np.zeros((0, self._width), dtype=np.uint8)
        labels = self._faiss.rev_swig_ptr(self._lists.get_ids(number), size)
        codes = self._faiss.rev_swig_ptr(self._lists.get_codes(number), size * self._width)
        return labels, codes.reshape(size, self._width)

    def make_room(self, more: NDArray[np.int64]) -> None:
        """Let each list's memory have room for so many more rows, int64 [lists], with zeros."""
        for number in np.flatnonzero(more).tolist():
            size = self._lists.list_size(number)
            needed = size + int(more[number])
            if needed > self._room[number]:
                self._room[number] = max(2 * size, needed)
                self._lists.resize(number, int(self._room[number]))
                self._lists.resize(number, size)

    def fill(
        self, labels: NDArray[np.int64], codes: NDArray[np.uint8], bounds: NDArray[np.int64]
    ) -> None:
        """Put rows into empty lists.

        Args:
            labels: int64 [n], list by list.
            codes: uint8 [n, width], alike.
            bounds: int64 [lists + 1], where each list's rows begin.
        """
        pointer = self._faiss.swig_ptr
        self._room[:] = np.diff(bounds)
        for number, (start, end) in enumerate(pairwise(bounds.tolist())):
            if end > start:
                some, of_them = pointer(labels[start:end]), pointer(codes[start:end])
                self._lists.add_entries(number, end - start, some, of_them)
        self._index.ntotal = len(labels)

    def remove(self, selector: Any) -> int:
        """Take rows out and make zero what that leaves behind; return how many they were.

        A list's last row moves to where one was taken out, and its old copy stays behind the end.
        """
        before = self.sizes()
        removed = int(self._index.remove_ids(selector))
        after = self.sizes()
        for number in np.flatnonzero(before != after).tolist():
            # Growing a list within its memory fills it with zeros.
            self._lists.resize(number, int(before[number]))
            self._lists.resize(number, int(after[number]))
        return removed

    def wipe_threads(self) -> None:
        """Have each of FAISS's threads code zeros in the memory in which it coded rows last.

        What a thread works in waits in a cache of its own when it is done, where only that thread
        comes upon it; FAISS shares rows out among its threads by the number of their list.
        """
        faiss, threads = self._faiss, self._faiss.omp_get_max_threads()
        dimension = int(self._index.d)
        quantizer = faiss.IndexFlatIP(dimension)
        scratch = faiss.IndexIVFScalarQuantizer(
            quantizer, dimension, threads, self._index.sq.qtype, faiss.METRIC_INNER_PRODUCT
        )
        zeros = np.zeros((threads, dimension), dtype=np.float32)
        each = np.arange(threads, dtype=np.int64)
        quantizer.add(zeros)
        faiss.copy_array_to_vector(np.zeros(2 * dimension, np.float32), scratch.sq.trained)
        scratch.is_trained = True
        scratch.add_core(threads, faiss.swig_ptr(zeros), faiss.swig_ptr(each), faiss.swig_ptr(each))
