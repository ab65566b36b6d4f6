"""Every check of a population: its tables first, then its graph."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from generators.calendar import REFERENCE_DAY
from generators.errors import Fault, PopulationError
from generators.population_check.abroad_check import abroad_check
from generators.population_check.both_layers import both_layers
from generators.population_check.check import Check
from generators.population_check.graph_checks import graph_checks
from generators.population_check.table_checks import table_checks
from generators.strata import Strata, read_strata

if TYPE_CHECKING:
    from generators.population import Population


def check_population(
    population: Population,
    strata: Strata | None = None,
    say: Callable[[str], None] = lambda said: None,
) -> list[Check]:
    """Return every check, tables first. Samples are picked by the population's own seed.

    Args:
        population: the people; newcomers without ties are left out.
        strata: the tables it was built from; None for the shipped ones.
        say: is told what has been done, with the seconds it took.

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
    start = time.perf_counter()
    checks = table_checks(population, strata)
    say(f"tables compared, {time.perf_counter() - start:.1f} s")
    n = population.society
    ties = both_layers(population.close, population.acquaintances, n)
    say(f"{ties.edges:,} ties put together, {time.perf_counter() - start:.1f} s")
    jurisdiction = population.jurisdiction[:n]
    checks.append(abroad_check(ties, jurisdiction, strata))
    checks += graph_checks(
        ties,
        jurisdiction,
        population.place[:n],
        population.age_on(REFERENCE_DAY)[:n],
        population.seed,
    )
    say(f"graph measured, {time.perf_counter() - start:.1f} s")
    return checks
