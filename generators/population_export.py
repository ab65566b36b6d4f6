"""The ties of a population in files that other programs read.

GraphML carries the people's columns and is written by networkx, so only up to its limit. Edge
lists and Parquet are written block by block and hold any population; each tie stands once, the
lower id first, with the name of its layer.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

    from generators.population import Population

BLOCK = 20_000
"""People whose ties are written in one go."""
LAYERS = ("close", "acquaintance")


class TiesFormat(StrEnum):
    """How ties are written to a file."""

    GRAPHML = "graphml"
    EDGELIST = "edgelist"
    PARQUET = "parquet"


def write_ties(population: Population, kind: TiesFormat, to: Path) -> None:
    """Write the ties of both layers to a file.

    Args:
        population: the people.
        kind: GraphML with everybody's columns; lines of `id id layer`; or Parquet with the
            columns `from`, `to` (int32) and `layer` (dictionary of strings).
        to: the file.

    Raises:
        PopulationError: GraphML of more people than networkx takes (`Population.to_networkx`).
        OSError: the file cannot be written.
    """
    if kind is TiesFormat.GRAPHML:
        import networkx

        networkx.write_graphml(population.to_networkx(), to)
    elif kind is TiesFormat.EDGELIST:
        from pyarrow import csv

        form = csv.WriteOptions(include_header=False, delimiter=" ", quoting_style="none")
        with csv.CSVWriter(str(to), _schema(), write_options=form) as writer:
            for table in _blocks(population):
                writer.write_table(table)
    else:
        from pyarrow import parquet

        with parquet.ParquetWriter(str(to), _schema(), compression="zstd") as writer:
            for table in _blocks(population):
                writer.write_table(table)


def _schema() -> pa.Schema:
    import pyarrow as pa

    return pa.schema([("from", pa.int32()), ("to", pa.int32()), ("layer", pa.string())])


def _blocks(population: Population) -> Iterator[pa.Table]:
    """Yield the ties of people block by block, close ones of a block before acquaintances."""
    import numpy as np
    import pyarrow as pa

    for first in range(0, len(population), BLOCK):
        people = np.arange(first, min(first + BLOCK, len(population)))
        for layer, (at, neighbour) in zip(
            LAYERS,
            (population.close.rows(people), population.acquaintance_rows(people)),
            strict=True,
        ):
            source = people[at].astype(np.int32)
            once = source < neighbour
            yield pa.table(
                {
                    "from": source[once],
                    "to": neighbour[once],
                    "layer": np.full(int(once.sum()), layer, dtype=object),
                },
                schema=_schema(),
            )
