"""Photos whose template was removed, or refused, and which are still on the web: found again when?

Each waits a keyed unit exponential of hazard, which runs at the rate at which the crawler passes
photos of its part of the gallery. Whatever is found again, given up or still waiting at the end
leaves a spell: how long it stayed out of the gallery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

NEVER_HELD = -1
"""Day of the removal of a photo that had no template before: it leaves no spell."""


@dataclass(frozen=True)
class Recollection:
    """Spells from removal to being found again, one row each, k of them.

    Attributes:
        days: int32 [k], from the removal to the find, or to the end of the spell otherwise.
        found: bool [k]; False where the photo was not found again by the end of the run, or its
            template was made anew from a kept photo.
        jurisdiction: uint8 [k], where the person in the photo lives.
    """

    days: NDArray[np.int32]
    found: NDArray[np.bool_]
    jurisdiction: NDArray[np.uint8]


class Revisits:
    """What waits to be found again.

    Args:
        part: the part of the gallery of each candidate row, uint16 [m].
        parts: number of parts.
        rate: hazard per day with which a photo is found again while it passes.
        last_day: last day of the run.
    """

    def __init__(self, part: NDArray[np.uint16], parts: int, rate: float, last_day: int) -> None:
        self.part = part
        self.rate = rate
        self.last_day = last_day
        self.rows: NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._at: NDArray[np.float64] = np.zeros(0)
        self._since: NDArray[np.int32] = np.zeros(0, dtype=np.int32)
        self._part: NDArray[np.uint16] = np.zeros(0, dtype=np.uint16)
        self._hazard: NDArray[np.float64] = np.zeros((parts, last_day + 2))
        self._spells: list[tuple[NDArray[np.int64], NDArray[np.int32], bool]] = []

    def advance(self, start: int, end: int, rates: NDArray[np.float64]) -> None:
        """Let the days from `start` to before `end` pass at these rates of the parts, [S]."""
        steps = np.arange(1, end - start + 1) * (self.rate * rates)[:, None]
        self._hazard[:, start + 1 : end + 1] = self._hazard[:, start, None] + steps

    def wait(
        self,
        rows: NDArray[np.int64],
        wait: NDArray[np.float64],
        day: int,
        since: NDArray[np.int32],
    ) -> None:
        """Let photos wait from the start of a day, up to which all days have passed.

        Args:
            rows: int64 [r], candidate rows.
            wait: hazard that each bears, float64 [r].
            day: from which on they may be found.
            since: int32 [r], the day on which each was removed, `NEVER_HELD` of one never held.
        """
        # Hazards of later days are not known yet: the clock starts where the sum stands.
        part = self.part[rows]
        self.rows = np.concatenate([self.rows, rows])
        self._part = np.concatenate([self._part, part])
        self._at = np.concatenate([self._at, self._hazard[part, day] + wait])
        self._since = np.concatenate([self._since, since])

    def found(self, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """Take what is found on the days before `day`; return rows, days and since when."""
        reached = self._at < self._hazard[:, day].take(self._part)
        if not reached.any():
            return self.rows[:0], self.rows[:0], self._since[:0]
        rows, at, since = self.rows[reached], self._at[reached], self._since[reached]
        part = self._part[reached]
        self._keep(~reached)
        days = np.empty(len(rows), dtype=np.int64)
        for one in np.unique(part):
            mine, hazard = part == one, self._hazard[one, : day + 1]
            days[mine] = np.searchsorted(hazard, at[mine], side="right") - 1
        return rows, days, since

    def withdraw(self, rows: NDArray[np.int64], day: int) -> None:
        """Let photos wait no longer, since they have templates anew on a day without a find."""
        mine = np.isin(self.rows, rows)
        self.end(self.rows[mine], day - self._since[mine], found=False)
        self._keep(~mine)

    def end(self, rows: NDArray[np.int64], days: NDArray[np.integer], *, found: bool) -> None:
        """Note spells of so many days, and whether the photos were found again."""
        self._spells.append((rows, days.astype(np.int32), found))

    def give_up(self, rows: NDArray[np.int64], since: NDArray[np.int32]) -> None:
        """Note spells that last to the end of the run: nobody can find these photos any more."""
        held = since != NEVER_HELD
        self.end(rows[held], self.last_day + 1 - since[held], found=False)

    def recollection(self, home: NDArray[np.uint8]) -> Recollection:
        """Return every spell at the end of the run, what still waits included.

        Args:
            home: where the person of each candidate row lives, uint8 [m].
        """
        self.give_up(self.rows, self._since)
        self._keep(np.zeros(len(self.rows), dtype=np.bool_))
        rows = np.concatenate([rows for rows, _, _ in self._spells])
        return Recollection(
            days=np.concatenate([days for _, days, _ in self._spells]),
            found=np.concatenate([np.full(len(r), found) for r, _, found in self._spells]),
            jurisdiction=home[rows],
        )

    def _keep(self, mask: NDArray[np.bool_]) -> None:
        self.rows, self._part = self.rows[mask], self._part[mask]
        self._at, self._since = self._at[mask], self._since[mask]
