"""Sourced tables: rows in which every number carries where it comes from and how sure it is.

A row has its key columns and `value`, `unit`, `low`, `high`, `source`, `seen_at`, `grade`, `fit`.
`unit` is a note for people: values are read in the unit that the shipped table has in that row, and
nothing is converted.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError

FITS = ("same", "proxy", "assumed")
GRADES = ("A", "A-", "B", "C", "")
MARKS = ("value", "unit", "low", "high", "source", "seen_at", "grade", "fit")


@dataclass(frozen=True)
class Figure:
    """One sourced number of a table.

    Attributes:
        table: file name of the table.
        key: what the number is about, in the order of the table's key columns.
        value: the number, in `unit`.
        unit: unit as people write it; never converted.
        low: lower end of the plausible range.
        high: upper end.
        source: primary document, or the ground of the assumption.
        seen_at: address of the copy that was read, or "".
        grade: one of `GRADES`: `A` an office's own count, `C` the weakest, "" no source.
        fit: `same`, `proxy` or `assumed`.
        line: line of the file, 1-based.
        file: path of the file as the reader knows it.
    """

    table: str
    key: tuple[str, ...]
    value: float
    unit: str
    low: float
    high: float
    source: str
    seen_at: str
    grade: str
    fit: str
    line: int
    file: str


@dataclass(frozen=True)
class SourcedTable:
    """The rows of one file.

    Attributes:
        name: file name.
        file: path as the reader knows it.
        figures: the rows in the file's order.
    """

    name: str
    file: str
    figures: tuple[Figure, ...]

    def column(self, place: int) -> tuple[str, ...]:
        """Return the different values of a key column, in the file's order."""
        return tuple(dict.fromkeys(figure.key[place] for figure in self.figures))

    def values(
        self, keys: Sequence[tuple[str, ...]], most: float | None = None
    ) -> NDArray[np.float64]:
        """Return the values of these rows, float64 [len(keys)]; the table must hold no others.

        Args:
            keys: key of each row.
            most: the largest value allowed, where there is one.

        Raises:
            PopulationError: a row is missing, a row is none of `keys`, or a value is above `most`.
        """
        held = {figure.key: figure for figure in self.figures}
        expected = dict.fromkeys(keys)
        for figure in self.figures:
            if figure.key not in expected:
                known = [", ".join(key) for key in expected]
                raise self.unknown_row(figure, ", ".join(figure.key), known)
        for key in expected:
            if key not in held:
                row = ", ".join(key)
                raise PopulationError(
                    Fault("a row is missing", self.file, key=row, found="no such row", expected=row)
                )
            if most is not None and held[key].value > most:
                raise self.refusal(
                    held[key], "a share is above one", f"{held[key].value:g}", f"0 to {most:g}"
                )
        return np.array([held[key].value for key in keys], dtype=np.float64)

    def check_sum(self, shares: NDArray[np.float64], what: str) -> None:
        """Refuse shares that do not sum to one within 1e-6.

        Raises:
            PopulationError: they do not; `what` says which shares.
        """
        total = float(shares.sum())
        if abs(total - 1) > 1e-6:
            raise PopulationError(
                Fault(
                    f"{what} do not sum to one",
                    file=self.file,
                    key=what,
                    found=f"{total:.6f}",
                    expected="1.000000",
                )
            )

    def refusal(self, figure: Figure, message: str, found: str, expected: str) -> PopulationError:
        """Return the error that names one row of this table."""
        return PopulationError(
            Fault(message, self.file, figure.line, None, ", ".join(figure.key), found, expected)
        )

    def refusal_of_all(self, message: str, found: str) -> PopulationError:
        """Return the error that names the whole table."""
        return PopulationError(Fault(message, self.file, found=found))

    def unknown_row(self, figure: Figure, found: str, known: Sequence[str]) -> PopulationError:
        """Return the error for a row about something unknown, with the nearest that are known."""
        return PopulationError(
            Fault(
                "a row is about something that the tables do not know",
                self.file,
                figure.line,
                None,
                ", ".join(figure.key),
                found,
                ", ".join(known[:20]) + (" …" if len(known) > 20 else ""),
                tuple(difflib.get_close_matches(found, known)),
            )
        )
