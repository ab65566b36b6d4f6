"""The replication files of a run as matrices: one row a replication, one column a reading.

Every replication of a run reads the same measures on the same days in the same order, in every
arm, so that no join is needed: the keys are compared once and the values stacked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pyarrow as pa

KEYS = ("measure", "at", "margin", "level", "headline")
"""The columns that name a reading within an arm."""


@dataclass(frozen=True)
class Readings:
    """All readings of several replications (or range draws) of the same arms.

    Attributes:
        arms: names of the arms.
        keys: the columns `KEYS`, one row a reading, [k].
        values: arm -> float64 [replications, k]; NaN where undefined, inside this room only.
        whys: arm -> for each reading that is undefined somewhere, its column and the reason.
    """

    arms: tuple[str, ...]
    keys: pa.Table
    values: dict[str, NDArray[np.float64]]
    whys: dict[str, dict[int, str]]

    @property
    def count(self) -> int:
        """How many replications there are."""
        return int(self.values[self.arms[0]].shape[0])

    def column(self, measure: str, at: str) -> int | None:
        """Return the column of a headline reading for everybody, or None."""
        import pyarrow.compute as pc

        keys = self.keys
        here = pc.and_(
            pc.and_(pc.equal(keys["measure"], measure), pc.equal(keys["at"], at)),
            pc.and_(pc.equal(keys["margin"], "all"), keys["headline"]),
        )
        found = pc.index(here, True).as_py()
        return None if found < 0 else int(found)

    def why(self, arm: str) -> list[str]:
        """Return for each reading why it is undefined in some replication, or ""; [k]."""
        missing = np.isnan(self.values[arm]).sum(axis=0)
        whys = [""] * self.keys.num_rows
        for column, reason in self.whys[arm].items():
            some = missing[column] < self.count
            part = f"in {missing[column]} of {self.count} replications: " if some else ""
            whys[column] = part + reason
        return whys


def read_readings(paths: Sequence[Path], arms: Sequence[str]) -> Readings:
    """Read replication files in the order given.

    Args:
        paths: at least one file of schema `scenarios.tables.READINGS`.
        arms: the arms, all of which every file holds.

    Raises:
        ValueError: a file's readings are not those of the first: a defect of whoever wrote it.
    """
    import pyarrow.parquet as pq

    keys: pa.Table | None = None
    values: dict[str, list[NDArray[np.float64]]] = {arm: [] for arm in arms}
    whys: dict[str, dict[int, str]] = {arm: {} for arm in arms}
    for path in paths:
        whole = pq.ParquetFile(path).read(use_threads=False).combine_chunks()
        for arm, rows in _blocks(whole, arms, path).items():
            own = rows.select(list(KEYS))
            if keys is None:
                keys = own
            elif not _same(own, keys):
                raise ValueError(f"{path}: the readings of '{arm}' are not those of the first arm")
            values[arm].append(rows["value"].to_numpy())
            _note_whys(rows, whys[arm])
    if keys is None:
        raise ValueError("no replication file was given")
    return Readings(
        tuple(arms), keys, {arm: np.vstack(stack) for arm, stack in values.items()}, whys
    )


def _blocks(whole: pa.Table, arms: Sequence[str], path: Path) -> dict[str, pa.Table]:
    """Return each arm's rows; a file holds them arm by arm."""
    codes = whole["arm"].combine_chunks()
    index = np.asarray(codes.indices)
    names = codes.dictionary.to_pylist()
    starts = np.flatnonzero(np.diff(index, prepend=-1))
    stops = np.append(starts[1:], len(index))
    blocks = {names[index[a]]: whole.slice(a, b - a) for a, b in zip(starts, stops, strict=True)}
    if set(blocks) != set(arms) or len(starts) != len(blocks):
        raise ValueError(f"{path}: holds the arms {', '.join(blocks)}, not {', '.join(arms)}")
    return {arm: blocks[arm] for arm in arms}


def _same(a: pa.Table, b: pa.Table) -> bool:
    if a.equals(b):
        return True
    return a.num_rows == b.num_rows and all(
        _plain(a[name]).equals(_plain(b[name])) for name in a.column_names
    )


def _plain(column: pa.ChunkedArray) -> pa.Array:
    import pyarrow as pa

    array = column.combine_chunks()
    return array.cast(pa.string()) if pa.types.is_dictionary(array.type) else array


def _note_whys(rows: pa.Table, into: dict[int, str]) -> None:
    missing = np.flatnonzero(np.asarray(rows["value"].is_null()))
    for column in missing:
        if int(column) not in into:
            into[int(column)] = rows["why"][int(column)].as_py() or "undefined"
