"""Strata: how many people live where, how old they are, what accounts they have, how they tie.

Every number stands in a small CSV table with unit, plausible range, source, grade of the source
and fit (`same` quantity, `proxy`, `assumed`). The tables beside this module describe the shipped
world; a folder of tables with the same columns describes another (model, section 1).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from generators import strata_rows, tie_rows
from generators.sourced_tables import Figure
from generators.strata_rows import AGE_BANDS, TONES
from generators.table_files import read_table

__all__ = [
    "AGE_BANDS",
    "AGE_BAND_EDGES",
    "SEXES",
    "TABLES",
    "TIES",
    "TONES",
    "Strata",
    "read_strata",
]

SEXES = ("female", "male")
AGE_BAND_EDGES = np.array([18.0, 25.0, 45.0, 65.0])
TABLES = {
    "residents.csv": ("jurisdiction", "name", "region", "quantity"),
    "ages.csv": ("jurisdiction", "from_age", "to_age", "quantity"),
    "tones.csv": ("jurisdiction", "tone"),
    "online.csv": ("region", "age_band", "quantity"),
    "accounts.csv": ("platform", "age_band", "quantity"),
    "places.csv": ("jurisdiction", "place"),
    "moves.csv": ("region", "quantity"),
    "awareness.csv": ("region", "quantity"),
    "ties.csv": ("quantity",),
    "degrees.csv": ("quantile",),
    "mixing.csv": ("from", "to"),
}
TIES = (
    "mean_close",
    "mean_degree",
    "close_exponent",
    "family_size",
    "circle_density",
    "circle_slope",
    "close_in_place",
    "close_inside",
    "place_share",
    "community_size",
    "community_growth",
    "community_share",
    "inside_share",
    "age_share",
    "age_spread",
    "account_correlation",
    "tagging_cv",
)


@dataclass(frozen=True, eq=False)
class Strata:
    """The tables as arrays; J jurisdictions, K places, G age groups, B age bands, P platforms.

    Attributes:
        jurisdictions: codes, the case's own jurisdiction first.
        names: what people call them.
        regions: region of each jurisdiction; regions share what no country of theirs has alone.
        residents: float64 [J], real residents.
        sample_share: float64 [J], share of the simulated people; sums to 1.
        age_limits: float64 [G + 1], limits of the age groups in years.
        age_sex: float64 [J, G, 2], share of residents by age group and sex; sums to 1 for each j.
        tones: float64 [J, 10], share by tone of the Monk scale; sums to 1 for each j.
        online: float64 [J, B], share of residents that is online.
        platforms: fictional names.
        account: float64 [P, B], share of the online with an account, the same everywhere.
        public: float64 [P, B], share of the accounts that are public.
        photos: float64 [P, B], photos that an account posts a year, on average.
        place_names: names of all places, jurisdiction by jurisdiction.
        place_jurisdiction: uint8 [K].
        place_share: float64 [K], share of its jurisdiction's residents; sums to 1 in each.
        arrivals: float64 [J], people who come to live there, per resident and year.
        departures: float64 [J], people who leave, per resident and year.
        aware: float64 [J], share that knows its rights over personal data.
        informed: float64 [J], share told at the start of 2017 that the operator may hold photos.
        ties: parameters of the graph by name (`TIES`). Where there is one jurisdiction, all ties
            are inside it, whatever the table says. `place_share` is what ties are led to the place
            for; of those led to the country at large some end there too, by chance
            (`generators.graph.mixing`).
        degree_quantiles: float64 [Q], rising.
        degree_multiples: float64 [Q], degree at each quantile as a multiple of the mean degree.
        abroad: float64 [J], where the ties abroad of the first jurisdiction lead; 0 for itself,
            sums to 1 where there is another jurisdiction.
        figures: every number with its marks, in order of table and row.
    """

    jurisdictions: tuple[str, ...]
    names: tuple[str, ...]
    regions: tuple[str, ...]
    residents: NDArray[np.float64]
    sample_share: NDArray[np.float64]
    age_limits: NDArray[np.float64]
    age_sex: NDArray[np.float64]
    tones: NDArray[np.float64]
    online: NDArray[np.float64]
    platforms: tuple[str, ...]
    account: NDArray[np.float64]
    public: NDArray[np.float64]
    photos: NDArray[np.float64]
    place_names: tuple[str, ...]
    place_jurisdiction: NDArray[np.uint8]
    place_share: NDArray[np.float64]
    arrivals: NDArray[np.float64]
    departures: NDArray[np.float64]
    aware: NDArray[np.float64]
    informed: NDArray[np.float64]
    ties: dict[str, float]
    degree_quantiles: NDArray[np.float64]
    degree_multiples: NDArray[np.float64]
    abroad: NDArray[np.float64]
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
        folder: folder that holds the tables of `TABLES`; None for the shipped ones.

    Raises:
        PopulationError: a table, a column or a row is missing, a row is about something unknown,
            a cell is no number or negative, a share is above one, more people have an account
            than are online, shares do not sum to one, or a number lies beyond what can be drawn
            (`generators.strata_rows`, `generators.tie_rows`); with file, line and key.
    """
    return _shipped() if folder is None else _assemble(Path(folder))


@cache
def _shipped() -> Strata:
    return _assemble(resources.files("generators") / "data")


def _assemble(folder: Traversable | Path) -> Strata:
    tables = {name: read_table(folder, name, keys) for name, keys in TABLES.items()}
    codes, names, regions, residents, sample = strata_rows.residents(tables["residents.csv"])
    limits, age_sex = strata_rows.age_sex(tables["ages.csv"], codes)
    online = strata_rows.online(tables["online.csv"], regions)
    platforms, account, public, photos = strata_rows.accounts(tables["accounts.csv"], online[0])
    place_names, place_jurisdiction, place_share = strata_rows.places(tables["places.csv"], codes)
    moves = strata_rows.moves(tables["moves.csv"], regions)
    awareness = strata_rows.awareness(tables["awareness.csv"], regions)
    quantiles, multiples = strata_rows.degrees(tables["degrees.csv"])
    return Strata(
        jurisdictions=codes,
        names=names,
        regions=regions,
        residents=residents,
        sample_share=sample,
        age_limits=limits,
        age_sex=age_sex,
        tones=strata_rows.tones(tables["tones.csv"], codes),
        online=online,
        platforms=platforms,
        account=account,
        public=public,
        photos=photos,
        place_names=place_names,
        place_jurisdiction=place_jurisdiction,
        place_share=place_share,
        arrivals=moves[:, 0],
        departures=moves[:, 1],
        aware=awareness[:, 0],
        informed=awareness[:, 1],
        ties=tie_rows.ties(tables["ties.csv"], TIES, alone=len(codes) == 1),
        degree_quantiles=quantiles,
        degree_multiples=multiples,
        abroad=strata_rows.abroad(tables["mixing.csv"], codes),
        figures=tuple(figure for table in tables.values() for figure in table.figures),
    )
