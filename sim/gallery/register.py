"""Which template stands where: every id that a gallery was ever given.

An id is written down once and for all, so that it is never given out again after an erasure. The
ids stand in sorted runs, each at least twice as long as the next: a new batch makes a new run, and
runs that have become alike in length are merged. So an id costs a merge now and then, however small
the batches, and is found by a few binary searches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.gallery.checks import is_ascending

UNKNOWN = -1
"""Where an id stands that was never used."""
ERASED = -2
"""Where an id stands whose template has been erased."""
_SHIFT = 32


@dataclass
class _Run:
    ids: NDArray[np.int64]
    where: NDArray[np.int64]


def spot(segment: int, places: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return where templates stand as one number each: the segment and the place in it."""
    return np.int64(segment << _SHIFT) | places


def segment_and_place(where: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the segments and the places of spots."""
    return where >> _SHIFT, where & ((1 << _SHIFT) - 1)


class Register:
    """All ids ever used, with where their templates stand."""

    def __init__(self) -> None:
        self._runs: list[_Run] = []

    def __len__(self) -> int:
        """Return how many ids were ever used."""
        return sum(len(run.ids) for run in self._runs)

    def where(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return where these stand: a spot, `ERASED` or `UNKNOWN`, int64 [n]."""
        found = np.full(len(ids), UNKNOWN, dtype=np.int64)
        for run, at, here in self._found(ids):
            found[here] = run.where[at]
        return found

    def add(self, ids: NDArray[np.int64], where: NDArray[np.int64]) -> None:
        """Write down new ids; that they are new is the caller's to know."""
        if not len(ids):
            return
        order = _ascending(ids)
        self._runs.append(_Run(ids[order], where[order]))
        while len(self._runs) > 1 and len(self._runs[-2].ids) < 2 * len(self._runs[-1].ids):
            last, before = self._runs.pop(), self._runs.pop()
            self._runs.append(_merged(before, last))

    def move(self, ids: NDArray[np.int64], where: NDArray[np.int64] | int) -> None:
        """Write down that these templates stand elsewhere, or are `ERASED`."""
        where = np.broadcast_to(np.asarray(where, dtype=np.int64), ids.shape)
        for run, at, here in self._found(ids):
            run.where[at] = where[here]

    def erased(self) -> NDArray[np.int64]:
        """Return the ids of all templates that were erased, ascending."""
        gone = [run.ids[run.where == ERASED] for run in self._runs]
        return np.sort(np.concatenate(gone)) if gone else np.zeros(0, dtype=np.int64)

    def _found(
        self, ids: NDArray[np.int64]
    ) -> list[tuple[_Run, NDArray[np.int64], NDArray[np.int64]]]:
        """Return of each run where in it some of the ids stand, and which of the ids those are."""
        # Looked up in order, neighbours are found in memory that was just read.
        order = _ascending(ids)
        asked, found = ids[order], []
        for run in self._runs:
            at = np.searchsorted(run.ids, asked)
            here = np.flatnonzero(run.ids[np.minimum(at, len(run.ids) - 1)] == asked)
            if len(here):
                found.append((run, at[here], order[here]))
        return found


def _ascending(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the order in which ids ascend; each comes once."""
    return np.arange(len(ids)) if is_ascending(ids) else np.argsort(ids)


def _merged(one: _Run, other: _Run) -> _Run:
    """Return two runs as one."""
    ids = np.concatenate([one.ids, other.ids])
    # A sort that is stable merges two runs in a row in one pass.
    order = np.argsort(ids, kind="stable")
    return _Run(ids[order], np.concatenate([one.where, other.where])[order])
