"""Acquaintances by community: rows computed when they are asked for, not kept.

Who knows whom is a function of a plan of some 30 bytes a person: which community one is in, and how
many stubs of wide ties one has. Written out row by row it gives the very same ties.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from generators.graph.blocks import Blocks
from generators.graph.matching import Classes, Matching
from generators.graph.rows import Rows, counts, in_turn, merge, write
from generators.graph.ties import Ties

PLAN = (
    "order",
    "rank",
    "start",
    "chance",
    "class_order",
    "class_rank",
    "class_start",
    "place_jurisdiction",
    "stub",
    "kinds",
    "between",
    "keys",
    "most",
)
"""Names of the arrays of a plan."""


@dataclass(frozen=True, eq=False)
class Communities:
    """Acquaintances of everybody, close ties left out.

    Attributes:
        blocks: communities, as blocks.
        wide: acquaintances outside them.
        close: the close ties of the same people.
        most: no more acquaintances, counted from both ends, than this.
    """

    blocks: Blocks
    wide: Matching
    close: Ties
    most: int

    def __len__(self) -> int:
        return len(self.close)

    def rows(self, people: NDArray[np.int64]) -> Rows:
        """Return the acquaintances of several people, as `Ties.rows` does.

        Args:
            people: int64 [k], ids, in any order.

        Returns:
            at int64 [m], place in `people` whose acquaintance each one is, ascending;
            neighbour int32 [m], ascending for each place.
        """
        people = np.asarray(people, dtype=np.int64)
        # People who came after the plan was made know nobody.
        at = np.flatnonzero(people < self.blocks.rank.size)
        known = people[at]
        near, far = self.blocks.rows(known), self.wide.rows(known)
        found = merge(known, near, far, without=self.close.rows(known))
        return at[found[0]], found[1]

    def of(self, i: int) -> NDArray[np.int32]:
        """Return the ids of the acquaintances of person `i`, ascending."""
        return self.rows(np.array([i]))[1]

    @cached_property
    def degree(self) -> NDArray[np.int64]:
        """Number of acquaintances of each person, int64 [n]; every row is computed for it."""
        degree = np.zeros(len(self), dtype=np.int64)
        count = in_turn(lambda people: counts(people, self.rows(people)), len(self), 1)
        for start, end, found in count:
            degree[start:end] = found
        return degree

    @property
    def edges(self) -> int:
        """Number of acquaintances, each pair counted once."""
        return int(self.degree.sum()) // 2

    def stored(self, workers: int = 1) -> Ties:
        """Return the same acquaintances written out.

        Args:
            workers: threads; the result does not depend on them.
        """
        return write(self.rows, len(self), self.most, workers)

    def with_isolated(self) -> Communities:
        """Return the acquaintances of a society with one more person, last and knowing nobody."""
        return replace(self, close=self.close.with_isolated())

    def arrays(self) -> dict[str, NDArray[Any]]:
        """Return the plan as arrays, by the names of `PLAN`."""
        classes = self.wide.classes
        return {
            "order": self.blocks.order,
            "rank": self.blocks.rank,
            "start": self.blocks.start,
            "chance": self.blocks.chance,
            "class_order": classes.order,
            "class_rank": classes.rank,
            "class_start": classes.start,
            "place_jurisdiction": classes.jurisdiction,
            "stub": self.wide.stub,
            "kinds": self.wide.kinds,
            "between": self.wide.between,
            "keys": np.array([self.blocks.key, self.wide.key], dtype=np.uint64),
            "most": np.array([self.most], dtype=np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, NDArray[Any]], close: Ties) -> Communities:
        """Return the acquaintances of a plan, whose arrays may lie in a memory map.

        Raises:
            KeyError: an array of `PLAN` is missing.
        """
        classes = Classes(
            order=arrays["class_order"],
            rank=arrays["class_rank"],
            start=arrays["class_start"],
            jurisdiction=arrays["place_jurisdiction"],
        )
        community, wide = (int(key) for key in arrays["keys"])
        return cls(
            Blocks(arrays["order"], arrays["rank"], arrays["start"], arrays["chance"], community),
            Matching(classes, arrays["stub"], arrays["kinds"], arrays["between"], wide),
            close,
            int(arrays["most"][0]),
        )
