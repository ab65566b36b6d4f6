"""The columns of a population as a Parquet file, written and read without a second copy of them.

Every other program that reads Parquet can open it; one number of a person is one column
(`generators.columns`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from generators.columns import COLUMNS, empty_columns, parts_of
from generators.errors import Fault, PopulationError
from generators.row_blocks import blocks

if TYPE_CHECKING:
    from generators.population import Population

_ROWS_A_GROUP = 1 << 20


def write_people(population: Population, path: Path) -> None:
    """Write the columns, a group of rows after the other."""
    import pyarrow
    import pyarrow.parquet

    def group(start: int, end: int) -> pyarrow.Table:
        held: dict[str, NDArray[Any]] = {}
        for name in COLUMNS:
            column = getattr(population, name)[start:end]
            parts = parts_of(name, population.platforms)
            if parts:
                held |= {
                    f"{name}_{part}": np.ascontiguousarray(column[:, k])
                    for k, part in enumerate(parts)
                }
            else:
                held[name] = column
        return pyarrow.table(held)

    with pyarrow.parquet.ParquetWriter(path, group(0, 0).schema) as file:
        for start, end in blocks(0, len(population), _ROWS_A_GROUP):
            file.write_table(group(start, end))


def read_people(path: Path, people: int, platforms: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Return the columns by name.

    Args:
        path: the file.
        people: how many rows there must be.
        platforms: names that the columns of accounts bear.

    Raises:
        PopulationError: no Parquet, another number of rows, or a column is missing or of another
            kind.
    """
    import pyarrow
    import pyarrow.parquet

    def refusal(message: str, key: str | None, found: object, expected: object) -> PopulationError:
        return PopulationError(
            Fault(message, str(path), key=key, found=str(found), expected=str(expected))
        )

    try:
        file = pyarrow.parquet.ParquetFile(path, memory_map=True)
    except (pyarrow.ArrowException, OSError) as error:
        raise refusal("not a table of people", None, error, "Parquet") from None
    with file:
        if file.metadata.num_rows != people:
            raise refusal("another number of people", "people", file.metadata.num_rows, people)
        schema = file.schema_arrow
        columns = empty_columns(people, platforms)
        for name, kind in COLUMNS.items():
            parts = parts_of(name, platforms)
            wanted = pyarrow.from_numpy_dtype(np.dtype(kind))
            for k, label in enumerate([f"{name}_{part}" for part in parts] or [name]):
                if label not in schema.names:
                    raise refusal("a column is missing", label, "no such column", label)
                if schema.field(label).type != wanted:
                    raise refusal(
                        "a column of another kind", label, schema.field(label).type, wanted
                    )
                to = columns[name][:, k] if parts else columns[name]
                start = 0
                for batch in file.iter_batches(_ROWS_A_GROUP, columns=[label]):
                    to[start : start + batch.num_rows] = batch.column(0).to_numpy(
                        zero_copy_only=False
                    )
                    start += batch.num_rows
    return columns
