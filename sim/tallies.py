"""Counting while the run goes on: who is searchable and held, by jurisdiction and group.

Everything is an integer count of simulated persons, person-days or templates in a cell
(jurisdiction x age band x sex x skin tone); weights multiply at the end. Integer sums do not depend
on how the days were split into steps, so two runs that differ only in that are equal to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.population import AGE_BANDS, SEXES, Population
from sim.matcher import Survey

TONES = 10
PHOTO_BINS = 65
"""Residents are counted by searchable photos 0 .. 63, and 64 or more."""


@dataclass(frozen=True)
class Cells:
    """The cell of each person, and what each cell stands for.

    Attributes:
        of: int16 [n], cell of each person.
        jurisdiction: int8 [C]; band: int8 [C]; sex: int8 [C]; tone: int8 [C], 1 .. 10.
    """

    of: NDArray[np.int16]
    jurisdiction: NDArray[np.int8]
    band: NDArray[np.int8]
    sex: NDArray[np.int8]
    tone: NDArray[np.int8]

    def __len__(self) -> int:
        return len(self.jurisdiction)


def cells_of(population: Population, day: int) -> Cells:
    """Return the cells of a population, age bands as on that day."""
    shape = (len(population.jurisdictions), len(AGE_BANDS), len(SEXES), TONES)
    index = (
        population.jurisdiction.astype(np.int64),
        population.age_band(day).astype(np.int64),
        population.sex.astype(np.int64),
        population.tone.astype(np.int64) - 1,
    )
    code, band, sex, tone = np.unravel_index(np.arange(int(np.prod(shape))), shape)
    return Cells(
        of=np.ravel_multi_index(index, shape).astype(np.int16),
        jurisdiction=code.astype(np.int8),
        band=band.astype(np.int8),
        sex=sex.astype(np.int8),
        tone=(tone + 1).astype(np.int8),
    )


class PresenceTally:
    """Persons with at least one template of a kind, by cell.

    Args:
        cells: the persons' cells.

    Attributes:
        persons: int64 [C], persons present now.
    """

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.persons: NDArray[np.int64] = np.zeros(len(cells), dtype=np.int64)

    def appear(self, person: NDArray[np.int64], day: NDArray[np.int64]) -> None:
        """Count persons who become present on these days."""
        self._change(person, day, 1)

    def vanish(self, person: NDArray[np.int64], day: NDArray[np.int64]) -> None:
        """Count persons who cease to be present on these days."""
        self._change(person, day, -1)

    def _change(self, person: NDArray[np.int64], day: NDArray[np.int64], sign: int) -> None:
        self.persons += sign * np.bincount(self.cells.of[person], minlength=len(self.persons))


class ExposureTally(PresenceTally):
    """Persons present, and their person-days.

    Args:
        cells: the persons' cells.
        last_day: last day of the run.
        window: first and last day of the window whose person-days are kept apart.

    Attributes:
        days: int64 [C], person-days from the moment each became present to the end of the run,
            less those after they ceased to be: exact at the end of the run.
        window_days: int64 [C], the same inside the window.
    """

    def __init__(self, cells: Cells, last_day: int, window: tuple[int, int]) -> None:
        super().__init__(cells)
        self.end = last_day + 1
        self.window = window
        self.days: NDArray[np.int64] = np.zeros(len(cells), dtype=np.int64)
        self.window_days: NDArray[np.int64] = np.zeros(len(cells), dtype=np.int64)

    def _change(self, person: NDArray[np.int64], day: NDArray[np.int64], sign: int) -> None:
        super()._change(person, day, sign)
        cell = self.cells.of[person]
        first, last = self.window
        inside = np.maximum(0, last + 1 - np.maximum(day, first))
        size = len(self.persons)
        # Sums of whole numbers below 2**53 are exact in float64.
        self.days += sign * np.bincount(cell, self.end - day, size).astype(np.int64)
        self.window_days += sign * np.bincount(cell, inside, size).astype(np.int64)


@dataclass(frozen=True)
class Snapshot:
    """What is true at the end of a day.

    Attributes:
        day: day number.
        weekly: whether it ends a week of the run's calendar (or the run).
        searchable: int64 [C], persons with a searchable template.
        held: int64 [C], persons of whom anything is held.
        only_listed: residents in scope of whom nothing is held but a template on a list of those
            who are to be left out.
        templates: int64 [J], templates held.
        photos: int64 [PHOTO_BINS], residents in scope by number of searchable photos, without
            those that are cloaked beyond recognition.
        still: int64 [J], persons searchable on the day of the notice who still are.
        informed: int64 [J], persons informed.
        private: int64 [J], persons with a public account who have gone private.
        gallery: faces that a search of the operator's gallery goes through, real units.
        stored: faces that it stores, hidden or not, real units.
        displaced: faces collected with capacity that a filter freed, real units, so far.
        survey: one search for each adult resident in scope, where searches are real ones and
            measures look on that day.
        age: mean days since what is stored of residents in scope was found, on days whose shares
            stand in the table; None where nothing is stored, and on other days.
    """

    day: int
    weekly: bool
    searchable: NDArray[np.int64]
    held: NDArray[np.int64]
    templates: NDArray[np.int64]
    photos: NDArray[np.int64]
    still: NDArray[np.int64]
    informed: NDArray[np.int64]
    private: NDArray[np.int64]
    gallery: float
    stored: float
    displaced: float
    only_listed: int = 0
    survey: Survey | None = None
    age: float | None = None
