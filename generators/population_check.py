"""Sets a population beside published statistics and beside its own tables.

A check that does not hold is reported with its tolerance; the tolerance does not move. Figures of
the graph come from all friends on a large network, which is a proxy for the close ties modelled
here. They are meant for 20,000 people and more: heavy-tailed degrees make small graphs noisy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from generators.errors import Fault, PopulationError
from generators.graph import components
from generators.people import DAYS_A_YEAR, FINDABILITY_CV, REFERENCE_DAY
from generators.population import Population
from generators.strata import AGE_BANDS, TONES, Strata, read_strata

UGANDER = (
    "Ugander, Karrer, Backstrom and Marlow 2011, The anatomy of the Facebook social graph, "
    "arXiv 1111.4503"
)
CLUSTERING_SAMPLE = 2000


@dataclass(frozen=True)
class Check:
    """One published figure beside ours.

    Attributes:
        name: what is compared.
        published: the figure of the source, or None where it gives a direction only.
        source: where it stands.
        ours: the population's.
        tolerance: largest difference that holds, in the same unit.
        holds: whether it does.
    """

    name: str
    published: float | None
    source: str
    ours: float
    tolerance: float
    holds: bool


def check_population(population: Population, strata: Strata | None = None) -> list[Check]:
    """Return every check, tables first.

    Args:
        population: the people.
        strata: the tables it was built from; None for the shipped ones.

    Raises:
        PopulationError: it was built from other tables.
    """
    strata = read_strata() if strata is None else strata
    if population.parameters.get("tables") != strata.digest:
        raise PopulationError(
            Fault(
                "the population was built from other tables; name them with --tables",
                key="tables",
                found=str(population.parameters.get("tables")),
                expected=strata.digest,
            )
        )
    return [
        *_table_checks(population, strata),
        *_account_checks(population, strata),
        *_graph_checks(population),
    ]


def clustering_of(
    people: NDArray[np.int64], indptr: NDArray[np.int64], indices: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Return the local clustering of some people: ties among their neighbours ÷ possible ones.

    Those with fewer than two ties have 0, as in networkx.
    """
    from scipy.sparse import csr_array

    n = indptr.size - 1
    matrix = csr_array((np.ones(indices.size), indices, indptr), shape=(n, n))
    rows = matrix[people]
    closed = (rows @ matrix).multiply(rows).sum(axis=1)
    degree = np.diff(indptr)[people].astype(np.float64)
    return np.asarray(closed / np.maximum(degree * (degree - 1), 1.0))


def _near(name: str, published: float, source: str, ours: float, tolerance: float) -> Check:
    return Check(name, published, source, ours, tolerance, abs(ours - published) <= tolerance)


def _table_checks(population: Population, strata: Strata) -> list[Check]:
    checks: list[Check] = []
    sigma = math.sqrt(math.log(1 + FINDABILITY_CV**2))
    groups = np.ceil(strata.age_limits * DAYS_A_YEAR)
    for j, code in enumerate(population.jurisdictions):
        rows = population.residents(code)
        published = float(strata.residents[j])
        source = strata.figure("residents.csv", code, strata.names[j], "residents").source
        ours = float(population.weights[j] * rows.size)
        checks.append(_near(f"residents_{code}", published, source, ours, 0.5))
        # A stratified column misses a cell by less than one person at either end of it.
        person = 2 / rows.size
        days = REFERENCE_DAY - population.birth_day[rows]
        group = np.searchsorted(groups[1:-1], days, side="right")
        cells = np.zeros_like(strata.age_sex[j])
        np.add.at(cells, (group, population.sex[rows]), 1 / rows.size)
        worst = float(np.abs(cells - strata.age_sex[j]).max())
        checks.append(_near(f"age_sex_worst_cell_{code}", 0.0, "ages.csv", worst, person))
        tones = np.bincount(population.tone[rows] - 1, minlength=len(TONES)) / rows.size
        worst = float(np.abs(tones - strata.tones[j]).max())
        checks.append(_near(f"tone_worst_share_{code}", 0.0, "tones.csv", worst, person))
        mean = float(np.exp(sigma * population.findability_z[rows] - sigma**2 / 2).mean())
        checks.append(_near(f"findability_mean_{code}", 1.0, "by construction", mean, 1e-3))
    return checks


def _account_checks(population: Population, strata: Strata) -> list[Check]:
    """Accounts and public accounts of the case's residents, within four standard errors."""
    rows = np.flatnonzero(population.jurisdiction == 0)
    band = population.age_band(REFERENCE_DAY)[rows]
    held = np.bincount(band, minlength=len(AGE_BANDS)) / rows.size
    checks: list[Check] = []
    for p, platform in enumerate(population.platforms):
        expected = float(held @ strata.account[p])
        public = float(held @ (strata.account[p] * strata.public[p]))
        for name, share, column in (
            (f"account_{platform}", expected, population.accounts[rows, p]),
            (f"public_{platform}", public, population.public[rows, p]),
        ):
            error = math.sqrt(share * (1 - share) / rows.size)
            checks.append(_near(name, share, "accounts.csv", float(column.mean()), 4 * error))
    return checks


def _graph_checks(population: Population) -> list[Check]:
    indptr, indices = population.indptr, np.asarray(population.indices)
    degree = np.diff(indptr)
    source = np.repeat(np.arange(len(population)), degree)
    ratio = float(np.median(degree) / max(degree.mean(), 1e-9))
    age = population.age_on(REFERENCE_DAY)
    together = np.bincount(components(np.asarray(indptr), indices))
    own = population.jurisdiction[source] == 0
    inside = float((population.jurisdiction[indices[own]] == 0).mean())
    about_100 = np.flatnonzero((degree >= 80) & (degree <= 120))[:CLUSTERING_SAMPLE]
    closed = clustering_of(about_100, indptr, indices)
    alike = _correlation(age[source], age[indices])
    return [
        _near("degree_median_over_mean", 99 / 190, UGANDER, ratio, 0.1 * 99 / 190),
        _near(
            "clustering_at_degree_100",
            0.14,
            UGANDER,
            float(closed.mean()) if closed.size else 0.0,
            0.05,
        ),
        _near(
            "assortativity_by_degree",
            0.226,
            UGANDER,
            _correlation(degree[source].astype(np.float64), degree[indices].astype(np.float64)),
            0.08,
        ),
        _near("ties_inside_the_jurisdiction", 0.842, UGANDER, inside, 0.08),
        Check(
            "age_correlation_across_ties_positive",
            None,
            f"{UGANDER}: friends are alike in age; no coefficient given",
            alike,
            0.1,
            alike >= 0.1,
        ),
        _near("largest_component", 0.9991, UGANDER, float(together.max() / together.sum()), 0.005),
    ]


def _correlation(one: NDArray[np.floating], other: NDArray[np.floating]) -> float:
    if one.size < 2 or one.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
