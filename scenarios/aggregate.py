"""From replications and range draws to the answers: means, paired differences, two intervals.

The two intervals of `model.md` section 5 are never confused. `low`/`high` is the error of the mean
over replications: Student's t on the paired differences (common random numbers make them far
narrower than differences of means). `range_low`/`range_high` are the 5 % and 95 % quantiles over
the range draws, each with its own parameters and population. A difference that nothing in the
model could have moved is a structural zero, and is believed only where every replication and
every draw gives the same reason and the difference is exactly 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scenarios.readings import KEYS, Readings
from scenarios.roles import Roles

if TYPE_CHECKING:
    import pyarrow as pa

CONFIDENCE = 0.95
"""Level of `low`/`high`."""
RANGE_QUANTILES = (0.05, 0.95)
"""Quantiles over the range draws."""
ROUNDING = 64 * float(np.finfo(np.float64).eps)
"""Part of what is subtracted up to which differences may vary by rounding alone.

A reading is a quotient of sums of many terms, each rounded: its last digits are not the model's.
One resident more or less in a reading is a thousand times as much in the largest population.
"""


@dataclass(frozen=True)
class Zero:
    """A difference that nothing in the model could move.

    Attributes:
        reason: why it cannot be anything but 0.
        before: ISO date; readings of earlier days are meant. "" where every reading is.
    """

    reason: str
    before: str = ""

    @property
    def words(self) -> str:
        """Return the reason with its day."""
        return f"{self.reason} {self.before}".strip()

    def covers(self, at: str) -> bool:
        """Return whether a reading of that date ("" for the whole run) is meant."""
        return self.before == "" or "" < at < self.before


Zeros = Mapping[tuple[str, str, str], Zero]
"""(arm, other, measure) -> why their difference cannot be anything but 0."""


def mean_interval(
    values: NDArray[np.float64], confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, lower and upper end of Student's t interval of the mean, by column.

    Args:
        values: float64 [replications, k]; NaN where undefined.
        confidence: level of the interval.

    Returns:
        Three float64 [k]. A column that is undefined in any replication is NaN throughout (a mean
        of the others would be conditional on being defined); with one replication the ends are
        NaN. A column that does not vary has its own value to the bit and no width.
    """
    from scipy.special import stdtrit

    n = values.shape[0]
    shifted = values - values[0]
    mean_shift = shifted.mean(axis=0)
    mean = values[0] + mean_shift
    if n < 2:
        nothing = np.full_like(mean, np.nan)
        return mean, nothing, nothing
    spread = np.sqrt(((shifted - mean_shift) ** 2).sum(axis=0) / (n - 1))
    half = float(stdtrit(n - 1, (1 + confidence) / 2)) * spread / np.sqrt(n)
    return mean, mean - half, mean + half


