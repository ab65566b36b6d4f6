"""Sourced tables: CSV files in which every number carries where it comes from and how sure it is.

A row has its key columns and `value`, `unit`, `low`, `high`, `source`, `seen_at`, `grade`, `fit`.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path

from generators.errors import Fault, PopulationError

FITS = ("same", "proxy", "assumed")
MARKS = ("value", "unit", "low", "high", "source", "seen_at", "grade", "fit")


@dataclass(frozen=True)
class Figure:
    """One sourced number of a table.

    Attributes:
        table: file name of the table.
        key: what the number is about, in the order of the table's key columns.
        value: the number, in `unit`.
        unit: unit as people write it.
        low: lower end of the plausible range.
        high: upper end.
        source: primary document, or the ground of the assumption.
        seen_at: address of the copy that was read, or "".
        grade: `A` to `C`, or "" where there is no source.
        fit: `same`, `proxy` or `assumed`.
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


def read_table(folder: Traversable | Path, name: str, keys: Sequence[str]) -> list[Figure]:
    """Read one table.

    Args:
        folder: where it lies.
        name: its file name.
        keys: the columns that say what a row is about; the others are `MARKS`.

    Raises:
        PopulationError: no such file, a column is missing, a number is none or lies outside its
            own range, a fit is unknown, or a row stands twice.
    """
    file = folder / name
    if not file.is_file():
        raise PopulationError(
            Fault("a table is missing", file=str(file), found="no such file", expected=name)
        )
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise PopulationError(
            Fault("not a text file", file=str(file), found=str(error), expected="UTF-8 CSV")
        ) from None
    reader = csv.DictReader(text.splitlines())
    lacking = [column for column in (*keys, *MARKS) if column not in (reader.fieldnames or ())]
    if lacking:
        raise PopulationError(
            Fault(
                "a column is missing",
                file=str(file),
                line=1,
                key=lacking[0],
                found=", ".join(reader.fieldnames or ()),
                expected=", ".join((*keys, *MARKS)),
            )
        )
    figures = [_figure(file, name, keys, row, reader.line_num) for row in reader]
    seen: set[tuple[str, ...]] = set()
    for line, figure in enumerate(figures, start=2):
        if figure.key in seen:
            raise PopulationError(
                Fault("a row stands twice", str(file), line, key=", ".join(figure.key))
            )
        seen.add(figure.key)
    return figures


def _figure(
    file: Traversable | Path, table: str, keys: Sequence[str], row: dict[str, str], line: int
) -> Figure:
    def number(column: str) -> float:
        try:
            value = float(row[column])
        except (TypeError, ValueError):
            value = math.nan
        if not math.isfinite(value) or value < 0:
            raise PopulationError(
                Fault(
                    "not a number that is 0 or more",
                    file=str(file),
                    line=line,
                    key=column,
                    found=str(row[column]),
                    expected="a finite number, 0 or more",
                )
            )
        return value

    value, low, high = number("value"), number("low"), number("high")
    if not low <= value <= high:
        raise PopulationError(
            Fault(
                "the value lies outside its own range",
                file=str(file),
                line=line,
                key="value",
                found=f"{value:g} in {low:g} to {high:g}",
                expected="low <= value <= high",
            )
        )
    if row["fit"] not in FITS:
        raise PopulationError(
            Fault("unknown fit", str(file), line, None, "fit", row["fit"], ", ".join(FITS))
        )
    return Figure(
        table=table,
        key=tuple(row[column] for column in keys),
        value=value,
        unit=row["unit"],
        low=low,
        high=high,
        source=row["source"],
        seen_at=row["seen_at"],
        grade=row["grade"],
        fit=row["fit"],
    )
