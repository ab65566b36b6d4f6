"""The gallery: segments under one register of ids.

It is built as its design says (`designs`): exact, inverted lists, or segments of a number of
templates, each with an index of its own. Everything that moves templates about overwrites the
memory that it frees (`wiping`). Once it is sealed, what changes in it is first made certain in its
folder, where a full disk can still refuse it, and then done in memory.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.gallery import results
from sim.gallery.checks import (
    checked_count,
    checked_ids,
    checked_path,
    checked_threshold,
    checked_vectors,
    refused,
)
from sim.gallery.creating import create_folder
from sim.gallery.designs import Design, design_of
from sim.gallery.enrolment import checked_enrolment
from sim.gallery.folder import GalleryFolder
from sim.gallery.gallery import Cost, GalleryStats, Nearest, Within
from sim.gallery.register import ERASED, Register, segment_and_place, spot
from sim.gallery.report import LEVELS, AuditReport
from sim.gallery.sealing import HOWS, How, arrays_of, changes_to, gone, made_certain
from sim.gallery.segment import ERASED as BLANK
from sim.gallery.segment import HIDDEN, Segment
from sim.gallery.shelf import LIST
from sim.gallery.wiping import wipe, wipe_waiting, wiped

if TYPE_CHECKING:
    from sim.gallery.evidence import Evidence


class StoredGallery:
    """A `Gallery` of segments.

    Args:
        dimension: numbers in a template, 1 or more.
        design: what it is built of, or the factory string of that.

    Raises:
        ValueError: a dimension below 1.
        GalleryError: there is no such design, or it cannot be of this dimension.
        ImportError: FAISS is not installed (it comes with the extra `[faces]`).
    """

    def __init__(self, dimension: int, design: Design | str = "Flat") -> None:
        if dimension < 1:
            raise ValueError(f"a template has 1 number or more, found {dimension}")
        self.dimension = dimension
        self.design = design_of(str(design), dimension)
        self.segments = [Segment(self.design, dimension)]
        self.register = Register()
        self.erased = 0
        self.folder: Path | None = None
        self._folder: GalleryFolder | None = None

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Store templates; see `Gallery.enrol`."""
        given = vectors
        ids, vectors = checked_enrolment(self.register, self.dimension, ids, vectors)
        with wiped():
            for segment, part in self._rooms(len(ids)):
                first = self.segments[segment].places
                self.segments[segment].enrol(ids[part], vectors[part])
                places = np.arange(first, first + part.stop - part.start)
                self.register.add(ids[part], spot(segment, places))
        if not np.may_share_memory(vectors, given):
            wipe(vectors)

    def search(self, vectors: NDArray[np.float32], k: int) -> Nearest:
        """Return the k most similar; see `Gallery.search`."""
        vectors = checked_vectors(vectors, self.dimension)
        k = checked_count(k)
        filled = [segment for segment in self.segments if segment.shelf.rows]
        if not len(vectors) or not filled:
            return results.nobody(len(vectors), k)
        return results.nearest([(s.search(vectors, k), s.ids) for s in filled])

    def range(self, vectors: NDArray[np.float32], threshold: float) -> Within:
        """Return all at or above the threshold; see `Gallery.range`."""
        vectors = checked_vectors(vectors, self.dimension)
        threshold = checked_threshold(threshold)
        filled = [s for s in self.segments if s.searchable] if len(vectors) else []
        found = [(s.within(vectors, threshold), s.ids) for s in filled]
        return results.within(found, len(vectors))

    def hide(self, ids: NDArray[np.int64]) -> None:
        """Keep templates out of results; see `Gallery.hide`."""
        ids, where = self._stored(ids)
        parts = list(self._by_segment(where))
        for segment, places, which in parts:
            hidden = segment.state[places] == HIDDEN
            if hidden.any():
                first = ids[which[hidden][0]]
                raise refused("ids of searchable templates", f"{first}, which is hidden")
        made_certain(self._folder, changes_to(HIDDEN, where))
        for segment, places, _ in parts:
            segment.hide(places)
        self._cleared()

    def erase(self, ids: NDArray[np.int64], how: How = "in_place") -> Cost:
        """Remove templates, in files as `how` says; see `Gallery.erase`."""
        start = time.perf_counter()
        ids, where = self._stored(ids)
        if how not in HOWS:
            raise refused(f"a way to erase, {' or '.join(HOWS)}", str(how))
        if not len(ids):
            return Cost()
        with wiped():
            cost = made_certain(self._folder, changes_to(BLANK, where), how)
            for segment, places, _ in self._by_segment(where):
                cost += segment.erase(places)
            self.register.move(ids, ERASED)
            self.erased += len(ids)
            wipe_waiting()
            # Last of all: it may fail, and the templates are erased.
            cost += self._cleared()
        return cost + Cost(seconds=time.perf_counter() - start)

    def rebuild(self, *, retrain: bool = False, segments: Collection[int] | None = None) -> Cost:
        """Write segments anew; see `Gallery.rebuild`."""
        start = time.perf_counter()
        every = range(len(self.segments))
        wrong = [number for number in segments or () if number not in every]
        if wrong:
            raise refused(f"segments from 0 to {len(every) - 1}", str(wrong[0]))
        asked = every if segments is None else sorted({int(number) for number in segments})
        cost = Cost()
        with wiped():
            try:
                for number in asked:
                    cost += self._rebuilt(number, retrain)
            finally:
                wipe_waiting()
        return cost + Cost(seconds=time.perf_counter() - start)

    def seal(self, folder: Path | str | None = None) -> Cost:
        """Write the gallery, or what is new in it, to its folder; see `Gallery.seal`."""
        start = time.perf_counter()
        if self._folder and folder is not None and checked_path(folder) != self._folder.path:
            raise refused(f"no folder other than {self._folder.path}, its own", str(folder))
        with wiped():
            arrays = arrays_of(self.segments)
            if self._folder is not None:
                rows = self._folder.new_rows(arrays)
                cost = self._sealed(self.segments) + self._cleared()
            elif folder is not None:
                rows = sum(segment.places for segment in self.segments)
                erased, design = gone(self.register, self.segments), str(self.design)
                made, cost = create_folder(folder, self.dimension, design, arrays, erased)
                self.keep_in(made)
            else:
                raise refused("a folder to be sealed to, the first time", "none")
        return cost + Cost(rows, seconds=time.perf_counter() - start)

    def keep_in(self, folder: GalleryFolder) -> None:
        """Have what changes from now on made certain in a folder, which holds just this gallery."""
        self._folder, self.folder = folder, folder.path

    def close(self) -> None:
        """Let go of the folder: others may open it, and what changes from now on is in memory."""
        if self._folder is not None:
            self._folder.close()
            self._folder = self.folder = None

    def stored(self, ids: NDArray[np.int64]) -> dict[str, NDArray[np.uint8]]:
        """Return the bytes that are kept of templates; see `Gallery.stored`."""
        kept: dict[str, NDArray[np.uint8]] = {}
        ids, where = self._stored(ids)
        with wiped():
            for segment, places, which in self._by_segment(where):
                for name, rows in segment.shelf.stored(places).items():
                    if name == LIST:
                        continue
                    rows = np.ascontiguousarray(rows).view(np.uint8)
                    if name not in kept:
                        kept[name] = np.zeros((len(ids), rows.shape[1]), dtype=np.uint8)
                    kept[name][which] = rows
                    wipe(rows)
        return kept

    def audit(self, evidence: Evidence, levels: Collection[str] = LEVELS) -> AuditReport:
        """Return what is left of what was erased; see `Gallery.audit`."""
        from sim.gallery.audit import audit

        return audit(self, evidence, levels)

    def hidden(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Return which of these templates are hidden, bool [n].

        Raises:
            GalleryError: an id is not stored, or comes twice.
        """
        ids, where = self._stored(ids)
        hidden = np.zeros(len(ids), dtype=np.bool_)
        for segment, places, which in self._by_segment(where):
            hidden[which] = segment.state[places] == HIDDEN
        return hidden

    def stats(self) -> GalleryStats:
        """Return how much is held."""
        searchable = sum(segment.searchable for segment in self.segments)
        hidden = sum(segment.hidden for segment in self.segments)
        sizes: dict[str, int] = {}
        for segment in self.segments:
            for name, size in segment.sizes().items():
                sizes[name] = sizes.get(name, 0) + size
        return GalleryStats(
            enrolled=len(self.register),
            searchable=searchable,
            hidden=hidden,
            erased=self.erased,
            stores=tuple(sorted(sizes.items())),
            design=str(self.design),
            segments=len(self.segments),
            trained_on_erased=sum(segment.trained_on_erased for segment in self.segments),
        )

    def _rebuilt(self, number: int, retrain: bool) -> Cost:
        """Write a segment anew, in the folder and then in memory."""
        old = self.segments[number]
        new = old.rebuilt(retrain)
        cost = Cost(new.places, sum(old.sizes().values()), sum(new.sizes().values()))
        cost += self._sealed([*self.segments[:number], new, *self.segments[number + 1 :]])
        self.segments[number] = new
        self.register.move(new.ids, spot(number, np.arange(new.places)))
        old.clear()
        return cost + self._cleared()

    def _sealed(self, segments: list[Segment]) -> Cost:
        """Make certain that the folder, if there is one, holds these segments."""
        if self._folder is None:
            return Cost()
        placed = sum(segment.places - segment.shelf.rows for segment in segments)
        known = self._folder.manifest.gone.rows == self.erased - placed
        erased = None if known else gone(self.register, segments)
        return self._folder.seal(arrays_of(segments), erased)

    def _cleared(self) -> Cost:
        """Overwrite in the folder, if there is one, what has changed."""
        return Cost() if self._folder is None else self._folder.clear()

    def _rooms(self, count: int) -> Iterator[tuple[int, slice]]:
        """Yield which segment takes which of so many new templates, opening new ones as needed."""
        most, start = self.design.segment, 0
        while start < count:
            room = count - start
            if most is not None:
                room = min(room, most - self.segments[-1].places)
            if not room:
                self.segments.append(Segment(self.design, self.dimension))
                continue
            yield len(self.segments) - 1, slice(start, start + room)
            start += room

    def _stored(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return ids as int64 [n], all of which are stored, and where their templates stand."""
        ids = checked_ids(ids)
        where = self.register.where(ids)
        missing = np.flatnonzero(where < 0)
        if len(missing):
            first = missing[0]
            state = "was erased" if where[first] == ERASED else "was never enrolled"
            raise refused("ids of stored templates", f"{ids[first]}, which {state}")
        return ids, where

    def _by_segment(
        self, where: NDArray[np.int64]
    ) -> Iterator[tuple[Segment, NDArray[np.int64], NDArray[np.int64]]]:
        """Yield each segment concerned, the places in it, and which of the spots those are."""
        segment, place = segment_and_place(where)
        for number in np.unique(segment).tolist():
            which = np.flatnonzero(segment == number)
            yield self.segments[number], place[which], which
