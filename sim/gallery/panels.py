"""What a matrix product leaves behind: FAISS's BLAS copies what it multiplies into panels.

From so many probes on (`distance_compute_blas_threshold`, 20) FAISS compares vectors by a matrix
product, block by block. The BLAS library copies each block into panels of its own, which it keeps
for as long as the process lives, and a piece of them may spill onto its threads' stacks: templates
that were sorted into lists, or that an exact search went through, are found there afterwards. A
product of the same shape with zeros in their place overwrites them.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

_WIDTH = 32
"""Numbers of the zeros that are multiplied before any template is: any width does."""


@functools.cache
def _bind() -> None:
    """Have the BLAS library call what it calls once, with zeros, before it meets a template.

    A library's functions are found when they are first called, and the linker saves the vector
    registers on the stack meanwhile: in a thread of the BLAS's own that was a template's numbers,
    as measured, which nothing wrote over afterwards.
    """
    import faiss

    zeros = faiss.IndexFlatIP(_WIDTH)
    zeros.add(np.zeros((faiss.cvar.distance_compute_blas_database_bs, _WIDTH), dtype=np.float32))
    probes = np.zeros((faiss.cvar.distance_compute_blas_query_bs, _WIDTH), dtype=np.float32)
    zeros.search(probes, 1)


class Panels:
    """Remembers the largest product since the panels were last overwritten.

    Attributes:
        probes: rows on the probes' side of it; 0 where there was no product.
    """

    def __init__(self) -> None:
        _bind()
        self.probes = 0

    def used(self, probes: int) -> None:
        """Take note of a comparison of so many probes."""
        import faiss

        if probes >= faiss.cvar.distance_compute_blas_threshold:
            self.probes = max(self.probes, probes)

    def overwrite(self, index: Any) -> None:
        """Compare as many probes of zeros as FAISS takes at once with a flat index of FAISS's."""
        import faiss

        if not self.probes:
            return
        rows = min(self.probes, faiss.cvar.distance_compute_blas_query_bs)
        index.search(np.zeros((rows, index.d), dtype=np.float32), 1)
        self.probes = 0

    def overwrite_with_zeros(self, dimension: int, rows: int) -> None:
        """Do so with as many templates of zeros, of so many, as FAISS takes at once."""
        import faiss

        if not self.probes:
            return
        block = min(rows, faiss.cvar.distance_compute_blas_database_bs)
        zeros = faiss.IndexFlatIP(dimension)
        zeros.add(np.zeros((block, dimension), dtype=np.float32))
        self.overwrite(zeros)
