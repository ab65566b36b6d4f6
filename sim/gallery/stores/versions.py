"""Versions of immutable fragments: erasing makes a new version, and the old one stays for a time.

The manner `versioned`. A version is a list of fragments (files of rows). Erasing writes every
fragment that holds an erased row anew, without it; the fragments that only old versions name are
unlinked when those expire. Until then the old version can be read in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Keeping, Place
from sim.gallery.stores.rows import Batch, Rows, layout, vectors_in, written_anew
from sim.gallery.stores.store import NO_IDS, Change, Meter


class VersionStore:
    """A `RowStore` of versions.

    Args:
        folder: an empty folder that is there.
        dimension: numbers in a template.
        keeping: `versioned`.
    """

    def __init__(self, folder: Path, dimension: int, keeping: Keeping) -> None:
        self._folder, self._keeping = folder, keeping
        self._row = layout(dimension)
        self._newest: list[Batch] = []
        self._superseded: list[tuple[int, Path]] = []
        self._files = 0

    def put(self, rows: Rows, day: int) -> Cost:
        """Write rows as one fragment of a new version."""
        meter = Meter()
        with written_anew(self._next(), self._row) as file:
            meter.written += file.append(rows.packed())
        self._newest.append(Batch(file, rows.ids))
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Write what holds an erased row anew; the engine's index is the newest version's."""
        meter = Meter()
        version: list[Batch] = []
        superseded: list[tuple[int, Path]] = []
        # All of the new version is there before anything names it, or none of it is.
        with ExitStack() as begun:
            for old in self._newest:
                kept = ~np.isin(old.ids, ids)
                if kept.all():
                    version.append(old)
                    continue
                superseded.append((day, old.file.path))
                if not kept.any():
                    continue
                fresh = begun.enter_context(written_anew(self._next(), self._row))
                for first, rows in old.file.chunks():
                    meter.read += rows.nbytes
                    meter.written += fresh.append(rows[kept[first : first + len(rows)]])
                version.append(Batch(fresh, old.ids[kept]))
        self._newest = version
        self._superseded += superseded
        return Change(meter.cost(len(ids)), np.sort(ids))

    def advance(self, day: int) -> Change:
        """Unlink the fragments of versions that have expired."""
        kept_for = self._keeping.days
        assert kept_for is not None
        for since, path in self._superseded:
            if since + kept_for <= day:
                path.unlink()
        self._superseded = [old for old in self._superseded if old[0] + kept_for > day]
        return Change(Meter().cost(0), NO_IDS)

    def renew(self, day: int) -> Change:
        """Do nothing: the newest version holds no erased row, and the old ones expire."""
        return Change(Meter().cost(0), NO_IDS)

    def vectors(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return stored vectors; see `RowStore.vectors`."""
        return vectors_in(self._newest, ids)

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the newest version's fragments, and those that only old versions name."""
        return {
            Place.FILE: tuple(fragment.file.path for fragment in self._newest),
            Place.OLD_VERSION: tuple(path for _, path in self._superseded),
        }

    def _next(self) -> Path:
        self._files += 1
        return self._folder / f"fragment-{self._files:06d}.rows"
