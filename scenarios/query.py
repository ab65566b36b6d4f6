"""SQL over a run folder: its tables under their own names, and nothing else in reach.

The tables are handed to DuckDB in memory and its access to files and the network is switched off,
so that a query reads this run alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from generators.errors import Fault, RunFolderError
from scenarios.store import Run

if TYPE_CHECKING:
    import pyarrow as pa

TABLES = ("measures", "events", "people", "decisions", "parameters", "draws")
"""What a query may name; `events` and `decisions` are those of the first replication."""


def answer(run: Run, sql: str) -> pa.Table:
    """Return what one SQL statement gives.

    Args:
        run: the run folder.
        sql: one statement over `TABLES`.

    Raises:
        RunFolderError: DuckDB refuses the statement; the error holds its reason.
    """
    import duckdb
    import pyarrow as pa

    connection = duckdb.connect(config={"enable_external_access": False})
    given = {
        "measures": run.measures(),
        "events": pa.concat_tables([run.events(arm) for arm in run.arms]),
        "people": run.people(),
        "decisions": run.decisions(),
        "parameters": run.parameters(),
        "draws": run.draws(),
    }
    for name in TABLES:
        connection.register(name, given[name])
    try:
        return connection.sql(sql).to_arrow_table()
    except (duckdb.Error, AttributeError) as error:
        raise RunFolderError(
            Fault(
                "the query cannot be answered",
                key="query",
                found=str(error).splitlines()[0] if str(error) else sql,
                expected=f'one SELECT over {", ".join(TABLES)}; the column "at" needs its quotes',
            )
        ) from None
    finally:
        connection.close()
