"""Strata: how many people live where, how old they are, what accounts they have, how they tie.

Every number stands in a small CSV table with unit, plausible range, source, grade of the source
and fit (`same` quantity, `proxy`, `assumed`). The tables beside this module describe the shipped
world; a folder of tables with the same columns describes another (model, section 1).
"""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.sourced_tables import Figure, read_table

SEXES = ("female", "male")
TONES = tuple(range(1, 11))
AGE_BANDS = ("0-17", "18-24", "25-44", "45-64", "65+")
AGE_BAND_EDGES = np.array([18.0, 25.0, 45.0, 65.0])
TABLES = {
    "residents.csv": ("jurisdiction", "name", "quantity"),
    "ages.csv": ("jurisdiction", "from_age", "to_age", "quantity"),
    "tones.csv": ("jurisdiction", "tone"),
    "accounts.csv": ("platform", "age_band", "quantity"),
    "ties.csv": ("quantity",),
}
TIES = (
    "mean_degree",
    "degree_log_sd",
    "clustering",
    "clustering_slope",
    "inside_share",
    "age_spread",
    "age_share",
    "findability_degree",
    "findability_public",
    "account_correlation",
)


@dataclass(frozen=True, eq=False)
class Strata:
    """The tables as arrays; J jurisdictions, B age groups, P platforms.

    Attributes:
        jurisdictions: codes, the case's own jurisdiction first.
        names: what people call them.
        residents: float64 [J], real residents.
        sample_share: float64 [J], share of the simulated people; sums to 1.
        age_limits: float64 [B + 1], limits of the age groups in years.
        age_sex: float64 [J, B, 2], share of residents by age group and sex; sums to 1 for each j.
        tones: float64 [J, 10], share by tone of the Monk scale; sums to 1 for each j.
        platforms: fictional names.
        account: float64 [P, 5], share with an account by age band.
        public: float64 [P, 5], share of the accounts that are public, by age band.
        ties: parameters of the graph by name.
        figures: every number with its marks, in order of table and row.
    """

    jurisdictions: tuple[str, ...]
    names: tuple[str, ...]
    residents: NDArray[np.float64]
    sample_share: NDArray[np.float64]
    age_limits: NDArray[np.float64]
    age_sex: NDArray[np.float64]
    tones: NDArray[np.float64]
    platforms: tuple[str, ...]
    account: NDArray[np.float64]
    public: NDArray[np.float64]
    ties: dict[str, float]
    figures: tuple[Figure, ...]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of keys and values of every figure, in hexadecimal: what the tables say."""
        said = [(figure.table, figure.key, figure.value) for figure in self.figures]
        return hashlib.sha256(json.dumps(said).encode()).hexdigest()

    def figure(self, table: str, *key: str) -> Figure:
        """Return one number with its marks.

        Raises:
            KeyError: no such row.
        """
        for figure in self.figures:
            if figure.table == table and figure.key == key:
                return figure
        raise KeyError(f"{table} has no row {key}")


def read_strata(folder: Path | str | None = None) -> Strata:
    """Read the tables of a folder, or those shipped with the package.

    Args:
        folder: folder that holds the five tables; None for the shipped ones.

    Raises:
        PopulationError: a table is missing, a column is missing, a cell is no number, a share is
            negative, or shares do not sum to one; with file and line where there is one.
    """
    return _shipped() if folder is None else _assemble(Path(folder))


@cache
def _shipped() -> Strata:
    return _assemble(resources.files("generators") / "data")


def _assemble(folder: Traversable | Path) -> Strata:
    rows = {name: read_table(folder, name, keys) for name, keys in TABLES.items()}
    residents = rows["residents.csv"]
    jurisdictions = tuple(dict.fromkeys(row.key[0] for row in residents))
    names = {row.key[0]: row.key[1] for row in residents}
    count = {row.key[0]: row.value for row in residents if row.key[2] == "residents"}
    sampled = {row.key[0]: row.value for row in residents if row.key[2] == "sample_share"}
    for code in jurisdictions:
        for quantity, held in (("residents", count), ("sample_share", sampled)):
            if code not in held:
                raise _missing("residents.csv", f"{code}, {quantity}")
    share = np.array([sampled[code] for code in jurisdictions])
    _check_sum(share, "residents.csv", "sample_share over jurisdictions")
    limits, age_sex = _age_sex(rows["ages.csv"], jurisdictions)
    platforms = tuple(dict.fromkeys(row.key[0] for row in rows["accounts.csv"]))
    ties = {row.key[0]: row.value for row in rows["ties.csv"]}
    for quantity in TIES:
        if quantity not in ties:
            raise _missing("ties.csv", quantity)
    for quantity in ties.keys() - set(TIES):
        near = tuple(difflib.get_close_matches(quantity, TIES))
        raise PopulationError(
            Fault(
                "unknown quantity",
                "ties.csv",
                found=quantity,
                expected=", ".join(TIES),
                nearest=near,
            )
        )
    return Strata(
        jurisdictions=jurisdictions,
        names=tuple(names[code] for code in jurisdictions),
        residents=np.array([count[code] for code in jurisdictions]),
        sample_share=share,
        age_limits=limits,
        age_sex=age_sex,
        tones=_tones(rows["tones.csv"], jurisdictions),
        platforms=platforms,
        account=_by_platform(rows["accounts.csv"], platforms, "account"),
        public=_by_platform(rows["accounts.csv"], platforms, "public"),
        ties=ties,
        figures=tuple(figure for table in rows.values() for figure in table),
    )


def _age_sex(
    rows: list[Figure], jurisdictions: tuple[str, ...]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return age limits [B + 1] and the joint shares [J, B, 2]: share of the age × female share."""
    held = {row.key: row.value for row in rows}
    limits = sorted({_age(row, place) for row in rows for place in (1, 2)})
    bands = list(pairwise(limits))
    shares = np.zeros((len(jurisdictions), len(bands), 2))
    for j, code in enumerate(jurisdictions):
        for b, (start, end) in enumerate(bands):
            cell: list[float] = []
            for quantity in ("share", "female"):
                key = (code, str(start), str(end), quantity)
                if key not in held:
                    raise _missing("ages.csv", ", ".join(key))
                cell.append(held[key])
            shares[j, b] = cell[0] * cell[1], cell[0] * (1 - cell[1])
        _check_sum(shares[j].ravel(), "ages.csv", f"shares of {code}")
    return np.array(limits, dtype=np.float64), shares


