"""Versions of immutable fragments: erasing makes a new version, and the old one stays for a time.

The manner `versioned`. A version is a list of fragments (files of rows). Erasing writes every
fragment that holds an erased row anew, without it; the fragments that only old versions name are
unlinked when those expire. Until then the old version can be read in full.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.gallery import Cost
from sim.gallery.keeping import Keeping, Place
from sim.gallery.stores.rows import RowFile, Rows, layout
from sim.gallery.stores.store import NO_IDS, Change, Meter


@dataclass(frozen=True)
class _Fragment:
    """A file of rows that is never changed.

    Attributes:
        file: the rows.
        ids: int64 [rows], as they lie.
    """

    file: RowFile
    ids: NDArray[np.int64]


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
        self._newest: list[_Fragment] = []
        self._superseded: list[tuple[int, Path]] = []
        self._files = 0

    def put(self, rows: Rows, day: int) -> Cost:
        """Write rows as one fragment of a new version."""
        meter = Meter()
        fragment = _Fragment(self._file(), rows.ids)
        meter.written += fragment.file.append(rows.packed())
        self._newest.append(fragment)
        return meter.cost(len(rows))

    def erase(self, ids: NDArray[np.int64], day: int) -> Change:
        """Write what holds an erased row anew; the engine's index is the newest version's."""
        meter, version = Meter(), []
        for old in self._newest:
            kept = ~np.isin(old.ids, ids)
            if kept.all():
                version.append(old)
                continue
            self._superseded.append((day, old.file.path))
            if not kept.any():
                continue
            fresh = _Fragment(self._file(), old.ids[kept])
            for first, rows in old.file.chunks():
                meter.read += rows.nbytes
                meter.written += fresh.file.append(rows[kept[first : first + len(rows)]])
            version.append(fresh)
        self._newest = version
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

    def files(self) -> Mapping[Place, tuple[Path, ...]]:
        """Return the newest version's fragments, and those that only old versions name."""
        return {
            Place.FILE: tuple(fragment.file.path for fragment in self._newest),
            Place.OLD_VERSION: tuple(path for _, path in self._superseded),
        }

    def _file(self) -> RowFile:
        self._files += 1
        return RowFile(self._folder / f"fragment-{self._files:06d}.rows", self._row)
