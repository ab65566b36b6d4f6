"""What a gallery does, whatever index lies under it: enrol, search, hide, erase, and say how much.

A template is in one of three states: searchable, hidden (a tombstone: kept out of results, still
stored) or erased. Ids are the caller's, 64-bit, and never used twice, also after an erasure.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from generators.errors import EffaceError
from sim.gallery.report import LEVELS, AuditReport

if TYPE_CHECKING:
    from sim.gallery.evidence import Evidence

NOBODY = -1
"""Id in a place of a result for which there is no template."""


class GalleryError(EffaceError):
    """A gallery was asked for what cannot be: an id twice, an unknown id, a vector of no length."""


@dataclass(frozen=True)
class Nearest:
    """The k nearest templates of each probe, best first, equal scores by ascending id.

    Which of those that score the same as the last one is left out is the index's to choose.

    Attributes:
        ids: int64 [q, k], `NOBODY` where fewer than k templates were found.
        scores: float32 [q, k], inner products, minus infinity where there is nobody.
    """

    ids: NDArray[np.int64]
    scores: NDArray[np.float32]


@dataclass(frozen=True)
class Within:
    """The templates that score at least a threshold, probe by probe, best first, then by id.

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
class Cost:
    """What an erasure, a rebuild or a sealing took; costs add up.

    Attributes:
        rows: templates that it was about: those erased, or those written anew.
        bytes_read: bytes of stored templates that were read to be written elsewhere.
        bytes_written: bytes that were written or overwritten, in memory and in files.
        seconds: of wall time.
    """

    rows: int = 0
    bytes_read: int = 0
    bytes_written: int = 0
    seconds: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        """Return both together."""
        return Cost(
            self.rows + other.rows,
            self.bytes_read + other.bytes_read,
            self.bytes_written + other.bytes_written,
            self.seconds + other.seconds,
        )


@dataclass(frozen=True)
class GalleryStats:
    """How much a gallery holds: `enrolled = searchable + hidden + erased`, always.

    Attributes:
        enrolled: templates ever enrolled.
        searchable: templates that a search may return.
        hidden: templates that are stored and kept out of results.
        erased: templates that are stored no longer.
        stores: bytes of the stored templates in memory, by what they are kept as.
        design: the design as a factory string.
        segments: how many separate indexes there are.
        trained_on_erased: templates that were erased after the quantisers in use now had been
            trained on them: what training leaves of them is still there (0 where nothing is
            trained, and after a rebuild with retraining).
    """

    enrolled: int
    searchable: int
    hidden: int
    erased: int
    stores: tuple[tuple[str, int], ...]
    design: str
    segments: int
    trained_on_erased: int

    @property
    def vector_bytes(self) -> int:
        """Bytes of stored templates, all stores together."""
        return sum(size for _, size in self.stores)


class Gallery(Protocol):
    """Templates under ids, to be searched by inner product (cosine, of unit vectors).

    Attributes:
        dimension: numbers in a template.
    """

    dimension: int

    @property
    def folder(self) -> Path | None:
        """Where it is sealed, or None where it is in memory alone."""
        ...

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Store templates, searchable from now on.

        Args:
            ids: int64 [n], 0 or more, never used before in this gallery.
            vectors: float32 [n, dimension], of unit length within 0.001.

        Raises:
            GalleryError: an id was used before, arrays of the wrong shape, numbers that are not
                finite, or vectors of another length; nothing is enrolled then.
        """
        ...

    def search(self, vectors: NDArray[np.float32], k: int) -> Nearest:
        """Return the k most similar searchable templates of each probe.

        Args:
            vectors: float32 [q, dimension], of unit length within 0.001.
            k: 1 or more.

        Raises:
            GalleryError: probes of the wrong shape or length or not finite, or k no number from 1
                to 2**31 - 1.
        """
        ...

    def range(self, vectors: NDArray[np.float32], threshold: float) -> Within:
        """Return the searchable templates that score at least the threshold.

        An approximate index returns those that it comes upon.

        Args:
            vectors: float32 [q, dimension], of unit length within 0.001.
            threshold: least inner product.

        Raises:
            GalleryError: probes of the wrong shape or length or not finite, or a threshold that is
                no number.
        """
        ...

    def hide(self, ids: NDArray[np.int64]) -> None:
        """Keep templates out of results; they stay stored. Files of a sealed gallery say so too.

        Raises:
            GalleryError: an id is not searchable, or comes twice, or the folder cannot be written;
                nothing is hidden then.
        """
        ...

    def erase(self, ids: NDArray[np.int64]) -> Cost:
        """Remove templates, searchable or hidden: their bytes are overwritten, in files too.

        Raises:
            GalleryError: an id is not stored, or comes twice, or the folder has no room or cannot
                be written; nothing is erased then. Where only what was erased cannot be
                overwritten in the folder, that is told, and it is erased: the files follow when
                the gallery changes or is opened next.
        """
        ...

    def rebuild(self, *, retrain: bool = False, segments: Collection[int] | None = None) -> Cost:
        """Write segments anew from the templates that are stored in them.

        Args:
            retrain: whether quantisers are trained anew, on what is stored now: until then they
                keep what training learnt from templates that have been erased since.
            segments: numbers of the segments, from 0; all by default.

        Raises:
            GalleryError: there is no such segment; nothing is rebuilt then. Or the folder has no
                room or cannot be written; the segments before are rebuilt then.
        """
        ...

    def seal(self, folder: Path | None = None) -> Cost:
        """Write the gallery to a folder: all of it the first time, then what is new or rebuilt.

        Hiding, erasing and rebuilding keep a sealed folder as the gallery is; what is enrolled is
        in memory alone until it is sealed again.

        Args:
            folder: a new folder; afterwards None or the same.

        Raises:
            GalleryError: no folder, or another one than before, one that exists, no room, or a
                folder that cannot be written; what was sealed before is as it was.
        """
        ...

    def stored(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.uint8]]:
        """Return the bytes that are kept of templates, hidden ones too.

        Returns:
            For each thing that is kept of a template ("vector", "code", ...) uint8 [n, b], with
            zeros where that is not kept of it: segments that are not trained yet are exact.

        Raises:
            GalleryError: an id is not stored, or comes twice.
        """
        ...

    def audit(self, evidence: Evidence, levels: Collection[str] = LEVELS) -> AuditReport:
        """Return what is left of what was erased, level by level.

        Args:
            evidence: taken before the erasure (`sim.gallery.evidence`).
            levels: which to look at.

        Raises:
            GalleryError: there is no such level.
        """
        ...

    def stats(self) -> GalleryStats:
        """Return how much is held."""
        ...
