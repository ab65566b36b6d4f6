"""A population beside published statistics and beside its own tables.

A check that does not hold is reported with its tolerance; the tolerance does not move.
"""

from generators.population_check.check import Check
from generators.population_check.checks import check_population

__all__ = ["Check", "check_population"]
