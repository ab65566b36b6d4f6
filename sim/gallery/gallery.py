"""What a gallery does, whatever index lies under it: enrol, search, hide, erase, and say how much.

A template is in one of three states: searchable, hidden (a tombstone: kept out of results, still
stored) or erased. Ids are the caller's, 64-bit, and never used twice, also after an erasure.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError

NOBODY = -1
"""Id in a place of a result for which there is no template."""


class GalleryError(EffaceError):
    """A gallery was asked for what cannot be: an id twice, an unknown id, a vector of no length."""


@dataclass(frozen=True)
class Nearest:
    """The k nearest templates of each probe, best first.

    Attributes:
        ids: int64 [q, k], `NOBODY` where fewer than k templates are searchable.
        scores: float32 [q, k], inner products, minus infinity where there is nobody.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]


@dataclass(frozen=True)
class Within:
    """All templates that score at least a threshold, probe by probe, best first.

    Attributes:
        starts: int64 [q + 1]; those of probe i are `starts[i]:starts[i + 1]`.
        ids: int64 [m].
        scores: float32 [m], inner products.
    """

    starts: NDArray[np.int64]
    ids: NDArray[np.int64]
    scores: NDArray[np.float32]

    @property
    def probe(self) -> NDArray[np.int64]:
        """Which probe each row belongs to, int64 [m]."""
        return np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))


@dataclass(frozen=True)
class GalleryStats:
    """How much a gallery holds: `enrolled = searchable + hidden + erased`, always.

    Attributes:
        enrolled: templates ever enrolled.
        searchable: templates that a search may return.
        hidden: templates that are stored and kept out of results.
        erased: templates that are stored no longer.
        vector_bytes: bytes of stored vectors.
    """

    enrolled: int
    searchable: int
    hidden: int
    erased: int
    vector_bytes: int


class Gallery(Protocol):
    """Templates under ids, to be searched by inner product (cosine, of unit vectors).

    Attributes:
        dimension: numbers in a template.
    """

    dimension: int

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Store templates, searchable from now on.

        Args:
            ids: int64 [n], 0 or more, never used before in this gallery.
            vectors: float32 [n, dimension], finite.

        Raises:
            GalleryError: an id was used before, arrays of the wrong shape, or a number that is
                not finite; nothing is enrolled then.
        """
        ...

    def search(self, vectors: NDArray[np.float32], k: int) -> Nearest:
        """Return the k most similar searchable templates of each probe.

        Args:
            vectors: float32 [q, dimension].
            k: 1 or more.

        Raises:
            GalleryError: probes of the wrong shape or not finite, or k below 1.
        """
        ...

    def range(self, vectors: NDArray[np.float32], threshold: float) -> Within:
        """Return all searchable templates that score at least the threshold.

        Args:
            vectors: float32 [q, dimension].
            threshold: least inner product.

        Raises:
            GalleryError: probes of the wrong shape or not finite.
        """
        ...

    def hide(self, ids: NDArray[np.int64]) -> None:
        """Keep templates out of results; they stay stored.

        Raises:
            GalleryError: an id is not searchable, or comes twice; nothing is hidden then.
        """
        ...

    def erase(self, ids: NDArray[np.int64]) -> None:
        """Remove templates, searchable or hidden; their bytes are no longer in the index.

        Raises:
            GalleryError: an id is not stored, or comes twice; nothing is erased then.
        """
        ...

    def stats(self) -> GalleryStats:
        """Return how much is held."""
        ...
