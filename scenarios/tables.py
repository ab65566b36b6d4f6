"""The columns of every Parquet file of a run folder, and the conversions into them.

One schema a file, named here once: whoever writes goes through `table`, whoever reads finds the
same columns. `docs/run-folder.md` describes them for people. Undefined numbers are null with a
reason beside them; a NaN or an infinity is refused when a table is made.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from sim.dates import iso
from sim.events import Event

_WORD = pa.dictionary(pa.int32(), pa.string())
"""Type of columns with few distinct words."""

READINGS = pa.schema(
    [
        ("arm", _WORD),
        ("measure", _WORD),
        ("at", _WORD),
        ("margin", _WORD),
        ("level", _WORD),
        ("headline", pa.bool_()),
        ("value", pa.float64()),
        ("why", _WORD),
    ]
)
"""`replications/r*.parquet` and `ranges/d*.parquet`; `headline` is false for weekly series."""

EVENTS = pa.schema(
    [
        ("arm", _WORD),
        ("id", pa.int32()),
        ("date", _WORD),
        ("actor", _WORD),
        ("kind", _WORD),
        ("case", _WORD),
        ("authority", _WORD),
        ("instrument", _WORD),
        ("amount", pa.int64()),
        ("currency", _WORD),
        ("because", pa.int32()),
        ("recorded", pa.bool_()),
        ("text", pa.string()),
    ]
)
"""`events/r*.parquet`: the log of every arm."""

ZEROS = pa.schema(
    [
        ("arm", _WORD),
        ("other", _WORD),
        ("measure", _WORD),
        ("reason", _WORD),
        ("before", pa.string()),
    ],
)
"""`zeros/r*.parquet`, `zeros/d*.parquet`: differences that nothing in the model could move, of
every reading, or of those dated before a day (`before`, "" for every reading)."""

DRAWS = pa.schema([("draw", pa.int32()), ("parameter", _WORD), ("value", pa.float64())])
"""`ranges/draws.parquet`: the parameters of each range draw."""

PEOPLE = pa.schema(
    [
        ("person", pa.int64()),
        ("name", pa.string()),
        ("age", pa.int32()),
        ("sex", _WORD),
        ("tone", pa.int32()),
        ("identity", pa.string()),
        ("birth_day", pa.int32()),
        ("handle", pa.string()),
        ("public", pa.bool_()),
        ("arm", _WORD),
        ("held", pa.int32()),
        ("searchable", pa.int32()),
        ("held_at_notice", pa.int32()),
        ("at", _WORD),
    ]
)
"""`people.parquet`: a sample of residents and the photos of each that are held in each arm."""

DECISIONS = pa.schema(
    [
        ("arm", _WORD),
        ("case", _WORD),
        ("date", _WORD),
        ("appeals", pa.bool_()),
        ("obeys", pa.string()),
        ("erases", pa.bool_()),
        ("pays", pa.bool_()),
        ("settles", pa.bool_()),
        ("because", pa.string()),
        ("sanction", pa.float64()),
        ("detected", pa.float64()),
        ("collectable", pa.float64()),
        ("barred", pa.float64()),
        ("disobeying", pa.float64()),
        ("obeying", pa.float64()),
        ("penalty", pa.float64()),
        ("appeal", pa.float64()),
        ("relief", pa.float64()),
    ]
)
"""`decisions.parquet`: how the operator met each case in the first replication, and what it was
expected to cost (`sim.operator.strategy.Expected`, US dollars)."""

PARAMETERS = pa.schema(
    [
        ("name", pa.string()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("distribution", pa.string()),
        ("quality", pa.string()),
        ("fit", pa.string()),
        ("what", pa.string()),
        ("source", pa.string()),
        ("seen_at", pa.string()),
        ("set_by", pa.string()),
        ("effect_low", pa.float64()),
        ("effect_high", pa.float64()),
        ("drives", pa.float64()),
    ]
)
"""`parameters.parquet`: every parameter, who set it, and the headline effect with the parameter
alone at the low and at the high end of its range; `drives` is the difference of the two."""

ONEWAY = pa.schema(
    [
        ("parameter", pa.string()),
        ("end", pa.string()),
        ("value", pa.float64()),
        ("effect", pa.float64()),
    ]
)
"""`oneway/p*.parquet`: the headline effect with one parameter at an end of its range."""

_INTERVAL_COLUMNS = [
    (name, pa.float64())
    for name in (
        "value",
        "value_low",
        "value_high",
        "value_range_low",
        "value_range_high",
        "difference",
        "low",
        "high",
        "range_low",
        "range_high",
        "from_scenario",
        "from_scenario_low",
        "from_scenario_high",
        "from_scenario_range_low",
        "from_scenario_range_high",
    )
]

MEASURES = pa.schema(
    [
        ("arm", _WORD),
        ("name", _WORD),
        ("at", _WORD),
        ("margin", _WORD),
        ("level", _WORD),
        ("headline", pa.bool_()),
        ("unit", _WORD),
        *_INTERVAL_COLUMNS,
        ("structural_zero", pa.bool_()),
        ("why", _WORD),
        ("from_scenario_zero", pa.bool_()),
        ("from_scenario_why", _WORD),
    ]
)
"""`measures.parquet`: the answers, one row an arm, measure, date and group."""


def table(schema: pa.Schema, columns: Mapping[str, Sequence[Any]]) -> pa.Table:
    """Return an Arrow table of that schema.

    Args:
        schema: one of this module's schemas.
        columns: every column of the schema, all of one length; None is null.

    Raises:
        ValueError: a column is missing or left over, or a number is NaN or infinite.
    """
    if set(columns) != set(schema.names):
        odd = sorted(set(columns) ^ set(schema.names))
        raise ValueError(f"columns that are not in both table and schema: {', '.join(odd)}")
    arrays = []
    for column in schema:
        values = columns[column.name]
        if pa.types.is_dictionary(column.type):
            if not isinstance(values, pa.Array):
                values = pa.array(values, pa.string())
            array = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
            array = array.cast(column.type)
        else:
            array = values if isinstance(values, pa.Array) else pa.array(values, column.type)
        if pa.types.is_floating(column.type):
            _refuse_nan(column.name, array)
        arrays.append(array)
    return pa.Table.from_arrays(arrays, schema=schema)


def _refuse_nan(name: str, array: pa.Array) -> None:
    import pyarrow.compute as pc

    if not pc.all(pc.is_finite(array), min_count=0).as_py():
        raise ValueError(f"column '{name}' has a value that is not finite; undefined is null")


def events_table(logs: Mapping[str, Iterable[Event]]) -> pa.Table:
    """Return the logs of all arms as one `EVENTS` table, arm by arm in the order given."""
    rows = [(arm, event) for arm, log in logs.items() for event in log]
    return table(
        EVENTS,
        {
            "arm": [arm for arm, _ in rows],
            "id": [event.id for _, event in rows],
            "date": [iso(event.day) for _, event in rows],
            "actor": [event.actor for _, event in rows],
            "kind": [event.kind for _, event in rows],
            "case": [event.case for _, event in rows],
            "authority": [event.authority for _, event in rows],
            "instrument": [event.instrument for _, event in rows],
            "amount": [event.amount for _, event in rows],
            "currency": [event.currency for _, event in rows],
            "because": [event.because for _, event in rows],
            "recorded": [event.recorded for _, event in rows],
            "text": [event.text for _, event in rows],
        },
    )


def finite(value: float | None) -> float | None:
    """Return the value, or None where it is None.

    Raises:
        ValueError: the value is NaN or infinite: undefined values are None with a reason.
    """
    if value is None:
        return None
    if not math.isfinite(value):
        raise ValueError(f"{value} is not a finite number; an undefined value is null")
    return float(value)
