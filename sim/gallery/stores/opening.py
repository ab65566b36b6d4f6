"""The store on files of each manner of keeping."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.gallery.keeping import Keeping, Kind
from sim.gallery.stores.marked import MarkedStore
from sim.gallery.stores.paged import PagedStore
from sim.gallery.stores.rewritten import RewrittenStore
from sim.gallery.stores.runs import RunStore
from sim.gallery.stores.saved import SavedStore
from sim.gallery.stores.slots import SlotStore
from sim.gallery.stores.store import RowStore
from sim.gallery.stores.versions import VersionStore


def store_for(
    keeping: Keeping,
    folder: Path,
    dimension: int,
    vectors: Callable[[NDArray[np.int64]], NDArray[np.float32]],
) -> RowStore:
    """Return an empty store on files.

    Args:
        keeping: the manner, with its numbers.
        folder: an empty folder that is there.
        dimension: numbers in a template.
        vectors: returns what is in memory under some ids; asked where memory is what is saved.
    """
    match keeping.kind:
        case Kind.TOMBSTONE_FOREVER | Kind.VACUUM_AT:
            return MarkedStore(folder, dimension, keeping)
        case Kind.MVCC_THEN_WAL:
            return PagedStore(folder, dimension, keeping)
        case Kind.LSM:
            return RunStore(folder, dimension, keeping)
        case Kind.VERSIONED:
            return VersionStore(folder, dimension, keeping)
        case Kind.IN_PLACE_TAIL:
            return SavedStore(folder, dimension, vectors)
        case Kind.ONDISK_SLOTS:
            return SlotStore(folder, dimension, grows=keeping.outgrown != 0.0)
        case Kind.REWRITE:
            return RewrittenStore(folder, dimension)
