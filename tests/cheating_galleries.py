"""Galleries that say that they erased and kept something, each in one way of its own.

What each keeps is found at one level at least. They live here, not in a test, so that another
process can make them by their name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from sim.gallery.gallery import NOBODY, Cost, Nearest, Within
from sim.gallery.stored import StoredGallery


class OnFiles(StoredGallery):
    """Honest: keeps the rows of its templates in a file that is written anew at each change."""

    def __init__(self, dimension: int, design: str, folder: Path) -> None:
        super().__init__(dimension, design)
        self.folder = folder
        self._live: list[int] = []

    def enrol(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        super().enrol(ids, vectors)
        self._live += ids.tolist()
        self._write()

    def erase(self, ids: np.ndarray) -> Cost:
        cost = super().erase(ids)
        self._live = np.setdiff1d(self._live, ids).tolist()
        self._write()
        return cost

    def _write(self) -> None:
        rows = self.stored(np.array(self._live, dtype=np.int64))
        (self.folder / "rows").write_bytes(b"".join(part.tobytes() for part in rows.values()))


class StaleFile(OnFiles):
    """Cheats: the file of the day before stays beside the new one."""

    def erase(self, ids: np.ndarray) -> Cost:
        (self.folder / "rows").rename(self.folder / "rows.old")
        return super().erase(ids)


class OpenFile(OnFiles):
    """Cheats: the old file is deleted, and kept open."""

    def erase(self, ids: np.ndarray) -> Cost:
        self.kept = open(self.folder / "rows", "rb")  # noqa: SIM115
        (self.folder / "rows").unlink()
        return super().erase(ids)


class HiddenCopy(StoredGallery):
    """Cheats: the rows of what is erased stay in an array that nothing searches."""

    def erase(self, ids: np.ndarray) -> Cost:
        self.kept = self.stored(ids)
        return super().erase(ids)


class Fragments(StoredGallery):
    """Cheats: of every erased row 16 bytes stay, at odd places."""

    def erase(self, ids: np.ndarray) -> Cost:
        rows = next(iter(self.stored(ids).values()))
        self.kept = np.zeros((len(rows), 29), dtype=np.uint8)
        self.kept[:, 7:23] = rows[:, 3:19]
        return super().erase(ids)


class HalfFloats(StoredGallery):
    """Cheats: the erased are kept as floats of 16 bits, beside an index of 8 bits."""

    def __init__(self, dimension: int, design: str) -> None:
        super().__init__(dimension, design)
        self.kept: dict[int, np.ndarray] = {}

    def enrol(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        super().enrol(ids, vectors)
        self.kept |= dict(zip(ids.tolist(), vectors.astype(np.float16), strict=True))


class BareRemoval(StoredGallery):
    """Cheats: FAISS's own removal, which leaves the last rows past the end of its memory."""

    def __init__(self, dimension: int) -> None:
        import faiss

        super().__init__(dimension, "Flat")
        self.bare: Any = faiss.IndexFlatIP(dimension)
        self.rows: list[int] = []

    def enrol(self, ids: np.ndarray, vectors: np.ndarray) -> None:
        super().enrol(ids, vectors)
        self.bare.add(vectors)
        self.rows += ids.tolist()

    def erase(self, ids: np.ndarray) -> Cost:
        self.bare.remove_ids(np.flatnonzero(np.isin(self.rows, ids)))
        self.rows = [row for row in self.rows if row not in set(ids.tolist())]
        return super().erase(ids)


class OtherIds(StoredGallery):
    """Cheats: what is erased is enrolled again under other ids."""

    def __init__(self, dimension: int, design: str, people: dict[int, np.ndarray]) -> None:
        super().__init__(dimension, design)
        self.people = people

    def erase(self, ids: np.ndarray) -> Cost:
        again = np.stack([self.people[int(i)] for i in ids])
        cost = super().erase(ids)
        self.enrol(ids + 2**40, again)
        return cost


class Forgets(StoredGallery):
    """Errs: of what is to stay the templates with odd ids below 40 go too."""

    def erase(self, ids: np.ndarray) -> Cost:
        more = np.setdiff1d(np.arange(1, 40, 2), ids)
        return super().erase(np.concatenate([ids, more]))


class OnlyCounts(StoredGallery):
    """Cheats: nothing is erased but in the counts."""

    def erase(self, ids: np.ndarray) -> Cost:
        self.told = len(ids)
        return Cost(rows=len(ids))

    def stats(self) -> Any:
        import dataclasses

        held, told = super().stats(), getattr(self, "told", 0)
        return dataclasses.replace(held, searchable=held.searchable - told, erased=told)


class FindsNobody(StoredGallery):
    """Useless: once something was erased, nobody is returned whoever is searched for."""

    def search(self, vectors: np.ndarray, k: int) -> Nearest:
        found = super().search(vectors, k)
        if not self.stats().erased:
            return found
        return Nearest(np.full_like(found.ids, NOBODY), np.full_like(found.scores, -np.inf))


class FindsNobodyInRange(StoredGallery):
    """Useless: nobody is within any range of whoever is searched for."""

    def range(self, vectors: np.ndarray, threshold: float) -> Within:
        return super().range(vectors, 2.0)


class FindsEverybody(StoredGallery):
    """Useless: whoever is searched for, somebody scores 1."""

    def search(self, vectors: np.ndarray, k: int) -> Nearest:
        found = super().search(vectors, k)
        return Nearest(found.ids, np.ones_like(found.scores))
