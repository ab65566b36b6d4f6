"""Reading one sourced table from its CSV file, or refusing it with file, line and key."""

from __future__ import annotations

import csv
import difflib
import io
import math
from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

from generators.errors import Fault, PopulationError
from generators.sourced_tables import FITS, GRADES, MARKS, Figure, SourcedTable


def read_table(folder: Traversable | Path, name: str, keys: Sequence[str]) -> SourcedTable:
    """Read one table.

    Args:
        folder: where it lies.
        name: its file name.
        keys: the columns that say what a row is about; the others are `MARKS`.

    Raises:
        PopulationError: no such folder or file, no CSV, a column is missing or stands twice, a row
            has too many or too few cells, its key, unit or source is blank, a number is none or
            lies outside its own range, a grade or fit is unknown, or a row stands twice.
    """
    file = folder / name
    text = _text(folder, name)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    figures: list[Figure] = []
    first: dict[tuple[str, ...], int] = {}
    try:
        header = next(lines, [])
        _check_header(str(file), header, keys)
        for cells in lines:
            if not cells:
                continue
            figure = _figure(file, name, keys, header, cells, lines.line_num)
            if figure.key in first:
                raise PopulationError(
                    Fault(
                        "a row stands twice",
                        str(file),
                        figure.line,
                        None,
                        ", ".join(figure.key),
                        ", ".join(figure.key),
                        f"one such row; the first is in line {first[figure.key]}",
                    )
                )
            first[figure.key] = figure.line
            figures.append(figure)
    except csv.Error as error:
        raise PopulationError(
            Fault(
                "not a CSV table",
                str(file),
                lines.line_num,
                found=str(error),
                expected='cells with commas between; a cell that holds a comma in "quotes"',
            )
        ) from None
    return SourcedTable(name, str(file), tuple(figures))


def _text(folder: Traversable | Path, name: str) -> str:
    """Return the text of a table, without the mark that some programs put before UTF-8."""
    if isinstance(folder, Path) and not folder.is_dir():
        beside = [path.name for path in folder.parent.glob("*/")] if folder.parent.is_dir() else []
        raise PopulationError(
            Fault(
                "there is no such folder of tables",
                file=str(folder),
                found="a file" if folder.exists() else "nothing",
                expected=f"a folder that holds {name} and the other tables",
                nearest=tuple(difflib.get_close_matches(folder.name, beside)),
            )
        )
    file = folder / name
    if not file.is_file():
        raise PopulationError(
            Fault("a table is missing", file=str(file), found="no such file", expected=name)
        )
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PopulationError(
            Fault("not a text file", file=str(file), found=str(error), expected="UTF-8 CSV")
        ) from None


def _check_header(file: str, header: list[str], keys: Sequence[str]) -> None:
    columns = (*keys, *MARKS)
    lacking = [column for column in columns if column not in header]
    twice = [column for column in columns if header.count(column) > 1]
    for bad, message in ((lacking, "a column is missing"), (twice, "a column stands twice")):
        if bad:
            raise PopulationError(
                Fault(message, file, 1, None, bad[0], ", ".join(header), ", ".join(columns))
            )


def _figure(
    file: Traversable | Path,
    table: str,
    keys: Sequence[str],
    header: list[str],
    cells: list[str],
    line: int,
) -> Figure:
    def refuse(message: str, key: str | None, found: str, expected: str) -> PopulationError:
        return PopulationError(Fault(message, str(file), line, None, key, found, expected))

    if len(cells) != len(header):
        raise refuse(
            "a row has not as many cells as the header",
            None,
            f"{len(cells)} cells",
            f'{len(header)} cells; one that holds a comma stands in "quotes"',
        )
    row = dict(zip(header, cells, strict=True))
    for column in (*keys, "unit", "source"):
        if not row[column] or row[column] != row[column].strip():
            raise refuse(
                "a cell is blank, or begins or ends with a space",
                column,
                repr(row[column]),
                "text",
            )

    def number(column: str) -> float:
        try:
            value = float(row[column])
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or value < 0:
            raise refuse(
                "not a number that is 0 or more",
                column,
                row[column],
                "a finite number, 0 or more",
            )
        return value

    value, low, high = number("value"), number("low"), number("high")
    if not low <= value <= high:
        raise refuse(
            "the value lies outside its own range",
            "value",
            f"{value:g} in {low:g} to {high:g}",
            "low <= value <= high: change low and high where the value is another country's",
        )
    for column, known in (("fit", FITS), ("grade", GRADES)):
        if row[column] not in known:
            raise refuse(
                f"unknown {column}",
                column,
                row[column],
                ", ".join(name or "nothing" for name in known),
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
        line=line,
        file=str(file),
    )
