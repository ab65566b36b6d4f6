"""A segment: some templates with one index of their own, that is written anew by itself.

A segment whose design needs training begins exact and settles when it holds what training needs: it
trains on a sample of what it holds, moves everything into lists, and the exact copy is overwritten.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown
from sim.gallery.designs import Design
from sim.gallery.gallery import Cost
from sim.gallery.growing import Growing
from sim.gallery.shelf import Columns, Found, FoundWithin, Shelf, shelf_kind
from sim.gallery.wiping import wipe

SEARCHABLE, HIDDEN, ERASED = 0, 1, 2
"""States of a place."""


class Segment:
    """Templates by place: the number of each in order of enrolment, until it is rebuilt.

    Attributes:
        design: what the gallery is built of.
        dimension: numbers in a template.
        sampled_and_gone: how many more there were, erased before the segment was last rebuilt.
        settled: whether the design is in use, or the segment still is exact.
        generation: how often it was settled or rebuilt: rows of one generation are kept alike, in
            places that stay.
        hidden: templates that are stored and kept out of results.
        shelf: where the templates lie.
    """

    def __init__(self, design: Design, dimension: int) -> None:
        self.design = design
        self.dimension = dimension
        self._ids = Growing(np.zeros(0, dtype=np.int64))
        self._state = Growing(np.zeros(0, dtype=np.uint8))
        self._sampled = Growing(np.zeros(0, dtype=np.bool_))
        self.sampled_and_gone = 0
        self.hidden = 0
        # Which places may be found: made when a search first asks, let go when that changes.
        self._shown: Shown | None = None
        self.settled = design.least == 0
        self.generation = 0
        self.shelf = _empty(design if self.settled else design.exact(), dimension)

    @classmethod
    def restored(
        cls,
        design: Design,
        dimension: int,
        *,
        ids: NDArray[np.int64],
        state: NDArray[np.uint8],
        sampled: NDArray[np.bool_],
        sampled_and_gone: int,
        settled: bool,
        generation: int,
        model: Columns,
        columns: Columns,
    ) -> Segment:
        """Return a segment as it was, from its attributes and what its shelf kept.

        Args:
            design: as it was.
            dimension: numbers in a template.
            ids: as the property.
            state: as the property.
            sampled: as the property.
            sampled_and_gone: as the attribute.
            settled: as the attribute.
            generation: as the attribute.
            model: what its shelf's `model` gave.
            columns: what `columns` gave.

        Raises:
            ValueError: a model or columns that are not of this design.
        """
        segment = cls(design, dimension)
        segment._take(ids, state, sampled)
        segment.sampled_and_gone = sampled_and_gone
        segment.settled, segment.generation = settled, generation
        kept = np.flatnonzero(state != ERASED)
        rows = {name: column[kept] for name, column in columns.items()}
        segment.shelf = segment._restored(model, rows, kept)
        return segment

    @property
    def ids(self) -> NDArray[np.int64]:
        """The caller's ids, int64 [places], those of erased templates too."""
        return self._ids.filled

    @property
    def state(self) -> NDArray[np.uint8]:
        """The state of each place, uint8 [places]."""
        return self._state.filled

    @property
    def sampled(self) -> NDArray[np.bool_]:
        """Which templates the quantisers were trained on, bool [places]."""
        return self._sampled.filled

    @property
    def places(self) -> int:
        """Places given out, those of erased templates too."""
        return len(self._ids)

    @property
    def kept(self) -> NDArray[np.int64]:
        """Places of the templates that are stored, ascending."""
        return np.flatnonzero(self.state != ERASED)

    @property
    def searchable(self) -> int:
        """Templates that may be found."""
        return self.shelf.rows - self.hidden

    @property
    def trained_on_erased(self) -> int:
        """Templates that the quantisers were trained on and that have been erased since."""
        return self.sampled_and_gone + int((self.sampled & (self.state == ERASED)).sum())

    def enrol(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Lay new templates down in the places that follow."""
        if not self.settled and self.shelf.rows + len(ids) >= self.design.least:
            self._settle(ids, vectors)
            return
        places = self._new_places(ids)
        self.shelf.add(places, vectors)

    def search(self, vectors: NDArray[np.float32], k: int) -> Found:
        """Return the k best searchable templates; see `Shelf.search`."""
        return self.shelf.search(vectors, k, self._may_be_found())

    def within(self, vectors: NDArray[np.float32], threshold: float) -> FoundWithin:
        """Return the searchable templates at or above a threshold; see `Shelf.within`."""
        return self.shelf.within(vectors, threshold, self._may_be_found())

    def hide(self, places: NDArray[np.int64]) -> None:
        """Keep templates out of results, all of which may be found."""
        self.state[places] = HIDDEN
        self.hidden += len(places)
        self._shown = None

    def erase(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out and overwrite what held them."""
        cost = self.shelf.remove(places)
        self.hidden -= int((self.state[places] == HIDDEN).sum())
        self.state[places] = ERASED
        self._shown = None
        return cost

    def rebuilt(self, retrain: bool) -> Segment:
        """Return the segment anew, without the places of erased templates; this one stays as it is.

        Without retraining codes are copied as they are. With it they are decoded, training has a
        sample of what is stored, and they are coded anew; a segment that holds too little to train
        on becomes exact until it holds enough.
        """
        kept = self.kept
        new = Segment(self.design, self.dimension)
        anew = retrain and self.settled and self.design.least > 0
        sampled = np.zeros(len(kept), dtype=np.bool_) if anew else self.sampled[kept]
        new._take(self.ids[kept], self.state[kept], sampled)
        new.generation = self.generation + 1
        if anew:
            vectors = self.shelf.decoded(kept)
            if len(kept) >= self.design.least:
                new.shelf, chosen = self._trained(len(kept), lambda places: vectors[places])
                new.settled, new.sampled[chosen] = True, True
            new.shelf.add(np.arange(len(kept)), vectors)
            wipe(vectors)
        else:
            rows = self.shelf.stored(kept)
            new.settled = self.settled
            new.shelf = new._restored(self.shelf.model(), rows, np.arange(len(kept)))
            for column in rows.values():
                wipe(column)
            new.sampled_and_gone = self.trained_on_erased
        return new

    def clear(self) -> None:
        """Take every template out and overwrite what held them: another segment stands for this."""
        self.shelf.remove(self.kept)

    def sizes(self) -> dict[str, int]:
        """Return the bytes in memory of what is kept, by name."""
        return self.shelf.sizes()

    def columns(self, start: int = 0) -> Columns:
        """Return what is kept, a row a place from a place on; zeros where it was erased."""
        kept = np.flatnonzero(self.state[start:] != ERASED)
        columns = {}
        for name, rows in self.shelf.stored(kept + start).items():
            columns[name] = np.zeros((self.places - start, rows.shape[1]), dtype=rows.dtype)
            columns[name][kept] = rows
        return columns

    def _settle(self, ids: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Train on what is held and on what comes now, and move all of it into lists."""
        exact, held = self.shelf, self.kept
        moved = exact.decoded(held)

        def rows(chosen: NDArray[np.int64]) -> NDArray[np.float32]:
            old, new = chosen[chosen < len(held)], chosen[chosen >= len(held)]
            sample = np.empty((len(chosen), self.dimension), dtype=np.float32)
            np.take(moved, old, axis=0, out=sample[: len(old)], mode="clip")
            np.take(vectors, new - len(held), axis=0, out=sample[len(old) :], mode="clip")
            return sample

        shelf, chosen = self._trained(len(held) + len(ids), rows)
        places = self._new_places(ids)
        shelf.add(held, moved)
        shelf.add(places, vectors)
        self.sampled[np.concatenate([held, places])[chosen]] = True
        self.shelf, self.settled = shelf, True
        self.generation += 1
        exact.remove(held)
        wipe(moved)

    def _trained(
        self, count: int, rows: Callable[[NDArray[np.int64]], NDArray[np.float32]]
    ) -> tuple[Shelf, NDArray[np.int64]]:
        """Return an empty shelf trained on rows evenly spread over so many, and which they were."""
        chosen = np.linspace(0, count - 1, min(count, self.design.sample)).astype(np.int64)
        sample = rows(chosen)
        shelf = shelf_kind(self.design).trained(self.design, self.dimension, sample)
        wipe(sample)
        return shelf, chosen

    def _restored(self, model: Columns, rows: Columns, kept: NDArray[np.int64]) -> Shelf:
        """Return a shelf that holds these rows in these places."""
        design = self.design if self.settled else self.design.exact()
        return shelf_kind(design).restored(design, self.dimension, model, rows, kept)

    def _new_places(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the next places to these ids, and return them."""
        places = np.arange(self.places, self.places + len(ids))
        self._ids.append(ids)
        self._state.append(np.full(len(ids), SEARCHABLE, dtype=np.uint8))
        self._sampled.append(np.zeros(len(ids), dtype=np.bool_))
        self._shown = None
        return places

    def _take(
        self, ids: NDArray[np.int64], state: NDArray[np.uint8], sampled: NDArray[np.bool_]
    ) -> None:
        """Give the first places to these."""
        self._ids, self._state, self._sampled = Growing(ids), Growing(state), Growing(sampled)
        self.hidden = int((state == HIDDEN).sum())

    def _may_be_found(self) -> Shown | None:
        """Return which places may be found; None where everything stored may."""
        if not self.hidden:
            return None
        if self._shown is None:
            self._shown = Shown(self.state == SEARCHABLE)
        return self._shown


def _empty(design: Design, dimension: int) -> Shelf:
    """Return an empty shelf of a design that needs no training."""
    return shelf_kind(design).trained(design, dimension, np.zeros((0, dimension), np.float32))
