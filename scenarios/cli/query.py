"""`efface query`: one SQL statement over the tables of a run folder."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scenarios.cli.options import JsonOption, RunArgument, print_columns, print_json

if TYPE_CHECKING:
    import pyarrow as pa


def query(
    run: RunArgument,
    sql: Annotated[
        str,
        typer.Argument(
            help="One SELECT over measures, events, people, parameters and draws; the column "
            '"at" needs its quotes.',
            metavar="SQL",
        ),
    ],
    as_json: JsonOption = False,
) -> None:
    """Ask a run folder in SQL (DuckDB); the statement reaches this run's tables and no file."""
    from scenarios.query import answer
    from scenarios.store import load_run

    table = answer(load_run(run), sql)
    rows = [[row[name] for name in table.column_names] for row in table.to_pylist()]
    if as_json:
        print_json({"columns": table.column_names, "rows": _as_json(rows)})
        return
    cells = [["–" if cell is None else str(cell) for cell in row] for row in rows]
    numbers = [_is_number(field.type) for field in table.schema]
    print_columns(table.column_names, cells, numbers)


def _is_number(kind: pa.DataType) -> bool:
    import pyarrow.types as types

    return bool(types.is_integer(kind) or types.is_floating(kind) or types.is_decimal(kind))


def _as_json(value: Any) -> Any:
    """Return a value of SQL as JSON has it; a number that is not finite is null."""
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, Decimal):
        value = float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
