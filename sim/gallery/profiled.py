"""A gallery that keeps and erases as an operator's store does: an index in memory, rows on files.

It is searched as every gallery is, and erased templates leave its results at once. What else is
left of them, in files and in memory and for how long, is as the store's manner of keeping has it
(`keeping`), and an audit finds it there: this is the gallery to be audited, not one to use.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault
from sim.gallery.checks import checked_ids, refused
from sim.gallery.designs import Design
from sim.gallery.folder import unwritable
from sim.gallery.gallery import Cost, GalleryError, GalleryStats, Nearest, Within
from sim.gallery.keeping import Keeping, Kind
from sim.gallery.report import LEVELS, AuditReport
from sim.gallery.stored import StoredGallery
from sim.gallery.stores.opening import store_for
from sim.gallery.stores.rows import Rows, places_of
from sim.gallery.stores.saved import SavedStore
from sim.gallery.stores.store import NO_IDS, Change
from sim.gallery.stores.tail import TailShelf
from sim.gallery.wiping import wiped

if TYPE_CHECKING:
    from sim.gallery.evidence import Evidence


class ProfiledGallery:
    """A `Gallery` over a store of one manner of keeping.

    An act belongs to the day that it is done on, and the store does what it does by itself at the
    end of each: an erasure ends its day.

    Args:
        dimension: numbers in a template, 1 or more.
        keeping: the manner, with its numbers.
        folder: where the store's files lie; it is made if it is not there.
        design: of the index in memory, see `StoredGallery`; `in_place_tail` has an exact one.

    Attributes:
        day: today, from 0.

    Raises:
        ValueError: a dimension below 1.
        GalleryError: something is in the folder, it cannot be made or written, or there is no
            such design.
        ImportError: FAISS is not installed (it comes with the extra `[faces]`).
    """

    def __init__(
        self, dimension: int, keeping: Keeping, folder: Path, design: Design | str = "Flat"
    ) -> None:
        self.dimension = dimension
        self.keeping = keeping
        self.day = 0
        self._memory = StoredGallery(dimension, design)
        self._exact = str(self._memory.design) == "Flat"
        if keeping.kind is Kind.IN_PLACE_TAIL:
            if not self._exact:
                raise refused("the design Flat where its tail is kept", str(design))
            self._memory.segments[0].shelf = TailShelf(dimension)
        self._folder = folder
        with self._acting():
            folder.mkdir(parents=True, exist_ok=True)
            if there := sorted(path.name for path in folder.iterdir()):
                message, empty = "a store begins in an empty folder", "an empty folder"
                raise GalleryError(Fault(message, file=str(folder), found=there[0], expected=empty))
            self._store = store_for(keeping, folder, dimension, self._vectors)
        self._erased = NO_IDS
        """Ids of erased templates that the engine has not let go: hidden in memory."""
        self._tail_since: int | None = None

    @property
    def folder(self) -> Path | None:
        """Where the store's files lie."""
        return self._folder

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Store templates; see `Gallery.enrol`.

        Raises:
            GalleryError: as there; or the files cannot be written: nothing is enrolled then, and
                the ids cannot be used again.
        """
        with self._acting():
            self._memory.enrol(ids, vectors)
            rows = Rows(np.asarray(ids), np.asarray(vectors, dtype=np.float32))
            try:
                self._store.put(rows, self.day)
            except OSError:
                self._memory.erase(rows.ids)
                raise

    def search(self, vectors: NDArray[np.float32], k: int) -> Nearest:
        """Return the k most similar; see `Gallery.search`."""
        return self._memory.search(vectors, k)

    def range(self, vectors: NDArray[np.float32], threshold: float) -> Within:
        """Return all at or above the threshold; see `Gallery.range`."""
        return self._memory.range(vectors, threshold)

    def hide(self, ids: NDArray[np.int64]) -> None:
        """Keep templates out of results; see `Gallery.hide`."""
        self._memory.hide(self._not_erased(ids))

    def erase(self, ids: NDArray[np.int64]) -> Cost:
        """Erase templates as the store does, and end the day; see `Gallery.erase`.

        Raises:
            GalleryError: an id is not stored, or comes twice, or a file cannot be written; nothing
                is erased then. Where only what the store does at the end of the day cannot be
                written, that is told, and the templates are erased.
        """
        ids = self._not_erased(ids)
        if not len(ids):
            return Cost()
        with self._acting():
            shown = ids[~self._memory.hidden(ids)]
            change = self._store.erase(ids, self.day)
            self._memory.hide(shown)
            self._erased = np.concatenate([self._erased, ids])
            cost = self._let_go(change)
            if self._tail_since is None:
                self._tail_since = self.day
            return cost + self._end_of_day()

    def advance(self, day: int) -> Cost:
        """Let days pass, to the end of one, and the store do what it does by itself.

        Raises:
            GalleryError: a day before today, or a file cannot be written.
        """
        if day < self.day:
            raise refused(f"a day from {self.day} on", str(day))
        self.day = day
        with self._acting():
            return self._end_of_day()

    def rebuild(self, *, retrain: bool = False, segments: Collection[int] | None = None) -> Cost:
        """Write files and memory anew without the erased; see `Gallery.rebuild`.

        A log and old versions stay for as long as they do anyway.

        Raises:
            GalleryError: some segments alone are asked for (the files are written as one), or a
                file cannot be written.
        """
        if segments is not None:
            raise refused("no segments, its files being written as one", str(segments))
        with self._acting():
            cost = self._let_go(self._store.renew(self.day))
            if isinstance(self._store, SavedStore):
                return cost + self._begin_anew(self._store)
            return cost + self._memory.rebuild(retrain=retrain)

    def seal(self, folder: Path | None = None) -> Cost:
        """Do nothing: the store's files are as its engine writes them, after every act.

        Raises:
            GalleryError: another folder than its own.
        """
        if folder is not None and folder != self._folder:
            raise refused(f"its own folder {self._folder}", str(folder))
        return Cost()

    def stored(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.uint8]]:
        """Return the bytes that are kept of templates; see `Gallery.stored`.

        The files have vectors whatever the index in memory is made of.
        """
        ids = self._not_erased(ids)
        with self._acting():
            kept = self._memory.stored(ids)
            if len(ids) and not self._exact:
                kept["vector"] = self._store.vectors(ids).view(np.uint8)
            return kept

    def audit(self, evidence: Evidence, levels: Collection[str] = LEVELS) -> AuditReport:
        """Return what is left of what was erased; see `Gallery.audit`."""
        from sim.gallery.audit import audit

        return audit(self, evidence, levels)

    def stats(self) -> GalleryStats:
        """Return how much is held, as its caller sees it: what was erased is erased."""
        memory = self._memory.stats()
        kept = len(self._erased)
        return replace(memory, hidden=memory.hidden - kept, erased=memory.erased + kept)

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """Overwrite what memory is freed within, and tell plainly of files that fail."""
        with wiped():
            try:
                yield
            except OSError as error:
                raise unwritable(self._folder, error) from error

    def _vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors in memory under some ids."""
        return self._memory.stored(ids)["vector"].view(np.float32)

    def _not_erased(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return ids, each once, none of which was erased and is still kept."""
        ids = checked_ids(ids)
        erased = ids[np.isin(ids, self._erased)]
        if len(erased):
            raise refused("ids of stored templates", f"{erased[0]}, which was erased")
        return ids

    def _end_of_day(self) -> Cost:
        cost = self._let_go(self._store.advance(self.day))
        if self._tail_since is None or not isinstance(self._store, SavedStore):
            return cost
        assert self.keeping.days is not None
        if self._tail_since + self.keeping.days > self.day:
            return cost
        return cost + self._begin_anew(self._store)

    def _let_go(self, change: Change) -> Cost:
        """Erase from memory what the store has dropped."""
        self._erased = self._erased[~np.isin(self._erased, change.dropped)]
        return change.cost + self._memory.erase(change.dropped)

    def _begin_anew(self, store: SavedStore) -> Cost:
        """End the process that held the index, and begin another from its file."""
        rows, segment = store.saved(), self._memory.segments[0]
        kept = segment.kept
        fresh = TailShelf(self.dimension)
        fresh.add(kept, rows.vectors[places_of(rows.ids, segment.ids[kept])])
        segment.shelf, self._tail_since = fresh, None
        return Cost(len(rows), rows.vectors.nbytes + rows.ids.nbytes)