def _age(row: Figure, place: int) -> int:
    if not row.key[place].isdigit():
        raise PopulationError(
            Fault(
                "an age is no whole number",
                file=row.table,
                key=", ".join(row.key),
                found=row.key[place],
                expected="whole years",
            )
        )
    return int(row.key[place])


def _tones(rows: list[Figure], jurisdictions: tuple[str, ...]) -> NDArray[np.float64]:
    held = {row.key: row.value for row in rows}
    shares = np.zeros((len(jurisdictions), len(TONES)))
    for j, code in enumerate(jurisdictions):
        for t, tone in enumerate(TONES):
            if (code, str(tone)) not in held:
                raise _missing("tones.csv", f"{code}, {tone}")
            shares[j, t] = held[code, str(tone)]
        _check_sum(shares[j], "tones.csv", f"shares of {code}")
    return shares


def _by_platform(
    rows: list[Figure], platforms: tuple[str, ...], quantity: str
) -> NDArray[np.float64]:
    held = {row.key: row.value for row in rows}
    shares = np.zeros((len(platforms), len(AGE_BANDS)))
    for p, platform in enumerate(platforms):
        for b, band in enumerate(AGE_BANDS):
            key = (platform, band, quantity)
            if key not in held:
                raise _missing("accounts.csv", ", ".join(key))
            if held[key] > 1:
                raise PopulationError(
                    Fault(
                        "a share is above one",
                        file="accounts.csv",
                        key=", ".join(key),
                        found=f"{held[key]:g}",
                        expected="0 to 1",
                    )
                )
            shares[p, b] = held[key]
    return shares


def _check_sum(shares: NDArray[np.float64], table: str, what: str) -> None:
    total = float(shares.sum())
    if shares.min() < 0 or abs(total - 1) > 1e-6:
        raise PopulationError(
            Fault(
                f"{what} do not sum to one", file=table, found=f"{total:.6f}", expected="1.000000"
            )
        )


def _missing(table: str, row: str) -> PopulationError:
    return PopulationError(
        Fault("a row is missing", file=table, key=row, found="no such row", expected=row)
    )
