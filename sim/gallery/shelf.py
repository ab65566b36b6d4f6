"""Where the templates of one segment lie: what every kind of index has to offer.

A shelf knows no ids. A template has a place: its number in its segment in order of enrolment, given
once. What a shelf keeps can be taken out as columns (one row a template) and a model (what training
learnt), and a shelf can be made from them again; so no index file is ever read or written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from sim.gallery.bitmap import Shown
from sim.gallery.designs import Design, Kind
from sim.gallery.gallery import Cost

Columns = dict[str, NDArray[Any]]
"""Arrays by name; those of what is kept of templates are [n, width], a row a template."""
LIST = "list"
"""The column that says in which inverted list a template lies, int32 [n, 1]."""
Found = tuple[NDArray[np.float32], NDArray[np.int64]]
"""Scores float32 [q, k], minus infinity where nothing was found, and places int64 [q, k], -1."""
FoundWithin = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
"""Starts int64 [q + 1], places int64 [m], scores float32 [m]; of one probe in any order."""
NOWHERE = -1
"""Place in a result for which nothing was found."""


class Shelf(Protocol):
    """The templates of one segment, by place."""

    @property
    def rows(self) -> int:
        """How many templates lie here."""
        ...

    @classmethod
    def trained(cls, design: Design, dimension: int, sample: NDArray[np.float32]) -> Self:
        """Return an empty shelf, trained on a sample float32 [m, dimension] if it needs training.

        Raises:
            ImportError: FAISS is not installed (it comes with the extra `[faces]`).
        """
        ...

    @classmethod
    def restored(
        cls,
        design: Design,
        dimension: int,
        model: Columns,
        columns: Columns,
        kept: NDArray[np.int64],
    ) -> Self:
        """Return a shelf as it was.

        Args:
            design: as it was.
            dimension: numbers in a template.
            model: what `model` gave.
            columns: what `stored` gave of the places `kept`.
            kept: int64 [n], ascending.

        Raises:
            ValueError: columns or a model that are not of this design and dimension.
            ImportError: FAISS is not installed.
        """
        ...

    def add(self, places: NDArray[np.int64], vectors: NDArray[np.float32]) -> None:
        """Lay templates down in places, ascending and above all that were given before."""
        ...

    def search(self, vectors: NDArray[np.float32], k: int, shown: Shown | None) -> Found:
        """Return the k best of each probe, best first.

        Args:
            vectors: float32 [q, dimension], q of 1 or more.
            k: 1 or more.
            shown: which places may be found; None where all may.
        """
        ...

    def within(
        self, vectors: NDArray[np.float32], threshold: float, shown: Shown | None
    ) -> FoundWithin:
        """Return those that score at or above a threshold; arguments as of `search`."""
        ...

    def remove(self, places: NDArray[np.int64]) -> Cost:
        """Take templates out, all of which lie here; what held them is overwritten.

        Returns:
            What was moved and overwritten; its seconds are 0.
        """
        ...

    def decoded(self, places: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return templates as vectors, float32 [n, dimension], as exact as they are kept."""
        ...

    def stored(self, places: NDArray[np.int64]) -> Columns:
        """Return what is kept of the template in each of these places, each [n, width]."""
        ...

    def model(self) -> Columns:
        """Return what training learnt, by name; empty where nothing is trained."""
        ...

    def sizes(self) -> dict[str, int]:
        """Return the bytes in memory of what is kept, by name."""
        ...


def shelf_kind(design: Design) -> type[Shelf]:
    """Return the class of the shelves of a design, here: a GPU is used where FAISS sees one."""
    if design.kind is Kind.EXACT:
        from sim.gallery import device
        from sim.gallery.exact import ExactShelf

        return device.DeviceShelf if device.devices() else ExactShelf
    if design.kind is Kind.INVERTED:
        from sim.gallery.inverted import InvertedShelf

        return InvertedShelf
    from sim.gallery.fast_scan import FastScanShelf

    return FastScanShelf


def checked_columns(
    given: Columns, expected: Mapping[str, tuple[str, tuple[int, ...]]], what: str
) -> None:
    """Hold that arrays are what a shelf can be made of.

    Args:
        given: the arrays.
        expected: type and shape by name.
        what: "model" or "columns", for the message.

    Raises:
        ValueError: others, or of another type or shape.
    """
    if given.keys() != expected.keys():
        raise ValueError(f"{what} {sorted(expected)} expected, found {sorted(given)}")
    for name, (dtype, shape) in expected.items():
        if given[name].dtype != dtype or given[name].shape != shape:
            found = f"{given[name].dtype} {list(given[name].shape)}"
            raise ValueError(f"{what} '{name}': {dtype} {list(shape)} expected, found {found}")


def checked_lists(columns: Columns, design: Design) -> NDArray[np.int32]:
    """Return the inverted list of each template, int32 [n], from checked columns.

    Raises:
        ValueError: a list that the design has not.
    """
    lists: NDArray[np.int32] = columns[LIST][:, 0]
    if len(lists) and not 0 <= lists.min() <= lists.max() < design.lists:
        raise ValueError(f"a list outside 0 to {design.lists - 1}")
    return lists
