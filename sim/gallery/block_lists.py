"""The inverted lists of a fast-scan index as memory: read, filled and wiped.

A fast-scan index keeps its 4-bit codes not row by row but interleaved in blocks of 32 rows, so that
one processor instruction looks up 32 of them at once (André, Kermarrec and Le Scouarnec 2017,
"Accelerated nearest neighbor search with quick ADC", ICMR). A removal moves a list's last code over
the removed one, and leaves what it moved, or removed, behind the list's end: in the rest of the
last block, and in the memory past it, which FAISS takes in powers of two. `wipe_ends` is what makes
that zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.gallery.wiping import wipe


class BlockLists:
    """The lists of one fast-scan index.

    Args:
        index: a FAISS index of inverted lists in blocks (`IndexIVFPQFastScan`); held on to, since
            it owns the memory.
    """

    def __init__(self, index: Any) -> None:
        import faiss

        self._faiss: Any = faiss
        self._index = index
        self._lists = self._faiss.downcast_InvertedLists(index.invlists)
        self._packer = self._lists.packer
        self.code_bytes = int(self._packer.code_size)
        self._kept = self._masks()

    def sizes(self) -> NDArray[np.int64]:
        """Return how many rows each list holds, int64 [lists]."""
        size = self._lists.list_size
        return np.array([size(i) for i in range(self._lists.nlist)], dtype=np.int64)

    def block_bytes(self) -> int:
        """Return the bytes of the blocks that hold the codes of all lists."""
        return int((-(-self.sizes() // self._packer.nvec)).sum()) * int(self._packer.block_size)

    def labels(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the labels of the rows in some lists, int64 [n], list by list."""
        sizes = [(number, self._lists.list_size(number)) for number in numbers.tolist()]
        rows = [self._labels(number, size) for number, size in sizes if size]
        return np.concatenate(rows) if rows else np.zeros(0, dtype=np.int64)

    def codes(self, places: int) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
        """Return each place's list and 4-bit codes, two a byte.

        Args:
            places: labels of the rows are below this.

        Returns:
            int32 [places] and uint8 [places, code_bytes]; -1 and zeros where no row has the label.
        """
        of = np.full(places, -1, dtype=np.int32)
        codes = np.zeros((places, self.code_bytes), dtype=np.uint8)
        for number, size in enumerate(self.sizes().tolist()):
            if not size:
                continue
            labels, blocks = self._labels(number, size), self._blocks(number, size)
            flat = np.zeros((len(blocks) * self._packer.nvec, self.code_bytes), dtype=np.uint8)
            for block, rows in zip(blocks, self._by_block(flat), strict=True):
                self._packer.unpack_all(self._faiss.swig_ptr(block), self._faiss.swig_ptr(rows))
            of[labels], codes[labels] = number, flat[:size]
            wipe(flat)
        return of, codes

    def fill(
        self, labels: NDArray[np.int64], of: NDArray[np.int32], codes: NDArray[np.uint8]
    ) -> None:
        """Put rows into lists that are empty, as `codes` gave them.

        Args:
            labels: int64 [n].
            of: int32 [n], the list of each.
            codes: uint8 [n, code_bytes].
        """
        order = np.argsort(of, kind="stable")
        bounds = np.searchsorted(of[order], np.arange(self._lists.nlist + 1))
        for number in np.flatnonzero(np.diff(bounds)).tolist():
            rows = order[bounds[number] : bounds[number + 1]]
            self._lists.resize(number, len(rows))
            self._labels(number, len(rows))[:] = labels[rows]
            blocks = self._blocks(number, len(rows))
            flat = np.zeros((len(blocks) * self._packer.nvec, self.code_bytes), dtype=np.uint8)
            flat[: len(rows)] = codes[rows]
            for block, part in zip(blocks, self._by_block(flat), strict=True):
                self._packer.pack_all(self._faiss.swig_ptr(part), self._faiss.swig_ptr(block))
            wipe(flat)
        self._index.ntotal += len(labels)
        self.wipe_ends(np.zeros(self._lists.nlist, dtype=np.int64))

    def remove(self, selector: Any) -> int:
        """Take rows out, make zero what that leaves behind the lists' ends, return how many.

        FAISS moves the rows of several lists at once in threads of its own. A list that shrinks
        leaves its old memory with the thread that moved it, where nothing here can overwrite it; so
        this is done in one thread, the one that calls.
        """
        before, threads = self.sizes(), self._faiss.omp_get_max_threads()
        self._faiss.omp_set_num_threads(1)
        try:
            removed = int(self._index.remove_ids(selector))
        finally:
            self._faiss.omp_set_num_threads(threads)
        self.wipe_ends(before)
        return removed

    def wipe_ends(self, before: NDArray[np.int64]) -> None:
        """Make zero what lies behind the ends of lists that have grown or shrunk.

        Memory comes as others left it, and a list has more than it fills.

        Args:
            before: `sizes()` as they were.
        """
        after, rows = self.sizes(), self._packer.nvec
        for number in np.flatnonzero(before != after).tolist():
            size = int(after[number])
            used = -(-size // rows) * self._packer.block_size
            if not used:
                continue
            has = self._faiss.AlignedTableUint8.round_capacity(used)
            self._faiss.rev_swig_ptr(self._lists.get_codes(number), has)[used:] = 0
            if size % rows:
                self._blocks(number, size)[-1] &= self._kept[size % rows]

    def _masks(self) -> NDArray[np.uint8]:
        """Return the bits of a block that its first n rows occupy, uint8 [rows of a block, bytes].

        Taken from FAISS's own packing, so that they hold for whatever layout it uses.
        """
        masks = np.zeros((self._packer.nvec, self._packer.block_size), dtype=np.uint8)
        full = np.full(self.code_bytes, 255, dtype=np.uint8)
        for rows in range(1, len(masks)):
            masks[rows] = masks[rows - 1]
            self._packer.pack_1_c(
                self._faiss.swig_ptr(full), rows - 1, self._faiss.swig_ptr(masks[rows])
            )
        return masks

    def _blocks(self, number: int, size: int) -> NDArray[np.uint8]:
        """Return the memory of a list's blocks, uint8 [blocks, bytes of a block]."""
        count = -(-size // self._packer.nvec)
        memory = self._faiss.rev_swig_ptr(
            self._lists.get_codes(number), count * self._packer.block_size
        )
        blocks: NDArray[np.uint8] = memory.reshape(count, self._packer.block_size)
        return blocks

    def _labels(self, number: int, size: int) -> NDArray[np.int64]:
        """Return the memory of a list's labels, int64 [size]."""
        labels: NDArray[np.int64] = self._faiss.rev_swig_ptr(self._lists.get_ids(number), size)
        return labels

    def _by_block(self, flat: NDArray[np.uint8]) -> NDArray[np.uint8]:
        return flat.reshape(-1, self._packer.nvec, self.code_bytes)