def difference_interval(
    values: NDArray[np.float64], others: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return mean, lower and upper end of the paired differences values - others, by column.

    Differences that are apart by no more than `ROUNDING` of what was subtracted are all the same:
    their spread is that of the last digits of a float64, and an error of the mean made from it
    would read as precision. Such a column has its mean and no width.

    Args:
        values: float64 [replications, k]; NaN where undefined.
        others: the same of what is taken away, row by row.

    Returns:
        Three float64 [k], as `mean_interval` of the differences returns them.
    """
    paired = values - others
    mean, low, high = mean_interval(paired)
    if len(paired) < 2:
        return mean, low, high
    largest = np.maximum(np.abs(values), np.abs(others)).max(axis=0)
    same = np.ptp(paired, axis=0) <= ROUNDING * largest
    return mean, np.where(same, mean, low), np.where(same, mean, high)


def quantile_range(
    values: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the 5 % and the 95 % quantile over draws, by column (NaN where undefined in any).

    Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996).
    """
    low, high = np.quantile(values, RANGE_QUANTILES, axis=0)
    return low, high


def common_zeros(each: list[Zeros]) -> Zeros:
    """Return the structural zeros on which every replication and draw agrees.

    Where the days differ up to which readings are the same, the earliest holds for all.
    """
    if not each:
        return {}
    agreed: dict[tuple[str, str, str], Zero] = {}
    for key in each[0]:
        claims = [zeros.get(key) for zeros in each]
        known = [claim for claim in claims if claim is not None]
        if len(known) < len(claims):
            continue
        dated = [claim for claim in known if claim.before]
        if dated:
            agreed[key] = min(dated, key=lambda claim: claim.before)
        elif all(claim == known[0] for claim in known):
            agreed[key] = known[0]
    return agreed


def measures_table(
    main: Readings,
    ranges: Readings | None,
    zeros: Zeros,
    roles: Roles,
    units: Mapping[str, str],
) -> pa.Table:
    """Return the answers of a run, schema `scenarios.tables.MEASURES`.

    Args:
        main: the replications.
        ranges: the range draws, or None; their readings are some of those of `main`.
        zeros: the structural zeros on which everything agrees.
        roles: which arm is which.
        units: unit of every measure.

    Raises:
        ValueError: a structural zero was claimed where a difference is not 0, or a range draw has
            a reading that the replications lack.
    """
    import pyarrow as pa

    from scenarios import tables

    spread = None if ranges is None else _placed(ranges, main)
    names = main.keys["measure"].to_pylist()
    unit = [units[name] for name in names]
    parts = []
    for arm in roles.arms:
        columns: dict[str, Any] = {key: main.keys[key].combine_chunks() for key in KEYS}
        columns["name"] = columns.pop("measure")
        columns["arm"] = [arm] * len(names)
        columns["unit"] = unit
        columns |= _level(main.values[arm], None if spread is None else spread(arm))
        whys = [""] * len(names)
        for other, label, flag, why_column in (
            (roles.counterfactual, "difference", "structural_zero", "why"),
            (roles.scenario, "from_scenario", "from_scenario_zero", "from_scenario_why"),
        ):
            parted, flags, whys = _difference(
                main, spread, zeros, arm, None if other == arm else other, label, names
            )
            columns |= parted
            columns[flag] = flags
            columns[why_column] = [why or None for why in whys]
        parts.append(tables.table(tables.MEASURES, {k: _null(v) for k, v in columns.items()}))
    return pa.concat_tables(parts).unify_dictionaries().combine_chunks()


def _level(
    values: NDArray[np.float64], spread: NDArray[np.float64] | None
) -> dict[str, NDArray[np.float64]]:
    mean, low, high = mean_interval(values)
    range_low, range_high = _range(spread, len(mean))
    return {
        "value": mean,
        "value_low": low,
        "value_high": high,
        "value_range_low": range_low,
        "value_range_high": range_high,
    }


def _range(
    spread: NDArray[np.float64] | None, size: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    low, high = np.full(size, np.nan), np.full(size, np.nan)
    if spread is not None:
        there = np.isfinite(spread).all(axis=0)
        low[there], high[there] = quantile_range(spread[:, there])
    return low, high


def _difference(
    main: Readings,
    spread: Any,
    zeros: Zeros,
    arm: str,
    other: str | None,
    label: str,
    names: list[str],
) -> tuple[dict[str, NDArray[np.float64]], list[bool], list[str]]:
    """Return the columns of arm - other, the structural zeros and why a number is missing."""
    size = len(names)
    short = "" if label == "difference" else f"{label}_"
    keys = [label, f"{short}low", f"{short}high", f"{short}range_low", f"{short}range_high"]
    why = main.why(arm)
    if other is None:
        return dict.fromkeys(keys, np.full(size, np.nan)), [False] * size, why
    paired = main.values[arm] - main.values[other]
    drawn = None if spread is None else spread(arm) - spread(other)
    moved = np.asarray((paired != 0).any(axis=0))
    if drawn is not None:
        moved = moved | np.asarray((np.nan_to_num(drawn) != 0).any(axis=0))
    defined = np.asarray(np.isfinite(paired).all(axis=0))
    flags = [False] * size
    dates = main.keys["at"].to_pylist()
    for column, (name, theirs) in enumerate(zip(names, main.why(other), strict=True)):
        if not defined[column]:
            why[column] = why[column] or f"{other}: {theirs}"
            continue
        zero = zeros.get((arm, other, name))
        if zero is None or not zero.covers(dates[column]):
            continue
        if moved[column]:
            raise ValueError(
                f"{name}: '{arm}' and '{other}' differ although the model says that they cannot: "
                f"{zero.words}"
            )
        flags[column] = True
        why[column] = zero.words
    columns = (*difference_interval(main.values[arm], main.values[other]), *_range(drawn, size))
    return dict(zip(keys, columns, strict=True)), flags, why


def _placed(ranges: Readings, main: Readings) -> Any:
    """Return a function from an arm to its range values in the columns of `main` (NaN elsewhere).

    float64 [draws, columns of main].
    """
    place = {key: column for column, key in enumerate(_tuples(main))}
    try:
        columns = np.array([place[key] for key in _tuples(ranges)])
    except KeyError as error:
        raise ValueError(f"a range draw has the reading {error}, no replication has it") from None
    size = main.keys.num_rows

    def of(arm: str) -> NDArray[np.float64]:
        whole = np.full((ranges.count, size), np.nan)
        whole[:, columns] = ranges.values[arm]
        return whole

    return of


def _tuples(readings: Readings) -> list[tuple[Any, ...]]:
    return list(zip(*(readings.keys[key].to_pylist() for key in KEYS), strict=True))


def _null(values: Any) -> Any:
    """Return a float column with null for NaN, other columns as they are."""
    import pyarrow as pa

    if isinstance(values, np.ndarray) and values.dtype == np.float64:
        return pa.array(values, mask=np.isnan(values))
    return values
