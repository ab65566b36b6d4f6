"""What a training measured on its way, as a CSV file that a resumed training goes on to the byte.

A row is the mean of each figure over the steps since the row before; where a figure was not
measured (R1 between its turns, the game before it began), its cell is empty. Times do not stand
here: they are another machine's business, and two runs of one seed give equal files.
"""

from __future__ import annotations

import csv
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

NAMES = ("generator", "discriminator", "pairs", "guide", "path", "r1", "r_t", "p")
"""The columns after `images`: the losses, the regularisers, r_t and p (Karras et al. 2020b)."""


class ScalarLog:
    """A CSV file of scalars.

    Args:
        path: the file; it is there after the first row.
        every: images between two rows.
    """

    def __init__(self, path: Path, every: int) -> None:
        self.path, self.every = path, every
        self._sums: dict[str, tuple[float, int]] = {}
        self._row_at = every

    def note(self, seen: int, scalars: Mapping[str, float]) -> None:
        """Take note of a step; write a row where one is due.

        Args:
            seen: images shown so far.
            scalars: what the step measured, names of `NAMES`.

        Raises:
            ArithmeticError: a figure is not finite.
            OSError: the file cannot be written.
        """
        for name, value in scalars.items():
            if name not in NAMES:
                raise KeyError(name)
            if not math.isfinite(value):
                raise ArithmeticError(f"after {seen} images {name} is {value}")
            total, steps = self._sums.get(name, (0.0, 0))
            self._sums[name] = (total + value, steps + 1)
        if seen >= self._row_at:
            self.close_row(seen)

    def close_row(self, seen: int) -> None:
        """Write a row of what was noted since the last, before it is due; none if nothing was.

        Raises:
            OSError: the file cannot be written.
        """
        if not self._sums:
            return
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, lineterminator="\n")
            if new:
                rows.writerow(["images", *NAMES])
            means = (self._sums.get(name) for name in NAMES)
            rows.writerow([seen, *("" if m is None else repr(m[0] / m[1]) for m in means)])
        self._sums = {}
        self._row_at = seen - seen % self.every + self.every

    def state_dict(self) -> dict[str, Any]:
        """Return what the next row depends on, and how far the file reaches."""
        size = self.path.stat().st_size if self.path.exists() else 0
        return {"sums": dict(self._sums), "row_at": self._row_at, "bytes": size}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned; rows written after it are cut off.

        Raises:
            ValueError: the file has lost rows since, or the state is not one of a log.
            OSError: the file cannot be written.
        """
        try:
            sums = {name: (total, steps) for name, (total, steps) in state["sums"].items()}
            row_at, kept = int(state["row_at"]), int(state["bytes"])
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise ValueError(f"the checkpoint has no state of {self.path.name}: {error}") from None
        size = self.path.stat().st_size if self.path.exists() else 0
        if size < kept:
            raise ValueError(f"{self.path} has {size} bytes and had {kept}")
        if size > kept:
            os.truncate(self.path, kept)
        if not kept:
            self.path.unlink(missing_ok=True)
        self._sums, self._row_at = sums, row_at
